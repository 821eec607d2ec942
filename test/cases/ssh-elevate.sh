# $ ops-ssh.ts admin@vps_ultraman_root --elevate sudo
ssh -t admin@vps_ultraman_root -- 'sudo -i'
