# shellcheck shell=bash disable=SC2016
# What can go wrong, when, and how it must end: the rows of docs/guard.md's table, in this order. Sourced by run.
during='"activationScript": "sleep 4"'
own='the new system'
later='"activationScript": "if [ -d /run/systemd/system ]; then systemd-run --quiet --on-active=3 --timer-property=AccuracySec=100ms systemctl stop sshd; else setsid sh -c \"sleep 3; pkill -x sshd\" >/dev/null 2>&1 & fi"'

row "nothing" "" 0 new seconds 30
row "sshd stopped" "$own" 10 old knobs '"sshd": false'
row "sshd on another port" "$own" 10 old knobs '"sshdPorts": [2222]'
row "sshd's configuration broken" "$own" 12 old knobs '"sshd": "broken"'
row "firewall closed" "$own" 10 old knobs '"firewall": "closed"'
row "logins hang" "$own" 10 old knobs '"sshdExtra": "ForceCommand sleep 10000"'
row "link down" "$own" 10 old knobs '"link": false'
row "my key removed" "$own" 10 old knobs '"sshdExtra": "AuthorizedKeysFile /etc/nobody"'
row "root refused" "$own" 10 old knobs '"sshdExtra": "PermitRootLogin no"'
row "activation ends with 1" "$own" 12 old knobs '"activationStatus": 1'
row "activation ends with 2" "$own" 12 old knobs '"activationStatus": 2'
row "activation ends with 2, and has said that a lock is held" "$own" 12 old knobs '"activationScript": "echo Could not acquire lock; exit 1"'
row "activation ends with 4, a unit failed" "$own" 12 old knobs '"activationStatus": 4'
row "the same with --on-unit-failure warn" "$own" 0 new knobs '"activationStatus": {"test": 4}' seconds 30 words '--on-unit-failure warn'
row "activation ends with 4, and only systemd says what failed" "$own" 12 old on systemd besides names_loop knobs '"activationStatus": 4, "activationScript": "systemd-run --quiet --unit=looping --property=Restart=always --property=RestartSec=1 --property=StartLimitIntervalSec=0 true", "units": {"slow.service": "[Service]\nType=oneshot\nExecStart=/bin/sleep 4\n"}, "wants": ["multi-user.target.wants/slow.service"]'
row "activation ends with 100" "$own" 12 old knobs '"activationStatus": 100'
row "activation hangs before it is current" "$own" 12 old activation 6 knobs '"activationHang": "activate"'
row "activation hangs with its units" "$own" 12 old activation 6 knobs '"activationHang": "units"'
row "activation takes longer than the time to confirm" "$own" 0 new knobs '"activationScript": "sleep 10"' seconds 8
row "activation ends its own ssh session" "$own" 0 new seconds 30 knobs '"activationScript": "pkill -KILL -f [s]shd:.root || :; sleep 1"'
row "its login prints words without a line end" "$own" 0 new seconds 30 knobs '"activationScript": "printf %s \"printf welcome\" >/root/.bashrc"'
row "its login prints what looks like an answer" "$own" 0 new seconds 30 knobs '"activationScript": "echo \"echo stands rolled-back; echo waits for it; printf why\" >/root/.bashrc"'
row "daemon-reload" "$own" 0 new on systemd seconds 30 knobs '"activationScript": "systemctl daemon-reload"'
row "daemon-reload, sshd stopped" "$own" 10 old on systemd knobs '"sshd": false, "activationScript": "systemctl daemon-reload"'
row "daemon-reexec" "$own" 0 new on systemd seconds 30 knobs '"activationScript": "systemctl daemon-reexec"'
row "daemon-reexec, sshd stopped" "$own" 10 old on systemd knobs '"sshd": false, "activationScript": "systemctl daemon-reexec"'
row "sshd dies 3 s after the activation" "$own" 10 old pause 5 seconds 12 knobs "$later"
row "a unit fails 2 s after the activation" "$own" 10 old on systemd pause 5 seconds 12 knobs '"activationScript": "systemd-run --quiet --unit=brittle --on-active=2 --timer-property=AccuracySec=100ms false"'
row "a service crashes and is started again for ever" "$own" 10 old on systemd pause 7 seconds 25 knobs '"activationScript": "systemd-run --quiet --unit=crashing --property=Restart=always --property=RestartSec=100ms --property=StartLimitIntervalSec=0 sh -c \"sleep 2; exit 1\""'
row "a unit that was started by hand is not in the new system, --check fails" "" 10 old on systemd before by_hand besides still_by_hand words '--check false'
row "the same, and it can't be started again" "" 10 old on systemd before by_hand_once besides names_by_hand words '--check false'
row "the boot never ends, and the program of NixOS waits for that" "$own" 12 old activation 6 on systemd before never_booted besides never_activated knobs '"program": "2024"'
row "systemctl does not say what has failed" activated 10 old on systemd at activated event systemctl_broken
row "emergency.target" activating 12 old on systemd at activating event emergency seconds 20 knobs "$during, \"sshd\": false"
row "emergency.target" activated 10 old on systemd at activated event emergency
row "a mount fails, so that emergency.target comes" "$own" 12 old on systemd knobs '"mountFails": true'
row "D-Bus stopped" "$own" 12 old on systemd knobs '"dbus": "stopped"'
row "D-Bus stopped, sshd on another port" "$own" 12 old on systemd knobs '"dbus": "stopped", "sshdPorts": [2222]'
row "D-Bus broken" "$own" 12 old on systemd knobs '"dbus": "broken"'
row "D-Bus stopped, --check fails" activated 10 old on systemd at activated event bus_stopped words '--check false'
row "systemctl isolate, sshd stopped" armed 10 old on systemd at armed event isolated knobs '"sshd": false'
row "the host's clock jumps by days, sshd stopped" armed 10 old at armed event clock_jumps knobs '"sshd": false'

