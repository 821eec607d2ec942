// Times shell commands side by side, in turns, and prints medians and the median of the ratios to the first one.
//   node pairs.cjs ROUNDS LABEL=COMMAND…
const { spawnSync } = require("node:child_process");

const [rounds, ...pairs] = process.argv.slice(2);
const commands = pairs.map((pair) => ({ label: pair.split("=", 1)[0], command: pair.slice(pair.indexOf("=") + 1), times: [] }));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

// The first round warms caches and does not count.
for (let round = 0; round <= Number(rounds); round++) {
  for (const { label, command, times } of commands) {
    const begun = process.hrtime.bigint();
    const { status } = spawnSync("/bin/sh", ["-c", command], { stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error(`${label} ended with status ${status}: ${command}`);
    if (round > 0) times.push(Number(process.hrtime.bigint() - begun) / 1e6);
  }
}
const base = commands[0].times;
for (const { label, times } of commands) {
  const ratio = median(times.map((time, round) => time / base[round]));
  console.log(`${median(times).toFixed(1).padStart(9)} ms ${ratio.toFixed(2).padStart(6)} x  ${label}`);
}
