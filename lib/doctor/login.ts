// Whether somebody could log in to a host, and become root, with the configuration that the flake has for it.
import type { Program } from "../spec/options.ts";
import type { Finding } from "./finding.ts";
import type { Offered } from "./offered.ts";
import { bars, type Entrant, isLetIn, type Sshd } from "./sshd.ts";

/** How a program makes somebody root, the best first: without a password, with one, who knows, not at all. */
const means = ["silent", "asks", "unknown", "never"] as const;
type Means = (typeof means)[number];

interface User extends Entrant {
  readonly becomes: Readonly<Record<Program, Means>>;
}

/** What evaluated.nix says of a host's users. */
export interface Logins extends Sshd {
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
export function locked(logins: Logins, { user, by, asks, mine }: Login): readonly Pick<Finding, "id" | "level" | "seen">[] {
  const { users } = logins;
  const goes = users.find(({ name }) => name === user);
  const others = users
    .filter((one) => one !== goes && isLetIn(logins, one, mine))
    .flatMap((one) => {
      const [how, program] = becoming(one);
      if (how === "never") return [];
      return `${one.name}${program === undefined ? "" : ` --elevate ${program}`}${how === "asks" ? " with a password" : ""}`;
    });
  const rest = others.length === 0 ? "no other user who becomes root could" : `who could: ${others.join(", ")}`;
  // Of a user who is not in the configuration nothing but its name is known.
  const [bar] = bars(logins, goes ?? { name: user, groups: [], keys: [], shell: "" }, mine);
  const entering = bar && {
    ...({ id: "eval-login", level: bar.level } as const),
    seen: `${user}, the ssh user, ${bar.level === "error" ? "could" : "might"} not log in (${bar.why}); ${rest}`,
  };
  if (goes === undefined || entering?.level === "error") return entering === undefined ? [] : [entering];
  const [how, program] = becoming(goes, by && [by]);
  const why = `(security.${program ?? by ?? "sudo"}: enable, wheelNeedsPassword, extraRules)`;
  const found = entering === undefined ? [] : [entering];
  if (how === "never")
    return [
      ...found,
      {
        id: "eval-root",
        level: "error",
        seen: `${user} could log in, and not become root${by ? ` by ${by}` : ""} ${why}; ${rest}`,
      },
    ];
  if (how === "asks" && !asks)
    return [
      ...found,
      { id: "eval-root", level: "warning", seen: `${user} could log in, and ${program} would ask for a password ${why}` },
    ];
  return found;
}
