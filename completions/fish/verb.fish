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
