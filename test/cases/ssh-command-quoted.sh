# $ ops-ssh.ts vps_ultraman_root echo 'two words' "it's" '$HOME' '' '=ls' '*'
ssh root@vps_ultraman_root -- 'echo '\''two words'\'' '\''it'\''\'\'''\''s'\'' '\''$HOME'\'' '\'''\'' '\''=ls'\'' '\''*'\'''
