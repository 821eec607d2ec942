// The topics of `hey help TOPIC`. Each is made of what the code has, where the code has it. docs/ has the same text (test/man/topics.bats).
import { settable } from "../inventory/hey-toml.ts";
import { explained, table, typedAs, wrapped } from "../spec/help.ts";
import { guardOptions, guardStatuses, statuses } from "../spec/options.ts";
import type { Param, Verb } from "../spec/spec.ts";
import { applying, environment, files } from "./environment.ts";

/** Names and what they mean, below a heading. */
interface Table {
  readonly heading: string;
  readonly rows: readonly (readonly [string, string])[];
}

export interface Topic {
  readonly name: string;
  /** One line, for the list of topics. */
  readonly summary: string;
  readonly body: readonly (string | Table)[];
}

/** What each exit status means, by number; where verbs differ in it, with those that mean it so. */
function exitCodes(verbs: readonly Verb[]): Table["rows"] {
  const own = verbs.flatMap((verb) =>
    Object.entries(verb.statuses ?? {}).map(([status, text]) => ({ status, text, verb: verb.name.replace("-", " ") })),
  );
  const meanings = new Map<string, Map<string, string[]>>(
    Object.entries(statuses).map(([status, text]) => [status, new Map([[text, []]])]),
  );
  for (const { status, text, verb } of own) {
    const texts = meanings.get(status) ?? new Map<string, string[]>();
    meanings.set(status, texts.set(text, [...(texts.get(text) ?? []), verb]));
  }
  return [...meanings]
    .sort(([a], [b]) => Number(a) - Number(b))
    .flatMap(([status, texts]) =>
      [...texts].map(([text, of]) => [status, `${text}${of.length === 0 ? "" : ` (${of.join(", ")})`}`] as const),
    );
}

const parameters = (takes: Readonly<Record<string, Param>>): Table["rows"] =>
  Object.entries(takes)
    .filter(([, param]) => !("negates" in param))
    .map(([name, param]) => [typedAs(name, param), explained(name, param)]);

const json: readonly Table[] = [
  {
    heading: "ops deploy, rollback, reboot, push-keys --on … --json: an event a line",
    rows: [
      ["time", "when, in ISO 8601 and UTC"],
      ["ms", "milliseconds since the run began; in ended and over: how long it took"],
      [
        "step",
        "run, lane (hey asks a host), build, built, batch (these hosts come next), begin (the host's turn), preview (what will change, in text), step (a line of output, in text), ended, over",
      ],
      ["host", "the host; null for a step of all hosts"],
      ["argv", "what hey started; null if nothing"],
      ["status", "an exit status; null while it goes on, and for a host that was never started"],
      ["hosts", "in run: all hosts; in batch: its hosts"],
      ["flake, looks", "in run: the flake, and whether the line changes nothing"],
      ["outcome", "in ended: done, current, failed, skipped, not begun"],
      ["text", "in ended: the result in words"],
      ["from, to", "in ended: generations, if known"],
      ["reboot", "in ended: why a reboot is needed"],
      ["programStatus", "in ended: the status of NixOS's own program, if it failed"],
      ["last", "in ended: the last line of output"],
      ["transcript", "in ended: the file with all output"],
    ],
  },
  {
    heading: "ops status --json: an array of hosts; what isn't known is left out",
    rows: [
      ["host, target, ms", "its name, the ssh destination, and how long it took to answer"],
      ["answers, why", "whether it answered; if not, why. What it said before that is there"],
      ["user", "who was logged in; root if that user became root"],
      [
        "runs, boots, booted",
        "paths of the systems that run, that the next boot brings, and that was booted; nothing if there is none",
      ],
      ["activationFailed", "whether the last activation failed, so that the system is half activated"],
      ["generation, date", "the number of the generation that boots, and when it was made (ISO 8601)"],
      ["revision, nixosVersion, kernelVersion", "of the flake, of NixOS, and of the running kernel"],
      ["name, otherHost", "the name in its system, and the other host of the flake that has this name"],
      [
        "reboot, failedUnits, armed",
        "what only a reboot changes; units that failed (unknown without systemd); pending rollbacks and locks",
      ],
      [
        "disks, memory",
        "{at, size, free} of /, /nix, /boot and where the firmware boots from, with inodes {total, free}; {total, available}; in bytes",
      ],
      ["load, cores, uptime", "the load of the last minute, the number of cores, seconds since boot"],
      ["flake", "with --eval: same, differs, does not evaluate"],
    ],
  },
  {
    heading: "ops doctor --json: an array of findings",
    rows: [
      ["id", "the finding"],
      ["level", "error, warning or note"],
      ["host", "the host; null for this machine"],
      ["seen", "what was seen"],
      ["fix", "a command that fixes it or shows more; null if there is nothing to do"],
    ],
  },
  {
    heading: "ops log --json: an array, oldest first",
    rows: [
      ["began, ms", "when it began (ISO 8601), and how long it took; 0 if the clock was set back meanwhile"],
      ["status, by, verb", "its exit status, the user, and the command"],
      ["host, target", "the host, and the ssh destination"],
      ["from, to", "generations, if known"],
      ["untouched", "true if it ended before anything on the host was changed"],
      ["reboot", "why a reboot is needed"],
      ["said", "the last line of output"],
      ["transcript", "the file with all output, of a run of several hosts"],
    ],
  },
  {
    heading: "ops hosts --json: an array of hosts",
    rows: [
      ["host, target, tags", "its name, its ssh destination, its tags"],
      ["rule", "what says so: {by: hey.toml, alias or name; file, line}"],
      ["settings", "by name: {value, of: host or defaults, line}"],
    ],
  },
];

