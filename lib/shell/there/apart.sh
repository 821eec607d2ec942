# A login shell that prints something (a greeting, a terminal's title) may leave half a line, to which the first fact would be glued.
echo
