// What will change on a host, shown before it does, and the question whether it may.
import { nix } from "../here/backends.ts";
import { type Flake, machine } from "../here/flake.ts";
import { call, nothing, type Part, parts, stage } from "../script/part.ts";
import { step } from "../script/step.ts";
import type { Turn } from "./turn.ts";

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

/** What to do where nobody is asked, and not all could be shown. */
const instead = ". Try: --ask without --yes, or leave --diff and --ask out (hey.toml's: --no-diff, --no-ask)";

/** agenix's options, as lines: where private keys lie, and each secret with its file; without one where that can't be evaluated. */
const declared =
  'c: let age = c.age or { }; secrets = age.secrets or { }; in builtins.concatStringsSep "" ' +
  '(map (path: "identity ${toString path}\\n") (age.identityPaths or [ ]) ++ ' +
  "map (name: let file = builtins.tryEval (toString secrets.${name}.file); in " +
  '"secret ${builtins.replaceStrings [ " " "\\n" ] [ "_" "_" ] name} ' +
  '${if file.success then builtins.unsafeDiscardStringContext file.value else ""}\\n") (builtins.attrNames secrets))';

/** What is shown and asked: who must be there for it, and the question behind the copy. */
export interface Previewing {
  readonly begins: Part;
  readonly question: Part;
}

/** nix's word on the secrets of a host; nothing for a system that is there already. @param words for nix eval */
export const declaring = (flake: Flake | undefined, host: string, words: readonly string[]): Part =>
  flake === undefined
    ? { main: [call("read_declared")], given: { declared: "", flake_dir: "" } }
    : {
        main: [
          {
            ...step("beside_plainly", nix, "eval", "--raw", `${machine(flake, host)}.config`, "--apply", declared, words),
            capture: "declared",
          },
          call("read_declared", [], "its secrets"),
        ],
        given: { flake_dir: flake.dir ?? "" },
      };

/**
 * Where the new system is, as a machine compares its own closure with that one, and asks it what it would do.
 * @param flake the one that says which secrets the host has; undefined for a system that is there already
 * @param words for nix eval
 */
export function previewing(
  {
    action,
    preview,
    turn,
  }: { readonly action: string; readonly preview: Preview; readonly turn: Pick<Turn, "terminal" | "holds"> },
  flake: Flake | undefined,
  host: string,
  words: readonly string[],
): Previewing {
  if (preview === undefined) return { begins: nothing, question: nothing };
  const looks = parts(declaring(flake, host, words), {
    main: [call("preview_there", [action], "what would change there")],
    given: { judged: "" },
    stages: [stage("find out what will change", "there", 1)],
  });
  const goes = call("go_on_as_shown");
  if (preview === "ask")
    return {
      begins: { main: [turn.terminal] },
      question: parts(looks, {
        main: [turn.holds("ask_about_it"), call("require_still_there"), goes],
        stages: [stage("show it, and ask whether to go on", "here", 1)],
      }),
    };
  return {
    begins: nothing,
    question: parts(looks, {
      main: [turn.holds("show_preview"), call("require_all_shown", action === "dry-activate" ? [] : [instead]), goes],
      stages: [stage("show it", "here", 1)],
    }),
  };
}
