state=
