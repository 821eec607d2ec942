#!/usr/bin/env bats
# The words of messages: every one in lib/ and scripts/, by the rules.
bats_require_minimum_version 1.5.0

repo=${BATS_TEST_DIRNAME%/test/*}

setup() { cd "$BATS_TEST_TMPDIR"; }

# What nobody says, or what says nothing: a word that everybody uses is nearer. In the order of extended regular expressions.
forbidden='go(es|ne)? back|way back|any more|is said|agreed to|com(e|es) to (its|their) end|that which|so many|is done with|is done by'
forbidden+='|as whom|nobody watches|is noted|leads to no|no kind of|what is so|has it not|hasn.t|is no [a-z]+([;,:. ]|$)'

# checked DIR: what is wrong with its messages, a line each.
checked() {
  node "$repo/test/static/messages.cjs" "$1" >messages
  awk -F '\t' -v OFS='\t' '
    # A name that is filled in may be long.
    length($3) > 200 { print $1, "longer than 200 characters", $3 }
    $3 ~ /[^.]\.$/ { print $1, "ends with a dot", $3 }
    $3 ~ /  / { print $1, "has two blanks", $3 }
    $3 ~ /^[A-Z][a-z]/ && $3 !~ /^NIX/ { print $1, "begins with a capital letter", $3 }
  ' messages
  sed 's/there is no/no/g' messages | grep -E -i -e "\b($forbidden)" | sed 's/\t/\thas a forbidden word: /' || :
}

@test "no message is too long, ends with a dot, or has a word that is forbidden" {
  checked "$repo" >wrong
  cat wrong
  [ ! -s wrong ]
  [ "$(wc -l <messages)" -gt 180 ]
}

@test "all are found: there are as many as the code has places that make one" {
  local file
  for file in lib/spec/words.ts lib/inventory/hey-toml.ts lib/here/flake.ts lib/keys/keys.ts scripts/ops-bootstrap.ts; do
    [ "$(grep -c "^$file	" messages_of 2>/dev/null || node "$repo/test/static/messages.cjs" "$repo" | tee messages_of | grep -c "^$file	")" -ge \
      "$(grep -cE 'new (Usage|Refusal|Ended)\(' "$repo/$file")" ] || { echo "$file"; false; }
  done
}

@test "each kind of fault is found" {
  local text
  mkdir -p lib scripts
  for text in 'new Usage("the host is not there.")' 'new Refusal(`${host} goes back`)' 'new Ended(a ? "this is fine" : "it is no host; type one", 1)' \
    'remark("two  blanks")' "new Usage(\"$(printf 'long %.0s' {1..50})\")" 'new Usage("fine", `hey ${1 + "the way back"}`)' 'new Usage("That is big")'; do
    echo "throw $text;" >lib/one.ts
    [ -n "$(checked "$PWD")" ] || { echo "not found: $text"; false; }
  done
  # In a comment it is none.
  printf '%s\n' '// new Usage("it goes back.")' 'throw new Usage("web01 is not a host; type another one");' >lib/one.ts
  [ -z "$(checked "$PWD")" ]
}

# The commands of hey that a text proposes. Words that stand for others are filled in.
@test "each command that a message or a text proposes is one that hey takes" {
  . "$repo/test/lib/machine.bash"
  make_machine "$PWD/machine"
  make_flake "$machine/path/to/homelab" id3-eniac vps-ultraman vps-pacman
  remember "$machine/path/to/homelab"
  local line count=0
  node "$repo/test/static/messages.cjs" "$repo" | cut -f 3 | grep -oE '\bhey (ops [a-z-]+|init|trust|sync|help|deploy|doctor|status)( [A-Z]+| --[a-z-]+)*' | sort -u >commands
  while IFS= read -r line; do
    read -ra words <<<"$line"
    status=0
    (cd "$machine/path/to/homelab" && on_machine "$repo/scripts/${words[0]}" "${words[@]:1}" --help) >/dev/null 2>&1 </dev/null || status=$?
    [ "$status" = 0 ] || { echo "$line: $status"; false; }
    count=$((count + 1))
  done <commands
  [ "$count" = "$(wc -l <commands)" ]
}
