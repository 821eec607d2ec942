# $ ops-ssh.ts ::1
ssh root@::1
