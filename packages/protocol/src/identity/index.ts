/** Certificates and trust lists: who signs, under whose authority. */
export * from "./certificate.ts";
export * from "./trust.ts";
export * from "./trust-list.ts";