row "killed -9" copied 137 old at copied event killed
row "killed -9" armed 137 old at armed event killed
row "killed -9" activating 137 old at activating event killed knobs "$during"
row "killed -9" activated 137 old at activated event killed
row "killed -9" confirmed 137 new at confirmed event killed seconds 30
row "killed -9" half-committed 137 new at half-committed event killed seconds 30
row "the commit is killed" confirmed 0 new at confirmed event commit_killed seconds 60
row "the way back is killed" going-back 10 old at going-back event return_killed words '--check false'
row "the way back is killed -9 again and again for 5 s, sshd stopped" going-back 10 old at going-back event return_killed_often knobs '"sshd": false'
row "the way back is killed -9 again and again, while it is activated" armed 0 new at armed event waiting_killed_often seconds 30
row "the way back is killed -9, sshd stopped" armed 10 old at armed event waiting_killed knobs '"sshd": false'
row "no process can be made for 20 s, sshd stopped" activated 10 old at activated event no_processes knobs '"sshd": false'
row "no process can be made for 20 s" armed 10 old at armed event no_processes
row "ssh alone is killed -9" arming 1 old at arming event ssh_killed seconds 40
row "^C" copied 130 old at copied event interrupted
row "^C" armed 130 old at armed event interrupted seconds 60
row "^C" activating 130 old at activating event interrupted seconds 60 knobs "$during"
row "^C" activated 130 old at activated event interrupted seconds 60
row "^C" confirmed 130 new at confirmed event interrupted seconds 60

row "^C twice" confirmed 130 new at confirmed event interrupted_twice seconds 60
row "TERM" activated 143 old at activated event terminated seconds 60
row "HUP (the terminal closed)" activated 129 old at activated event hung_up seconds 60
row "frozen for a while" copied 0 new at copied event frozen_a_while seconds 30
row "frozen past the deadline" armed 10 old at armed event frozen
row "frozen past the deadline" activating 10 old at activating event frozen knobs "$during"
row "frozen past the deadline" activated 10 old at activated event frozen
row "frozen past the deadline" confirmed 0 new at confirmed event frozen

row "link cut for good" armed 11 old at armed event cut_for_good patience 3
row "link cut for good" activated 11 old at activated event cut_for_good patience 3
row "link cut for good" confirmed 11 new at confirmed event cut_for_good patience 3
row "link cut past the deadline" armed 10 old at armed event cut_and_late
row "link cut past the deadline" activating 10 old at activating event cut_and_late knobs "$during"
row "link cut past the deadline" activated 10 old at activated event cut_and_late
row "link cut and back" copied 0 new at copied event cut_and_back seconds 40
row "link cut and back" armed 0 new at armed event cut_and_back seconds 40
row "link cut and back" activating 0 new at activating event cut_and_back seconds 40 knobs "$during"
row "link cut and back" activated 0 new at activated event cut_and_back seconds 40
row "link cut and back" confirmed 0 new at confirmed event cut_and_back seconds 40
row "a round trip of 300 ms" "all the time" 0 new before slow_link seconds 60

