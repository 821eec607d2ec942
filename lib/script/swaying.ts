// One table: variables of the environment by which a wrapped program, or what it starts as root, would do something else than its line says.
import type { Step } from "./step.ts";

const ofActivation = ["NIXOS_INSTALL_BOOTLOADER", "NIXOS_NO_CHECK"];

export const swaying = {
  nh: [
    ...["NH_ASK", "NH_BYPASS_ROOT_CHECK", "NH_ELEVATION_PROGRAM", "NH_ELEVATION_STRATEGY", "NH_NO_VALIDATE", "NH_SUDOOPTS"],
    ...["NIX_SUDOOPTS", ...ofActivation],
  ],
  // The last two: an activation outside a unit, which ends with the connection; and a nixos-rebuild that is not the flake's own.
  "nixos-rebuild": ["NIX_SUDOOPTS", ...ofActivation, "NIXOS_SWITCH_USE_DIRTY_ENV", "_NIXOS_REBUILD_REEXEC"],
  // Its nixos-enter would mount where all see it, as it takes the namespace for made.
  "nixos-install": ["NIXOS_ENTER_REEXEC", ...ofActivation],
  // A variable of its own, which it reads before it has set it: as with --copy-host-keys.
  "nixos-anywhere": ["copyHostKeys"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A program's command, which sees none of them. Only those that are set here stand in its line. */
export const unswayed = (program: keyof typeof swaying, command: Step): Step => ({
  ...command,
  unset: swaying[program].filter((name) => process.env[name] !== undefined),
});
