# Written by completions/generate.ts; change the verbs in scripts/ or the code in completions/*/ and run: hey completions --write

# The words beside the cursor, one a line; those right of it count too.
function __hey_beside
    set -l left (commandline -opc)
    set -l all (commandline -op)
    set -l after (math (count $left) + 1)
    # The word at the cursor is in the second list only.
    test -n "$(commandline -t)"; and set after (math $after + 1)
    string join \n -- $left[2..] $all[$after..]
end

# The last value that an option has on the line; fails without one.
function __hey_given
    set -l value
    set -l want
    for word in (__hey_beside)
        if set -q want[1]
            set value $word
            set -e want
            continue
        end
        switch $word
            case --
                break
            case $argv[1]
                set want 1
            case "$argv[1]=*"
                set value (string replace -r '^[^=]*=' '' -- $word)
        end
    end
    set -q value[1]; and echo -- $value
end

# Only a leading ~ or $VAR is expanded, as anything else could run something.
function __hey_value
    set -l parts (string match -r '^(?:~(?=/|$)|\$(\w+)|\{\$(\w+)\})(.*)' -- $argv[1])
    or begin
        echo -- $argv[1]
        return
    end
    set -l name HOME
    set -q parts[3]; and set name (string join '' $parts[2..-2])
    echo -- "$$name"$parts[-1]
end

# The directory of the flake that --flake names; fails for one elsewhere, and for none. As named() in lib/here/flake.ts.
function __hey_named_flake
    set -l ref (string replace -r '#.*' '' -- $argv[1])
    set -l query (string match -rg '\?(.*)' -- $ref)
    set ref (string replace -r '\?.*' '' -- $ref)
    if string match -qr '^(path|git\+file|hg\+file):' -- $ref
        set ref (string replace -r '^[^:]*:(//)?' '' -- $ref)
        set ref (__hey_decoded "$ref")
    else if string match -qr '^[a-z][a-z0-9+.-]*:' -- $ref
        return 1
    end
    set -l sub (string match -rg '(?:^|&)dir=([^&]*)' -- $query)
    if set -q sub[1]
        set sub (__hey_decoded (string replace -a + ' ' -- $sub[1]))
        string match -q '/*' -- $sub; and set ref ''
    end
    test -n "$ref"; or set ref .
    test -n "$sub"; and set ref $ref/$sub
    test -e $ref/flake.nix; and echo -- $ref
end

# A part of a URL without its %xx; a text that holds other % is none and stays.
function __hey_decoded
    if string match -qr '%(?![0-9A-Fa-f]{2})' -- $argv[1]
        echo -- $argv[1]
    else
        string unescape --style=url -- $argv[1]
    end
end

# The directory of the flake that this line means: the order of findFlake in lib/here/flake.ts.
function __hey_flake
    if set -l given (__hey_given --flake)
        __hey_named_flake (__hey_value $given)
        return
    end
    # Without links, as the verbs see the current directory.
    set -l dir (path resolve .)
    while not test -e $dir/flake.nix
        if test $dir = /
            test -n "$DOTFILES_HOME" -a -e "$DOTFILES_HOME/flake.nix"; and echo -- $DOTFILES_HOME
            return
        end
        set dir (path dirname $dir)
    end
    echo -- $dir
end

# Names of the hosts that stand literally in a flake.nix.
function __hey_literal_hosts
    set -l name '(?:"([^"${}]+)"|([A-Za-z_][\w\'-]*))'
    set -l depth 0
    # Most lines have nothing to do with it, and each costs.
    # A stranger's may have megabytes: its beginning does.
    read -z -n 65536 -l text <$argv[1]
    for line in (string split \n -- $text | string match -rv '^\s*(#|$)|^.{1000}')
        test $depth -gt 0; or string match -q '*nixosConfigurations*' -- $line; or continue
        set -l bare (string replace -r '(^|\s)#.*$' '' -- $line)
        string match -rg '\bnixosConfigurations\.'$name -- $bare | string match -r '.+'
        test $depth -eq 1; and string match -rg '^\s*'$name'\s*=' -- $bare | string match -r '.+'
        set -l braces $bare
        test $depth -eq 0; and set braces (string match -rg '\bnixosConfigurations\s*=[^;{]*(\{.*)$' -- $bare)
        set depth (math max 0, $depth + (count (string match -ra '\{' -- $braces)) - (count (string match -ra '\}' -- $braces)))
    end
end

# The hosts of the flake in a directory: those that nix has said (lib/here/cache.ts), and where it has not been asked yet what folders and text
# look like. No host begins with a #.
function __hey_hosts_of
    set -l cache $XDG_CACHE_HOME
    string match -q '/*' -- $cache; or set cache $HOME/.cache
    set -l seen $cache/hey/hosts/(string replace -a / %2F -- (string replace -a % %25 -- (path resolve $argv[1])))
    if test -f $seen -a -r $seen -a -s $seen
        __hey_host_names (string match -r '.+' <$seen)
        return
    end
    set -l names
    for file in $argv[1]/hosts/*/default.nix
        # A name with a line end would become two.
        test -e $file; and not string match -q '*'\n'*' -- $file; and set -a names (path basename (path dirname $file))
    end
    set names (string match -rv '^[._]' -- $names)
    test -f $argv[1]/flake.nix -a -r $argv[1]/flake.nix; and set -a names (__hey_literal_hosts $argv[1]/flake.nix)
    __hey_names $names
end

# Those that lib/spec/words.ts takes: for hosts, and as a target. fish quotes what a line needs quoted.
function __hey_host_names
    string match -r '^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.@+=:~\'-]{0,252}$' -- $argv
end
function __hey_names
    string match -r '^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,252}$' -- $argv
end

# The names that ssh knows, of the config that is given or of the user's.
function __hey_ssh_names
    # ssh goes by the password file, whatever HOME says.
    set -l home $HEY_HOME
    test -n "$home"; or set home ~$USER
    string match -q '/*' -- $home; or set home $HOME
    set -l known $home/.ssh/known_hosts $home/.ssh/known_hosts2 /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2
    set -l seen
    set -l names
    if test -n "$argv[1]"
        __hey_ssh_config $argv[1] $home/.ssh
    else
        __hey_ssh_config $home/.ssh/config $home/.ssh
        __hey_ssh_config /etc/ssh/ssh_config /etc/ssh
    end
    for file in $known
        # Never a pipe or a device: it would be waited for.
        test -f "$file" -a -r "$file"; or continue
        set -l fields (string match -rg '^\s*([^\s@|#]\S*)' <$file)
        set -a names (string replace -r '^\[(.*)\](:\d+)?$' '$1' -- (string split , -- $fields))
    end
    string match -rv '^\d+(\.\d+){3}$' -- (__hey_names $names)
end

# Adds the names of an ssh config to names and the files it mentions to known; the second word is where its relative Includes
# lie (ssh_config(5)).
function __hey_ssh_config --no-scope-shadowing
    if test -f $argv[1] -a -r $argv[1]; and not contains -- $argv[1] $seen
        set -a seen $argv[1]
        for hey_line in (string match -ri '^\s*(?:host|match|include|userknownhostsfile|globalknownhostsfile)[\s="].*' <$argv[1])
            __hey_ssh_line $argv[2] (string match -rg '^\s*([a-zA-Z]+)\s*=?\s*(.*)' -- (string trim -r -- $hey_line))
        end
    end
end

function __hey_ssh_line --no-scope-shadowing
    # argv: where relative paths lie, the keyword, the rest of the line
    set -l hey_words (__hey_ssh_words $argv[3])
    # Not by string lower, for which "I" and "i" are no pair in a Turkish locale.
    switch (__hey_lower $argv[2])
        case host
            set -a names $hey_words
        case match
            set -a names (__hey_ssh_match $hey_words)
        case include
            for hey_path in (__hey_ssh_paths $argv[1] $hey_words)
                for hey_file in (__hey_ssh_glob $hey_path)
                    __hey_ssh_config $hey_file $argv[1]
                end
            end
        case '*'
            for hey_path in (__hey_ssh_paths $argv[1] $hey_words)
                contains -- $hey_path $known; or set -a known $hey_path
            end
    end
end

# A word with the letters of ASCII in lower case.
function __hey_lower
    set -l text $argv[1]
    if string match -qr '[A-Z]' -- $text
        for letter in a b c d e f g h i j k l m n o p q r s t u v w x y z
            set text (string replace -air -- $letter $letter $text)
        end
    end
    echo -- $text
end

function __hey_ssh_match
    set -l key
    for word in $argv
        if set -q key[1]
            contains -- $key host originalhost; and string split , -- $word
            set -e key
            continue
        end
        set -l lower (__hey_lower $word)
        switch $lower
            case all canonical final !all !canonical !final
            case 'host=*' 'originalhost=*'
                string split , -- (string replace -r '^[^=]*=' '' -- $word)
            case '*=*'
            case '*'
                set key $lower
        end
    end
end

# The words of a config line: ssh quotes with " and ', and ends at a word that starts with #.
function __hey_ssh_words
    for word in (string match -ra '(?:"[^"]*"?|\'[^\']*\'?|\\\\.|[^\s"\'])+' -- $argv[1])
        string match -q '#*' -- $word; and return
        # A backslash is one unless it stands before one of these.
        string replace -ra '"([^"]*)"?|\'([^\']*)\'?|\\\\(["\'\\\\ ])' '$1$2$3' -- $word
    end
end

function __hey_ssh_paths --no-scope-shadowing
    for hey_one in $argv[2..]
        switch $hey_one
            case '~/*'
                echo -- $home/(string sub -s 3 -- $hey_one)
            case '~*/*'
                set -l hey_user (string match -rg '^~([A-Za-z0-9_.-]+)/' -- $hey_one)
                and echo -- ~$hey_user/(string replace -r '^[^/]*/' '' -- $hey_one)
            case '/*'
                echo -- $hey_one
            case '*'
                echo -- $argv[1]/$hey_one
        end
    end
