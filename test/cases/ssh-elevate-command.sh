# $ ops-ssh.ts --elevate sudo admin@vps_ultraman_root systemctl --failed
ssh admin@vps_ultraman_root -- 'sudo -n -- systemctl --failed'