row "power cut" copied 1 old at copied event power_cut
row "power cut" armed 10 old at armed event power_cut seconds 40
row "power cut" activating 10 old at activating event power_cut seconds 40 knobs "$during"
row "power cut" activated 10 old at activated event power_cut seconds 40
row "power cut" confirmed 10 old at confirmed event power_cut seconds 40
row "power cut" half-committed 10 old at half-committed event power_cut seconds 40

row "another program holds NixOS's lock" copied 13 old at copied event nixos_locked
row "another program holds NixOS's lock" armed 13 old at armed event nixos_locked seconds 30
row "another program holds NixOS's lock for 12 s" confirmed 0 new at confirmed event nixos_locked seconds 30
row "another program holds NixOS's lock for 12 s, sshd stopped" activated 10 old at activated event nixos_locked knobs '"sshd": false'
row "another program holds NixOS's lock for 12 s, ^C" activated 130 old at activated event nixos_locked_and_interrupted seconds 60
row "another program switches the host" armed 13 another at armed event they_switch before their_system seconds 30
row "another program switches the host" activated 13 another at activated event they_switch before their_system seconds 12
row "another program switches the host, ^C" activated 130 another at activated event they_switch_and_interrupted before their_system seconds 60
row "another program switches the host, sshd stopped" activated 13 another at activated event they_switch before their_system seconds 12 knobs '"sshd": false'

row "/run full" copied 1 old at copied event full_run
row "/run full, sshd stopped (no systemd)" armed 10 old on plain at armed event full_run knobs '"sshd": false'
row "/run full, sshd stopped (systemd can't start the activation)" armed 12 old on systemd at armed event full_run knobs '"sshd": false'
row "/run full, --check fails" activated 10 old at activated event full_run words '--check false'
row "/run without a free inode, sshd stopped" activated 10 old at activated event no_inodes knobs '"sshd": false'
row "/run without a free inode" activated 0 new at activated event no_inodes seconds 30
row "/ full" copied 14 "new until a reboot" at copied event full_root
row "/ full, sshd stopped" armed 10 old at armed event full_root knobs '"sshd": false'
row "/ full" activated 14 "new until a reboot" at activated event full_root seconds 30
row "/boot full" activated 14 "new until a reboot" at activated event full_boot seconds 30

row "garbage is collected, and /boot is full" half-committed 14 "new until a reboot" at half-committed event collected_and_full seconds 40
row "the store turns read-only" half-committed 0 new at half-committed event read_only seconds 40

row "--check fails once, then holds" "" 0 new seconds 30 words "--check 'test -e \$WORK/once || { : >\$WORK/once; false; }'" before forget_once
row "--check fails" "" 10 old words '--check false'
row "--check hangs" "" 10 old words "--check 'sleep 1000'"
row "--check-remote fails" "" 10 old words '--check-remote true --check-remote false'
row "--check-remote hangs" "" 10 old words "--check-remote 'sleep 1000'"
row "--check-remote says 100 MB" "" 0 new seconds 40 words "--check-remote 'head -c 100000000 /dev/zero'"
row "the old system's checks fail, --check fails" "" 10 old before old_checks_fail words '--check false'
row "the old system is damaged, and its boot loader is unknown, --check fails" "" 15 "new until a reboot" before old_damaged words '--check false'
row "the old system is damaged, --check fails" "" 10 old before damaged_by_grub words '--check false'
row "the old system is damaged, sshd stopped" "" 10 old before damaged_by_grub knobs '"sshd": false'
row "the old system is damaged, the activation ends with 1" "" 12 old before damaged_by_grub knobs '"activationStatus": 1'
row "the old system is damaged, --no-last-reboot, --check fails" "" 15 "new until a reboot" before damaged_by_grub words '--no-last-reboot --check false'
row "the old system is damaged, and the boot menu has another default, --check fails" "" 15 "new until a reboot" before grub_boots_another words '--check false'
row "systemd hangs" activated 10 old on systemd at activated event systemd_stopped before by_grub
row "systemd hangs, sshd stopped" activated 10 old on systemd at activated event systemd_stopped patience 120 before by_grub knobs '"sshd": false'
