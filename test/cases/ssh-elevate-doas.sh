# $ ops-ssh.ts --elevate doas admin@vps_ultraman_root id -u
ssh admin@vps_ultraman_root -- 'sh -c '\''exec doas -n -- env "PATH=$PATH" "$@"'\'' sh id -u'
