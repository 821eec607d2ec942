# The first question: before the build, which can be long.

# ask_target [MORE...]: is it there, may it be deployed to, and is nobody else at it? MORE are further questions of the target's.
# Sets: facts, from, agreed, last_deployed, first_seen. Ends: where the target says no.
ask_target() {
  agreed='' first_seen=''
  read_record
  ask_there may_deploy "$@"
  first_seen=$(shown)
  if [ -n "$(fact special)" ]; then
    step "$target runs the specialisation $(fact special); the system itself will run, unless --specialisation says otherwise"
    return
  fi
  case " $last_deployed " in
    "  " | *" $(fact runs) "*) ;;
    *) step "$target runs another system than hey last deployed to it from here" ;;
  esac
}

# ask_there NAME WORD...: asks a first question. Sets: facts, from. Ends: where the target says no, or nothing.
ask_there() {
  step "ask $target"
  facts=$(heard 60 there "$@" </dev/null) || not_answered "$?"
  # A shell that runs nothing says nothing, and ends well.
  if [ -z "$(fact runs)" ]; then not_answered 0; fi
  from=$(fact_number number)
}

# expect_silence: nix copy reads its own answer from the first byte on. Sets: last_words. Ends: where the login prints something before.
expect_silence() {
  local printed
  printed=$(fact before | cut -c 1-60)
  if [ -z "$printed" ]; then return 0; fi
  give_up 1 "the login's shell on $target prints text before it runs a command: \"$printed\"; nix can't copy over that, and nothing was changed on $target (status 1). Let its rc file print only for a terminal"
}

# take_generation: the system of the generation that was found there. Sets: system, to_activate, generation, last_words. Ends: where it
# did not say which.
take_generation() {
  system=$(fact_path system)
  to_activate=$system
  generation=$(fact_number generation)
  if [ -z "$system" ] || [ -z "$generation" ]; then
    give_up 1 "$target did not say which system that is; nothing was changed on it (status 1)"
  fi
  step "generation $generation of $target: $system"
  if [ -n "$(fact other)" ]; then
    step "warning: that generation was not booted with these; what it needs of them works only after a reboot: $(changes other)"
  fi
}
