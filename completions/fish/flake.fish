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
