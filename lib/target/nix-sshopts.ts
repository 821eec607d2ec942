// $NIX_SSHOPTS: ssh's words as one text. Nix splits it at blanks before 2.26, and as a shell does from then on; nixos-rebuild-ng always does.
import { nixSplitsLikeShell, wordsFor } from "../here/backends.ts";
import { shown, Usage } from "../spec/errors.ts";
import { quote } from "../spec/quote.ts";

/** What a shell and a newer nix take for something else than itself. */
const isSpecial = (text: string) => /["'\\]/.test(text);

/** The words of a text as nix splits it (shellSplitString): no variable, no comment and no pattern is one there. @throws Usage */
function splitLikeShell(text: string): readonly string[] {
  const words: string[] = [];
  const parts = /\s+|\\(?:\n|([\s\S]))|'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|([^\s'"\\]+)/gy;
  let word: string | undefined;
  let at = 0;
  for (const [all, escaped, single, double, plain] of text.matchAll(parts)) {
    at += all.length;
    if (/^\s/.test(all)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (all !== "\\\n") {
      word = (word ?? "") + (escaped ?? single ?? double?.replace(/\\(?:\n|([$`"\\]))/g, "$1") ?? plain ?? "");
    }
  }
  if (at < text.length) throw new Usage(`NIX_SSHOPTS has a quote without an end, or ends with a \\: ${shown(text)}`);
  return word === undefined ? words : [...words, word];
}

/** The words of $NIX_SSHOPTS, as the nix here splits it. @throws Usage for quotes where it takes them for letters */
export function environmentWords(): readonly string[] {
  const text = process.env["NIX_SSHOPTS"] ?? "";
  if (!isSpecial(text)) return text.split(/\s+/).filter((word) => word !== "");
  if (nixSplitsLikeShell()) return splitLikeShell(text);
  throw new Usage(
    `NIX_SSHOPTS has a quote or a \\, which the nix here takes for a letter (from 2.26 on it is read as by a shell): ${shown(text)}; put it into an ssh config at a path without blanks and set NIX_SSHOPTS='-F FILE'`,
  );
}

/** Words as such a text. What an older nix takes for letters stands there as it is. @throws Usage for a blank where it can't be said */
export function asSshopts(words: readonly string[]): string {
  if (!words.some((word) => word === "" || /\s/.test(word) || isSpecial(word))) return words.join(" ");
  if (nixSplitsLikeShell()) return words.map((word) => (/^[^\s"'\\]+$/.test(word) ? word : quote(word))).join(" ");
  const odd = words.find((word) => word === "" || /\s/.test(word));
  if (odd === undefined) return words.join(" ");
  throw new Usage(
    `${shown(odd)} has a blank, at which the nix here would split it; put it into an ssh config and type --ssh-config FILE`,
  );
}

/** The same for nixos-rebuild, which calls ssh itself. @throws Usage also where it splits at blanks, whatever nix does */
export function forRebuild(words: readonly string[]): string {
  const text = asSshopts(words);
  if (isSpecial(text)) wordsFor("nixos-rebuild", "quotedSshopts", "way to read quotes in NIX_SSHOPTS");
  return text;
}
