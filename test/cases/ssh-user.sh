# $ ops-ssh.ts admin@vps_ultraman_root
ssh admin@vps_ultraman_root