end

# What a pattern of ssh's fits, part by part: fish expands no pattern that a variable holds, and evaluating it could run something.
function __hey_ssh_glob
    set -l found ''
    for part in (string split -n / -- $argv[1])
        set -l next
        for dir in $found
            if string match -qr '[*?[]' -- $part
                set -l pattern (string replace -ra '\\\\([][])' '$1' -- (string replace -a '\\?' . -- (string replace -a '\\*' '.*' -- (string escape --style=regex -- $part))))
                for entry in $dir/*
                    string match -qr "^$pattern\$" -- (path basename $entry) 2>/dev/null; and set -a next $entry
                end
            else if test -e $dir/$part
                set -a next $dir/$part
            end
        end
        set found $next
    end
    string join \n -- $found
end

# What stands before the value in the word at the cursor is fish's own affair.
function __hey_part
    string replace -r '^--[^=]+=' '' -- (commandline -ct)
end

function __hey_hosts
    set -l dir (__hey_flake); and __hey_hosts_of $dir
end

# With what stands before the last comma. What is left out, and tags, are typed.
function __hey_machines
    set -l before "$(string match -r '.*,' -- (__hey_part))"
    set -l names (__hey_hosts)
    set -q names[1]; and printf '%s\n' $before$names
end

# OPTIONS...: without the hosts of the flake that the verb's own is not: lib/inventory/other-host.ts refuses them. The options are those that
# take the word after them.
function __hey_own_targets
    set -l own (__hey_own_words $argv)
    set -l others
    for host in (__hey_hosts)
        test "$host" = "$own[1]"; or set -a others $host
    end
    __hey_targets $others
end

# OTHERS...: without these.
function __hey_targets
    set -l config
    if set -l given (__hey_given --ssh-config)
        set config (__hey_value $given)
    else
        set config (string match -rg '.*\s-F\s*(\S+)' -- " $NIX_SSHOPTS")
    end
    set -l user "$(string match -r '.*@' -- (__hey_part))"
    set -l names
    for name in (__hey_ssh_names $config)
        contains -- $name $argv; or set -a names $name
    end
    set -q names[1]; and printf '%s\tssh name\n' $user$names
    test -n "$user"; and return
    for host in (__hey_names (__hey_hosts))
        contains -- $host $names $argv; or printf '%s\tflake host\n' $host
    end
end

# sync.ts and install.ts are names that other repositories have too. Where a link leads is not asked.
function __hey_ours
    set -l command (__hey_value (commandline -opc)[1])
    string match -q '*/*' -- $command; or return 0
    not test -e $command; or test -L $command; or test -e (path dirname $command)/../completions/_hey-scripts
end

# OPTIONS...: whether none of these is on the line, nor --help, beside which nothing makes sense.
function __hey_without
    __hey_ours; or return
    for word in (__hey_beside)
        test "$word" = --; and return 0
        contains -- (string replace -r '=.*' '' -- $word) $argv -h --help; and return 1
    end
    return 0
end

# OPTIONS...: the verb's own words left of the cursor, or nothing where an option's value is typed; the options are those that
# take the word after them.
function __hey_own_words
    set -l own
    set -l want
    for word in (commandline -opc)[2..]
        if set -q want[1]
            set -e want
        else if test "$word" = --
            return 1
        else if contains -- $word $argv
            set want 1
        else if not string match -q -- '-?*' $word
            set -a own $word
        end
    end
    set -q want[1]; and return 1
    string join \n -- $own
    return 0
end

# OPTIONS...: how many these are.
function __hey_places
    set -l own (__hey_own_words $argv); and echo (count $own)
end

# N OPTIONS...: whether the cursor is at the place after N words.
function __hey_after
    __hey_without; and test "$(__hey_places $argv[2..])" = $argv[1]
end

# N OPTIONS...: whether more than N words stand there, and the others' command has begun.
function __hey_beyond
    test "$(__hey_places $argv[2..]; or echo 0)" -gt $argv[1]
end

function __hey_after_dashes
    contains -- -- (commandline -opc); and __hey_ours
end

# What stands after -- belongs to the wrapped program.
function __hey_passed
    set -l left (commandline -opc)
    set -l at (contains -i -- -- $left)
    complete -C (string join ' ' -- $argv[1] (string escape -- $left[(math $at + 1)..]) (commandline -ct))
end

# hey VERB...: scripts/hey finds `ops deploy` in ops-deploy.ts, and takes ops-deploy and deploy too.
function __hey_dispatcher
    set -l firsts
    set -l seconds
    set -l topics
    set -l shorts
    set -l flags
    set -l verbs
    __hey_dispatched
    set -l left (commandline -opc)[2..]
    set -l helps
    while contains -- "$left[1]" help -h --help
        set helps 1
        set -e left[1]
    end
    if set -q helps[1]
        # Its own options stand before the verb's words.
        if test "$left[1]" = --man-dir; or string match -q -- '-*' (commandline -ct); and not string match -q -- '[^-]*' $left
            complete -C (string join ' ' -- help.ts (string escape -- $left) (commandline -ct))
            return
        end
        # A topic has no man page of its own.
        if test "$left[1]" = --man
            set -e left[1]
        else
            set -a firsts $topics
        end
    end
    if not set -q left[1]
        string join \n -- $firsts
        if string match -q -- '-*' (commandline -ct)
            string join \n -- $flags
        end
        return
    end
    set -l verb $left[1]
    set seconds (string replace -fr -- "^$verb " '' $seconds)
    if set -q seconds[1]
        if not set -q left[2]
            string join \n -- $seconds
            return
        end
        set verb $verb-$left[2]
        set -e left[1]
    end
    set -q helps[1]; and return
    set -e left[1]
    contains -- $verb $shorts; and set verb ops-$verb
    contains -- $verb $verbs; or return
    complete -C (string join ' ' -- $verb.ts (string escape -- $left) (commandline -ct))
end

complete -c completions.ts -n __hey_ours -f
complete -c completions.ts -n '__hey_after 0' -f -k -a '(printf \'%s\\n\' \'zsh	for ~/.zshrc\' \'bash	for ~/.bashrc\' \'fish	for ~/.config/fish/conf.d/hey.fish\')'
complete -c completions.ts -n '__hey_without --write --check --install' -l install -d 'add the line to the shell\'s own file, once'
complete -c completions.ts -n '__hey_without --install --check --write' -l write -d 'for developers: write the files of completions/'
complete -c completions.ts -n '__hey_without --install --write --check' -l check -d 'for developers: fail if the files of completions/ are old'
complete -c completions.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c completions.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c disko.ts -n __hey_ours -f
complete -c disko.ts -n '__hey_after 0 --host --flake --elevate' -f -k -a '(printf \'%s\\n\' \'destroy,format,mount	wipe the disks, then partition, format and mount them\' \'destroy	unmount and wipe the disks\' \'format	partition and format what isn\\\'t yet; wipes nothing\' \'mount	mount what is formatted\' \'format,mount	format what isn\\\'t yet, and mount\' \'unmount	unmount\')'
complete -c disko.ts -n 'begin; contains -- (commandline -opc)[-1] --host; or __hey_without --host; end' -l host -r -f -a '(__hey_hosts)' -d 'a host of the flake'
complete -c disko.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c disko.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo (default)\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\' \'none	stay the user you are\')' -d 'become root by this program'
complete -c disko.ts -n '__hey_without -y --yes' -s y -l yes -d 'wipe without asking for the host\'s name'
complete -c disko.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c disko.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'
complete -c disko.ts -n __hey_after_dashes -a '(__hey_passed disko)'

complete -c help.ts -n __hey_ours -f
complete -c help.ts -n 'not __hey_beyond 0 --man-dir; and __hey_without --man-dir --man' -l man -d 'as a man page; to read it: hey help --man ops deploy | man -l -'
complete -c help.ts -n 'not __hey_beyond 0 --man-dir; and begin; contains -- (commandline -opc)[-1] --man-dir; or __hey_without --man --man-dir; end' -l man-dir -r -f -a '(__fish_complete_directories)' -d 'write all man pages into this directory, for example a man1 of MANPATH'
complete -c help.ts -n 'not __hey_beyond 0 --man-dir; and __hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c help.ts -n 'not __hey_beyond 0 --man-dir; and __hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c init.ts -n __hey_ours -f
complete -c init.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c init.ts -n '__hey_without --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c init.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c init.ts -n '__hey_without -y --yes' -s y -l yes -d 'write it without asking'
complete -c init.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c init.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c init.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c install.ts -n __hey_ours -f
complete -c install.ts -n 'begin; contains -- (commandline -opc)[-1] --host; or __hey_without --host; end' -l host -r -f -a '(__hey_hosts)' -d 'a host of the flake'
complete -c install.ts -n 'begin; contains -- (commandline -opc)[-1] --root; or __hey_without --root; end' -l root -r -f -a '(__fish_complete_directories)' -d 'where its disks are mounted (default: /mnt)'
complete -c install.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c install.ts -n '__hey_without --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c install.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c install.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo (default)\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\' \'none	stay the user you are\')' -d 'become root by this program'
complete -c install.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c install.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'
complete -c install.ts -n __hey_after_dashes -a '(__hey_passed nixos-install)'

