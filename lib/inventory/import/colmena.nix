# colmenaHive, whose nodes are evaluated, or colmena, whose nodes are modules (colmena: src/nix/hive/{eval,options}.nix).
hive:
let
  isHive = hive ? nodes && hive ? toplevel;
  unread = throw "not read here";
  # A module, and those that it imports, as far as they can be read without their arguments. They are never looked at where `deployment`
  # stands literally.
  module = name: given:
    let
      opened = if builtins.isPath given || isString given then import given else given;
      arguments = builtins.functionArgs opened;
      called = if builtins.isFunction opened then opened ((builtins.mapAttrs (_: _: unread) arguments) // { inherit name; }) else opened;
      found = (called.config or called).deployment or { };
      try = value: let tried = builtins.tryEval (builtins.deepSeq value value); in if tried.success then tried.value else { unread = true; };
      all = modules: builtins.foldl' merge { } (map (module name) modules);
    in
    if isList given then all given else merge (try (all (called.imports or [ ]))) (try found);
  merge = one: other: one // other // { tags = (one.tags or [ ]) ++ (other.tags or [ ]); };
  deployment = name: if isHive then hive.nodes.${name}.config.deployment else merge (module name (hive.defaults or { })) (module name hive.${name});
  names = if isHive then attrNames hive.nodes else filter (name: !(elem name [ "meta" "network" "defaults" ])) (attrNames hive);
  node = name:
    let
      about = deployment name;
      host = about.targetHost or name;
      user = about.targetUser or "root";
      keys = attrNames (about.keys or { });
    in
    table name (
      noteIf (about.unread or false) "not all of it can be read without Colmena; look for what is missing"
      ++ (if (about.unread or false) && !(about ? targetHost) then [ ] else if host == null then note "targetHost = null: only for the machine itself, by hey sync" else target (login user host))
      ++ tags (about.tags or [ ])
      ++ (if user == "root" then [ ] else elevate (builtins.head (about.privilegeEscalationCommand or [ "sudo" ])))
      ++ say "ssh-option" (if about.targetPort or null == null then null else [ "Port=${toString about.targetPort}" ])
      ++ say "build-on" (if about.buildOnTarget or false then "target" else null)
      ++ noteIf (about.allowLocalDeployment or false) "allowLocalDeployment: on the machine itself type hey sync"
      ++ noteIf (keys != [ ]) "keys ${toJSON keys}: hey sends ssh keys only, by which agenix and sops-nix decrypt the rest"
    );
in
file "Colmena" node names
