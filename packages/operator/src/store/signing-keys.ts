/** Signing keys as they are kept: what they are for, from when they sign, and what became of them. */
import {
	type Bytes,
	coseKey,
	isRefusal,
	type ListedKey,
	type PublicKey,
	parse,
	serialize,
} from "@tenten/protocol";
import { numberOrNull } from "./numbers.ts";
import type { Schema } from "./schema.ts";
import type { Transaction } from "./store.ts";

export type Purpose = ListedKey["purpose"];

/** Times in unix seconds. */
export type SigningKey = {
	readonly id: Bytes;
	readonly purpose: Purpose;
	readonly key: PublicKey;
	/** the private key, as a vault sealed it; null where the operator was opened with it */
	readonly sealed: Bytes | null;
	/** since when it stands in the trust list */
	readonly listedAt: number;
	readonly signsFrom: number;
	/** from when it is believed no more; null while it is */
	readonly distrustedFrom: number | null;
	/** when it left the trust list because nothing that it signed counts any more */
	readonly retiredAt: number | null;
};

/** Of keys that the operator is opened with, those that are not kept yet. */
export async function keepFirstKeys(transaction: Transaction, keys: readonly SigningKey[]): Promise<void> {
	await transaction
		.insertInto("signing_keys")
		.values(keys.map(rowOf))
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}

export async function insertKey(transaction: Transaction, key: SigningKey): Promise<void> {
	await transaction.insertInto("signing_keys").values(rowOf(key)).execute();
}

export async function updateKey(
	transaction: Transaction,
	{ id, purpose, distrustedFrom, retiredAt }: SigningKey,
): Promise<void> {
	await transaction
		.updateTable("signing_keys")
		.set({ distrusted_from: distrustedFrom, retired_at: retiredAt })
		.where("key_id", "=", id)
		.where("purpose", "=", purpose)
		.execute();
}

/** Every key that there ever was: by purpose, in the order in which they sign. */
export async function storedKeys(transaction: Transaction): Promise<readonly SigningKey[]> {
	const rows = await transaction
		.selectFrom("signing_keys")
		.selectAll()
		.orderBy("purpose")
		.orderBy("signs_from")
		.orderBy("key_id")
		.execute();
	return rows.map(keyOf);
}

function rowOf(key: SigningKey): Schema["signing_keys"] {
	return {
		key_id: key.id,
		purpose: key.purpose,
		public_key: serialize(coseKey, key.key),
		sealed: key.sealed,
		listed_at: key.listedAt,
		signs_from: key.signsFrom,
		distrusted_from: key.distrustedFrom,
		retired_at: key.retiredAt,
	};
}

function keyOf(row: Schema["signing_keys"]): SigningKey {
	const key = parse(coseKey, row.public_key);
	if (isRefusal(key)) throw new Error("a stored key that cannot be read");
	return {
		id: row.key_id,
		purpose: row.purpose as Purpose,
		key,
		sealed: row.sealed,
		listedAt: Number(row.listed_at),
		signsFrom: Number(row.signs_from),
		distrustedFrom: numberOrNull(row.distrusted_from),
		retiredAt: numberOrNull(row.retired_at),
	};
}
