/** Payments across operators: agreements, quotes, what seals show of them, both machines, and the outcome as a file. */
export * from "./agreement.ts";
export * from "./destination.ts";
export * from "./entry.ts";
export * from "./exposure.ts";
export * from "./logged-issue.ts";
export * from "./logged-proof.ts";
export { type CrossingEnd, endOf, isReleaseOf, type Movement } from "./machine.ts";
export * from "./messages.ts";
export * from "./outcome.ts";
export * from "./position.ts";
export * from "./price.ts";
export * from "./quote.ts";
export * from "./rule-book.ts";
export * from "./settlement.ts";
export * from "./shown.ts";
export * from "./source.ts";
export * from "./state.ts";
export * from "./witnessed.ts";
