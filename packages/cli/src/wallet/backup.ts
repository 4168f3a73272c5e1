/**
 * Backups of a wallet: keys, accounts and tokens as they are now, sealed, and where its operators are.
 *
 * The next payment makes it stale. So its keys never pay again: who restores it gets new ones, and its
 * operators move what the old ones own to them. What was spent since proves a fork against the old key.
 */
import { mkdirSync, rmSync } from "node:fs";
import type { NewUnlock } from "@tenten/module";
import {
	type AskedProfile,
	type Bytes,
	bytes,
	isRefusal,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	text,
	toHex,
} from "@tenten/protocol";
import { sqliteStore, Wallet } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { now, random } from "../surroundings.ts";
import { databaseIn, idOf, operatorAt, passphraseCost, WalletFolder } from "./folder.ts";
import { type JoinedOperator, settingsIn, writeOperators } from "./settings.ts";

const maximumBytes = 256 * 1_048_576;

const backup = record({
	/** sealed under the passphrase */
	wallet: bytes(1, maximumBytes),
	operators: list(record({ id: text(64), name: text(64), url: text(256) }), 256),
});

/** The bytes of a backup that this passphrase opens. */
export async function makeBackup({ wallet, operators }: WalletFolder, passphrase: string): Promise<Bytes> {
	return serialize(backup, { wallet: await wallet.module.backup(passphrase, passphraseCost), operators });
}

/**
 * Makes a wallet in an empty folder from a backup, and gives the operators that gave back what it held. The
 * pinned operator has to be in reach: before it has answered, nothing is made.
 */
export async function restoreBackup(
	path: string,
	encoded: Bytes,
	passphrase: string,
): Promise<readonly JoinedOperator[] | Refusal> {
	const found = parse(backup, encoded, maximumBytes);
	if (isRefusal(found)) return refuse("state-damaged", "not a backup");
	const [pinned] = found.operators;
	if (pinned === undefined) throw new BadInput("the wallet of this backup had joined no operator");
	const unlock: NewUnlock = { kind: "passphrase", passphrase, cost: passphraseCost };
	const trust = await operatorAt(pinned.url).trustList();
	if (isRefusal(trust)) return trust;
	mkdirSync(path, { recursive: true, mode: 0o700 });
	const store = sqliteStore(databaseIn(path));
	if (isRefusal(store)) return store;
	const wallet = await Wallet.restore({ store, unlock, now, random }, found.wallet, passphrase);
	if (isRefusal(wallet)) {
		await store.close();
		rmSync(databaseIn(path));
		return wallet;
	}
	await wallet.close();
	writeOperators(settingsIn(path), found.operators);
	const folder = await WalletFolder.open(path, { unlock });
	if (isRefusal(folder)) return folder;
	try {
		return (await takeBack(folder)) ?? folder.operators;
	} finally {
		await folder.close();
	}
}

/** New certificates like the old ones, and what those own. */
async function takeBack({ wallet, operators }: WalletFolder): Promise<Refusal | undefined> {
	for (const { id, url } of operators) {
		const before = wallet.module.certificates().find(({ operatorId }) => toHex(operatorId) === id);
		if (before === undefined) continue;
		const { role, class: payeeClass, merchantCategory, region } = before.profile;
		const asked: AskedProfile = { role, class: payeeClass, merchantCategory, region };
		const refusal = await wallet.join(operatorAt(url), idOf(id), asked, before.key.suite);
		if (refusal !== undefined) return refusal;
	}
	return wallet.bringBack();
}
