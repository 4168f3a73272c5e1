/**
 * Backups of a wallet in a folder: what its module backs up, and where its operators are.
 *
 * A restored wallet does not know what its old self paid since, so its old keys sign no payment again: it opens
 * new accounts, and asks its operators what became of what it held. What they know as spent is gone; the rest waits
 * until nobody else can have it, or moves at once where its owner says that nothing was paid since.
 */
import { mkdirSync } from "node:fs";
import { type AskedProfile, type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import { readBackupFile, sqliteStore, Wallet, writeBackupFile } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { now, random } from "../surroundings.ts";
import { databaseIn, operatorAt, passphraseCost, WalletFolder } from "./folder.ts";
import { type JoinedOperator, settingsIn, writeOperators } from "./settings.ts";

/** The bytes of a backup that this passphrase opens. */
export async function makeBackup({ wallet, operators }: WalletFolder, passphrase: string): Promise<Bytes> {
	const content = await wallet.module.backup(passphrase, passphraseCost);
	return writeBackupFile({ content, operators });
}

export type Restored = {
	readonly folder: WalletFolder;
	readonly operators: readonly JoinedOperator[];
	/** why not every operator was asked yet: `tenten wallet refresh` goes on from there */
	readonly refusal: Refusal | undefined;
};

export type RestoreOptions = {
	readonly passphrase: string;
	readonly asked: AskedProfile;
	/** see `Restoring.bringBack` */
	readonly nothingPaidSince: boolean;
};

/**
 * Makes a wallet in an empty folder from a backup, and asks its operators about what it owns. They have to be in
 * reach: before the first has answered, nothing is made. `passphrase` may be the recovery code of a browser.
 */
export async function restoreBackup(
	path: string,
	encoded: Bytes,
	{ passphrase, asked, nothingPaidSince }: RestoreOptions,
): Promise<Restored | Refusal> {
	const found = readBackupFile(encoded);
	if (isRefusal(found)) return found;
	const [pinned] = found.operators;
	if (pinned === undefined) throw new BadInput("the wallet of this backup had joined no operator");
	const trust = await operatorAt(pinned.url).trustList();
	if (isRefusal(trust)) return trust;
	mkdirSync(path, { recursive: true, mode: 0o700 });
	const store = sqliteStore(databaseIn(path));
	if (isRefusal(store)) return store;
	const unlock = { kind: "passphrase", passphrase, cost: passphraseCost } as const;
	const restored = await Wallet.restore({ store, unlock, now, random }, found.content, passphrase);
	if (isRefusal(restored)) {
		await store.close();
		return restored;
	}
	await restored.close();
	writeOperators(settingsIn(path), found.operators);
	const folder = await WalletFolder.open(path, { unlock });
	if (isRefusal(folder)) return folder;
	const joined = await joinAgain(folder, asked);
	const refusal = joined ?? (await folder.wallet.bringBack(nothingPaidSince));
	return { folder, operators: found.operators, refusal };
}

/** Opens an account with each operator again. */
async function joinAgain(folder: WalletFolder, asked: AskedProfile): Promise<Refusal | undefined> {
	for (const { url, id } of folder.operators) {
		const joined = await folder.join(url, asked, id);
		if (isRefusal(joined)) return joined;
	}
	return undefined;
}
