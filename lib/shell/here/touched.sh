# From here on the host may be another than it was.
touched=yes
