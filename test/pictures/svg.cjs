// A screen with its colours, as tmux captures it, as an SVG. Its argument is the screen's width in columns.
const COLUMN = 8.4;
const ROW = 19;
const PLAIN = "#d8dee9";
const GROUND = "#2e3440";
const colours = ["#3b4252", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#b48ead", "#88c0d0", "#e5e9f0"];

const style = { colour: PLAIN, bold: false, dim: false, reverse: false };

function dress(codes) {
  for (const code of (codes || "0").split(";").map(Number)) {
    if (code === 0) Object.assign(style, { colour: PLAIN, bold: false, dim: false, reverse: false });
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 22) Object.assign(style, { bold: false, dim: false });
    else if (code === 7 || code === 27) style.reverse = code === 7;
    else if (code === 39) style.colour = PLAIN;
    else if (code >= 30 && code <= 37) style.colour = colours[code - 30];
    else if (code >= 90 && code <= 97) style.colour = colours[code - 90];
    else if (code !== 49) throw new Error(`no drawing for SGR ${code}`);
  }
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function drawn(text, column, row) {
  const x = 10 + column * COLUMN;
  const y = 26 + row * ROW;
  const width = (text.length * COLUMN).toFixed(1);
  const box = style.reverse
    ? `<rect x="${x.toFixed(1)}" y="${y - 14}" width="${width}" height="${ROW}" fill="${style.colour}"/>`
    : "";
  if (text.trim() === "") return box;
  const manner = `${style.bold ? ' font-weight="bold"' : ""}${style.dim ? ' opacity="0.6"' : ""}`;
  return `${box}<text x="${x.toFixed(1)}" y="${y}" fill="${style.reverse ? GROUND : style.colour}"${manner} textLength="${width}" xml:space="preserve">${escaped(text)}</text>`;
}

const lines = require("node:fs").readFileSync(0, "utf8").trimEnd().split("\n");
const rows = lines.map((line, row) => {
  let column = 0;
  return line
    .split(/\x1b\[([0-9;]*)m/)
    .map((part, at) => {
      if (at % 2 === 1) return dress(part);
      const picture = part === "" ? "" : drawn(part, column, row);
      column += part.length;
      return picture;
    })
    .join("");
});
const width = Math.ceil(20 + Number(process.argv[2]) * COLUMN);
const height = 26 + lines.length * ROW;
console.log(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="monospace" font-size="14"><rect width="100%" height="100%" rx="8" fill="${GROUND}"/>\n${rows.filter(Boolean).join("\n")}\n</svg>`,
);
