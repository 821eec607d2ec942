// A word as a shell's line has it, with the quotes that it needs.

/**
 * A word quoted for any POSIX shell, zsh, and fish (where it has no backslash). Bare only where no shell sees anything
 * special; '=' is not among these, as zsh expands `=ls`. zx's own quote writes $'…', which dash takes literally.
 */
export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
