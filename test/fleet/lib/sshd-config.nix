# UsePAM and StrictModes are off because a stand-in host has neither PAM's files nor a home directory in order.
knobs: ''
  ${if knobs.sshd == "broken" then "ThisIsNoOption yes" else ""}
  ${knobs.sshdExtra}
  ${builtins.concatStringsSep "\n" (map (port: "Port ${toString port}") knobs.sshdPorts)}
  HostKey ${knobs.hostKey}
  PidFile /run/sshd.pid
  AuthorizedKeysFile /etc/ssh/authorized_keys.d/%u
  PasswordAuthentication no
  KbdInteractiveAuthentication no
  PermitRootLogin prohibit-password
  UsePAM no
  UseDNS no
  StrictModes no
  SetEnv PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin
  Subsystem sftp internal-sftp
  MaxStartups 100
  MaxSessions 100
''
