/** Settlement: records of devices, what parties owe by them, and how that is paid in conventional rails. */
export * from "./device-record.ts";
export * from "./netting.ts";
export * from "./party-claim.ts";
export * from "./statement.ts";
