// Runs a .ts file of this checkout, the first word after this one: tsx transforms them, and what it made of a file is kept until the file changes.
// Loading tsx costs more than everything else on the way to --print, so it is loaded only where nothing is kept.
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");

/** A directory that only this user can write to, or "" to keep nothing (lib/start has the reason). */
const directory = isPrivate(process.env.HEY_CACHE) ? process.env.HEY_CACHE : "";
delete process.env.HEY_CACHE;

function isPrivate(path) {
  return path && [path, dirname(path)].every((dir) => (statSync(dir).mode & 0o022) === 0);
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
  require(join(dirname(__dirname), "node_modules/tsx/dist/cjs/index.cjs"));
  process.setSourceMapsEnabled(false);
  for (const [name, value] of Object.entries(theirs)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  transform = Module._extensions[".ts"];
  Module._extensions[".ts"] = load;
  transform(module, file);
};

function keep(path, text) {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.${process.pid}`, text, { mode: 0o600 });
    renameSync(`${path}.${process.pid}`, path);
  } catch {
    // A full or read-only disk costs time only.
  }
}

function load(module, file) {
  const { mtimeMs, size } = statSync(file);
  // At the end, as what tsx makes of a script still begins with its #! line.
  const stamp = `\n//${mtimeMs} ${size} ${process.version}`;
  const kept = directory && join(directory, file);
  let text = "";
  try {
    if (kept) text = readFileSync(kept, "utf8");
  } catch {
    // Not kept yet.
  }
  if (text.endsWith(stamp)) {
    module._compile(text, file);
    return;
  }
  const compile = module._compile;
  module._compile = (code, name) => {
    module._compile = compile;
    if (kept) keep(kept, code + stamp);
    return module._compile(code, name);
  };
  transform(module, file);
}

Module._extensions[".ts"] = load;

// As the program rather than by node's -r, which would read the package.json of whatever directory this is called in.
process.argv.splice(1, 1);
Module._load(process.argv[1], null, true);
