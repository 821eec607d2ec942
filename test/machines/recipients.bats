#!/usr/bin/env bats
# In which lists the doctor looks for a host's key: agenix's as agenix reads them, with the real nix. The host itself does not answer.
bats_require_minimum_version 1.5.0

. "$BATS_TEST_DIRNAME/../lib/warm.bash"
repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)

setup() {
  export HOME=$BATS_TEST_TMPDIR/home
  unset XDG_CACHE_HOME
  mkdir -p "$HOME/.ssh/keys.homelab/vps" "$BATS_TEST_TMPDIR/flake/keys"
  warm "$HOME/.cache"
  ssh-keygen -q -t ed25519 -N '' -C web1 -f "$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_web1"
  key=$(cut -d ' ' -f 1,2 "$HOME/.ssh/keys.homelab/vps/ssh_host_ed25519_key_web1.pub")
  cd "$BATS_TEST_TMPDIR/flake"
  echo '{ outputs = _: { nixosConfigurations.web1 = 1; }; }' >flake.nix
  echo "{ web1 = \"$key\"; me = \"ssh-ed25519 AAAAme\"; }" >keys/default.nix
}

# unlisted: what the doctor says of lists without the key; nothing where it says none.
unlisted() {
  setsid -w "$repo/scripts/ops-doctor.ts" web1 127.0.0.1 --ssh-option Port=1 --json </dev/null 2>/dev/null |
    jq -r '.[] | select(.id == "key-unlisted") | "\(.seen) | \(.fix)"'
}

@test "recipients: an expression is read as what it comes to" {
  mkdir secrets
  echo 'let keys = import ../keys; in { "a.age".publicKeys = [ keys.me keys.web1 ]; }' >secrets/secrets.nix
  [ -z "$(unlisted)" ]
  # It mentions the key, and encrypts nothing to it.
  echo "let web1 = \"$key\"; in { \"a.age\".publicKeys = [ (import ../keys).me ]; }" >secrets/secrets.nix
  [[ $(unlisted) == "secrets/secrets.nix does not have its key $key | (cd "*"/secrets && "*" secrets.nix && agenix -r)" ]]
}

@test "recipients: a module that is called secrets.nix is no list" {
  echo '{ config, ... }: { age.secrets.x.file = ./x.age; }' >secrets.nix
  [ -z "$(unlisted)" ]
  echo '{ age.secrets.x.file = ./x.age; }' >secrets.nix
  [ -z "$(unlisted)" ]
}

@test "recipients: a list that nix can't read is none to judge by, unless it has the key" {
  echo 'import <nothing> { }' >secrets.nix
  [ -z "$(unlisted)" ]
}

@test "recipients: a host's own lists count" {
  mkdir -p hosts/web1/secrets
  echo '{ "a.age".publicKeys = [ (import ../../../keys).me ]; }' >hosts/web1/secrets/secrets.nix
  [[ $(unlisted) == "hosts/web1/secrets/secrets.nix does not have its key "* ]]
  echo '{ "a.age".publicKeys = builtins.attrValues (import ../../../keys); }' >hosts/web1/secrets/secrets.nix
  [ -z "$(unlisted)" ]
  mv hosts/web1/secrets/secrets.nix hosts/web1/secrets.nix
  sed -i 's,../../../keys,../../keys,; s,builtins.attrValues (import ../../keys),[ "ssh-ed25519 AAAAother" ],' hosts/web1/secrets.nix
  [[ $(unlisted) == "hosts/web1/secrets.nix does not have its key "* ]]
}

@test "recipients: a stranger's list sees neither the environment nor other files" {
  echo 'secret' >"$BATS_TEST_TMPDIR/secret"
  echo "{ \"a.age\".publicKeys = [ (builtins.readFile $BATS_TEST_TMPDIR/secret) \"$key\" ]; }" >secrets.nix
  printf 'const { recipientLists } = require("%s/lib/doctor/recipients.ts");\nconsole.log(JSON.stringify(recipientLists(process.argv[2], "web1")));\n' "$repo" >"$BATS_TEST_TMPDIR/lists.cjs"
  run node "$repo/lib/load.cjs" "$BATS_TEST_TMPDIR/lists.cjs" "$PWD"
  [[ $output == *'"sure":false'* ]]
  echo "{ \"a.age\".publicKeys = [ \"x\${builtins.getEnv \"HOME\"}\" ]; }" >secrets.nix
  run node "$repo/lib/load.cjs" "$BATS_TEST_TMPDIR/lists.cjs" "$PWD"
  [[ $output == *'"text":"x","sure":true'* ]]
}
