// Words behind `--` go to another program as they are. They are read as it reads them, so that those that would take the place of what hey says
// to it, or would be more than options, are refused.
import { shown, Usage } from "./errors.ts";
import { quote } from "./quote.ts";

/** What a wrapped program makes of a word. */
export interface Wrapped {
  /** Its options by how many values follow. One that isn't there may have one, if it doesn't begin with `--no-`. */
  readonly values: Readonly<Record<string, number>>;
  /** Those that hey says itself, by what a person types instead. */
  readonly reserved: Readonly<Record<string, string>>;
  /** What is said of a word that is no option, and no value of one. */
  readonly operands: string;
}

/** An option with its values. A word that belongs to none has no name. */
interface Found {
  readonly name: string;
  readonly values: readonly string[];
  /** As it was typed. */
  readonly word: string;
  /** Whether a value of it stands in the same word, behind a letter. */
  readonly attached: boolean;
}

const each = <V>(names: string, value: V): Readonly<Record<string, V>> =>
  Object.fromEntries(names.split(" ").map((name) => [name, value]));

const leaveOut = "leave it out";
const otherFlake = "type --flake REF before --";
const hostAndFlake = "type --host HOST, and --flake REF before --";

/** Settings of nix by which it looks for a system, or puts it, elsewhere. */
const storesOfNix = ["store", "eval-store"];
const stores = each("--store --eval-store", leaveOut);

/** Of nix build and nixos-rebuild: nix's, its settings that are on or off, and nixos-rebuild's. They share words, and none means two things. */
const ofSystems = {
  ...each(
    "--abort-on-warn --accept-flake-config --allow-dirty --allow-dirty-locks --allow-import-from-derivation --allow-new-privileges " +
      "--allow-symlinked-store --always-allow-substitutes --auto-optimise-store --builders-use-substitutes --commit-lock-file " +
      "--compress-build-log --debug --debugger --debugger-on-trace --debugger-on-warn --eval-cache --fallback --filter-syscalls " +
      "--fsync-metadata --fsync-store-paths --http2 --impersonate-linux-26 --impure --json --keep-build-log --keep-derivations " +
      "--keep-env-derivations --keep-failed --keep-going --keep-outputs --offline --preallocate-contents --pretty --print-build-logs " +
      "--print-missing --print-out-paths --pure-eval --quiet --rebuild --recreate-lock-file --refresh --relaxed-sandbox --repair " +
      "--require-drop-supplementary-groups --require-sigs --restrict-eval --run-diff-hook --sandbox --sandbox-fallback --show-trace " +
      "--substitute --sync-before-registering --trace-function-calls --trace-verbose --use-case-hack --use-registries --use-sqlite-wal " +
      "--use-xdg-base-directories --verbose --warn-dirty " +
      "--ask-elevate-password --ask-sudo-password --diff --fast --install-bootloader --install-grub --substitute-on-destination --sudo " +
      "--upgrade --upgrade-all --use-remote-sudo --use-substitutes",
    0,
  ),
  ...each(
    "-I -c -j --arg-from-stdin --build-host --builders --cores --elevate --image-variant --include --inputs-from --log-format --max-jobs " +
      "--output-lock-file --reference-lock-file --specialisation --update-input",
    1,
  ),
  ...each("--arg --arg-from-file --argstr --option --override-input", 2),
};

/** What makes it another system, or puts it elsewhere than hey looks for it. */
const ofSystemsReserved = {
  ...each("--flake -F --override-flake", otherFlake),
  ...each("--no-flake --file -f --attr -A --expr --stdin --store-path", leaveOut),
  ...each("--profile --profile-name -p --out-link -o --no-link --help -h --version", leaveOut),
  ...stores,
};

/** nixos-rebuild, or nix build, for another machine. */
export const deployments: Wrapped = {
  values: ofSystems,
  reserved: {
    ...ofSystemsReserved,
    "--target-host": "type TARGET behind HOST",
    "--rollback": "type ops rollback HOST, or sync --rollback",
    "--dry-run": "type --diff or --dry-activate before --",
  },
  operands: "what is deployed, where and how stands before --",
};

/** nixos-rebuild, or nix build behind nh, for this machine. */
export const synced: Wrapped = {
  values: ofSystems,
  reserved: {
    ...ofSystemsReserved,
    "--target-host": "type ops deploy HOST TARGET",
    "--rollback": "type --rollback before --",
    "--dry-run": "type --diff, or the action dry-build, before --",
  },
  operands: "the action stands before --, and a host behind --host",
};

