# $ ops-ssh.ts --tty vps_ultraman_root htop
ssh -t root@vps_ultraman_root -- htop
