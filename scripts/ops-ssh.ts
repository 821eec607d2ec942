#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// A root shell on a target, or one command there.
import { stage } from "../lib/script/part.ts";
import { step } from "../lib/script/step.ts";
import { elevateOption, sshOptions } from "../lib/spec/options.ts";
import { arg, flag, rest } from "../lib/spec/spec.ts";
import { accessTo, commandAsRoot } from "../lib/target/access.ts";
import { remotely, sshWords } from "../lib/target/ssh.ts";
import { sshSays } from "../lib/target/ssh-says.ts";
import { verb } from "../lib/verb/verb.ts";

export default verb(module, {
  summary: "Open a root shell on a host, or run one command there",
  purpose: "Look",
  description: "The exit status is the command's, or 255 if ssh itself failed.",
  takes: {
    target: arg("ssh destination", "targets"),
    command: rest("a command to run there; its words arrive exactly as typed"),
    tty: flag("give the command a terminal, for full-screen programs", { short: "t" }),
    ...elevateOption,
    ...sshOptions,
  },
  examples: [
    "vps_ultraman_root",
    "vps_ultraman_root systemctl --failed",
    "--tty vps_ultraman_root htop",
    "--elevate sudo admin@vps-ultraman",
  ],
  plan: ({ target, command, tty, ...given }) => {
    const access = accessTo(target, given);
    const { to } = access;
    // A shell as root is a command there, which ssh gives a terminal only when told to.
    const draws = tty || (access.by !== undefined && command.length === 0);
    const far = commandAsRoot(access, command, draws);
    const words = sshWords(given);
    // ssh refuses a command beside one of its configuration.
    const [said = ""] = far.length === 0 ? [] : sshSays([{ words, to }]);
    const has = /^remotecommand (?!none$)/m.test(said);
    const ssh = ["ssh", ...(has ? ["-o", "RemoteCommand=none"] : []), ...words, ...(draws ? ["-t"] : [])];
    return {
      main: [far.length === 0 ? step(ssh, to) : remotely(ssh, to, far)],
      stages: [stage(far.length === 0 ? `a shell on ${to}` : `run ${far[0]} on ${to}`, "there")],
    };
  },
});
