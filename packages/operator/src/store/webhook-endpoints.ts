/** Endpoints of webhooks as they are kept: whom an operator tells what. Their secrets are kept nowhere. */
import type { Bytes } from "@tenten/protocol";
import { numberOrNull } from "./numbers.ts";
import type { Schema } from "./schema.ts";
import { mustWrite, type Transaction } from "./store.ts";

export type Endpoint = {
	readonly id: Bytes;
	readonly url: string;
	readonly description: string;
	/** empty: every type */
	readonly types: readonly string[];
	/** in hexadecimal; empty: of everything, what is about no account too */
	readonly accounts: readonly string[];
	/** why it is told nothing; empty while it is */
	readonly disabled: string;
	/** unix seconds, all of them */
	readonly failingSince: number | null;
	/** the number of the newest secret, and of the oldest that signs too, before `oldestUntil` */
	readonly secretNumber: number;
	readonly oldestSecret: number;
	readonly oldestUntil: number;
	readonly createdAt: number;
	readonly revision: number;
};

/** Every endpoint: they are few. */
export async function allEndpoints(transaction: Transaction): Promise<readonly Endpoint[]> {
	const rows = await transaction.selectFrom("webhook_endpoints").selectAll().orderBy("endpoint_id").execute();
	return rows.map(endpointOf);
}

export async function endpointNamed(transaction: Transaction, id: Bytes): Promise<Endpoint | undefined> {
	const row = await transaction
		.selectFrom("webhook_endpoints")
		.selectAll()
		.where("endpoint_id", "=", id)
		.executeTakeFirst();
	return row && endpointOf(row);
}

export function endpointRow(endpoint: Endpoint): Schema["webhook_endpoints"] {
	return {
		endpoint_id: endpoint.id,
		url: endpoint.url,
		description: endpoint.description,
		types: endpoint.types.join(" "),
		accounts: endpoint.accounts.join(" "),
		disabled: endpoint.disabled,
		failing_since: endpoint.failingSince,
		secret_number: endpoint.secretNumber,
		oldest_secret: endpoint.oldestSecret,
		oldest_until: endpoint.oldestUntil,
		created_at: endpoint.createdAt,
		revision: endpoint.revision,
	};
}

/** Writes what was changed, unless another changed it since it was read (`Overtaken`). */
export async function replaceEndpoint(
	transaction: Transaction,
	before: Endpoint,
	changed: Endpoint,
): Promise<void> {
	const { endpoint_id, ...row } = endpointRow({ ...changed, revision: before.revision + 1 });
	const { numUpdatedRows } = await transaction
		.updateTable("webhook_endpoints")
		.set(row)
		.where("endpoint_id", "=", endpoint_id)
		.where("revision", "=", before.revision)
		.executeTakeFirst();
	mustWrite(numUpdatedRows, 1);
}

export async function deleteEndpoint(transaction: Transaction, id: Bytes): Promise<void> {
	await transaction.deleteFrom("webhook_endpoints").where("endpoint_id", "=", id).execute();
}

/** Notes since when an endpoint fails, or that it does not. */
export async function markFailing(
	transaction: Transaction,
	id: Bytes,
	failingSince: number | null,
): Promise<void> {
	const update = transaction.updateTable("webhook_endpoints").set({ failing_since: failingSince });
	const isStill = failingSince === null ? "is not" : "is";
	await update.where("endpoint_id", "=", id).where("failing_since", isStill, null).execute();
}

function endpointOf(row: Schema["webhook_endpoints"]): Endpoint {
	return {
		id: row.endpoint_id,
		url: row.url,
		description: row.description,
		types: words(row.types),
		accounts: words(row.accounts),
		disabled: row.disabled,
		failingSince: numberOrNull(row.failing_since),
		secretNumber: Number(row.secret_number),
		oldestSecret: Number(row.oldest_secret),
		oldestUntil: Number(row.oldest_until),
		createdAt: Number(row.created_at),
		revision: Number(row.revision),
	};
}

function words(text: string): readonly string[] {
	return text === "" ? [] : text.split(" ");
}
