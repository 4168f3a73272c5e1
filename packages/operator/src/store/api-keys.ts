/** API keys as they are kept: everything but their secrets. */
import type { Bytes } from "@tenten/protocol";
import { type ApiKey, type ApiRole, apiRoles } from "../access.ts";
import { insertNew } from "./insert-new.ts";
import { numberOrNull } from "./numbers.ts";
import type { Schema } from "./schema.ts";
import type { Transaction } from "./store.ts";

export type KeptKey = ApiKey & { readonly secretHash: Bytes };

const pageLength = 100;

export async function insertKey(transaction: Transaction, key: KeptKey): Promise<void> {
	const row = {
		key_id: key.id,
		name: key.name,
		roles: key.roles.join(" "),
		secret_hash: key.secretHash,
		created_at: key.createdAt,
		expires_at: key.expiresAt,
		revoked_at: key.revokedAt,
		last_used_at: key.lastUsedAt,
	};
	await insertNew(transaction, "api_keys", [row]);
}

export async function keyNamed(transaction: Transaction, id: string): Promise<KeptKey | undefined> {
	const row = await transaction
		.selectFrom("api_keys")
		.selectAll()
		.where("key_id", "=", id)
		.executeTakeFirst();
	return row && keptKey(row);
}

/** A page of keys by id, after the one that `after` names. */
export async function keysAfter(transaction: Transaction, after: string): Promise<readonly KeptKey[]> {
	const rows = await transaction
		.selectFrom("api_keys")
		.selectAll()
		.where("key_id", ">", after)
		.orderBy("key_id")
		.limit(pageLength)
		.execute();
	return rows.map(keptKey);
}

export async function hasAnyKey(transaction: Transaction): Promise<boolean> {
	const row = await transaction.selectFrom("api_keys").select("key_id").limit(1).executeTakeFirst();
	return row !== undefined;
}

export async function markRevoked(transaction: Transaction, id: string, at: number): Promise<void> {
	await transaction
		.updateTable("api_keys")
		.set({ revoked_at: at })
		.where("key_id", "=", id)
		.where("revoked_at", "is", null)
		.execute();
}

export async function markUsed(transaction: Transaction, id: string, at: number): Promise<void> {
	await transaction.updateTable("api_keys").set({ last_used_at: at }).where("key_id", "=", id).execute();
}

function keptKey(row: Schema["api_keys"]): KeptKey {
	return {
		id: row.key_id,
		name: row.name,
		roles: row.roles.split(" ").filter(isRole),
		secretHash: row.secret_hash,
		createdAt: Number(row.created_at),
		expiresAt: numberOrNull(row.expires_at),
		revokedAt: numberOrNull(row.revoked_at),
		lastUsedAt: numberOrNull(row.last_used_at),
	};
}

function isRole(text: string): text is ApiRole {
	return (apiRoles as readonly string[]).includes(text);
}
