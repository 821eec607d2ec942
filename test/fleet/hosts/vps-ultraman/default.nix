{ marker = "shu-watch!"; sshdPorts = [ 22 2222 ]; }
