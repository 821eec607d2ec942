# $ ops-ssh.ts --ssh-option User=me vps_ultraman_root true
# with: NIX_SSHOPTS=-p 2222  -i /home/me/.ssh/id
ssh -p 2222 -i /home/me/.ssh/id -o 'User=me' root@vps_ultraman_root -- true
