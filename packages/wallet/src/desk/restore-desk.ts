/** A desk over a wallet that is made from a backup: its file, and the code that opens it. */
import { type Bytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import { readBackupFile } from "../backup-file.ts";
import { Wallet, type WalletOptions } from "../wallet.ts";
import { Desk, type DeskOptions } from "./desk.ts";
import { refundsFrom } from "./refund-desk.ts";
import { Remembered } from "./remembered.ts";
import type { OperatorView } from "./views.ts";

/** The operators that a backup's file names, unopened: nothing of it is verified before its code opens it. */
export function operatorsOfBackup(file: Bytes): readonly OperatorView[] | Refusal {
	const read = readBackupFile(file);
	return isRefusal(read) ? read : read.operators;
}

/** Everything that a desk is opened with, and what opens the new key store. */
export type RestoreDeskOptions = Omit<DeskOptions, "wallet"> & Omit<WalletOptions, "store">;

/**
 * Makes a wallet in an empty store from a backup's file, and opens its desk. No operator need be in reach: `bringBack`
 * is what asks them. `code`: the recovery code, or the passphrase, that opens the file.
 */
export async function restoreDesk(
	options: RestoreDeskOptions,
	file: Bytes,
	code: string,
): Promise<Desk | Refusal> {
	const { store, settings } = options;
	const read = readBackupFile(file);
	if (isRefusal(read)) return read;
	if ((await store.load()).size > 0) return refuse("wallet-in-use", "a backup goes into an empty store");
	// Before the wallet is there: one without the way to its operators could bring nothing back.
	const operators = await Remembered.open<readonly OperatorView[]>(settings, "operators", []);
	await operators.set(read.operators);
	await refundsFrom(settings, options.now());
	const wallet = await Wallet.restore(options, read.content, code);
	if (!isRefusal(wallet)) return Desk.open({ ...options, wallet });
	await operators.set([]);
	return wallet;
}
