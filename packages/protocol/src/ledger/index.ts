/** The account rail's machine: double entry with reservations. Pure. */
export * from "./account.ts";
export * from "./decide.ts";
export * from "./proof.ts";
export * from "./refusals.ts";
export * from "./transfer.ts";
export {
	type ChangedAccount,
	type LedgerChanges,
	type LedgerRows,
	ledgerKey,
	ledgerRows,
} from "./working-book.ts";
