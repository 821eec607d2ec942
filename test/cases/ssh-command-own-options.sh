# $ ops-ssh.ts vps_ultraman_root systemctl --failed --print -- x
ssh root@vps_ultraman_root -- 'systemctl --failed --print -- x'
