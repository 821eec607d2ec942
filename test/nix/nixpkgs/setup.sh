runHook() { :; }
# FILE --replace-fail OLD NEW
substituteInPlace() {
  [ "$2" = --replace-fail ]
  node -e '
    const { readFileSync, writeFileSync } = require("node:fs");
    const [file, old, now] = process.argv.slice(1);
    const text = readFileSync(file, "utf8");
    if (!text.includes(old)) throw new Error(`${file} has no ${old}`);
    writeFileSync(file, text.replaceAll(old, () => now));
  ' "$1" "$3" "$4"
}
