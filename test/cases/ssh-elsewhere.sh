# $ ops-ssh.ts vps_ultraman_root true
# in: /path/to/nothing
ssh root@vps_ultraman_root -- true
