#!/usr/bin/env node
/** The `tenten` command: arguments in, an exit code out. */
import { main } from "./program.ts";

process.exitCode = await main(process.argv.slice(2));