complete -c ops-bootstrap.ts -n __hey_ours -f
complete -c ops-bootstrap.ts -n '__hey_after 0 --flake --class --key-cmd --disko-mode --phases --extra-files --kexec --disk-encryption-keys --generate-hardware-config --wait --build-on -i --identity --elevate --ssh-option' -f -a '(__hey_hosts)' -d 'flake host'
complete -c ops-bootstrap.ts -n '__hey_after 1 --flake --class --key-cmd --disko-mode --phases --extra-files --kexec --disk-encryption-keys --generate-hardware-config --wait --build-on -i --identity --elevate --ssh-option' -f -a '(__hey_own_targets --flake --class --key-cmd --disko-mode --phases --extra-files --kexec --disk-encryption-keys --generate-hardware-config --wait --build-on -i --identity --elevate --ssh-option)'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-bootstrap.ts -n '__hey_without --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c ops-bootstrap.ts -n '__hey_without --persist --no-global --generate --key-cmd --wait --no-keys' -l no-keys -d 'run nixos-anywhere alone: no keys, no question, no checks'
complete -c ops-bootstrap.ts -n '__hey_without --no-keys --persist' -l persist -d 'put the keys into /persist/etc/ssh, for a root that is wiped at boot'
complete -c ops-bootstrap.ts -n '__hey_without --no-keys --no-global' -l no-global -d 'send only the host\'s key, not the global one'
complete -c ops-bootstrap.ts -n '__hey_without --no-keys --key-cmd --generate' -l generate -d 'make the host\'s key if it has none'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --class; or __hey_without --class; end' -l class -r -f -k -a '(printf \'%s\\n\' \'vps	rented machines (default)\' \'pc	workstations\' \'server	machines at home\')' -d 'the folder of keys.homelab for a new key'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --key-cmd; or __hey_without --no-keys --generate --key-cmd; end' -l key-cmd -r -f -d 'take the host\'s key from this shell command, not from the folder'
complete -c ops-bootstrap.ts -n '__hey_without --extra-files --disk-encryption-keys --vm-test' -l vm-test -d 'try the installation in a virtual machine here'
complete -c ops-bootstrap.ts -n '__hey_without --no-disko-deps' -l no-disko-deps -d 'for machines with little memory: don\'t load disko\'s programs into it'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --disko-mode; or __hey_without --disko-mode; end' -l disko-mode -r -f -k -a '(printf \'%s\\n\' \'disko	wipe, format and mount\' \'format	format what isn\\\'t yet, and mount\' \'mount	mount\')' -d 'what disko does'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --phases; or __hey_without --no-reboot --phases; end' -l phases -r -f -d 'run only these phases, of kexec,disko,install,reboot'
complete -c ops-bootstrap.ts -n '__hey_without --phases --wait --no-reboot' -l no-reboot -d 'stay in the installer after the install'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --extra-files; or __hey_without --vm-test --extra-files; end' -l extra-files -r -f -a '(__fish_complete_directories)' -d 'copy the files of DIR to / of the new system'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --kexec; or __hey_without --kexec; end' -l kexec -r -f -d 'boot this installer (a tarball: file or URL)'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --disk-encryption-keys; or __hey_without --vm-test; end' -l disk-encryption-keys -r -f -d 'put this file into the installer, for disko'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --generate-hardware-config; or __hey_without; end' -l generate-hardware-config -r -f -k -a '(printf \'%s\\n\' \'nixos-facter	nixos-facter\\\'s report\' \'nixos-generate-config	a hardware-configuration.nix\')' -d 'write the machine\'s hardware configuration to a file here'
complete -c ops-bootstrap.ts -n '__hey_without --debug' -l debug -d 'show every command of nixos-anywhere'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --wait; or __hey_without --no-keys --no-reboot --no-wait --wait; end' -l wait -r -f -d 'how long to wait for the machine (default: 300)'
complete -c ops-bootstrap.ts -n '__hey_without --wait --no-wait' -l no-wait -d 'don\'t wait for the machine'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --build-on; or __hey_without --build-on; end' -l build-on -r -f -k -a '(printf \'%s\\n\' \'auto	as nixos-anywhere sees fit\' \'local	here\' \'remote	on the target\')' -d 'where to build'
complete -c ops-bootstrap.ts -n '__hey_without --rename' -l rename -d 'go on although the machine\'s name or host key says that it is another host'
complete -c ops-bootstrap.ts -n '__hey_without -y --yes' -s y -l yes -d 'don\'t ask for the host\'s name; accept a new key'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] -i --identity; or __hey_without -i --identity; end' -s i -l identity -r -F -d 'log in with this private key'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo (default)\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\' \'none	stay the user you are\')' -d 'read a global key that only root can read here, by this program'
complete -c ops-bootstrap.ts -n '__hey_without --raw' -l raw -d 'show a host\'s output unfiltered, terminal control codes included'
complete -c ops-bootstrap.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-option; or __hey_without; end' -l ssh-option -r -f -d 'an ssh option, for every ssh call and for nix'
complete -c ops-bootstrap.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-bootstrap.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'
complete -c ops-bootstrap.ts -n __hey_after_dashes -a '(__hey_passed nixos-anywhere)'

complete -c ops-deploy.ts -n __hey_ours -f
complete -c ops-deploy.ts -n '__hey_after 0 --flake --build-host --store-path --build-on --specialisation --override-input --update-input --builders --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --then-port --wait --backend --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_hosts)' -d 'flake host'
complete -c ops-deploy.ts -n '__hey_after 1 --flake --build-host --store-path --build-on --specialisation --override-input --update-input --builders --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --then-port --wait --backend --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_own_targets --flake --build-host --store-path --build-on --specialisation --override-input --update-input --builders --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --then-port --wait --backend --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config)'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-deploy.ts -n '__hey_without --test --dry-activate --specialisation --or-boot --status --cancel --boot' -l boot -d 'activate at the next boot, not now'
complete -c ops-deploy.ts -n '__hey_without --boot --dry-activate --install-bootloader --or-boot --status --cancel --reboot --test' -l test -d 'activate now, but not at the next boot'
complete -c ops-deploy.ts -n '__hey_without --boot --test --install-bootloader --or-boot --guard --confirm-timeout --activation-timeout --settle --no-last-reboot --ask --status --cancel --reboot --dry-activate' -l dry-activate -d 'only show what activation would change'
complete -c ops-deploy.ts -n '__hey_without --store-path --status --cancel --fast' -l fast -d 'nixos-rebuild: don\'t build its newest version first'
complete -c ops-deploy.ts -n '__hey_without --debug' -l debug -d 'more output from nix and nixos-rebuild'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --build-host; or __hey_without --store-path --build-on --guard --confirm-timeout --activation-timeout --settle --diff --ask --status --cancel --on --all --build-host; end' -l build-host -r -f -a '(__hey_targets)' -d 'build on that machine'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --store-path; or __hey_without --fast --build-host --build-on --impure --override-input --update-input --builders --status --cancel --on --all --store-path; end' -l store-path -r -F -d 'deploy this system, which is built already, by a CI for example'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --build-on; or __hey_without --build-host --store-path --status --cancel --build-on; end' -l build-on -r -f -k -a '(printf \'%s\\n\' \'here	on this machine (default)\' \'target	on the target itself\')' -d 'build here, or on the target itself'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --specialisation; or __hey_without --boot --guard --confirm-timeout --status --cancel --specialisation; end' -l specialisation -r -f -d 'activate this specialisation'
complete -c ops-deploy.ts -n '__hey_without --test --dry-activate --status --cancel --install-bootloader' -l install-bootloader -d 'reinstall the boot loader'
complete -c ops-deploy.ts -n '__hey_without --store-path --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without --store-path; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --update-input; or __hey_without --store-path; end' -l update-input -r -f -d 'update an input of the flake first'
complete -c ops-deploy.ts -n '__hey_without --status --cancel --offline' -l offline -d 'don\'t use the network for the build'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --builders; or __hey_without --store-path --status --cancel --builders; end' -l builders -r -f -d 'nix\'s remote builders, like \'ssh://builder x86_64-linux\'; \'\' for none'
complete -c ops-deploy.ts -n '__hey_without --boot --test --dry-activate --guard --confirm-timeout --status --cancel --or-boot' -l or-boot -d 'if NixOS refuses to switch while the host runs, activate it at the next boot'
complete -c ops-deploy.ts -n '__hey_without --dry-activate --build-host --specialisation --or-boot --no-guard --status --cancel --guard' -l guard -d 'roll back unless this machine can log in again'
complete -c ops-deploy.ts -n '__hey_without --guard --confirm-timeout --no-guard' -l no-guard -d 'turn off guard from hey.toml'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --confirm-timeout; or __hey_without --dry-activate --build-host --specialisation --or-boot --no-guard --status --cancel --confirm-timeout; end' -l confirm-timeout -r -f -d 'time to confirm after the activation, 30 to 3600 (default: 180; implies --guard)'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --activation-timeout; or __hey_without --dry-activate --build-host --status --cancel --activation-timeout; end' -l activation-timeout -r -f -d 'roll back if the activation takes longer, 30 to 7200 (default: 600)'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --settle; or __hey_without --dry-activate --build-host --status --cancel --settle; end' -l settle -r -f -d 'time between the two test logins (default: 5)'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --check; or __hey_without --status --cancel; end' -l check -r -f -d 'keep the new system only if this succeeds here'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --check-remote; or __hey_without --status --cancel; end' -l check-remote -r -f -d 'keep the new system only if this succeeds on the host'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --on-unit-failure; or __hey_without --status --cancel --on-unit-failure; end' -l on-unit-failure -r -f -k -a '(printf \'%s\\n\' \'warn	report them and go on (always so without --guard)\' \'rollback	roll back (default)\')' -d 'when units fail'
complete -c ops-deploy.ts -n '__hey_without --dry-activate --status --cancel --no-last-reboot' -l no-last-reboot -d 'never reboot to get the old system back, not even as the last resort'
complete -c ops-deploy.ts -n '__hey_without --build-host --no-diff --status --cancel --diff' -l diff -d 'show what will change: packages, size, units, reboot, secrets it can\'t read'
complete -c ops-deploy.ts -n '__hey_without --diff --no-diff' -l no-diff -d 'turn off diff from hey.toml'
complete -c ops-deploy.ts -n '__hey_without --dry-activate --build-host --no-ask --status --cancel --ask' -l ask -d 'show what will change, then ask'
complete -c ops-deploy.ts -n '__hey_without --ask --no-ask' -l no-ask -d 'turn off ask from hey.toml'
complete -c ops-deploy.ts -n '__hey_without --status --cancel -y --yes' -s y -l yes -d 'with --ask: show what will change, but don\'t ask'
complete -c ops-deploy.ts -n '__hey_without --status --cancel --rename' -l rename -d 'go on although the machine\'s name or host key says that it is another host'
complete -c ops-deploy.ts -n '__hey_without --status --cancel --force-lockout' -l force-lockout -d 'activate it even if this login would not work any more (see exit code 17)'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --then-port; or __hey_without --status --cancel --then-port; end' -l then-port -r -f -d 'sshd\'s port afterwards, if the new system moves it'
complete -c ops-deploy.ts -n '__hey_without --status --cancel --force' -l force -d 'deploy although someone else changed the host, or it runs this system already'
complete -c ops-deploy.ts -n '__hey_without --boot --test --dry-activate --fast --build-host --store-path --build-on --specialisation --install-bootloader --offline --builders --or-boot --guard --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --no-last-reboot --diff --ask -y --yes --rename --force-lockout --then-port --force --cancel --reboot --wait --use-substitutes --status' -l status -d 'show a pending deployment, and what runs and boots'
complete -c ops-deploy.ts -n '__hey_without --boot --test --dry-activate --fast --build-host --store-path --build-on --specialisation --install-bootloader --offline --builders --or-boot --guard --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --no-last-reboot --diff --ask -y --yes --rename --force-lockout --then-port --force --status --reboot --wait --use-substitutes --cancel' -l cancel -d 'roll back a pending deployment now'
complete -c ops-deploy.ts -n '__hey_without --test --dry-activate --status --cancel --no-reboot --reboot' -l reboot -d 'reboot afterwards, and wait for the host'
complete -c ops-deploy.ts -n '__hey_without --reboot --no-reboot' -l no-reboot -d 'turn off reboot from hey.toml'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --wait; or __hey_without --status --cancel --wait; end' -l wait -r -f -d 'how long the reboot may take (default: 300)'
complete -c ops-deploy.ts -n '__hey_without --status --cancel --use-substitutes' -l use-substitutes -d 'the target downloads what it can from its own binary caches'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --backend; or __hey_without --backend; end' -l backend -r -f -k -a '(printf \'%s\\n\' \'nixos-rebuild	nixos-rebuild (default)\' \'nix	nix and ssh alone (default with any setting in hey.toml, and without nixos-rebuild on PATH)\')' -d 'deploy with this program'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --on; or __hey_without --build-host --store-path --all --on; end' -l on -r -f -a '(__hey_machines)' -d 'these hosts: names, \'web*\', @tag, !except, with commas between'
complete -c ops-deploy.ts -n '__hey_without --build-host --store-path --on --all' -l all -d 'every host of the flake'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] -j --jobs; or __hey_without --serial -j --jobs; end' -s j -l jobs -r -f -d 'this many hosts at once (default: 10)'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --canary; or __hey_without --serial --canary; end' -l canary -r -f -d 'deploy to this host (or the first N) first; go on only if that works'
complete -c ops-deploy.ts -n '__hey_without -j --jobs --canary --batch --stop-after --serial' -l serial -d 'one host at a time; stop at the first failure'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --batch; or __hey_without --serial --batch; end' -l batch -r -f -d 'this many hosts at a time; go on only if they succeed'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --pause; or __hey_without --pause; end' -l pause -r -f -d 'wait this long between two batches, or turns of hey.toml'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --stop-after; or __hey_without --serial --stop-after; end' -l stop-after -r -f -d 'begin no more hosts after N failures (default with --batch: 1)'
complete -c ops-deploy.ts -n '__hey_without --require-all' -l require-all -d 'build and change nothing unless every host answers'
complete -c ops-deploy.ts -n '__hey_without --json' -l json -d 'events on stdout, one JSON object a line'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\')' -d 'become root on the host by this program'
complete -c ops-deploy.ts -n '__hey_without --ask-elevate-password' -l ask-elevate-password -d 'ask once for sudo\'s password there (implies --elevate sudo)'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --lane-timeout; or __hey_without --lane-timeout; end' -l lane-timeout -r -f -d 'stop a step on a host after this time, or with several hosts a host\'s whole turn (default: 3600)'
complete -c ops-deploy.ts -n '__hey_without --raw' -l raw -d 'show a host\'s output unfiltered, terminal control codes included'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-option; or __hey_without; end' -l ssh-option -r -f -d 'an ssh option, for every ssh call and for nix'
complete -c ops-deploy.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c ops-deploy.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-deploy.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'
complete -c ops-deploy.ts -n __hey_after_dashes -a '(__hey_passed nixos-rebuild)'

complete -c ops-doctor.ts -n __hey_ours -f
complete -c ops-doctor.ts -n '__hey_after 0 --flake --on --override-input --skip --elevate --ssh-option --ssh-config' -f -a '(__hey_hosts)' -d 'flake host'
complete -c ops-doctor.ts -n '__hey_after 1 --flake --on --override-input --skip --elevate --ssh-option --ssh-config' -f -a '(__hey_own_targets --flake --on --override-input --skip --elevate --ssh-option --ssh-config)'
complete -c ops-doctor.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-doctor.ts -n 'begin; contains -- (commandline -opc)[-1] --on; or __hey_without --all --on; end' -l on -r -f -a '(__hey_machines)' -d 'these hosts: names, \'web*\', @tag, !except, with commas between'
complete -c ops-doctor.ts -n '__hey_without --on --all' -l all -d 'every host of the flake'
complete -c ops-doctor.ts -n '__hey_without --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c ops-doctor.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c ops-doctor.ts -n '__hey_without --eval' -l eval -d 'also check that the next deploy would not lock you out (takes an evaluation)'
complete -c ops-doctor.ts -n 'begin; contains -- (commandline -opc)[-1] --skip; or __hey_without; end' -l skip -r -f -k -a '(printf \'%s\\n\' \'host-untracked	git does not track a file of the host, so nix does not see it\' \'tool-missing	a program that is needed here is not on PATH\' \'tools	the versions of nix, ssh and nixos-rebuild here\' \'target-by-name	neither hey.toml nor an ssh alias says where the host is reached\' \'name-unknown	the target\\\'s name does not resolve\' \'port-closed	nothing listens at the target\\\'s ssh port\' \'no-answer	the target does not answer in time\' \'host-key-unknown	known_hosts has no key for the target\' \'host-key-changed	the target\\\'s key is not the one in known_hosts\' \'login-refused	sshd takes none of the keys offered\' \'unreachable	ssh fails for another reason\' \'other-host	by its name or its host key the machine is another host\' \'login-talks	the login writes to stdout before a command, which breaks nix copy\' \'not-nixos	no NixOS runs there\' \'no-root	the ssh user can\\\'t become root there without a password\' \'untrusted	nix there takes no unsigned paths from the ssh user\' \'disk-full	a disk there is full\' \'disk-low	a disk there is nearly full\' \'boot-full	/boot has no room for one more kernel\' \'memory-low	little memory is left there\' \'units-failed	units have failed there\' \'activation-failed	the last activation there failed\' \'armed	another deployment is under way there\' \'boot-menu	the boot menu there boots another system than the profile\' \'reboot-needed	a new kernel, initrd or systemd there waits for a reboot\' \'clock	the clock there is wrong\' \'key-missing	there is no key for the host here\' \'key-differs	the host\\\'s key here is not the one on its disk\' \'key-presented	sshd there presents a key that is not on its disk\' \'key-unlisted	secrets.nix or .sops.yaml does not mention the host\\\'s key\' \'list-unread	secrets.nix or .sops.yaml is not an ordinary file, or too large to read\' \'eval-fails	the host does not evaluate\' \'eval-arch	the host\\\'s system is for another architecture\' \'eval-sshd	sshd would not be enabled\' \'eval-port	sshd would not listen, or the firewall would be closed, at the port that ssh uses\' \'eval-login	the ssh user could not log in with any of your keys\' \'eval-root	the ssh user could log in, but not become root without a password\')' -d 'leave out this finding'
complete -c ops-doctor.ts -n '__hey_without --json' -l json -d 'JSON'
complete -c ops-doctor.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\')' -d 'become root on the host by this program'
complete -c ops-doctor.ts -n '__hey_without --ask-elevate-password' -l ask-elevate-password -d 'as for deployments: sudo\'s password is asked for once'
complete -c ops-doctor.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-option; or __hey_without; end' -l ssh-option -r -f -d 'an ssh option, for every ssh call and for nix'
complete -c ops-doctor.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c ops-doctor.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-doctor.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c ops-hosts.ts -n __hey_ours -f
complete -c ops-hosts.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-hosts.ts -n 'begin; contains -- (commandline -opc)[-1] --on; or __hey_without --import -y --yes --on; end' -l on -r -f -a '(__hey_machines)' -d 'only these: names, \'web*\', @tag, !except, with commas between'
complete -c ops-hosts.ts -n '__hey_without --import -y --yes --why' -l why -d 'also show the source: hey.toml and its line, an ssh alias and its file, or the name'
complete -c ops-hosts.ts -n '__hey_without --import -y --yes --json' -l json -d 'JSON, with everything that is known'
complete -c ops-hosts.ts -n 'begin; contains -- (commandline -opc)[-1] --import; or __hey_without --on --why --json --import; end' -l import -r -f -k -a '(printf \'%s\\n\' \'deploy-rs	deploy.nodes\' \'colmena	colmenaHive, or colmena\' \'nixinate	nixosConfigurations.NAME._module.args.nixinate\')' -d 'write a hey.toml from another tool\'s settings in the flake; shows it first'
complete -c ops-hosts.ts -n '__hey_without --on --why --json -y --yes' -s y -l yes -d 'with --import: write it without asking'
complete -c ops-hosts.ts -n '__hey_without --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c ops-hosts.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c ops-hosts.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c ops-hosts.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-hosts.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c ops-log.ts -n __hey_ours -f
complete -c ops-log.ts -n '__hey_after 0 -n --last' -f -a '(__hey_hosts)' -d 'flake host'
complete -c ops-log.ts -n 'begin; contains -- (commandline -opc)[-1] -n --last; or __hey_without -n --last; end' -s n -l last -r -f -d 'show at most N, the newest (default: 50)'
complete -c ops-log.ts -n '__hey_without --json' -l json -d 'JSON, with everything that is known'
complete -c ops-log.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-log.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c ops-push-keys.ts -n __hey_ours -f
complete -c ops-push-keys.ts -n '__hey_after 0 --flake --override-input --class --key-cmd --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_hosts)' -d 'flake host'
complete -c ops-push-keys.ts -n '__hey_after 1 --flake --override-input --class --key-cmd --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_own_targets --flake --override-input --class --key-cmd --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config)'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-push-keys.ts -n '__hey_without --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c ops-push-keys.ts -n '__hey_without --persist' -l persist -d 'put the keys into /persist/etc/ssh, for a root that is wiped at boot'
complete -c ops-push-keys.ts -n '__hey_without --no-global' -l no-global -d 'send only the host\'s key, not the global one'
complete -c ops-push-keys.ts -n '__hey_without --key-cmd --check --generate' -l generate -d 'make the host\'s key if it has none'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --class; or __hey_without --class; end' -l class -r -f -k -a '(printf \'%s\\n\' \'vps	rented machines (default)\' \'pc	workstations\' \'server	machines at home\')' -d 'the folder of keys.homelab for a new key'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --key-cmd; or __hey_without --generate --on --all --key-cmd; end' -l key-cmd -r -f -d 'take the host\'s key from this shell command, not from the folder'
complete -c ops-push-keys.ts -n '__hey_without --generate --rename --check' -l check -d 'compare the keys here, on the host\'s disk and of its sshd; change nothing'
complete -c ops-push-keys.ts -n '__hey_without --keep-known-hosts' -l keep-known-hosts -d 'print the line for known_hosts, don\'t write it'
complete -c ops-push-keys.ts -n '__hey_without --check --rename' -l rename -d 'go on although the machine\'s name or host key says that it is another host'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --on; or __hey_without --key-cmd --all --on; end' -l on -r -f -a '(__hey_machines)' -d 'these hosts: names, \'web*\', @tag, !except, with commas between'
complete -c ops-push-keys.ts -n '__hey_without --key-cmd --on --all' -l all -d 'every host of the flake'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] -j --jobs; or __hey_without --serial -j --jobs; end' -s j -l jobs -r -f -d 'this many hosts at once (default: 10)'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --canary; or __hey_without --serial --canary; end' -l canary -r -f -d 'deploy to this host (or the first N) first; go on only if that works'
complete -c ops-push-keys.ts -n '__hey_without -j --jobs --canary --batch --stop-after --serial' -l serial -d 'one host at a time; stop at the first failure'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --batch; or __hey_without --serial --batch; end' -l batch -r -f -d 'this many hosts at a time; go on only if they succeed'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --pause; or __hey_without --pause; end' -l pause -r -f -d 'wait this long between two batches, or turns of hey.toml'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --stop-after; or __hey_without --serial --stop-after; end' -l stop-after -r -f -d 'begin no more hosts after N failures (default with --batch: 1)'
complete -c ops-push-keys.ts -n '__hey_without --require-all' -l require-all -d 'build and change nothing unless every host answers'
complete -c ops-push-keys.ts -n '__hey_without --json' -l json -d 'events on stdout, one JSON object a line'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo (default)\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\' \'none	stay the user you are\')' -d 'become root by this program, here for a key that only root can read, and there'
complete -c ops-push-keys.ts -n '__hey_without --ask-elevate-password' -l ask-elevate-password -d 'ask once for sudo\'s password there (implies --elevate sudo)'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --lane-timeout; or __hey_without --lane-timeout; end' -l lane-timeout -r -f -d 'stop a step on a host after this time, or with several hosts a host\'s whole turn (default: 3600)'
complete -c ops-push-keys.ts -n '__hey_without --raw' -l raw -d 'show a host\'s output unfiltered, terminal control codes included'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-option; or __hey_without; end' -l ssh-option -r -f -d 'an ssh option, for every ssh call and for nix'
complete -c ops-push-keys.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c ops-push-keys.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-push-keys.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c ops-reboot.ts -n __hey_ours -f
complete -c ops-reboot.ts -n '__hey_after 0 --flake --override-input --wait --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_hosts)' -d 'flake host'
complete -c ops-reboot.ts -n '__hey_after 1 --flake --override-input --wait --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_own_targets --flake --override-input --wait --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config)'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-reboot.ts -n '__hey_without --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c ops-reboot.ts -n '__hey_without --if-needed' -l if-needed -d 'only if a new kernel, initrd, kernel modules or systemd is waiting'
complete -c ops-reboot.ts -n '__hey_without --rename' -l rename -d 'go on although the machine\'s name or host key says that it is another host'
complete -c ops-reboot.ts -n '__hey_without --force' -l force -d 'reboot although a program on the host forbids it now'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --wait; or __hey_without --wait; end' -l wait -r -f -d 'how long the reboot may take (default: 300)'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --on; or __hey_without --all --on; end' -l on -r -f -a '(__hey_machines)' -d 'these hosts: names, \'web*\', @tag, !except, with commas between'
complete -c ops-reboot.ts -n '__hey_without --on --all' -l all -d 'every host of the flake'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] -j --jobs; or __hey_without --serial -j --jobs; end' -s j -l jobs -r -f -d 'this many hosts at once (default: 10)'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --canary; or __hey_without --serial --canary; end' -l canary -r -f -d 'deploy to this host (or the first N) first; go on only if that works'
complete -c ops-reboot.ts -n '__hey_without -j --jobs --canary --batch --stop-after --serial' -l serial -d 'one host at a time; stop at the first failure'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --batch; or __hey_without --serial --batch; end' -l batch -r -f -d 'this many hosts at a time; go on only if they succeed'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --pause; or __hey_without --pause; end' -l pause -r -f -d 'wait this long between two batches, or turns of hey.toml'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --stop-after; or __hey_without --serial --stop-after; end' -l stop-after -r -f -d 'begin no more hosts after N failures (default with --batch: 1)'
complete -c ops-reboot.ts -n '__hey_without --require-all' -l require-all -d 'build and change nothing unless every host answers'
complete -c ops-reboot.ts -n '__hey_without --json' -l json -d 'events on stdout, one JSON object a line'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\')' -d 'become root on the host by this program'
complete -c ops-reboot.ts -n '__hey_without --ask-elevate-password' -l ask-elevate-password -d 'ask once for sudo\'s password there (implies --elevate sudo)'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --lane-timeout; or __hey_without --lane-timeout; end' -l lane-timeout -r -f -d 'stop a step on a host after this time, or with several hosts a host\'s whole turn (default: 3600)'
complete -c ops-reboot.ts -n '__hey_without --raw' -l raw -d 'show a host\'s output unfiltered, terminal control codes included'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-option; or __hey_without; end' -l ssh-option -r -f -d 'an ssh option, for every ssh call and for nix'
complete -c ops-reboot.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c ops-reboot.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-reboot.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c ops-rollback.ts -n __hey_ours -f
complete -c ops-rollback.ts -n '__hey_after 0 --flake --override-input --to --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --then-port --wait --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_hosts)' -d 'flake host'
complete -c ops-rollback.ts -n '__hey_after 1 --flake --override-input --to --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --then-port --wait --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_own_targets --flake --override-input --to --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --then-port --wait --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config)'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-rollback.ts -n '__hey_without --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --to; or __hey_without --list --on --all --to; end' -l to -r -f -d 'the generation (default: the one before what boots)'
complete -c ops-rollback.ts -n '__hey_without --to --boot --or-boot --guard --confirm-timeout --activation-timeout --settle --no-last-reboot --diff --ask --rename --force-lockout --then-port --reboot --list' -l list -d 'list the generations, newest first: what runs, boots and was booted'
complete -c ops-rollback.ts -n '__hey_without --list --or-boot --boot' -l boot -d 'activate at the next boot, not now'
complete -c ops-rollback.ts -n '__hey_without --list --boot --guard --confirm-timeout --or-boot' -l or-boot -d 'if NixOS refuses to switch while the host runs, activate it at the next boot'
complete -c ops-rollback.ts -n '__hey_without --list --or-boot --no-guard --guard' -l guard -d 'roll back unless this machine can log in again'
complete -c ops-rollback.ts -n '__hey_without --guard --confirm-timeout --no-guard' -l no-guard -d 'turn off guard from hey.toml'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --confirm-timeout; or __hey_without --list --or-boot --no-guard --confirm-timeout; end' -l confirm-timeout -r -f -d 'time to confirm after the activation, 30 to 3600 (default: 180; implies --guard)'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --activation-timeout; or __hey_without --list --activation-timeout; end' -l activation-timeout -r -f -d 'roll back if the activation takes longer, 30 to 7200 (default: 600)'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --settle; or __hey_without --list --settle; end' -l settle -r -f -d 'time between the two test logins (default: 5)'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --check; or __hey_without; end' -l check -r -f -d 'keep the new system only if this succeeds here'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --check-remote; or __hey_without; end' -l check-remote -r -f -d 'keep the new system only if this succeeds on the host'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --on-unit-failure; or __hey_without --on-unit-failure; end' -l on-unit-failure -r -f -k -a '(printf \'%s\\n\' \'warn	report them and go on (always so without --guard)\' \'rollback	roll back (default)\')' -d 'when units fail'
complete -c ops-rollback.ts -n '__hey_without --list --no-last-reboot' -l no-last-reboot -d 'never reboot to get the old system back, not even as the last resort'
complete -c ops-rollback.ts -n '__hey_without --list --no-diff --diff' -l diff -d 'show what will change: packages, size, units, reboot, secrets it can\'t read'
complete -c ops-rollback.ts -n '__hey_without --diff --no-diff' -l no-diff -d 'turn off diff from hey.toml'
complete -c ops-rollback.ts -n '__hey_without --list --no-ask --ask' -l ask -d 'show what will change, then ask'
complete -c ops-rollback.ts -n '__hey_without --ask --no-ask' -l no-ask -d 'turn off ask from hey.toml'
complete -c ops-rollback.ts -n '__hey_without -y --yes' -s y -l yes -d 'with --ask: show what will change, but don\'t ask'
complete -c ops-rollback.ts -n '__hey_without --list --rename' -l rename -d 'go on although the machine\'s name or host key says that it is another host'
complete -c ops-rollback.ts -n '__hey_without --list --force-lockout' -l force-lockout -d 'activate it even if this login would not work any more (see exit code 17)'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --then-port; or __hey_without --list --then-port; end' -l then-port -r -f -d 'sshd\'s port afterwards, if the new system moves it'
complete -c ops-rollback.ts -n '__hey_without --force' -l force -d 'roll back although someone else changed the host'
complete -c ops-rollback.ts -n '__hey_without --list --no-reboot --reboot' -l reboot -d 'reboot afterwards, and wait for the host'
complete -c ops-rollback.ts -n '__hey_without --reboot --no-reboot' -l no-reboot -d 'turn off reboot from hey.toml'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --wait; or __hey_without --wait; end' -l wait -r -f -d 'how long the reboot may take (default: 300)'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --on; or __hey_without --to --all --on; end' -l on -r -f -a '(__hey_machines)' -d 'these hosts: names, \'web*\', @tag, !except, with commas between'
complete -c ops-rollback.ts -n '__hey_without --to --on --all' -l all -d 'every host of the flake'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] -j --jobs; or __hey_without --serial -j --jobs; end' -s j -l jobs -r -f -d 'this many hosts at once (default: 10)'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --canary; or __hey_without --serial --canary; end' -l canary -r -f -d 'deploy to this host (or the first N) first; go on only if that works'
complete -c ops-rollback.ts -n '__hey_without -j --jobs --canary --batch --stop-after --serial' -l serial -d 'one host at a time; stop at the first failure'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --batch; or __hey_without --serial --batch; end' -l batch -r -f -d 'this many hosts at a time; go on only if they succeed'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --pause; or __hey_without --pause; end' -l pause -r -f -d 'wait this long between two batches, or turns of hey.toml'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --stop-after; or __hey_without --serial --stop-after; end' -l stop-after -r -f -d 'begin no more hosts after N failures (default with --batch: 1)'
complete -c ops-rollback.ts -n '__hey_without --require-all' -l require-all -d 'build and change nothing unless every host answers'
complete -c ops-rollback.ts -n '__hey_without --json' -l json -d 'with --list: the list as JSON; with several hosts: events, one a line'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\')' -d 'become root on the host by this program'
complete -c ops-rollback.ts -n '__hey_without --ask-elevate-password' -l ask-elevate-password -d 'ask once for sudo\'s password there (implies --elevate sudo)'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --lane-timeout; or __hey_without --lane-timeout; end' -l lane-timeout -r -f -d 'stop a step on a host after this time, or with several hosts a host\'s whole turn (default: 3600)'
complete -c ops-rollback.ts -n '__hey_without --raw' -l raw -d 'show a host\'s output unfiltered, terminal control codes included'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-option; or __hey_without; end' -l ssh-option -r -f -d 'an ssh option, for every ssh call and for nix'
complete -c ops-rollback.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c ops-rollback.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-rollback.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c ops-ssh.ts -n __hey_ours -f
complete -c ops-ssh.ts -n '__hey_after 0 --on --timeout --flake --elevate --ssh-option --ssh-config' -f -a '(__hey_targets)'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and __hey_without --on --all -t --tty' -s t -l tty -d 'give the command a terminal, for full-screen programs'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and begin; contains -- (commandline -opc)[-1] --on; or __hey_without -t --tty --all --on; end' -l on -r -f -a '(__hey_machines)' -d 'these hosts: names, \'web*\', @tag, !except, with commas between'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and __hey_without -t --tty --on --all' -l all -d 'every host of the flake'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and __hey_without --json' -l json -d 'with several hosts: an array with all that each has said'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and begin; contains -- (commandline -opc)[-1] --timeout; or __hey_without --timeout; end' -l timeout -r -f -d 'with several hosts: how long the command may take (default: 60)'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\')' -d 'become root on the host by this program'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and begin; contains -- (commandline -opc)[-1] --ssh-option; or __hey_without; end' -l ssh-option -r -f -d 'an ssh option, for every ssh call and for nix'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and __hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-ssh.ts -n 'not __hey_beyond 1 --on --timeout --flake --elevate --ssh-option --ssh-config; and __hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c ops-status.ts -n __hey_ours -f
complete -c ops-status.ts -n '__hey_after 0 --flake --on --override-input --html --elevate --ssh-option --ssh-config' -f -a '(__hey_hosts)' -d 'flake host'
complete -c ops-status.ts -n '__hey_after 1 --flake --on --override-input --html --elevate --ssh-option --ssh-config' -f -a '(__hey_own_targets --flake --on --override-input --html --elevate --ssh-option --ssh-config)'
complete -c ops-status.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-status.ts -n 'begin; contains -- (commandline -opc)[-1] --on; or __hey_without --all --on; end' -l on -r -f -a '(__hey_machines)' -d 'these hosts: names, \'web*\', @tag, !except, with commas between'
complete -c ops-status.ts -n '__hey_without --on --all' -l all -d 'every host of the flake'
complete -c ops-status.ts -n '__hey_without --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c ops-status.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c ops-status.ts -n '__hey_without --eval' -l eval -d 'also compare each host with the flake (takes an evaluation)'
complete -c ops-status.ts -n '__hey_without --watch' -l watch -d 'ask again every SECONDS (default: 5), until ^C'
complete -c ops-status.ts -n '__hey_without --json' -l json -d 'JSON, with everything that is known'
complete -c ops-status.ts -n 'begin; contains -- (commandline -opc)[-1] --html; or __hey_without --html; end' -l html -r -F -d 'also write a page to read on a phone, with the deploys over time'
complete -c ops-status.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\')' -d 'become root on the host by this program'
complete -c ops-status.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-option; or __hey_without; end' -l ssh-option -r -f -d 'an ssh option, for every ssh call and for nix'
complete -c ops-status.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c ops-status.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-status.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

complete -c ops-sync.ts -n __hey_ours -f
complete -c ops-sync.ts -n '__hey_after 0 --flake --build-host --store-path --build-on --specialisation --override-input --update-input --builders --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --then-port --wait --backend --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_hosts)' -d 'flake host'
complete -c ops-sync.ts -n '__hey_after 1 --flake --build-host --store-path --build-on --specialisation --override-input --update-input --builders --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --then-port --wait --backend --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config' -f -a '(__hey_own_targets --flake --build-host --store-path --build-on --specialisation --override-input --update-input --builders --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --then-port --wait --backend --on -j --jobs --canary --batch --pause --stop-after --elevate --lane-timeout --ssh-option --ssh-config)'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c ops-sync.ts -n '__hey_without --test --dry-activate --specialisation --or-boot --status --cancel --boot' -l boot -d 'activate at the next boot, not now'
complete -c ops-sync.ts -n '__hey_without --boot --dry-activate --install-bootloader --or-boot --status --cancel --reboot --test' -l test -d 'activate now, but not at the next boot'
complete -c ops-sync.ts -n '__hey_without --boot --test --install-bootloader --or-boot --guard --confirm-timeout --activation-timeout --settle --no-last-reboot --ask --status --cancel --reboot --dry-activate' -l dry-activate -d 'only show what activation would change'
complete -c ops-sync.ts -n '__hey_without --store-path --status --cancel --fast' -l fast -d 'nixos-rebuild: don\'t build its newest version first'
complete -c ops-sync.ts -n '__hey_without --debug' -l debug -d 'more output from nix and nixos-rebuild'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --build-host; or __hey_without --store-path --build-on --guard --confirm-timeout --activation-timeout --settle --diff --ask --status --cancel --on --all --build-host; end' -l build-host -r -f -a '(__hey_targets)' -d 'build on that machine'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --store-path; or __hey_without --fast --build-host --build-on --impure --override-input --update-input --builders --status --cancel --on --all --store-path; end' -l store-path -r -F -d 'deploy this system, which is built already, by a CI for example'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --build-on; or __hey_without --build-host --store-path --status --cancel --build-on; end' -l build-on -r -f -k -a '(printf \'%s\\n\' \'here	on this machine (default)\' \'target	on the target itself\')' -d 'build here, or on the target itself'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --specialisation; or __hey_without --boot --guard --confirm-timeout --status --cancel --specialisation; end' -l specialisation -r -f -d 'activate this specialisation'
complete -c ops-sync.ts -n '__hey_without --test --dry-activate --status --cancel --install-bootloader' -l install-bootloader -d 'reinstall the boot loader'
complete -c ops-sync.ts -n '__hey_without --store-path --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without --store-path; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --update-input; or __hey_without --store-path; end' -l update-input -r -f -d 'update an input of the flake first'
complete -c ops-sync.ts -n '__hey_without --status --cancel --offline' -l offline -d 'don\'t use the network for the build'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --builders; or __hey_without --store-path --status --cancel --builders; end' -l builders -r -f -d 'nix\'s remote builders, like \'ssh://builder x86_64-linux\'; \'\' for none'
complete -c ops-sync.ts -n '__hey_without --boot --test --dry-activate --guard --confirm-timeout --status --cancel --or-boot' -l or-boot -d 'if NixOS refuses to switch while the host runs, activate it at the next boot'
complete -c ops-sync.ts -n '__hey_without --dry-activate --build-host --specialisation --or-boot --no-guard --status --cancel --guard' -l guard -d 'roll back unless this machine can log in again'
complete -c ops-sync.ts -n '__hey_without --guard --confirm-timeout --no-guard' -l no-guard -d 'turn off guard from hey.toml'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --confirm-timeout; or __hey_without --dry-activate --build-host --specialisation --or-boot --no-guard --status --cancel --confirm-timeout; end' -l confirm-timeout -r -f -d 'time to confirm after the activation, 30 to 3600 (default: 180; implies --guard)'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --activation-timeout; or __hey_without --dry-activate --build-host --status --cancel --activation-timeout; end' -l activation-timeout -r -f -d 'roll back if the activation takes longer, 30 to 7200 (default: 600)'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --settle; or __hey_without --dry-activate --build-host --status --cancel --settle; end' -l settle -r -f -d 'time between the two test logins (default: 5)'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --check; or __hey_without --status --cancel; end' -l check -r -f -d 'keep the new system only if this succeeds here'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --check-remote; or __hey_without --status --cancel; end' -l check-remote -r -f -d 'keep the new system only if this succeeds on the host'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --on-unit-failure; or __hey_without --status --cancel --on-unit-failure; end' -l on-unit-failure -r -f -k -a '(printf \'%s\\n\' \'warn	report them and go on (always so without --guard)\' \'rollback	roll back (default)\')' -d 'when units fail'
complete -c ops-sync.ts -n '__hey_without --dry-activate --status --cancel --no-last-reboot' -l no-last-reboot -d 'never reboot to get the old system back, not even as the last resort'
complete -c ops-sync.ts -n '__hey_without --build-host --no-diff --status --cancel --diff' -l diff -d 'show what will change: packages, size, units, reboot, secrets it can\'t read'
complete -c ops-sync.ts -n '__hey_without --diff --no-diff' -l no-diff -d 'turn off diff from hey.toml'
complete -c ops-sync.ts -n '__hey_without --dry-activate --build-host --no-ask --status --cancel --ask' -l ask -d 'show what will change, then ask'
complete -c ops-sync.ts -n '__hey_without --ask --no-ask' -l no-ask -d 'turn off ask from hey.toml'
complete -c ops-sync.ts -n '__hey_without --status --cancel -y --yes' -s y -l yes -d 'with --ask: show what will change, but don\'t ask'
complete -c ops-sync.ts -n '__hey_without --status --cancel --rename' -l rename -d 'go on although the machine\'s name or host key says that it is another host'
complete -c ops-sync.ts -n '__hey_without --status --cancel --force-lockout' -l force-lockout -d 'activate it even if this login would not work any more (see exit code 17)'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --then-port; or __hey_without --status --cancel --then-port; end' -l then-port -r -f -d 'sshd\'s port afterwards, if the new system moves it'
complete -c ops-sync.ts -n '__hey_without --status --cancel --force' -l force -d 'deploy although someone else changed the host, or it runs this system already'
complete -c ops-sync.ts -n '__hey_without --boot --test --dry-activate --fast --build-host --store-path --build-on --specialisation --install-bootloader --offline --builders --or-boot --guard --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --no-last-reboot --diff --ask -y --yes --rename --force-lockout --then-port --force --cancel --reboot --wait --use-substitutes --status' -l status -d 'show a pending deployment, and what runs and boots'
complete -c ops-sync.ts -n '__hey_without --boot --test --dry-activate --fast --build-host --store-path --build-on --specialisation --install-bootloader --offline --builders --or-boot --guard --confirm-timeout --activation-timeout --settle --check --check-remote --on-unit-failure --no-last-reboot --diff --ask -y --yes --rename --force-lockout --then-port --force --status --reboot --wait --use-substitutes --cancel' -l cancel -d 'roll back a pending deployment now'
complete -c ops-sync.ts -n '__hey_without --test --dry-activate --status --cancel --no-reboot --reboot' -l reboot -d 'reboot afterwards, and wait for the host'
complete -c ops-sync.ts -n '__hey_without --reboot --no-reboot' -l no-reboot -d 'turn off reboot from hey.toml'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --wait; or __hey_without --status --cancel --wait; end' -l wait -r -f -d 'how long the reboot may take (default: 300)'
complete -c ops-sync.ts -n '__hey_without --status --cancel --use-substitutes' -l use-substitutes -d 'the target downloads what it can from its own binary caches'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --backend; or __hey_without --backend; end' -l backend -r -f -k -a '(printf \'%s\\n\' \'nixos-rebuild	nixos-rebuild (default)\' \'nix	nix and ssh alone (default with any setting in hey.toml, and without nixos-rebuild on PATH)\')' -d 'deploy with this program'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --on; or __hey_without --build-host --store-path --all --on; end' -l on -r -f -a '(__hey_machines)' -d 'these hosts: names, \'web*\', @tag, !except, with commas between'
complete -c ops-sync.ts -n '__hey_without --build-host --store-path --on --all' -l all -d 'every host of the flake'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] -j --jobs; or __hey_without --serial -j --jobs; end' -s j -l jobs -r -f -d 'this many hosts at once (default: 10)'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --canary; or __hey_without --serial --canary; end' -l canary -r -f -d 'deploy to this host (or the first N) first; go on only if that works'
complete -c ops-sync.ts -n '__hey_without -j --jobs --canary --batch --stop-after --serial' -l serial -d 'one host at a time; stop at the first failure'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --batch; or __hey_without --serial --batch; end' -l batch -r -f -d 'this many hosts at a time; go on only if they succeed'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --pause; or __hey_without --pause; end' -l pause -r -f -d 'wait this long between two batches, or turns of hey.toml'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --stop-after; or __hey_without --serial --stop-after; end' -l stop-after -r -f -d 'begin no more hosts after N failures (default with --batch: 1)'
complete -c ops-sync.ts -n '__hey_without --require-all' -l require-all -d 'build and change nothing unless every host answers'
complete -c ops-sync.ts -n '__hey_without --json' -l json -d 'events on stdout, one JSON object a line'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\')' -d 'become root on the host by this program'
complete -c ops-sync.ts -n '__hey_without --ask-elevate-password' -l ask-elevate-password -d 'ask once for sudo\'s password there (implies --elevate sudo)'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --lane-timeout; or __hey_without --lane-timeout; end' -l lane-timeout -r -f -d 'stop a step on a host after this time, or with several hosts a host\'s whole turn (default: 3600)'
complete -c ops-sync.ts -n '__hey_without --raw' -l raw -d 'show a host\'s output unfiltered, terminal control codes included'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-option; or __hey_without; end' -l ssh-option -r -f -d 'an ssh option, for every ssh call and for nix'
complete -c ops-sync.ts -n 'begin; contains -- (commandline -opc)[-1] --ssh-config; or __hey_without --ssh-config; end' -l ssh-config -r -F -d 'read this instead of ~/.ssh/config'
complete -c ops-sync.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c ops-sync.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'
complete -c ops-sync.ts -n __hey_after_dashes -a '(__hey_passed nixos-rebuild)'

complete -c sync.ts -n __hey_ours -f
complete -c sync.ts -n '__hey_after 0 --host --flake --backend --elevate --specialisation --override-input --update-input --builders' -f -k -a '(printf \'%s\\n\' \'boot	make it the system of the next boot (default)\' \'switch	activate it now and make it the system of the next boot\' \'test	activate it now, until the next boot\' \'build	build it only\' \'dry-build	show what would be built\' \'dry-activate	show what activation would change\')'
complete -c sync.ts -n 'begin; contains -- (commandline -opc)[-1] --host; or __hey_without --rollback --list --host; end' -l host -r -f -a '(__hey_hosts)' -d 'a host of the flake (default: this machine\'s name)'
complete -c sync.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c sync.ts -n 'begin; contains -- (commandline -opc)[-1] --backend; or __hey_without --rollback --list --backend; end' -l backend -r -f -k -a '(printf \'%s\\n\' \'nh	nh os\' \'nixos-rebuild	nixos-rebuild\')' -d 'use this program (default: nh if it is on PATH)'
complete -c sync.ts -n 'begin; contains -- (commandline -opc)[-1] --elevate; or __hey_without --list --elevate; end' -l elevate -r -f -k -a '(printf \'%s\\n\' \'sudo	sudo (default)\' \'doas	OpenDoas\' \'run0	systemd\\\'s run0\' \'none	stay the user you are\')' -d 'become root by this program'
complete -c sync.ts -n '__hey_without --host --backend --list --force --specialisation --install-bootloader --impure --override-input --update-input --offline --builders --rollback' -l rollback -d 'roll back to generation N (default: the one before what boots)'
complete -c sync.ts -n '__hey_without --host --backend --elevate --rollback --diff --ask --force --specialisation --install-bootloader --impure --override-input --update-input --offline --builders --list' -l list -d 'list the generations of this machine, newest first'
complete -c sync.ts -n '__hey_without --json' -l json -d 'with --list: JSON'
complete -c sync.ts -n '__hey_without --list --no-diff --diff' -l diff -d 'show what will change: packages, size, units, reboot, secrets it can\'t read'
complete -c sync.ts -n '__hey_without --diff --no-diff' -l no-diff -d 'turn off diff from hey.toml'
complete -c sync.ts -n '__hey_without --list --no-ask --ask' -l ask -d 'show what will change, then ask'
complete -c sync.ts -n '__hey_without --ask --no-ask' -l no-ask -d 'turn off ask from hey.toml'
complete -c sync.ts -n '__hey_without -y --yes' -s y -l yes -d 'with --ask: show what will change, but don\'t ask'
complete -c sync.ts -n '__hey_without --rollback --list --force' -l force -d 'activate another host\'s system on this machine'
complete -c sync.ts -n 'begin; contains -- (commandline -opc)[-1] --specialisation; or __hey_without --rollback --list --specialisation; end' -l specialisation -r -f -d 'activate this specialisation'
complete -c sync.ts -n '__hey_without --rollback --list --install-bootloader' -l install-bootloader -d 'reinstall the boot loader'
complete -c sync.ts -n '__hey_without --rollback --list --impure' -l impure -d 'let the flake read the environment, and files outside of it'
complete -c sync.ts -n 'begin; contains -- (commandline -opc)[-1] --override-input; or __hey_without --rollback --list; end' -l override-input -r -f -d 'replace an input of the flake'
complete -c sync.ts -n 'begin; contains -- (commandline -opc)[-1] --update-input; or __hey_without --rollback --list; end' -l update-input -r -f -d 'update an input of the flake first'
complete -c sync.ts -n '__hey_without --rollback --list --offline' -l offline -d 'don\'t use the network for the build'
complete -c sync.ts -n 'begin; contains -- (commandline -opc)[-1] --builders; or __hey_without --rollback --list --builders; end' -l builders -r -f -d 'nix\'s remote builders, like \'ssh://builder x86_64-linux\'; \'\' for none'
complete -c sync.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c sync.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'
complete -c sync.ts -n __hey_after_dashes -a '(__hey_passed nixos-rebuild)'

complete -c trust.ts -n __hey_ours -f
complete -c trust.ts -n 'begin; contains -- (commandline -opc)[-1] --flake; or __hey_without --flake; end' -l flake -r -f -a '(__fish_complete_directories)' -d 'a directory, or a flake reference (default: the nearest flake.nix upward)'
complete -c trust.ts -n '__hey_without --revoke' -l revoke -d 'stop trusting it'
complete -c trust.ts -n '__hey_without -y --yes' -s y -l yes -d 'trust it without asking'
complete -c trust.ts -n '__hey_without --print' -l print -d 'show the shell script; run nothing'
complete -c trust.ts -n '__hey_without -h --help' -s h -l help -d 'show all options; -h shows the most used'

function __hey_dispatched --no-scope-shadowing
    set firsts 'bootstrap	Install NixOS on a remote machine (ERASES ITS DISKS)' 'completions	Set up completions for zsh, bash and fish' 'deploy	Build a host\'s system here and activate it there' 'disko	Partition, format and mount disks, before an install' 'doctor	Find problems before you deploy, each with its fix' 'help	Show the commands, or the help of one, or a topic' 'hosts	List the flake\'s hosts, and where each is reached' 'init	Write a first hey.toml, with guard and ask turned on' 'install	Install a host on mounted disks, from the installer ISO' 'log	Show what was done from this machine, and the results' 'ops	bootstrap, deploy, doctor, hosts, log, push-keys, reboot, rollback, ssh, status, sync' 'push-keys	Send a host its ssh key, for agenix and sops-nix' 'reboot	Reboot a host and check that it comes back' 'rollback	Take a host back to an older generation, or list them' 'ssh	Open a root shell on a host, or run a command on several' 'status	Show what the hosts run and boot, and how they are' 'sync	Build this machine\'s system and activate it' 'trust	Trust what hey.toml runs and where it sends secrets'
    set seconds 'ops bootstrap	Install NixOS on a remote machine (ERASES ITS DISKS)' 'ops deploy	Build a host\'s system here and activate it there' 'ops doctor	Find problems before you deploy, each with its fix' 'ops hosts	List the flake\'s hosts, and where each is reached' 'ops log	Show what was done from this machine, and the results' 'ops push-keys	Send a host its ssh key, for agenix and sops-nix' 'ops reboot	Reboot a host and check that it comes back' 'ops rollback	Take a host back to an older generation, or list them' 'ops ssh	Open a root shell on a host, or run a command on several' 'ops status	Show what the hosts run and boot, and how they are' 'ops sync	The same as ops deploy, by another name'
    set topics 'exit-codes	What each exit status means' 'hey.toml	The file with targets, tags and settings' 'guard	How a deployment rolls back by itself' 'json	What --json writes, field by field' 'environment	Variables and files that hey reads'
    set shorts 'bootstrap' 'deploy' 'doctor' 'hosts' 'log' 'push-keys' 'reboot' 'rollback' 'ssh' 'status'
    set flags '--help	show the commands, or the help of one' '--version	show hey\'s version'
    set verbs 'completions' 'disko' 'help' 'init' 'install' 'ops-bootstrap' 'ops-deploy' 'ops-doctor' 'ops-hosts' 'ops-log' 'ops-push-keys' 'ops-reboot' 'ops-rollback' 'ops-ssh' 'ops-status' 'ops-sync' 'sync' 'trust'
end
if not complete -c hey | string length -q
    complete -c hey -n __hey_ours -f -a '(__hey_dispatcher)'
end
