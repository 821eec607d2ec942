# $ ops-ssh.ts vps_ultraman_root uname -a
ssh root@vps_ultraman_root -- 'uname -a'
