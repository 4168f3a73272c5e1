#!/usr/bin/env node
/** The `tenten` command: arguments in, an exit code out. Compiled code is cached, so that it starts quickly. */
import { enableCompileCache } from "node:module";

enableCompileCache();
// Only what is imported after the line above is cached.
const { main } = await import("./program.ts");
process.exitCode = await main(process.argv.slice(2));
