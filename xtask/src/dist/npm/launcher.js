#!/usr/bin/env node
// Runs the program. npm has installed it with the package of this platform, an optional dependency of this one.
"use strict";

const { spawn } = require("node:child_process");
const { name, bin } = require("../package.json");

const program = Object.keys(bin)[0];
// A report with the network's state looks names up, which may take seconds.
process.report.excludeNetwork = true;
const isMusl =
  process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
const from = [name, process.platform, process.arch, ...(isMusl ? ["musl"] : [])].join("-");

let path;
try {
  path = require.resolve(`${from}/${program}${process.platform === "win32" ? ".exe" : ""}`);
} catch {
  console.error(
    `error: ${name} cannot find its package ${from}: install without --omit=optional, or ` +
      `install ${program} with cargo if there is no build for this platform`,
  );
  process.exit(3);
}

const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends these to the program as well, which may clean up before it ends.
for (const signal of ["SIGINT", "SIGHUP", "SIGQUIT"]) process.on(signal, () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (error) => {
  console.error(`error: ${path} cannot be run: ${error.message}`);
  process.exit(3);
});
child.on("close", (code, signal) => {
  if (!signal) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
