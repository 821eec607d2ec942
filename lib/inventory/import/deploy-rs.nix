# deploy.nodes (deploy-rs: README.md "API", interface.json): a setting may stand in the profile, the node or above all.
deploy:
let
  options = words:
    if words == [ ] then { pairs = [ ]; barred = [ ]; odd = [ ]; }
    else
      let
        first = builtins.head words;
        two = length words > 1;
        second = builtins.elemAt words 1;
        rest = options (builtins.tail (if takes then builtins.tail words else words));
        after = substring 2 (stringLength first) first;
        letter = substring 0 2 first;
        keyword = if letter == "-o" then "" else { "-p" = "Port="; "-i" = "IdentityFile="; "-l" = "User="; "-J" = "ProxyJump="; }.${letter} or null;
        takes = keyword != null && after == "" && two;
        pair = "${toString keyword}${if takes then second else after}";
        fits = keyword != null && isPair pair;
      in
      {
        pairs = (if fits && isSettable pair then [ pair ] else [ ]) ++ rest.pairs;
        barred = (if fits && !(isSettable pair) then [ pair ] else [ ]) ++ rest.barred;
        odd = (if fits then [ ] else [ first ] ++ (if takes then [ second ] else [ ])) ++ rest.odd;
      };
  node = name:
    let
      about = deploy.nodes.${name};
      profiles = about.profiles or { };
      get = setting: otherwise: profiles.system.${setting} or about.${setting} or deploy.${setting} or otherwise;
      sshUser = get "sshUser" null;
      user = get "user" sshUser;
      guard = get "magicRollback" true;
      timeout = get "confirmTimeout" null;
      # These are put together, where others replace each other (src/data.rs), and of two for one thing ssh takes the first.
      ssh = options ((profiles.system.sshOpts or [ ]) ++ (about.sshOpts or [ ]) ++ (deploy.sshOpts or [ ]));
      program = builtins.head (builtins.match "([^ ]*).*" (get "sudo" "sudo -u"));
      elevates = user == "root" && sshUser != "root";
      others = filter (profile: profile != "system") (attrNames profiles);
    in
    table name (
      target (login sshUser (about.hostname or name))
      ++ tags (get "groups" [ ])
      ++ (if elevates then elevate program else [ ])
      ++ (if !(get "interactiveSudo" false && elevates) then [ ] else if program == "sudo" then say "ask-elevate-password" true else note "interactiveSudo: ${program} takes a password at a terminal only")
      ++ say "guard" (if guard then true else null)
      ++ (if !guard || timeout == null then [ ] else if timeout >= 30 && timeout <= 3600 then say "confirm-timeout" timeout else note "confirmTimeout = ${toString timeout}: confirm-timeout is from 30 to 3600")
      ++ say "ssh-option" ssh.pairs
      ++ noteIf (ssh.barred != [ ]) "sshOpts ${toJSON ssh.barred}: hey.toml sets only harmless ones; put it into ~/.ssh/config"
      ++ noteIf (ssh.odd != [ ]) "sshOpts ${toJSON ssh.odd}: ssh-option is KEY=VALUE without blanks; an ssh alias can say the rest"
      ++ say "use-substitutes" (if get "fastConnection" false then null else true)
      ++ (if !(get "remoteBuild" false) then [ ] else if guard then note "remoteBuild: build-on is nixos-rebuild's, which can't be guarded; without guard type build-on = \"target\"" else say "build-on" "target")
      ++ noteIf (user != null && user != "root") "user = ${toJSON user}: hey changes systems, and these are root's"
      ++ noteIf (!(profiles ? system)) "no profile is called system"
      ++ noteIf (others != [ ]) "other profiles than system: ${toJSON others}"
      ++ noteIf (!(get "autoRollback" true)) "autoRollback = false: what fails is undone under guard, and left without it"
      ++ noteIf (get "tempPath" null != null) "tempPath: hey needs none"
    );
in
file "deploy-rs" node (attrNames deploy.nodes)
