# $ ops-ssh.ts vps_admin --elevate sudo --ssh-config /path/to/ssh_config
ssh -F /path/to/ssh_config -t vps_admin -- 'sudo -i'
