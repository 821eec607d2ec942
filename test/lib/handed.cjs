// Required before a verb: what it would hand to /bin/sh by the descriptor 3 goes to $HEY_HANDED instead, and nothing runs.
const child = require("node:child_process");

const { spawn } = child;
child.spawn = (command, words, options) => {
  const hands = command === "exec /bin/sh /dev/fd/3" && words.length === 0 && options.shell === "/bin/sh";
  return spawn(hands ? 'exec /bin/cat /dev/fd/3 >"$HEY_HANDED"' : command, words, options);
};
