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
