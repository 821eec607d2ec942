# $ ops-ssh.ts --elevate run0 -t admin@vps_ultraman_root htop
ssh -t admin@vps_ultraman_root -- 'run0 '\''--setenv=PATH'\'' -- htop'
