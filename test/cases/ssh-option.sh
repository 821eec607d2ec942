# $ ops-ssh.ts --ssh-option Port=2222 --ssh-option=LogLevel=ERROR vps_ultraman_root
ssh -o 'Port=2222' -o 'LogLevel=ERROR' root@vps_ultraman_root
