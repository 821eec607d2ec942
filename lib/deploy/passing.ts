// What is passed through to whichever program does the work: declared once, in nix's own spelling.
import { canSay, type Program, wordsFor } from "../here/backends.ts";
import { runningSpecialisation } from "../here/machine.ts";
import { shown, Usage } from "../spec/errors.ts";
import { deployments, optionsIn } from "../spec/passed.ts";

export interface Passing {
  readonly specialisation: string | undefined;
  readonly installBootloader: boolean;
  readonly impure: boolean;
  readonly offline: boolean;
  readonly overrideInput: readonly (readonly [string, string])[];
  readonly updateInput: readonly string[];
  readonly builders: string | undefined;
}

const each = (value: string | undefined) => (value === undefined ? [] : [[value]]);
const whether = (given: boolean) => (given ? [[]] : []);

/** Inputs that are updated: of their own, as nh does that before it starts nix. @throws Usage */
export function updateWords(program: Program, { updateInput }: Passing): readonly string[] {
  const values = updateInput.map((input) => [input]);
  // nixos-rebuild hands it to nix, which may have it no more.
  if (program === "nixos-rebuild") wordsFor("nix", "updateInput", "--update-input", values.slice(0, 1));
  return wordsFor(program, "updateInput", "--update-input", values);
}

/** What is nix build's. @throws Usage for what the program hasn't, or nix can't take */
export function buildWords(program: Program, given: Passing): readonly string[] {
  const fragment = given.overrideInput.find(([, ref]) => ref.includes("#"));
  if (fragment !== undefined)
    throw new Usage(`--override-input takes a whole flake; leave the '#' and what follows out of ${shown(fragment[1])}`);
  return [
    ...wordsFor(program, "impure", "--impure", whether(given.impure)),
    ...wordsFor(program, "offline", "--offline", whether(given.offline)),
    ...wordsFor(program, "overrideInput", "--override-input", given.overrideInput),
    ...wordsFor(program, "builders", "--builders", each(given.builders)),
  ];
}

/**
 * Which specialisation nh activates: the one that is meant, as nixos-rebuild does. By itself it takes the one that runs.
 * @throws Usage where an old one takes that all the same
 */
function specialisationOfNh(meant: string | undefined): readonly string[] {
  const runs = runningSpecialisation();
  const beside = runs === undefined ? "" : `, and ${shown(runs)} runs here, which it would take`;
  if (meant !== undefined) {
    const meaning = runs === undefined || runs === meant ? "specialisation" : "otherSpecialisation";
    return wordsFor("nh", meaning, `--specialisation that counts${beside}`, [[meant]]);
  }
  if (runs === undefined && !canSay("nh", "noSpecialisation")) return [];
  return wordsFor("nh", "noSpecialisation", `--no-specialisation${beside}`);
}

/** What is nixos-rebuild's and nh's. @throws Usage for what the program, or this action of it, hasn't */
export function systemWords(program: "nixos-rebuild" | "nh", given: Passing, dry = false): readonly string[] {
  // Every version of it says so only when all is built and copied.
  if (program === "nixos-rebuild" && dry && given.specialisation !== undefined)
    throw new Usage("nixos-rebuild has no --specialisation for dry-activate; leave it out, or type test");
  return [
    ...(program === "nh"
      ? specialisationOfNh(given.specialisation)
      : wordsFor(program, "specialisation", "--specialisation", each(given.specialisation))),
    ...wordsFor(program, "installBootloader", "--install-bootloader", whether(given.installBootloader)),
  ];
}

/** Words that nix has for evaluations, and nix-store refuses. */
const evaluates =
  /^(?:-I|--(?:(?:no-)?(?:eval-cache|pure-eval|accept-flake-config|show-trace)|impure|refresh|recreate-lock-file|commit-lock-file|no-(?:update-lock-file|write-lock-file|registries|use-registries)|include|override-input|update-input))$/;
/** What else nixos-rebuild and nix build both have. */
const shared =
  /^(?:-[LvkKj]|--(?:print-build-logs|verbose|quiet|keep-going|keep-failed|fallback|repair|offline|max-jobs|cores|builders|log-format|option))$/;
/** Words of nixos-rebuild's that leave the system as it is, with how it comes to run. */
const alone = /^--(?:fast|no-reexec|no-build-nix)$/;

/** Words of nix's, each with its values. */
const together = (passed: readonly string[]): readonly (readonly string[])[] =>
  optionsIn(deployments, passed).map(({ name, values }) => [name, ...values]);

/**
 * Of the words after `--` for nixos-rebuild those that nix build needs to make the same system.
 * @throws Usage for one that may make another of it, or have a value: which isn't known
 */
export function sharedWords(passed: readonly string[]): readonly string[] {
  const known = together(passed).filter(([word = ""]) => !alone.test(word));
  const [odd] = known.find(([word = ""]) => !evaluates.test(word) && !shared.test(word)) ?? [];
  if (odd !== undefined)
    throw new Usage(
      `${shown(odd)} is nixos-rebuild's, and --diff and --ask build with nix beforehand; leave out ${shown(odd)}, or --diff and --ask`,
    );
  return known.flat();
}

/** Words of nix's for what nix-store says otherwise. */
const logs = /^(?:-L|--print-build-logs)$/;
const withLogs = ["--log-format", "bar-with-logs"];

interface Built extends Passing {
  readonly debug: boolean;
  /** The words after `--`, as they would be nix build's. */
  readonly passed: readonly string[];
}

/** What decides what is evaluated, for nix eval. @throws Usage */
export const evaluationWords = (given: Built): readonly string[] => [
  ...buildWords("nix", { ...given, builders: undefined }),
  ...updateWords("nix", given),
  ...together(given.passed)
    .filter(([word = ""]) => word === "--option" || evaluates.test(word))
    .flat(),
];

/** What decides how it is built, for nix-store. */
export const realisationWords = ({ offline, builders, debug, passed }: Built): readonly string[] => [
  ...(debug ? ["--verbose", ...withLogs] : []),
  ...(offline ? ["--option", "substitute", "false"] : []),
  ...(builders === undefined ? [] : ["--builders", builders]),
  ...together(passed)
    .filter(([word = ""]) => !evaluates.test(word))
    .flatMap((words) => (logs.test(words[0] ?? "") ? withLogs : words)),
];
