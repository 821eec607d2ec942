{ marker = "waka waka"; }
