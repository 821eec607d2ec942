# $ ops-ssh.ts root@vps_ultraman_root --elevate sudo
ssh root@vps_ultraman_root
