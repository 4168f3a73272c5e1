/**
 * Backups of a wallet in a folder: what its module backs up, and where its operators are.
 *
 * A restored wallet does not know what its old self paid since, so its old keys pay nothing again: it opens
 * new accounts, and its operators move tokens and old accounts to them. What the old self had paid away
 * meanwhile would be spent a second time by that, and its operator could prove it.
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
	/** why not everything was moved to new keys yet: `bringBack` goes on from there */
	readonly refusal: Refusal | undefined;
};

/**
 * Makes a wallet in an empty folder from a backup, and has its operators move what it owns. They have to be in
 * reach: before the first has answered, nothing is made. `passphrase` may be the recovery code of a browser.
 */
export async function restoreBackup(
	path: string,
	encoded: Bytes,
	passphrase: string,
	asked: AskedProfile,
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
	return { folder, operators: found.operators, refusal: await bringBack(folder, asked) };
}

/** Opens an account with each operator again, and moves what the old keys own. Goes on where it stopped. */
async function bringBack(folder: WalletFolder, asked: AskedProfile): Promise<Refusal | undefined> {
	for (const { url, id } of folder.operators) {
		const joined = await folder.join(url, asked, id);
		if (isRefusal(joined)) return joined;
	}
	return folder.wallet.bringBack();
}
