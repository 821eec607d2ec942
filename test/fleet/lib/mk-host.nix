# Stands in for lib.nixosSystem: a closure of the same shape, built by /bin/sh in under a second.
{ name, dir }:
let
  platform = builtins.readFile ./platform;
  overrides = dir + "/knobs.json";
  host = import ./knobs.nix // import dir
    // (if builtins.pathExists overrides then builtins.fromJSON (builtins.readFile overrides) else { });

  build = drvName: script: env: derivation (env // {
    name = drvName;
    system = platform;
    builder = "/bin/sh";
    args = [ "-euc" script ];
    PATH = "/usr/bin:/bin";
  });
  shellQuote = value: "'" + builtins.replaceStrings [ "'" ] [ "'\\''" ] (toString value) + "'";
  perVerb = value: verb: if builtins.isAttrs value then value.${verb} or 0 else value;
  secret = ../secrets/demo.age;
  networking = host.options.networking or { };
  script = file: builtins.path { name = baseNameOf file; path = file; };

  mkSystem = knobs:
    let
      linux = build "linux-${knobs.kernel}" "mkdir $out; echo ${knobs.kernel} >$out/bzImage" { };
      modules = build "linux-${knobs.kernel}-modules" "mkdir -p $out/lib/modules/${knobs.kernel}" { };
      initrd = build "initrd-linux-${knobs.kernel}" "mkdir $out; echo ${knobs.initrd} >$out/initrd" { };
      systemd = build "systemd-${knobs.systemd}" "mkdir $out; echo ${knobs.systemd} >$out/version" { };
      # Random bytes, so that a compressed copy is as long as the knob says.
      payload = build "payload-${toString knobs.closureKiB}" "head -c ${toString knobs.closureKiB}k /dev/urandom >$out" {
        seed = knobs.closureSeed;
      };
      login = if knobs.login == null then null else import ./login.nix ({ system = platform; } // knobs.login);
      sshdConfig = if login == null then import ./sshd-config.nix knobs else login.sshdConfig;
      # The files of a real login, made by a shell script.
      etcFiles = builtins.concatStringsSep "" (map
        ({ name, mode, text }: "mkdir -p ${shellQuote (dirOf name)}\nprintf %s ${shellQuote text} >${shellQuote name}\n"
          + (if mode == "symlink" then "" else "printf %s ${mode} >${shellQuote "${name}.mode"}\n"))
        login.etc);
      accountsFile = builtins.toFile "users-groups.json" login.accounts;
      # Each script is a path of its own, as in NixOS: two systems may have the same.
      scriptNames = builtins.attrNames login.scripts;
      scripts = builtins.mapAttrs (name: text: build name "printf %s \"$text\" >$out; chmod 555 $out" { inherit text; }) login.scripts;
      unitText = name: builtins.replaceStrings (map (script: "@out@/lib/${script}") scriptNames) (map (script: toString scripts.${script}) scriptNames)
        (login.scriptUnits.${name} "@out@");
      loginFiles = if login == null then "" else ''
        cd $out/etc
        [ "$hasSshd" = 1 ] || rm ssh/sshd_config
        ${etcFiles}
        install -m 444 $loginScript $out/lib/login.sh
        install -m 444 $accountsScript $out/lib/accounts.pl
        ln -s ${accountsFile} $out/lib/
        printf %s ${shellQuote login.wrappers} >$out/lib/wrappers.sh
        mkdir -p systemd/system
        printf "[Service]\nType=oneshot\nExecStart=%s\n" "$out/lib/wrappers.sh" >systemd/system/suid-sgid-wrappers.service
        ${builtins.concatStringsSep "" (map (name: "ln -s ${scripts.${name}} $out/lib/${name}\n") scriptNames)}
        mkdir -p systemd/system/sysinit.target.wants
        ${builtins.concatStringsSep "" (map
          (name: ''printf %s ${shellQuote (unitText name)} | sed "s,@out@,$out,g" >systemd/system/${name}
            ln -s ../${name} systemd/system/sysinit.target.wants/${name}
          '')
          (builtins.attrNames login.scriptUnits))}
        for program in iptables ip6tables; do ln -s /usr/sbin/xtables-nft-multi $out/sw/bin/$program; done
        for program in ${toString login.programs}; do
          for place in /usr/sbin /usr/bin; do [ ! -e "$place/$program" ] || ln -sfn "$place/$program" $out/sw/bin/$program; done
        done
      '';
      # hey's own module, and what NixOS makes of these attributes of it.
      trial = (import ../nixos/trial-boot.nix { pkgs.runtimeShell = "/bin/sh"; }).systemd.services.hey-trial;
      value = given: if builtins.isBool given then (if given then "yes" else "no") else toString given;
      lines = set: builtins.concatStringsSep "" (map (key: "${key}=${value set.${key}}\n") (builtins.attrNames set));
      trialUnit = "[Unit]\nDescription=${trial.description}\nBefore=${toString trial.before}\n${lines trial.unitConfig}"
        + "[Service]\nX-RestartIfChanged=${value trial.restartIfChanged}\nEnvironment=PATH=/usr/bin:/bin\n${lines trial.serviceConfig}";

      units = import ./units.nix { inherit knobs trialUnit sshdConfig login; trialWantedBy = trial.wantedBy; };
      unitFiles = builtins.concatStringsSep "" (
        map (name: "printf %s ${shellQuote units.texts.${name}} >${shellQuote name}\n") (builtins.attrNames units.texts)
        ++ map (name: "ln -s /dev/null ${shellQuote name}\n") units.masked
        ++ map (link: "mkdir -p ${shellQuote (dirOf link)}\nln -s ${shellQuote "../${baseNameOf link}"} ${shellQuote link}\n") units.wants
      );

      # What the scripts of this system read, as shell assignments.
      settings = builtins.concatStringsSep "\n" (map (key: "${key}=${shellQuote values.${key}}") (builtins.attrNames values)) + "\n";
      values = {
        host_name = name;
        sshd = if (if login == null then knobs.sshd == false else !login.sshd) then "off" else "on";
        login = if login == null then "" else "real";
        link = if knobs.link then "up" else "down";
        firewall = knobs.firewall;
        nixos_version = knobs.nixosVersion;
        revision = knobs.revision;
        program = knobs.program;
        systemd = knobs.systemd;
        hang = knobs.activationHang;
        activation_script = knobs.activationScript;
        check_status = knobs.checkStatus;
        check_script = knobs.checkScript;
        init = knobs.init;
        boot_loader_status = knobs.bootLoaderStatus;
        unit_journal = knobs.unitJournal;
        failing_user = knobs.failingUser;
        status_dry_activate = knobs.dryActivateStatus;
        host_key = knobs.hostKey;
        secret = if builtins.pathExists secret then script secret else "";
        secret_status = knobs.secretStatus;
        boot_loader = knobs.bootLoader;
        boot_limit = knobs.bootLimit;
        boot_timeout = knobs.bootTimeout;
        kernel_params = knobs.kernelParams;
        menu_form = knobs.menuForm;
        boot_counting = knobs.bootCounting;
        boot_hang = if knobs.bootHang then "on" else "off";
        dbus = knobs.dbus;
        identity_paths = builtins.concatStringsSep " " knobs.identityPaths;
      } // builtins.listToAttrs (map
        (verb: { name = "status_${verb}"; value = perVerb knobs.activationStatus verb; })
        [ "switch" "boot" "test" ]);
    in
    build "nixos-system-${name}-${knobs.nixosVersion}" ''
      test ${toString knobs.buildStatus} = 0 || exit ${toString knobs.buildStatus}
      mkdir -p $out/bin $out/lib $out/etc/ssh $out/etc/systemd/system $out/sw/bin $out/specialisation
      install -m 555 $switch $out/bin/switch-to-configuration
      install -m 555 $activate $out/activate
      ${if login == null then "" else "echo '# /usr/bin/perl -w /nix/store/update-users-groups.pl ${accountsFile}' >>$out/activate"}
      install -m 555 $init $out/init
      install -m 444 $services $out/lib/services.sh
      install -m 444 $pid1 $out/lib/pid1.sh
      install -m 555 $power $out/sw/bin/reboot
      ln -s reboot $out/sw/bin/poweroff
      install -m 555 $version $out/sw/bin/nixos-version
      ln -s /bin/sh $out/sw/bin/sh
      printf %s "$settings" >$out/settings
      install -m 444 $bootMenu $out/lib/boot-menu.sh
      for part in $parts; do install -m 444 "''${part#*=}" "$out/lib/''${part%%=*}"; done
      (cd $out/etc/systemd/system && sh -euc "$unitFiles")
      if [ "$bootLoader" = systemd-boot ]; then install -m 555 $bootctl $out/sw/bin/bootctl; fi
      printf %s "$sshdConfig" >$out/etc/ssh/sshd_config
      printf '%s\n' "$marker" >$out/etc/motd
      printf '%s\n' "$hostName" >$out/etc/hostname
      printf '%s\n' ID=nixos NAME=NixOS "PRETTY_NAME=\"NixOS $nixosVersion\"" >$out/etc/os-release
      printf %s "$nixosVersion" >$out/nixos-version
      printf %s "$system" >$out/system
      ln -s $linux/bzImage $out/kernel
      ln -s $modules $out/kernel-modules
      ln -s $initrd/initrd $out/initrd
      ln -s $systemd $out/systemd
      ln -s $payload $out/payload
      (sh -euc "$loginFiles")
      for pair in $specialisations; do ln -s "''${pair#*=}" "$out/specialisation/''${pair%%=*}"; done
    ''
      {
        inherit settings sshdConfig unitFiles loginFiles linux modules initrd systemd payload;
        inherit (knobs) marker nixosVersion bootLoader;
        hostName = name;
        hasSshd = if login == null || login.sshdUnit != "" then "1" else "";
        loginScript = script ./login.sh;
        accountsScript = script ./accounts.pl;
        switch = script ./switch-to-configuration.sh;
        activate = script ./activate.sh;
        init = script ./init.sh;
        services = script ./services.sh;
        pid1 = script ./pid1.sh;
        parts = map (file: "${baseNameOf file}=${script file}") [ ./bus.sh ./units.sh ./unit-changes.sh ./failed-units.sh ];
        power = script ./power.sh;
        version = script ./nixos-version.sh;
        bootMenu = script ./boot-menu.sh;
        bootctl = script ./bootctl.sh;
        specialisations = map
          (special: "${special}=${mkSystem (knobs // { specialisations = { }; } // knobs.specialisations.${special})}")
          (builtins.attrNames knobs.specialisations);
      };
in
{
  config = host.options // {
    networking = { hostName = name; } // networking // {
      # NixOS's own module adds it.
      firewall = networking.firewall or { } // { trustedInterfaces = networking.firewall.trustedInterfaces or [ ] ++ [ "lo" ]; };
    };
    age = {
      inherit (host) identityPaths;
      secrets = (if builtins.pathExists secret then { demo.file = secret; } else { }) // (host.options.age or { }).secrets or { };
    };
    system.nixos.version = host.nixosVersion;
    system.build = {
      toplevel = mkSystem host;
    } // builtins.listToAttrs (builtins.concatMap
      (mode: map
        (deps: {
          name = "${mode}Script${deps}";
          value = build "${mode}-${name}" "(printf '#!/bin/sh\\nmode=${mode} host=${name}\\n'; cat $script) >$out; chmod 555 $out" {
            script = script ./disko.sh;
          };
        })
        [ "" "NoDeps" ])
      [ "disko" "format" "mount" ]);
    # Another system for the same host.
    virtualisation.vmVariant.system.build.toplevel = mkSystem (host // { marker = "${host.marker} (variant)"; });
  };
  pkgs = { system = platform; stdenv.hostPlatform.system = platform; };
}
