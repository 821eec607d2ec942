#!/usr/bin/env bats
# A hey.toml of what a flake says for another tool: with the real nix.
bats_require_minimum_version 1.5.0

. "$BATS_TEST_DIRNAME/../lib/warm.bash"
repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)

# flake HOST…: here, with these hosts and the flake.nix of stdin.
flake() {
  local host
  cd "$(mktemp -d "$BATS_TEST_TMPDIR/flake.XXXXXX")"
  cat >flake.nix
  if [ $# -gt 0 ] && ! grep -q nixosConfigurations flake.nix; then
    sed -i "0,/^  outputs = .*{\$/s//&\n    nixosConfigurations = { $(printf '"%s" = 1; ' "$@")};/" flake.nix
    grep -q nixosConfigurations flake.nix
  fi
  git init -q
  git add -A
}

setup() { warm "$BATS_TEST_TMPDIR/.cache"; }

hosts() { HOME=$BATS_TEST_TMPDIR setsid -w "$repo/scripts/ops-hosts.ts" "$@" </dev/null; }

of_deploy_rs() {
  flake web1 db core.example.org ssh <<'NIX'
{
  outputs = _: {
    deploy = {
      sshUser = "admin";
      user = "root";
      confirmTimeout = 45;
      nodes = {
        web1 = {
          hostname = "web1.example.org";
          profiles.system = { path = throw "it is built"; sshOpts = [ "-p" "2121" "-o" "ServerAliveInterval=5" "-A" "-oProxyCommand=nc %h" "-i" ]; };
        };
        db = { hostname = "2001:db8::1"; sshUser = "root"; magicRollback = false; remoteBuild = true; fastConnection = true; profiles = { system.path = 1; home.path = 2; }; };
        "core.example.org" = {
          hostname = "core.example.org";
          sudo = "doas -u";
          interactiveSudo = true;
          confirmTimeout = 5;
          remoteBuild = true;
          autoRollback = false;
          tempPath = "/var/tmp";
          profiles.system.groups = [ "edge" "at home" ];
        };
        ssh = { hostname = "ssh:22"; user = "me"; interactiveSudo = true; profiles.home = { }; };
        elsewhere = { hostname = "elsewhere"; interactiveSudo = true; profiles.system = { }; };
      };
    };
  };
}
NIX
}

@test "import: what deploy.nodes says for deploy-rs" {
  of_deploy_rs
  run --separate-stderr hosts --import deploy-rs
  [ "$status" = 0 ]
  diff <(echo "$output") - <<'TOML'
# What this flake says for deploy-rs. A line with a # has no place in hey.toml.

[hosts."core.example.org"]
target = "admin@core.example.org"
tags = ["edge"]
# tags with other characters are left out: ["at home"]
elevate = "doas"
# interactiveSudo: doas takes a password at a terminal only
guard = true
# confirmTimeout = 5: confirm-timeout is from 30 to 3600
use-substitutes = true
# remoteBuild: build-on is nixos-rebuild's, which can't be guarded; without guard type build-on = "target"
# autoRollback = false: what fails is undone under guard, and left without it
# tempPath: hey needs none

[hosts.db]
target = "root@2001:db8::1"
build-on = "target"
# other profiles than system: ["home"]

# the flake has no host of this name; call it as it is called there
# [hosts.elsewhere]
# target = "admin@elsewhere"
# elevate = "sudo"
# ask-elevate-password = true
# guard = true
# confirm-timeout = 45
# use-substitutes = true

[hosts.ssh]
# target "admin@ssh:22": no word for ssh here; an ssh alias can say it
guard = true
confirm-timeout = 45
use-substitutes = true
# user = "me": hey changes systems, and these are root's
# no profile is called system
# other profiles than system: ["home"]

[hosts.web1]
target = "admin@web1.example.org"
elevate = "sudo"
guard = true
confirm-timeout = 45
ssh-option = ["Port=2121","ServerAliveInterval=5"]
# sshOpts ["-A","-oProxyCommand=nc %h","-i"]: ssh-option is KEY=VALUE without blanks; an ssh alias can say the rest
use-substitutes = true
TOML
  [[ $stderr == *"shown only. Try: --yes, or redirect it to $PWD/hey.toml" ]]
  [ ! -e hey.toml ]
}

@test "import: of sshOpts, hey.toml gets those that it may set" {
  flake web1 <<'NIX'
{
  outputs = _: {
    deploy.nodes.web1 = {
      hostname = "web1";
      sshOpts = [ "-oStrictHostKeyChecking=no" "-J" "a@b:22,c" "-oProxyJump=a;b" "-oPROXYCOMMAND=x" "-o" "port=2121" "-i" "~/.ssh/id" "-i" "%d/id" "-J" "[::1]" "-ofoo=\\" ];
      profiles.system = { };
    };
  };
}
NIX
  run --separate-stderr hosts --import deploy-rs
  [ "$status" = 0 ]
  diff <(grep -i ssh <<<"$output") - <<'TOML'
ssh-option = ["ProxyJump=a@b:22,c","port=2121","IdentityFile=~/.ssh/id","ProxyJump=[::1]"]
# sshOpts ["StrictHostKeyChecking=no","ProxyJump=a;b","PROXYCOMMAND=x","IdentityFile=%d/id","foo=\\"]: hey.toml sets only harmless ones; put it into ~/.ssh/config
TOML
  echo "$output" >hey.toml
  run hosts
  [ "$status" = 0 ]
}

@test "import: it is written with --yes or by redirection, taken by hey and by nix, and never overwritten" {
  of_deploy_rs
  run --separate-stderr hosts --import deploy-rs --yes
  [ "$status" = 0 ]
  [[ $stderr == *"written to $PWD/hey.toml" ]]
  diff <(echo "$output") hey.toml
  hosts --import deploy-rs >"$BATS_TEST_TMPDIR/again" && false
  diff "$BATS_TEST_TMPDIR/again" hey.toml
  run --separate-stderr hosts --import deploy-rs --yes
  [ "$status" = 1 ]
  [[ $stderr == *"$PWD/hey.toml is there already. Try: move it away" ]]
  mv hey.toml old
  hosts --import deploy-rs >hey.toml
  diff old hey.toml
  run hosts --on 'web1,@edge'
  diff <(echo "$output") - <<'SEEN'
Host              Target                  Tags
core.example.org  admin@core.example.org  @edge
web1              admin@web1.example.org
SEEN
  run --separate-stderr nix --extra-experimental-features 'nix-command flakes' eval --impure --raw --expr '(builtins.fromTOML (builtins.readFile ./hey.toml)).hosts.web1.target'
  [ "$output" = admin@web1.example.org ]
}

@test "import: it is asked for on a terminal" {
  of_deploy_rs
  answered() {
    HOME=$BATS_TEST_TMPDIR run expect -c "spawn -noecho $repo/scripts/ops-hosts.ts --import deploy-rs; expect -ex {[y/N] }; send $1\\r; expect eof"
  }
  answered n
  [[ $output == *"Write this to $PWD/hey.toml? [y/N]"*"nothing was written"* ]]
  [ ! -e hey.toml ]
  answered y
  [[ $output == *"written to $PWD/hey.toml"* ]]
  [ -s hey.toml ]
}

of_colmena() {
  flake web1 db core.example.org paths list hidden <<'NIX'
{
  outputs = _: {
    colmena = {
      meta.nixpkgs = throw "no nixpkgs is needed";
      defaults = { pkgs, ... }: { deployment.tags = [ "all" ]; environment.systemPackages = [ pkgs.hello ]; };
      web1 = { name, nodes, config, ... }: {
        deployment = {
          targetHost = "${name}.example.org";
          targetPort = 2222;
          targetUser = "admin";
          tags = [ "web" ];
          buildOnTarget = true;
          allowLocalDeployment = true;
          keys.secret.text = "s3cret";
        };
        networking.hostName = config.x;
      };
      db.deployment.targetHost = null;
      "core.example.org" = { config, ... }: { deployment.targetHost = config.networking.fqdn; };
      paths = ./module.nix;
      list = [ { deployment.tags = [ "one" ]; } { deployment.targetHost = "two"; } ];
      hidden = { lib, ... }: lib.mkIf true { deployment.targetHost = "x"; };
    };
  };
}
NIX
  echo '{ lib, ... }: { deployment.targetUser = null; deployment.privilegeEscalationCommand = [ "please" ]; }' >module.nix
  git add module.nix
}

@test "import: what colmena says, as far as it can be read without Colmena" {
  of_colmena
  run --separate-stderr hosts --import colmena
  [ "$status" = 0 ]
  diff <(echo "$output") - <<'TOML'
# What this flake says for Colmena. A line with a # has no place in hey.toml.

[hosts."core.example.org"]
# not all of it can be read without Colmena; look for what is missing
tags = ["all"]

[hosts.db]
# targetHost = null: only for the machine itself, by hey sync
tags = ["all"]

[hosts.hidden]
# not all of it can be read without Colmena; look for what is missing
tags = ["all"]

[hosts.list]
target = "root@two"
tags = ["all","one"]

[hosts.paths]
target = "paths"
tags = ["all"]
# elevate: hey knows sudo, doas and run0, not "please"

[hosts.web1]
target = "admin@web1.example.org"
tags = ["all","web"]
elevate = "sudo"
ssh-option = ["Port=2222"]
build-on = "target"
# allowLocalDeployment: on the machine itself type hey sync
# keys ["secret"]: hey sends ssh keys only, by which agenix and sops-nix decrypt the rest
TOML
  [[ $output != *s3cret* ]]
}

@test "import: what colmenaHive says goes before colmena" {
  flake web1 <<'NIX'
{
  outputs = _: {
    colmena = throw "it isn't looked at";
    colmenaHive = {
      __schema = "v0.5";
      toplevel = throw "it isn't built";
      nodes.web1.config.deployment = {
        targetHost = "web1";
        targetUser = "root";
        targetPort = null;
        tags = [ "x" ];
        buildOnTarget = false;
        allowLocalDeployment = false;
        keys = { };
        privilegeEscalationCommand = [ "sudo" "-H" "--" ];
      };
    };
  };
}
NIX
  run --separate-stderr hosts --import colmena
  [ "$status" = 0 ]
  [ "$output" = "# What this flake says for Colmena. A line with a # has no place in hey.toml.

[hosts.web1]
target = \"root@web1\"
tags = [\"x\"]" ]
}

@test "import: what a package is called says nothing for a tool; what is missing in the flake's own outputs is missing" {
  flake web1 <<'NIX'
{
  outputs = _: {
    packages.x86_64-linux.colmena = { type = "derivation"; name = "colmena"; outPath = "x"; };
    legacyPackages = rec { x86_64-linux = { deploy.nodes.tool = { hostname = "tool"; }; colmenaHive = { }; }; aarch64-linux = x86_64-linux; };
    deploy.nodes.web1.hostname = "web1.example.org";
    colmena.web1.deployment.targetHost = "web1.example.org";
  };
}
NIX
  for tool in deploy-rs colmena; do
    for how in '' '--print | sh'; do
      run eval "hosts --import $tool $how 2>/dev/null"
      [[ $output == *'[hosts.web1]'*'target = "root@web1.example.org"'* || $output == *'[hosts.web1]'*'target = "web1.example.org"'* ]] || { echo "$tool $how: $output"; return 1; }
      [[ $output != *tool* && $output != *hosts.type* ]]
    done
  done
  sed -i '/^    \(deploy\|colmena\)\./d' flake.nix
  for tool in deploy-rs colmena; do
    run --separate-stderr hosts --import $tool
    [ "$status" = 1 ]
    [ -z "$output" ]
    [[ $stderr == *"does not provide attribute"* ]]
  done
}

@test "import: what the machines say for nixinate" {
  flake web1 db other <<'NIX'
{
  outputs = _: {
    nixosConfigurations = {
      web1._module.args.nixinate = { host = "192.0.2.1"; sshUser = "matthew"; buildOn = "local"; substituteOnTarget = true; hermetic = false; };
      db._module.args.nixinate = { host = "db"; hermetic = true; port = 2222; };
      other._module.args = { };
    };
  };
}
NIX
  run --separate-stderr hosts --import nixinate
  [ "$status" = 0 ]
  diff <(echo "$output") - <<'TOML'
# What this flake says for nixinate. A line with a # has no place in hey.toml.

[hosts.db]
target = "root@db"
ssh-option = ["Port=2222"]
build-on = "target"
# hermetic: the nixos-rebuild of this machine is used

[hosts.web1]
target = "matthew@192.0.2.1"
elevate = "sudo"
use-substitutes = true
TOML
}

@test "import: a flake that has none of it is said by nix, and nothing is written" {
  flake <<<'{ outputs = _: { }; }'
  local tool
  for tool in deploy-rs colmena nixinate; do
    run --separate-stderr hosts --import "$tool" --yes
    [ "$status" = 1 ] && [ -z "$output" ]
    [[ $stderr == *"does not provide attribute"* ]]
    [ ! -e hey.toml ]
  done
}

@test "import: the printed script does the same, in every shell" {
  of_colmena
  hosts --import colmena --print >"$BATS_TEST_TMPDIR/script"
  hosts --import colmena >"$BATS_TEST_TMPDIR/wanted"
  local shell
  for shell in dash bash 'zsh -f' 'busybox sh'; do
    diff <($shell <"$BATS_TEST_TMPDIR/script" 2>/dev/null) "$BATS_TEST_TMPDIR/wanted"
  done
  shellcheck -s sh -e SC2016,SC2317,SC2119,SC2120 "$BATS_TEST_TMPDIR/script"
}

@test "import: a node that hey can't name stands in comments, so that hey takes what it has written" {
  flake <<'NIX'
{ outputs = _: { nixosConfigurations = import ./all.nix; deploy.nodes = { "a b".hostname = "h"; "--x".hostname = "h"; "q\"\n".hostname = "h"; web1.hostname = "web1"; }; }; }
NIX
  run --separate-stderr hosts --import deploy-rs --yes
  [ "$status" = 0 ]
  [[ $output == *"# hey takes no host of such a name"*'# [hosts."a b"]'* ]]
  run --separate-stderr hosts
  [ "$status" = 0 ]
  [ "${lines[1]}" = "web1  web1" ]
}

@test "import: a node of colmena is read with what it imports, and has no target where that can't be read" {
  flake gabbro slate chalk flint marl <<'NIX'
{
  outputs = _: {
    colmena = {
      gabbro = { imports = [ ./node.nix ]; deployment.tags = [ "web" ]; };
      slate = { pkgs, ... }: { imports = [ { imports = [ ./node.nix ]; } (import ./tags.nix) ]; services.x.package = pkgs.x; };
      chalk = { modulesPath, ... }: { imports = [ "${modulesPath}/profiles/minimal.nix" ]; deployment.tags = [ "own" ]; };
      flint = { modulesPath, ... }: { imports = [ "${modulesPath}/profiles/minimal.nix" ]; deployment.targetHost = "flint.example.org"; };
      marl = { };
    };
  };
}
NIX
  echo '{ deployment = { targetHost = "g.example.org"; targetPort = 2222; }; }' >node.nix
  echo '{ name, ... }: { deployment.tags = [ name ]; }' >tags.nix
  git add -A
  run --separate-stderr hosts --import colmena
  [ "$status" = 0 ]
  diff <(echo "$output") - <<'TOML'
# What this flake says for Colmena. A line with a # has no place in hey.toml.

[hosts.chalk]
# not all of it can be read without Colmena; look for what is missing
tags = ["own"]

[hosts.flint]
# not all of it can be read without Colmena; look for what is missing
target = "root@flint.example.org"

[hosts.gabbro]
target = "root@g.example.org"
tags = ["web"]
ssh-option = ["Port=2222"]

[hosts.marl]
target = "root@marl"

[hosts.slate]
target = "root@g.example.org"
tags = ["slate"]
ssh-option = ["Port=2222"]
TOML
}

@test "import: deploy-rs puts sshOpts of the profile, the node and all together, and so does hey" {
  flake web1 <<'NIX'
{
  outputs = _: {
    deploy = {
      sshOpts = [ "-o" "Compression=yes" ];
      nodes.web1 = { hostname = "web1"; sshOpts = [ "-p" "2222" ]; profiles.system.sshOpts = [ "-o" "IdentityFile=~/.ssh/id" ]; };
    };
  };
}
NIX
  run --separate-stderr hosts --import deploy-rs
  [[ $output == *'ssh-option = ["IdentityFile=~/.ssh/id","Port=2222","Compression=yes"]'* ]]
}

@test "import: a node that does not evaluate loses no other; nodes that are no hosts of the flake are comments" {
  flake web1 db <<'NIX'
{
  outputs = _: {
    deploy.nodes = {
      web1 = { hostname = throw "no such name"; profiles.system = { }; };
      db = { hostname = "db"; profiles.system = { }; };
      mac = { hostname = "mac"; profiles.system = { }; };
    };
  };
}
NIX
  run --separate-stderr hosts --import deploy-rs
  [ "$status" = 0 ]
  [[ $output == *$'[hosts.web1]\n# it does not evaluate; look for what is missing'* ]]
  [[ $output == *$'[hosts.db]\ntarget = "db"'* && $output == *$'# [hosts.mac]\n# target = "mac"'* ]]
}

@test "import: a node that ends the whole evaluation loses no other, either" {
  local nodes='web1 = { hostname = abort "no"; profiles.system = { }; };
      web2 = { hostname = { }.missing; profiles.system = { }; };
      "web\${3}" = { hostname = 1 + "x"; profiles.system = { }; };
      db = { hostname = "db"; profiles.system = { }; };
      mac = { hostname = "mac"; profiles.system = { }; };'
  flake web1 web2 db <<NIX
{
  outputs = _: {
    deploy.nodes = {
      $nodes
    };
  };
}
NIX
  run --separate-stderr hosts --import deploy-rs
  echo "$output$stderr"
  [ "$status" = 0 ]
  [ "$(grep -c '^# What this flake says' <<<"$output")" = 1 ]
  [ "$(grep -c 'it does not evaluate; look for what is missing' <<<"$output")" = 3 ]
  [[ $output == *$'[hosts.web1]\n# it does not evaluate; look for what is missing'* && $output == *$'[hosts.web2]\n# it does not evaluate'* ]]
  [[ $output == *$'[hosts.db]\ntarget = "db"'* && $output == *$'# [hosts.mac]\n# target = "mac"'* ]]
  [[ $stderr == *"a node ended the evaluation; each is evaluated alone"* ]]

  flake one two <<'NIX'
{
  outputs = _: {
    colmena = {
      one = { deployment.targetHost = abort "no"; };
      two = { deployment.targetHost = "two.example.net"; };
    };
  };
}
NIX
  run --separate-stderr hosts --import colmena
  [ "$status" = 0 ]
  [[ $output == *$'[hosts.one]\n# it does not evaluate'* && $output == *$'[hosts.two]\ntarget = "root@two.example.net"'* ]]

  flake one two three <<'NIX'
{
  outputs = _: {
    nixosConfigurations = {
      one = abort "no";
      two = { _module.args.nixinate = { host = "two.example.net"; }; };
      three = { };
    };
  };
}
NIX
  run --separate-stderr hosts --import nixinate
  [ "$status" = 0 ]
  [[ $output == *$'[hosts.one]\n# it does not evaluate'* && $output == *$'[hosts.two]\ntarget = "root@two.example.net"'* && $output != *three* ]]
}

@test "import: a flake that can't be evaluated at all is said, in nix's words" {
  flake one <<<'{ outputs = _: { deploy = abort "not at all"; nixosConfigurations.one = 1; }; }'
  run --separate-stderr hosts --import deploy-rs
  [ "$status" = 1 ]
  [ -z "$output" ]
  [[ $stderr == *"not at all"* && $stderr != *"each is evaluated alone"* ]]
}

@test "import: a flake without nixosConfigurations is said to be out of reach" {
  flake <<<'{ outputs = _: { colmena.one = { deployment.targetHost = "one.example.net"; }; }; }'
  run --separate-stderr hosts --import colmena
  [ "$status" = 0 ]
  [ "${lines[1]}" = "# The flake has no nixosConfigurations, and hey reaches no others: it deploys none of these." ]
  ! grep -v '^#' <<<"$output" | grep -q .
}

@test "import: what a flake says stays on its line, and moves no cursor" {
  local evil='x\n[defaults]\ncheck = \"touch PWNED\"\n#'
  flake web1 <<NIX
{
  outputs = _: {
    deploy.nodes.web1 = {
      hostname = builtins.fromJSON "\"h\\\\u202eb\\\\u009b31m\\\\u001b[0m\"";
      sudo = "$evil";
      interactiveSudo = true;
      user = "root";
      sshUser = "me";
      groups = [ "$evil" ];
      sshOpts = [ "-o" "$evil" "$evil" ];
      profiles = { "$evil" = { }; system = { }; };
    };
  };
}
NIX
  run --separate-stderr hosts --import deploy-rs
  [ "$status" = 0 ] || { echo "$stderr"; false; }
  [[ $output != *$'\n[defaults]'* && $output != *$'\ncheck'* ]]
  printf '%s\n' "$output" >seen
  run -1 env LC_ALL=C.UTF-8 grep -P '[\x{00}-\x{1f}\x{7f}-\x{9f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]' seen
  hosts --import deploy-rs >hey.toml 2>/dev/null
  git add -A
  hosts --on web1
}
