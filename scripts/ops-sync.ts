#!/bin/sh
":" + //; here=$(readlink -f "$0"); exec /bin/sh "${here%/*}/../lib/start" "$here" "$0" "$@"
  "";

// The note's other name for ops-deploy.
import { verb } from "../lib/verb/verb.ts";
import deploy from "./ops-deploy.ts";

export default verb(module, { ...deploy.spec, summary: "The same as ops deploy, by another name" });
