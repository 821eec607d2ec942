# What the machine says of itself, before anything on it is destroyed.
fact() { printf "%s\n" "$facts" | sed -n "s/^$1 //p"; }
memory=$(number 12 "$(fact memory)")
memory=$((${memory:-0} / 1024))
printf "%s\n" "  machine       $(fact name), by ssh as $(fact user) (root: $(fact root))" "  runs          $(fact os)" \
  "  architecture  $(fact arch); $host is $(printf "%s" "$wanted" | cut -d " " -f 1)" "  memory        $memory MiB"
fact disk | sed "s/^/  disk          /"
problems=
if [ -z "$(fact arch)" ]; then
  step "$target answered, but did not say what it is (has it a POSIX shell?); nothing was done"
  exit 1
fi
if [ "$(fact root)" = no ]; then problems="$(fact user) is not root there and sudo asks for a password"; fi
if [ "$(fact arch)" != "${wanted%% *}" ]; then problems="it is $(fact arch), and $host is built for ${wanted%% *}"; fi
if [ -n "$problems" ]; then
  step "$problems; nothing was done"
  exit 1
fi
case $(fact kind) in
  "nixos installer"*) ;;
  *)
    if [ "$memory" -lt 1536 ]; then
      step "warning: booting the installer (kexec) wants 1536 MiB of memory"
      if [ -n "$no_disko_deps" ]; then
        step "--no-disko-deps leaves disko's programs out of it, which helps near 1024 MiB, not far below: the installer itself must fit"
      else
        step "near 1024 MiB --no-disko-deps helps (disko's programs stay out of memory); far below, use the provider's own installer ISO"
      fi
    fi
    case $(fact kind) in
      nixos*) step "warning: this machine runs NixOS already, as $(fact name)" ;;
    esac
    ;;
esac
