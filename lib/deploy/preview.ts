// What will change on a host, shown before it does, and the question whether it may.
import { nix } from "../here/backends.ts";
import { type Flake, machine } from "../here/flake.ts";
import { define, fragment, type Line, type Step, step, variable, type Word } from "../script/step.ts";
import { deploymentScript, farScript } from "../target/ssh.ts";

export type Preview = "show" | "ask" | undefined;

export const askedPreview = ({
  diff,
  ask,
  yes,
}: {
  readonly diff: boolean;
  readonly ask: boolean;
  readonly yes: boolean;
}): Preview => (ask && !yes ? "ask" : diff || ask ? "show" : undefined);

/** Before anything else: that there is somebody to ask. */
export const requireTerminal = (preview: Preview): readonly Line[] =>
  preview === "ask" ? [fragment("here/asking-terminal.sh")] : [];

/** What to do where nobody is asked, and not all could be shown. */
const instead = ". Try: --ask without --yes, or leave --diff and --ask out (hey.toml's: --no-diff, --no-ask)";

/** agenix's options, as lines: where private keys lie, and each secret with its file; without one where that can't be evaluated. */
const declared =
  'c: let age = c.age or { }; secrets = age.secrets or { }; in builtins.concatStringsSep "" ' +
  '(map (path: "identity ${toString path}\\n") (age.identityPaths or [ ]) ++ ' +
  "map (name: let file = builtins.tryEval (toString secrets.${name}.file); in " +
  '"secret ${builtins.replaceStrings [ " " "\\n" ] [ "_" "_" ] name} ' +
  '${if file.success then builtins.unsafeDiscardStringContext file.value else ""}\\n") (builtins.attrNames secrets))';

/**
 * Where the new system is, as a machine compares its own closure with that one, and asks it what it would do.
 * @param there its script as root on that machine. It reads nothing.
 * @param runs what would be activated
 * @param flake the one that says which secrets the host has; undefined for a system that is there already
 * @param words for nix eval
 */
export function previewing(
  about: { readonly action: string; readonly host: string; readonly preview: Preview },
  there: (script: Step) => Step,
  runs: Word,
  flake: Flake | undefined,
  words: readonly string[],
): readonly Line[] {
  const { action, host, preview } = about;
  if (preview === undefined) return [];
  const evaluate = flake && step(nix, "eval", "--raw", `${machine(flake, host)}.config`, "--apply", declared, words);
  const asked = there(farScript(deploymentScript("preview"), runs, action, variable("identities")));
  return [
    ...(evaluate === undefined ? [] : [{ ...evaluate, capture: "declared" }]),
    fragment("here/secrets-of.sh", { ...(evaluate === undefined && { declared: "" }), flake_dir: flake?.dir ?? "" }),
    define("preview", asked),
    ...(preview === "ask" ? [fragment("here/question.sh"), define("still_there", there(step("true")))] : []),
    fragment("here/preview.sh", { asks: preview === "ask" ? "yes" : "", instead: action === "dry-activate" ? "" : instead }),
  ];
}