export const anywhere: Wrapped = {
  values: {
    ...each(
      "-L --print-build-logs --debug --show-trace --copy-host-keys --env-password --no-disko-deps --no-substitute-on-destination " +
        "--no-use-machine-substituters --build-on-remote -t --tty",
      0,
    ),
    ...each(
      "--build-on --disko-mode --from --kexec --kexec-extract-path --kexec-extra-flags --kexec-launch-path --post-kexec-ssh-port",
      1,
    ),
    ...each("--option --chown --disk-encryption-keys --generate-hardware-config --ssh-store-setting", 2),
  },
  reserved: {
    "--extra-files": "type --extra-files DIR before --",
    "--phases": "type --phases LIST before --",
    ...each("--flake -f", "type HOST, and --flake REF before --"),
    "--target-host": "type TARGET behind HOST",
    ...each("--ssh-port -p", "type --ssh-option Port=N before --"),
    "-i": "type --identity FILE before --",
    "--ssh-option": "type --ssh-option NAME=VALUE before --",
    "--no-reboot": "type --no-reboot before --",
    "--stop-after-disko": "type --phases kexec,disko before --",
    "--vm-test": "type --vm-test before --",
    "--dry-run": "type --print before --",
    ...each("--store-paths -s --help -h", leaveOut),
    ...stores,
  },
  operands: "the target stands behind the host, before --",
};

export const installed: Wrapped = {
  values: {
    ...each("--commit-lock-file --debug --impure --keep-going --recreate-lock-file --show-trace --verbose", 0),
    ...each("-I -j --channel --cores --max-jobs --substituters --update-input", 1),
    ...each("--option --override-input", 2),
  },
  reserved: {
    "--flake": hostAndFlake,
    "--root": "type --root DIR before --",
    ...each("--system --closure --store-path --file -f --attr -A --help -h", leaveOut),
    ...stores,
  },
  operands: "the host stands behind --host, before --",
};

export const partitioned: Wrapped = {
  values: {
    ...each("--debug --dry-run --no-deps --show-trace", 0),
    ...each("--root-mountpoint", 1),
    ...each("--arg --argstr --option", 2),
  },
  reserved: {
    ...each("--mode -m", "type the mode before --"),
    ...each("--flake -f", hostAndFlake),
    "--yes-wipe-all-disks": "type --yes before --",
    ...each("--help -h", leaveOut),
    ...stores,
  },
  operands: "the mode and the host stand before --",
};

const own = <V>(of: Readonly<Record<string, V>>, name: string): V | undefined => (Object.hasOwn(of, name) ? of[name] : undefined);

/** A long option with what follows it. @param left from the word behind it on; its values are taken away */
function longOption({ values }: Wrapped, word: string, left: string[]): Found {
  const [, name = word, attached] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  if (attached !== undefined) return { name, values: [attached], word, attached: false };
  const next = left[0];
  const mayHave = next !== undefined && !next.startsWith("-") && !name.startsWith("--no-") ? 1 : 0;
  return { name, values: left.splice(0, own(values, name) ?? mayHave), word, attached: false };
}

/** Letters behind one dash, each an option. What follows one that has a value is that value. */
function letters({ values, reserved }: Wrapped, word: string, left: string[]): readonly Found[] {
  const found: Found[] = [];
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at]}`;
    const count = own(values, name) ?? 0;
    const attached = word.slice(at + 1);
    if (own(reserved, name) !== undefined || (count > 0 && attached !== ""))
      return [...found, { name, values: [attached], word, attached: attached !== "" }];
    found.push({ name, values: left.splice(0, count), word, attached: false });
  }
  return found;
}

/** The options among words for a program. */
export function optionsIn(program: Wrapped, words: readonly string[]): readonly Found[] {
  const left = [...words];
  const found: Found[] = [];
  while (left.length > 0) {
    const word = left.shift() as string;
    if (!word.startsWith("-") || word === "-" || word === "--") found.push({ name: "", values: [word], word, attached: false });
    else if (word.startsWith("--")) found.push(longOption(program, word, left));
    else found.push(...letters(program, word, left));
  }
  return found;
}

/** What to type instead of an option. A parser may take the beginning of a long one for it, as argparse does. */
function instead({ values, reserved }: Wrapped, name: string): string | undefined {
  const exact = own(reserved, name);
  if (exact !== undefined || own(values, name) !== undefined || !/^--../.test(name)) return exact;
  const whole = Object.keys(reserved).find((one) => one.startsWith(name));
  return whole === undefined ? undefined : own(reserved, whole);
}

/** @throws Usage for a word that hey says itself, and for one that another program may read otherwise */
export function requirePassable(program: Wrapped, words: readonly string[]): void {
  for (const { name, values, word, attached } of optionsIn(program, words)) {
    if (name === "") throw new Usage(`${shown(word)} behind -- is one word too many: ${program.operands}`);
    const isStore = name === "--option" && storesOfNix.includes(values[0] ?? "");
    const type = isStore ? leaveOut : instead(program, name);
    const what = isStore ? `--option ${values[0]}` : word.startsWith(name) ? shown(name) : `${shown(name)} in ${shown(word)}`;
    if (type !== undefined) throw new Usage(`${what} behind -- would replace what hey passes itself; ${type}`);
    // nix takes the letters of it for options, and other programs refuse it.
    if (attached && !/^\d+$/.test(values[0] ?? ""))
      throw new Usage(
        `${shown(word)} behind -- has an option and its value in one word, which programs read differently; separate them: ${name} ${quote(values[0] ?? "")}`,
      );
  }
}
