{ marker = "the workstation"; }
