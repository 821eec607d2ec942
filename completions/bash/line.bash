# Splits the text of a command line, as COMP_WORDS differs by version, by COMP_WORDBREAKS and by hostcomplete: the words that
# have an end go to hey_words, unquoted; the one at its end to hey_word, to hey_raw as it is typed, and the quote that is open
# there to hey_quote. Only a leading ~ or $VAR is expanded, as anything else could run something; the callers' variables
# have names that are no user's for that reason.
__hey_split() {
  local hey_text=$1 hey_take hey_add hey_name hey_plain
  local hey_variable='^\$(\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))' hey_command='^(\$\([^()]*\)|`[^`]*`)'
  hey_words=() hey_word='' hey_raw='' hey_quote='' hey_redirected=''
  while [[ -n $hey_text ]]; do
    hey_take=${hey_text:0:1} hey_add=$hey_take
    case $hey_quote$hey_take in
      [[:space:]]) __hey_end_word ;;
      [\<\>])
        # Digits before it are a file descriptor.
        [[ $hey_raw == *[!0-9]* ]] && __hey_end_word
        hey_word='' hey_raw='' hey_redirected=1 hey_add='' hey_take=''
        hey_text=${hey_text:1}
        ;;
      [\'\"]) hey_quote=$hey_take hey_add='' ;;
      \'\' | \"\") hey_quote='' hey_add='' ;;
      \\) hey_take=${hey_text:0:2} hey_add=${hey_text:1:1} ;;
      \"\\)
        case ${hey_text:1:1} in
          [\"\\\$\`]) hey_take=${hey_text:0:2} hey_add=${hey_text:1:1} ;;
        esac
        ;;
      \$ | \"\$)
        if __hey_at_start && [[ $hey_text =~ $hey_variable ]]; then
          hey_take=${BASH_REMATCH[0]} hey_name=${BASH_REMATCH[2]-}${BASH_REMATCH[3]-}
          hey_add=${!hey_name-}
        elif [[ $hey_text =~ $hey_command ]]; then
          hey_take=${BASH_REMATCH[0]} hey_add=$hey_take
        fi
        ;;
      \` | \"\`) [[ $hey_text =~ $hey_command ]] && hey_take=${BASH_REMATCH[0]} hey_add=$hey_take ;;
      \~)
        case ${hey_text:1:1} in
          '' | / | [[:space:]]) __hey_at_start && hey_add=${HOME-} ;;
        esac
        ;;
      *)
        case $hey_quote in
          \') hey_plain="^[^']+" ;;
          \") hey_plain='^[^"\$`]+' ;;
          *) hey_plain="^[^[:space:]<>'\"\\\$~\`]+" ;;
        esac
        [[ $hey_text =~ $hey_plain ]] && hey_take=${BASH_REMATCH[0]} hey_add=$hey_take
        ;;
    esac
    hey_raw+=$hey_take hey_word+=$hey_add
    hey_text=${hey_text:${#hey_take}}
  done
}

# Whether a value begins here: a word, or what stands after --option=.
__hey_at_start() {
  [[ -z $hey_word || ( $hey_word == --*= && ${hey_word%=} != *=* ) ]]
}

__hey_end_word() {
  if [[ -n $hey_raw ]]; then
    # What follows < or > is no word of the command.
    [[ -n $hey_redirected ]] || hey_words+=("$hey_word")
    hey_redirected=''
  fi
  hey_word='' hey_raw='' hey_add='' hey_take=''
  hey_text=${hey_text:1}
}
