#!/usr/bin/env node
/** The `tenten` command: arguments in, an exit code out. Compiled code is cached, so that it starts quickly. */
import { enableCompileCache } from "node:module";

enableCompileCache();
// Only what is imported after the line above is cached.
const { main } = await import("./program.ts");
process.exitCode = await main(process.argv.slice(2));
// Whatever a command that failed has left open, it ends, once what it said is out.
if (process.exitCode !== 0) setTimeout(() => process.exit(), 1_000).unref();
