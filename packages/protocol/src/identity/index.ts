/** Certificates, trust lists and freeze lists: who signs, under whose authority, and what nobody takes. */
export * from "./attestation.ts";
export * from "./certificate.ts";
export * from "./delegated.ts";
export * from "./delegation.ts";
export * from "./freeze-list.ts";
export * from "./freezes.ts";
export * from "./hinted-keys.ts";
export * from "./list-messages.ts";
export * from "./status-list.ts";
export * from "./trust.ts";
export * from "./trust-list.ts";