/** All topics. @param verbs all verbs */
export function topics(verbs: readonly Verb[]): readonly Topic[] {
  return [
    {
      name: "exit-codes",
      summary: "What each exit status means",
      body: [
        "Any other status is that of the program that failed, or 128 + n after signal n. The statuses are stable: scripts may rely on them.",
        { heading: "Status", rows: exitCodes(verbs) },
      ],
    },
    {
      name: "hey.toml",
      summary: "The file with targets, tags and settings",
      body: [
        "hey.toml lies beside flake.nix. It is optional, and git need not know it. hey init writes a first one.",
        "A setting is an option by its own name. [hosts.NAME] has those of one host, [defaults] those of all. What is typed wins over " +
          "[hosts.NAME], and that over [defaults]. Lists (check) are replaced, not joined; ssh-option adds up, and the nearest value of a key wins.",
        "hey ignores settings that a command has no option for, and details of something that is off (check without guard). An unknown " +
          "setting or a bad value is an error.",
        "Settings that run a program count only after hey trust.",
        { heading: "Settings", rows: parameters(settable) },
      ],
    },
    {
      name: "guard",
      summary: "How a deployment rolls back by itself",
      body: [
        "With --guard the host keeps a new system only if this machine can log in again. In this order:",
        "1. hey logs in, builds and copies.",
        "2. Arm: the host takes a lock, notes what it runs, and starts a timer that rolls back to it.",
        "3. Activate: the host runs the new system. If the activation fails or hangs, the host rolls back.",
        "4. Confirm: this machine logs in twice, over new connections. No unit may have failed, and every --check must succeed.",
        "5. Commit: only now the new system becomes the default at boot. A power cut before that brings the old one.",
        "If no confirmation arrives in time, the host rolls back by itself, whatever has become of this machine or of the network.",
        { heading: "Options", rows: parameters(guardOptions) },
        { heading: "Exit status", rows: Object.entries(guardStatuses) },
      ],
    },
    {
      name: "json",
      summary: "What --json writes, field by field",
      body: [
        "Fields may be added in later versions; those that are here keep their names and meanings.",
        ...json,
        "ops rollback --list --json is an array of generations, newest first, and sync --list --json is the same for this machine.",
      ],
    },
    {
      name: "environment",
      summary: "Variables and files that hey reads",
      body: [
        { heading: "Variables", rows: applying(environment, verbs) },
        { heading: "Files", rows: applying(files, verbs) },
        "ssh reads its own files and variables, and so does nix.",
      ],
    },
  ];
}

/** A topic for a terminal. */
export const topicText = ({ name, summary, body }: Topic, width: number): string =>
  [
    `${name}: ${summary}`,
    ...body.flatMap((part) =>
      typeof part === "string"
        ? ["", ...wrapped(part, width, /^\d\. /.test(part) ? "   " : "")]
        : ["", ...wrapped(part.heading, width, "  "), ...table(part.rows, width)],
    ),
  ].join("\n");

const cell = (text: string) => text.replace(/[|<]/g, "\\$&");

/** The same for docs/. */
export const topicMarkdown = ({ body }: Topic): string =>
  body
    .flatMap((part) =>
      typeof part === "string"
        ? [part.replace(/(?<!\w)--[a-z][\w-]*/g, "`$&`"), ""]
        : [
            `### ${part.heading}`,
            "",
            "| | |",
            "|---|---|",
            ...part.rows.map(([name, text]) => `| \`${name.replaceAll("|", "\\|")}\` | ${cell(text)} |`),
            "",
          ],
    )
    .join("\n");
