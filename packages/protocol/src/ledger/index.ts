/** The account rail's machine: double entry with reservations. Pure. */
export * from "./account.ts";
export * from "./decide.ts";
export * from "./proof.ts";
export * from "./refusals.ts";
export * from "./transfer.ts";
export { type LedgerChanges, ledgerKey } from "./working-book.ts";
