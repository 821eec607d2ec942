# shellcheck shell=bash
# shellcheck disable=SC2034 # for phases.sh
# nixos-anywhere's words. Sourced.

phases=kexec,disko,install,reboot disko_mode=disko disko_deps="" build_on=auto
flake="" attribute="" target="" identity="" extra_files="" copy_host_keys="" hardware_config="" vm_test=""
encryption_keys=() owners=() build_options=() ssh_options=(-o IdentitiesOnly=yes)

read_arguments() {
  while [ $# != 0 ]; do
    case $1 in
    -f | --flake) flake=$2 && shift ;;
    --target-host) target=$2 && shift ;;
    -i) identity=$2 && shift ;;
    -p | --ssh-port) ssh_options+=(-p "$2") && shift ;;
    --ssh-option) ssh_options+=(-o "$2") && shift ;;
    --extra-files) extra_files=$2 && shift ;;
    --copy-host-keys) copy_host_keys=yes ;;
    --chown) owners+=("$2" "$3") && shift 2 ;;
    --disk-encryption-keys) encryption_keys+=("$2" "$3") && shift 2 ;;
    --phases) phases=$2 && check_phases && shift ;;
    --disko-mode) disko_mode=$2 && one_of "$1" "$2" disko mount format && shift ;;
    --build-on) build_on=$2 && one_of "$1" "$2" auto local remote && shift ;;
    --generate-hardware-config) hardware_config=$3 && one_of "$1" "$2" nixos-facter nixos-generate-config && shift 2 ;;
    --no-disko-deps) disko_deps=NoDeps ;;
    --no-reboot) phases=kexec,disko,install ;;
    --vm-test) vm_test=yes ;;
    --show-trace) build_options+=(--show-trace) ;;
    --option) build_options+=(--option "$2" "$3") && shift 2 ;;
    --debug) set -x ;;
    -L | --print-build-logs | --no-substitute-on-destination | --no-use-machine-substituters) ;;
    --kexec) shift ;;
    *)
      # An unknown flag too.
      if [ -n "$target" ]; then
        echo "Usage: nixos-anywhere [options] [<ssh-host>]"
        exit 1
      fi
      target=$1
      ;;
    esac
    shift
  done
  if [ -n "$vm_test" ]; then check_vm_test; else [ -n "$target" ] || abort "ssh-host must be set"; fi
  [ -n "$flake" ] || abort "--flake or --store-paths must be set"
  attribute=${flake#*#}
  if [ "$attribute" = "$flake" ] || [ -z "$attribute" ]; then
    echo "Please specify the name of the NixOS configuration to be installed, as a URI fragment in the flake-uri." >&2
    exit 1
  fi
  flake=${flake%%#*}
  [[ $attribute = nixosConfigurations.* ]] || attribute="nixosConfigurations.\"$attribute\".config"
}

check_phases() {
  local phase
  for phase in ${phases//,/ }; do
    case $phase in kexec | disko | install | reboot) ;; *) abort "Unknown phase: $phase" ;; esac
  done
}

# one_of FLAG VALUE ALLOWED…
one_of() {
  [[ " ${*:3} " = *" $2 "* ]] || abort "Supported values for $1 are ${*:3}. Unknown: $2"
}

check_vm_test() {
  local refused=()
  [ "$build_on" != remote ] || refused+=(--build-on-remote)
  [ -z "$extra_files" ] || refused+=(--extra-files)
  [ ${#encryption_keys[@]} = 0 ] || refused+=(--disk-encryption-keys)
  [ -z "$hardware_config" ] || refused+=(--generate-hardware-config)
  [ ${#refused[@]} = 0 ] || abort "--vm-test is not supported with ${refused[*]}"
}
