# $ ops-ssh.ts --ssh-config /path/to/ssh_config vps_ultraman_root true
ssh -F /path/to/ssh_config root@vps_ultraman_root -- true
