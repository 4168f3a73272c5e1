/** Evidence against a log, and whoever keeps it: what it signed, and must not have signed. */
export * from "./build.ts";
export * from "./decision.ts";
export * from "./file.ts";
export * from "./record.ts";
export * from "./rules.ts";
export * from "./verify.ts";
