#!/usr/bin/env node
/** The `tenten` command. */
import "./index.ts";
