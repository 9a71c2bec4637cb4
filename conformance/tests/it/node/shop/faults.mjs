// The faults of the service. `--fault NAME` breaks it in one of these ways: it asks `is("…")` where it would behave differently.

import { readFileSync } from "node:fs";

export const FAULTS = JSON.parse(readFileSync(new URL("faults.json", import.meta.url), "utf8"));

const at = process.argv.indexOf("--fault");
const FAULT = at < 0 ? "" : process.argv[at + 1];
if (FAULT && !FAULTS.some(({ fault }) => fault === FAULT)) {
  console.error(`unknown fault: ${FAULT}`);
  process.exit(1);
}

export const is = (fault) => fault === FAULT;
