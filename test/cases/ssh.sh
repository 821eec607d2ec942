# $ ops-ssh.ts vps_ultraman_root
ssh root@vps_ultraman_root
