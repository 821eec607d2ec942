// Whether somebody could log in to a host, and become root, with the configuration that the flake has for it.
import type { Program } from "../elevation.ts";
import type { Finding } from "./finding.ts";
import { fingerprint, type Offered } from "./offered.ts";

/** How a program makes somebody root, the best first: without a password, with one, who knows, not at all. */
const means = ["silent", "asks", "unknown", "never"] as const;
type Means = (typeof means)[number];

interface User {
  readonly name: string;
  /** Lines of authorized_keys. */
  readonly keys: readonly string[];
  readonly becomes: Readonly<Record<Program, Means>>;
}

/** What evaluated.nix says of a host's users. */
export interface Logins {
  /** PermitRootLogin; null where sshd's own default holds, which takes keys. */
  readonly rootLogin: string | boolean | null;
  readonly users: readonly User[];
}

/** Who logs in, and how that becomes root. */
export interface Login {
  readonly user: string;
  /** Undefined for root itself, and for who does not say. */
  readonly by: Program | undefined;
  /** Whether a deployment asks for sudo's password. */
  readonly asks: boolean;
  readonly mine: Offered;
}

/** The best of a user's ways to root, of some programs or of all. */
function becoming({ name, becomes }: User, some = Object.keys(becomes) as readonly Program[]): readonly [Means, Program?] {
  if (name === "root") return ["silent"];
  const found = means.flatMap((one) =>
    some.filter((program) => becomes[program] === one).map((program) => [one, program] as const),
  );
  return found[0] ?? ["never"];
}

/**
 * What is wrong with who ssh goes as: it can't log in, or can't become root. Others who can are named, as they are a way back in. What is in
 * sudo's extraConfig, in polkit's rules and in files of the home directories is not known of an evaluation.
 */
export function locked(
  { rootLogin, users }: Logins,
  { user, by, asks, mine }: Login,
): Pick<Finding, "id" | "level" | "seen"> | undefined {
  const rootIsBarred = [false, "no", "forced-commands-only"].includes(rootLogin ?? "");
  const barred = (name: string) => name === "root" && rootIsBarred;
  const has = ({ keys }: User) => keys.some((line) => mine.keys.has(fingerprint(line) ?? ""));
  const goes = users.find(({ name }) => name === user);
  const others = users
    .filter((one) => one !== goes && !barred(one.name) && has(one))
    .flatMap((one) => {
      const [how, program] = becoming(one);
      if (how === "never") return [];
      return `${one.name}${program === undefined ? "" : ` --elevate ${program}`}${how === "asks" ? " with a password" : ""}`;
    });
  const rest = others.length === 0 ? "nobody else could who becomes root" : `who could: ${others.join(", ")}`;
  const lost = `${user}, as whom ssh goes, could not log in`;
  if (barred(user))
    return { id: "eval-login", level: "error", seen: `${lost} (PermitRootLogin is ${rootLogin || "no"}); ${rest}` };
  // Who offers no key gets in by something else.
  if (mine.keys.size > 0 && (goes === undefined || !has(goes))) {
    const unsure = mine.beside === undefined ? "" : `, ${mine.beside} not looked at`;
    const seen = `${lost} with ${mine.keys.size === 1 ? "my one key" : `one of my ${mine.keys.size} keys`} (users.users.NAME.openssh.authorizedKeys.keys)${unsure}; ${rest}`;
    return { id: "eval-login", level: mine.beside === undefined ? "error" : "warning", seen };
  }
  const [how, program] = goes === undefined ? [] : becoming(goes, by && [by]);
  const why = `(security.${program ?? by ?? "sudo"}: enable, wheelNeedsPassword, extraRules)`;
  if (how === "never")
    return {
      id: "eval-root",
      level: "error",
      seen: `${user} could log in, and not become root${by ? ` by ${by}` : ""} ${why}; ${rest}`,
    };
  if (how === "asks" && !asks)
    return { id: "eval-root", level: "warning", seen: `${user} could log in, and ${program} would ask for a password ${why}` };
  return undefined;
}
