// The words for elevation of the nixos-rebuild on PATH, in three ways.
import { elevateWords } from "../../lib/here/backends.ts";

const said = (by: "sudo" | "run0", askPassword: boolean) => {
  try {
    return elevateWords(by, askPassword).join(" ");
  } catch {
    return "refused";
  }
};
console.log([said("sudo", false), said("sudo", true), said("run0", false)].join("; "));
