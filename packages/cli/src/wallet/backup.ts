/**
 * Backups of a wallet: its keys, sealed under the passphrase, its certificates, and where its operators are.
 *
 * What is not in it, on purpose: tokens. A copy of tokens is out of date with the next payment, and whoever
 * spends from an old copy spends twice and is convicted of it. So a backup brings accounts back; what was in
 * a lost wallet is for its operator to return.
 */
import { mkdirSync } from "node:fs";
import { type NewUnlock, restoreSoftwareKeyStore } from "@tenten/module";
import {
	type Bytes,
	bytes,
	enrolled,
	isRefusal,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	text,
} from "@tenten/protocol";
import { sqliteStore } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { databaseIn, idOf, operatorAt, passphraseCost, WalletFolder } from "./folder.ts";
import { type JoinedOperator, settingsIn, writeOperators } from "./settings.ts";

const maximumBytes = 16 * 1_048_576;

const backup = record({
	/** an envelope under the passphrase */
	keys: bytes(1, maximumBytes),
	certificates: list(bytes(1, 1_024), 64),
	operators: list(record({ id: text(64), name: text(64), url: text(256) }), 256),
});

/** The bytes of a backup that this passphrase opens. */
export async function makeBackup({ wallet, operators }: WalletFolder, passphrase: string): Promise<Bytes> {
	const keys = await wallet.module.backup(passphrase, passphraseCost);
	const certificates = wallet.module.certificates().map(({ encoded }) => encoded);
	return serialize(backup, { keys, certificates, operators });
}

/**
 * Makes a wallet in an empty folder from a backup, and gives the operators whose accounts are back. The
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
	const restored = await restoreSoftwareKeyStore(found.keys, passphrase, unlock);
	if (isRefusal(restored)) return restored;
	restored.keyStore.close();
	const trust = await operatorAt(pinned.url).trustList();
	if (isRefusal(trust)) return trust;
	mkdirSync(path, { recursive: true, mode: 0o700 });
	const store = sqliteStore(databaseIn(path));
	if (isRefusal(store)) return store;
	await store.commit(restored.writes);
	await store.close();
	writeOperators(settingsIn(path), found.operators);
	const folder = await WalletFolder.open(path, { unlock });
	if (isRefusal(folder)) return folder;
	try {
		const taken = await folder.wallet.module.setTrustList(trust, idOf(pinned.id));
		return isRefusal(taken) ? taken : await takeBack(folder, found.certificates);
	} finally {
		await folder.close();
	}
}

async function takeBack(
	{ wallet, operators }: WalletFolder,
	certificates: readonly Bytes[],
): Promise<readonly JoinedOperator[] | Refusal> {
	for (const certificate of certificates) {
		const taken = await wallet.module.certify(
			serialize(enrolled, { certificate, account: new Uint8Array(32) }),
		);
		if (isRefusal(taken)) return taken;
	}
	return operators;
}
