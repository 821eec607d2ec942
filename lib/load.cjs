// Runs a .ts file of this checkout, the first word after this one: tsx transforms them. What this has loaded is kept, compiled, until the file
// it is of changes. Loading tsx costs more than everything else on the way to --print, so it is loaded only where something is not kept.
const { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, statSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { basename, dirname, isAbsolute, join } = require("node:path");
const { deserialize, serialize, setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");

/** What is kept of this checkout, or "". Whoever else could write there would have code run as this user. */
const place = canKeepIn(process.env.HEY_CACHE) ? join(process.env.HEY_CACHE, `${dirname(__dirname)}.kept`) : "";
delete process.env.HEY_CACHE;

/** What can't be looked at can't be used either. */
function canKeepIn(path) {
  try {
    // hey makes no links there.
    const isLink = (dir) => lstatSync(dir, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return path && isAbsolute(path) && !isLink(path) && !isLink(dirname(path)) && isPrivate(path);
  } catch {
    return false;
  }
}

/**
 * Whether nobody else can change what lies at a path, or the way to it, its links followed: the rule of lib/here/owner.ts, which must itself be
 * loaded first. What isn't there is nobody's.
 */
function isPrivate(path) {
  const me = process.geteuid();
  const rest = path.split("/").filter(Boolean);
  let at = "/";
  for (let steps = 0; steps < 256; steps++) {
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined) return true;
    if (found.uid !== me && found.uid !== 0 && !(dirname(at) === "/" && hasNoNumber(found.uid))) return false;
    if (found.isSymbolicLink()) {
      const to = readlinkSync(at);
      rest.unshift(...to.split("/").filter(Boolean));
      at = to.startsWith("/") ? "/" : dirname(at);
      continue;
    }
    const isLast = rest.length === 0;
    // Many systems give each user a group of the same number.
    const byGroup = (found.mode & 0o020) !== 0 && (isLast || found.gid !== found.uid);
    const isSticky = found.isDirectory() && (found.mode & 0o1000) !== 0 && !isLast;
    if (((found.mode & 0o002) !== 0 || byGroup) && !isSticky) return false;
    if (isLast) return found.uid === me;
    const next = rest.shift();
    at = next === ".." ? dirname(at) : next === "." ? at : join(at, next);
  }
  return false;
}

/** In a container of an ordinary user whoever has no number there has this one, also the machine's root. */
function hasNoNumber(uid) {
  const number = (file) => readFileSync(file, "utf8").trim().split(/\s+/);
  try {
    return number("/proc/self/uid_map")[2] !== "4294967295" && String(uid) === number("/proc/sys/kernel/overflowuid")[0];
  } catch {
    return false;
  }
}

/** By file: its stamp, its code, and what V8 made of that. */
const kept = readKept();
/** Whether one of them was not kept. */
let isNew = false;

function readKept() {
  try {
    return deserialize(readFileSync(place));
  } catch {
    // Not kept yet, cut off, or kept nowhere.
    return new Map();
  }
}

/** Loads tsx and takes its loader; node's own stays with load() below, which asks this one. */
let transform = (module, file) => {
  const { env } = process;
  const theirs = {
    TSX_DISABLE_CACHE: env.TSX_DISABLE_CACHE,
    TSX_TSCONFIG_PATH: env.TSX_TSCONFIG_PATH,
  };
  // Its own cache lies in TMPDIR, and it trusts whatever another user puts there (seen: code run as root). Without a path it
  // reads the tsconfig.json of whatever directory this is called in.
  env.TSX_DISABLE_CACHE = "1";
  env.TSX_TSCONFIG_PATH = join(dirname(__dirname), "tsconfig.json");
  // Where node finds it: in a checkout, and where hey is a package among others.
  require("tsx/cjs");
  process.setSourceMapsEnabled(false);
  for (const [name, value] of Object.entries(theirs)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  transform = Module._extensions[".ts"];
  Module._extensions[".ts"] = load;
  transform(module, file);
};

/** Whether the current directory is one that a program can be started in: it may be gone, or closed to this user (sudo -u, su). */
function canStartHere() {
  try {
    process.chdir(process.cwd());
    return true;
  } catch {
    return false;
  }
}

/** Calls that as if this were in the checkout, where it must be: esbuild starts its program in the current directory. */
function startingElsewhere(call) {
  if (canStartHere()) return call();
  const { cwd, env } = process;
  const theirs = env.ESBUILD_WORKER_THREADS;
  process.cwd = () => dirname(__dirname);
  // A thread has a cwd() of its own.
  env.ESBUILD_WORKER_THREADS = "0";
  try {
    return call();
  } finally {
    process.cwd = cwd;
    if (theirs === undefined) delete env.ESBUILD_WORKER_THREADS;
    else env.ESBUILD_WORKER_THREADS = theirs;
  }
}

/** What tsx makes of a file, and V8 of that: wholly, as it otherwise leaves out what has not been called yet. */
function transformed(module, file) {
  let code = "";
  module._compile = (text) => {
    // A script still begins with its #! line.
    code = text.replace(/^#!.*/, "");
  };
  try {
    startingElsewhere(() => transform(module, file));
  } catch (error) {
    // Of a file system without programs (noexec), or of another kind of machine.
    const [, program, code] = /\bspawn(?:Sync)? (\S.*) (E[A-Z]+)/.exec(error.message) ?? [];
    if (program === undefined) throw error;
    process.stderr.write(
      `${basename(process.argv[1], ".ts")}: ${program}, which compiles hey, can't be started (${code}); set hey up elsewhere\n`,
    );
    process.exit(1);
  }
  delete module._compile;
  setFlagsFromString("--no-lazy");
  const script = new Script(Module.wrap(code), { filename: file });
  setFlagsFromString("--lazy");
  return { code, data: script.createCachedData() };
}

function load(module, file) {
  // Nobody can set a ctime. Of many files in an image the other time is one and the same.
  const { ctimeMs, mtimeMs, size } = statSync(file);
  const stamp = `${ctimeMs} ${mtimeMs} ${size} ${process.version}`;
  if (kept.get(file)?.stamp !== stamp) {
    isNew = true;
    kept.set(file, { stamp, ...transformed(module, file) });
  }
  const { code, data } = kept.get(file);
  if (code.includes("import(")) {
    // node can import for what it has compiled itself.
    module._compile(code, file);
    return;
  }
  const script = new Script(Module.wrap(code), { filename: file, cachedData: data });
  script.runInThisContext().call(module.exports, module.exports, Module.createRequire(file), module, file, dirname(file));
}

/** Not by mkdirSync's `recursive`, which never comes back under /proc (lib/here/state.ts). */
function makeDirectory(dir) {
  if (existsSync(dir)) return;
  makeDirectory(dirname(dir));
  mkdirSync(dir, { mode: 0o700 });
}

function keep() {
  for (const file of kept.keys()) if (!existsSync(file)) kept.delete(file);
  try {
    makeDirectory(dirname(place));
    // Where it was not there, somebody else may have made it meanwhile.
    if (!canKeepIn(dirname(place))) return;
    writeFileSync(`${place}.${process.pid}`, serialize(kept), { mode: 0o600 });
    renameSync(`${place}.${process.pid}`, place);
  } catch {
    // A full or read-only disk costs time only.
  }
}

Module._extensions[".ts"] = load;
// Our files name each other wholly: there is nothing to look for.
const { _resolveFilename } = Module;
Module._resolveFilename = (name, parent, ...more) =>
  /^\.{1,2}\/.*\.ts$/.test(name) ? join(dirname(parent.filename), name) : _resolveFilename(name, parent, ...more);
process.on("exit", () => {
  if (isNew && place !== "") keep();
});

// As the program rather than by node's -r, which would read the package.json of whatever directory this is called in.
process.argv.splice(1, 1);
Module._load(process.argv[1], null, true);
