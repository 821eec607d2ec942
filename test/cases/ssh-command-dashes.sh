# $ ops-ssh.ts vps_ultraman_root -- --print --help
ssh root@vps_ultraman_root -- '--print --help'
