{ marker = "a name that looks like a number"; }
