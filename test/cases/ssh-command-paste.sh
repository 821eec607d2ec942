# $ ops-ssh.ts vps_ultraman_root echo 'wow!now' '#no' '~' 'a;b|c&d' '`id`' '\n' '%s' 'é☃🦊'
ssh root@vps_ultraman_root -- 'echo '\''wow!now'\'' '\''#no'\'' '\''~'\'' '\''a;b|c&d'\'' '\''`id`'\'' '\''\n'\'' %s '\''é☃🦊'\'''
