# $ ops-ssh.ts -t vps_ultraman_root
ssh -t root@vps_ultraman_root
