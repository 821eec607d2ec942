#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// A root shell on a target, or one command there.
import { alike, asObjects, statusOf } from "../lib/inquiry/alike.ts";
import { machinesAsked } from "../lib/inquiry/inquiry.ts";
import { withSettings } from "../lib/inventory/settings.ts";
import { type Plan, stage } from "../lib/script/part.ts";
import { step } from "../lib/script/step.ts";
import { Usage } from "../lib/spec/errors.ts";
import { askedOptions, elevateOption, flakeOption, inHostsPlace, sshOptions } from "../lib/spec/options.ts";
import { argUnless, flag, group, option, rest } from "../lib/spec/spec.ts";
import { type Access, accessTo, commandAsRoot } from "../lib/target/access.ts";
import { ownWords, remotely, sshWords, unattendedWords } from "../lib/target/ssh.ts";
import { sshSays } from "../lib/target/ssh-says.ts";
import { shownJson } from "../lib/text/json.ts";
import { verb } from "../lib/verb/verb.ts";

const takes = {
  target: argUnless("ssh destination", "targets", inHostsPlace),
  command: rest("a command to run there; its words arrive exactly as typed"),
  tty: flag("give the command a terminal, for full-screen programs", { short: "t" }),
  ...askedOptions,
  ...group("Several hosts", {
    json: flag("with several hosts: an array with all that each has said"),
    timeout: option("SECONDS", "with several hosts: how long the command may take (default: 60)", "seconds"),
  }),
  flake: flakeOption,
  ...elevateOption,
  ...sshOptions,
};

/** One line of ssh, with these words of its own. */
function sshLine({ to, by }: Access, far: readonly string[], words: readonly string[], draws: boolean): Plan {
  // ssh refuses a command beside one of its configuration.
  const [said = ""] = far.length === 0 ? [] : sshSays([{ words, to }]);
  const has = /^remotecommand (?!none$)/m.test(said);
  const ssh = ["ssh", ...(has ? ["-o", "RemoteCommand=none"] : []), ...words, ...(draws ? ["-t"] : [])];
  const what = far.length === 0 ? `a shell on ${to}` : `run ${far[by === undefined ? 0 : far.length - 1]} on ${to}`;
  return {
    main: [far.length === 0 ? step(ssh, to) : remotely(ssh, to, far)],
    stages: [stage(what, "there")],
  };
}

export default verb(module, {
  summary: "Open a root shell on a host, or run a command on several",
  purpose: "Look",
  description:
    "The exit status is the command's, or 255 if ssh itself failed. With --on it runs on all these hosts side by side; equal answers are shown once.",
  takes,
  statuses: {
    20: "on some hosts the command failed (--on)",
    21: "some hosts were unreachable; on all others the command succeeded (--on)",
  },
  examples: [
    "vps_ultraman_root",
    "vps_ultraman_root systemctl --failed",
    "--tty vps_ultraman_root htop",
    "--elevate sudo admin@vps-ultraman",
    "--on @vps -- uname -r",
  ],
  plan: ({ target, command, tty, ...given }) => {
    const access = accessTo(target, given);
    // A shell as root is a command there, which ssh gives a terminal only when told to.
    const draws = tty || (access.by !== undefined && command.length === 0);
    return sshLine(access, commandAsRoot(access, command, draws), sshWords(given), draws);
  },
  inquire: (given) => {
    const { command, timeout = "60", json } = given;
    if (command.length === 0) throw new Usage("several hosts need a command; type it after --, as in --on @web -- uname -r");
    const machines = machinesAsked({ ...given, host: undefined, target: undefined });
    const patience = Number(timeout);
    return {
      patience,
      questions: machines.map((machine) => {
        const { host, target } = machine;
        const own = withSettings(takes, given, machine);
        const access = accessTo(target, own);
        const far = commandAsRoot(access, command, false);
        return { host, target, plan: sshLine(access, far, [...unattendedWords, ...ownWords(sshWords(own))], false) };
      }),
      report: (answers) => ({
        text: json ? `${shownJson(asObjects(answers), 2)}\n` : alike(answers, patience),
        status: statusOf(answers),
      }),
    };
  },
});
