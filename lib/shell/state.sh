# The variables that functions of lib/shell share: all others are local. A name, who sets it, and what it means. "given" is by the plan, as a value
# of the run; what functions of the target read of these is sent along with each call. A test holds it (test/static.bats).
#
# One of these modules is in a script: connect-root connect-elevated connect-password connect-here
# One of these modules is in a script: guard-boot trial-boot
#
# name               set by                 meaning
# verb               given                  who speaks
# host               given                  its name in the flake
# target             given                  what ssh is given
# store              given                  where nix copies to
# where              given                  the same, in lines to type
# type_shell         given                  the line to type for a command there, up to TARGET
# type_reboot        given                  the line to type for a reboot
# type_deploy        given                  the line to type for a deployment, up to HOST
# type_check         given                  the line to type for a look at the keys
# type_look          given                  the line to type for a look at a machine that may have another key
# ssh_options        given                  ssh's words for the one connection of the run
# nix_options        given                  the same as nix reads them, where that is in other words
# fresh_options      given                  ssh's words for a new connection that asks nobody anything
# new_options        given                  ssh's words for a new connection
# with_tty           given                  " -t", in lines to type, where root is become
# type_become        given                  the words before a command there, in lines to type
# type_rollback      given                  the line to type for a rollback
# rebuild_options    given                  ssh's words for nixos-rebuild
# own_options        given                  ssh's words for a connection that is neither
# pinned_options     given                  the same, where only one key is taken
# knocking_options   given                  the same, where nobody is logged in
# elevate            given                  the program by which the login becomes root there
# become             given                  the words before a command, for that
# fed                given                  yes, where each call is fed a password
# secret_end         given                  the line behind the password
# on_target          given                  the functions of the target
# logged_host        given                  whose history it is
# logged_target      given                  the same, as it was reached
# lane_timeout       given                  how many seconds one step on the host may take
# raw                given                  yes, to show what the host says beside an answer as it came
# lane               given                  the directory of this host in a run of several
# run                given                  the directory of that run
# rename             given                  yes, to go on where the machine is another one by its name or its key
# kept_keys          given                  the directory of the host keys that are kept here
# evaluated_host     given                  the host, as nix evaluates it; nothing where there is no flake
# configurations     given                  the hosts of the flake, as nix evaluates them
# force              given                  yes, to change also what someone else has changed
# force_lockout      given                  yes, to activate also what would lock this login out
# then_port          given                  the port at which sshd answers afterwards, if not the one of now
# bootloader         given                  1, to install the boot loader anew, or 0
# generation         given take_generation  the number of the system's generation, or "new"
# look_by            given                  the words before a command there, in lines to type for a look
# mends              given                  yes, where root is become without a question
# wanted_generation  given                  the number of the one to find, or "previous"
# seconds            given                  the time to confirm in
# activation_timeout given                  how many seconds a guarded activation may take
# settle             given                  the seconds between the two connections that confirm; nothing for none
# checks             given                  yes, where there are checks
# patience           given see_reboot       how many seconds behind the deadline a host that does not answer is waited for
# last_reboot        given                  yes, where a host may reboot as the last resort of a rollback
# limit              given                  how many seconds a reboot may take
# on_unit_failure    given                  warn or rollback
# declared           given main             what nix says of the secrets of a host
# flake_dir          given                  the directory of the flake
# known_hosts        given expect_key       the user's file for the target's key; nothing where ssh keeps none
# known_also         given                  the user's other files of that kind, with | between them
# known_globally     given                  those of the machine
# known_as           given                  the target's name in them
# takes_any_key      given                  yes, where ssh takes a host by whatever key
# hash_known_hosts   given                  yes, where no name is written to them in the open
# judging_options    given                  ssh's words for a connection that judges a key, and logs nobody in
# persist            given                  yes, where sshd reads the keys when it starts
# no_disko_deps      given                  yes, where disko's programs stay out of memory
# wanted             main evaluate_early    the architecture of a host, its system and its name
# text               evaluate_either ...    what is to be written
# only               evaluate_either ...    which nodes are evaluated: null for all, true for their names
# broken             evaluate_either ...    those that are left out
#
# said               begin step             what was said last
# hooks              begin at_end keep_log  what is called at the end
# last_words         begin ...              what is said last, where the script ends before its end
# status             begin finish see_outcome  the exit status, at the end
# ending             begin end_run          yes, once what is done at the end has begun
# changed            begin ...              yes, once anything of the host may have been changed
# facts              begin ask_there ...    what the target said last
# from               begin ask_there        the number of the generation that booted before
# began              keep_log               when the run began
# reached            keep_log ...           another machine than the one that was meant, by its name
# notes              find_notes             the directory of what is noted
# by                 find_notes             who deploys
# last_deployed      read_record            what ran when it was last deployed to from here
# first_seen         ask_target ...         what ran and what the profile was at the first question
# agreed             ask_target ...         what ran and booted when somebody agreed; nothing where nobody was asked
# now                clock                  seconds, on a clock that nobody sets
# left_open          begin still_in         yes, where the connection may be the only way in
# why_not            logs_in                why no new connection came about
# how                take_activated ...     what came of an activation
# before             note_before            what the target said before another program changed it
# ended              rebuilding ...         that program's status; "seen_through", once it is known what came of it
# tmp                make_tmp               a private directory, gone at the end
# call               heard                  the private directory of what is asked just now
# program            encode_program         the functions of the target, as they are sent; there: as they have arrived
# nix_store          take_nix_store         where nix-store is there
# secret             ask_secret             the password
# terminal           ask_secret             how the terminal was before
# interrupted        forget_typed           yes, after a ^C
# reply              question               what a person typed
# system             take_... ...           the system that is to run
# to_activate        take_... ...           what is activated: that, or a specialisation of it
# known              preview_there          the facts from before the preview
# blind              preview_there          what could not be found out
# judged             given judge_there      what was found out of this login under the new system, a fact a line
# identities         read_declared          the keys that a host decrypts with
# odd_identities     read_declared          those of them that can't be asked for
# secrets            read_declared          the secrets of a host, each with its file
# answered           join_run               yes, once the host has answered
# current            join_run               yes, where nothing was left to do
# id                 begin_guard each_open  the deployment
# prev               activate_there ...        what is gone back to
# resort             begin_guard see_reboot why the target reboots, as a last resort
# boots_before       begin_guard arm        what booted before
# failing            begin_guard ...        why it is not confirmed
# asked              begin_guard ...        yes, while nobody has answered a confirmation
# anew               begin_guard ...        yes, once calls go over new connections
# menu               begin_guard ...        yes, while the boot menu there may be in the middle of being written
# latest             boot_for_a_trial       the end of the time that the target was given
# was_cut            mended                 what a power cut had left there
# armed              begin_guard arm ...    yes, where it goes back by itself
# checking           begin_guard check_here the process of a check
# hearer             hear_check             there: the process that takes what a check says
# held               begin_guard finish     yes, once it is confirmed
# told               begin_guard            the reason that was said last
# cause              begin_guard arm        why it is abandoned
# look_there         begin_guard            what to type for a look
# meant              begin_guard            what the machine that is meant calls itself
# deadline           arm_there ...          when it goes back by itself
# seen               activate_and_confirm   when the host was seen last
# because            boot_for_a_trial       why it is not confirmed, as seen in the trial
# runs_now           take_verdict           what runs there
# boots_now          take_verdict           what boots there
# units              take_verdict           the units that failed
# stage              stage_keys             the private directory of the keys
# keys               stage_keys             where they lie ready in it
# fresh_key          stage_keys begin_key   a private folder for a new key
# sent               main                   what the target said of them
# expected           expect_key say_key     the line of known_hosts
# added              expect_key             yes, once lines for a key that is not there yet stand in known_hosts
#
# dir                each_open ...          there: the directory of the deployment
# left               each_open              there: the seconds until its deadline
# runs               refuse_changed         there: what runs
# boots              refuse_changed         there: what boots
# shell              keep_way_back          there: what runs its scripts
# held_by            take_lock              there: who deploys, and since when
# job                start_apart            there: the process that was started
# dest               put_keys ...           there: the directory of the keys
# connection         as_root_if_silent      there: whence the connection comes, as sudo forgets it
# final              find_place             there: the file of a key
# staged             put_keys               there: the name of the directory where they lie ready
