// Whether the lines on stdin are the events of a run, as lib/fleet/events.ts has them.
const { readFileSync } = require("node:fs");
const assert = require("node:assert/strict");

const lines = readFileSync(0, "utf8").trimEnd().split("\n");
const events = lines.map((line) => JSON.parse(line));
const more = {
  run: ["flake", "hosts", "looks"],
  lane: [],
  begin: [],
  build: [],
  built: [],
  over: [],
  step: ["text"],
  batch: ["hosts"],
  preview: ["text"],
};
more.ended = ["outcome", "text", "last", "transcript"];
const optional = ["from", "to", "reboot", "programStatus"];
const whole = (value) => Number.isInteger(value) && value >= 0;
for (const { time, host, step, argv, status, ms, ...rest } of events) {
  assert.equal(new Date(time).toISOString(), time);
  assert.ok(Object.hasOwn(more, step), step);
  assert.equal(host === null, ["run", "batch", "build", "built", "over"].includes(step), `${step} and host`);
  assert.ok(argv === null || (argv.length > 0 && argv.every((word) => typeof word === "string")), "argv");
  assert.ok(["run", "lane", "build", "built"].includes(step) === (argv !== null), `${step} and argv`);
  assert.ok(status === null || whole(status), "status");
  assert.ok(whole(ms), "ms");
  assert.deepEqual(
    Object.keys(rest)
      .filter((name) => !optional.includes(name))
      .sort(),
    [...more[step]].sort(),
  );
}
const of = (name) => events.filter(({ step }) => step === name);
assert.equal(events[0].step, "run");
assert.equal(events.at(-1).step, "over");
for (const name of ["lane", "ended"])
  assert.deepEqual(
    of(name)
      .map(({ host }) => host)
      .sort(),
    [...events[0].hosts].sort(),
  );
