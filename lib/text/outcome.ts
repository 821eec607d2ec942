// What came of a deployment, in a few words.

// docs/exit-codes.md has the list.
const names: Readonly<Record<number, string>> = {
  10: "rolled back",
  11: "unreachable",
  12: "rolled back, its activation failed",
  13: "another deployment or program has it",
  14: "not committed",
  15: "not rolled back",
  16: "locked out",
  17: "not activated, as it would lock this login out",
  30: "not back in time",
  32: "booted another system",
};

/** What an exit status of a verb means, in a few words. */
export const meaning = (status: number): string =>
  status === 0 ? "done" : status > 128 ? "interrupted" : (names[status] ?? `failed (${status})`);

/** From which generation to which; one number where it stayed, or only one is known. */
export const changeOf = ({ from, to }: { readonly from: string | undefined; readonly to: string | undefined }) =>
  from === undefined || to === undefined || from === to ? (to ?? from ?? "") : `${from} → ${to}`;

/** The number of a generation; undefined for anything else that a host says there. */
export const numberOf = (said: string | undefined): string | undefined => (/^\d{1,9}$/.test(said ?? "") ? said : undefined);

/** With what NixOS's own program ended, where it failed. */
export const programStatusOf = (said: string | undefined): number | undefined =>
  /^\d{1,3}$/.test(said ?? "") ? Number(said) : undefined;

const version = "[\\w.+-]{0,64}";
const owed = `(?:(?:kernel|systemd) ${version} (?:→|->) ${version}|initrd|kernel-modules)`;
const reboots = new RegExp(`^${owed}(?:, ${owed}){0,3}$`);

/** What only a reboot changes; of what a host says instead only that it is something. */
export const rebootOf = (said: string | undefined): string | undefined =>
  said === undefined || said === "" ? undefined : reboots.test(said) ? said.replaceAll("->", "→") : "yes";
