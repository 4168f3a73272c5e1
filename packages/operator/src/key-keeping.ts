/** Making, listing and revoking API keys, and asking whether a key holds: each act in the audit log with itself. */
import {
	type Acting,
	type ApiKey,
	type ApiRole,
	folderActor,
	holdsSecret,
	isUsable,
	newKey,
	partsOfKey,
	secretHash,
} from "./access.ts";
import type { OperatorContext } from "./context.ts";
import {
	hasAnyKey,
	insertKey,
	type KeptKey,
	keyNamed,
	keysAfter,
	markRevoked,
	markUsed,
} from "./store/api-keys.ts";
import { appendAudit } from "./store/audit-log.ts";
import type { Transaction } from "./store/store.ts";
import { insertVoucher } from "./store/vouchers.ts";

export type NewApiKey = {
	readonly name: string;
	readonly roles: readonly ApiRole[];
	/** unix seconds; null: until it is revoked */
	readonly expiresAt: number | null;
};

/** `text` is the key itself: nobody is told it again. */
export type MadeKey = { readonly text: string; readonly key: ApiKey };

export async function addKey(context: OperatorContext, acting: Acting, made: NewApiKey): Promise<MadeKey> {
	const text = newKey(context.entropy);
	const key = await context.store.run((transaction) => keepKey(transaction, context, acting, made, text));
	return { text, key };
}

/**
 * The key of whoever has the operator's folder, made beside it: kept unless there is any key already, so that one
 * that was revoked does not come back with a restart.
 */
export async function keepFirstKey(context: OperatorContext, text: string): Promise<void> {
	const acting = { actor: folderActor, requestId: "start" };
	const made = { name: "first key", roles: ["administrator", "cashier"], expiresAt: null } as const;
	await context.store.run(async (transaction) => {
		if (!(await hasAnyKey(transaction))) await keepKey(transaction, context, acting, made, text);
	});
}

async function keepKey(
	transaction: Transaction,
	{ now }: OperatorContext,
	acting: Acting,
	{ name, roles, expiresAt }: NewApiKey,
	text: string,
): Promise<ApiKey> {
	const parts = partsOfKey(text);
	if (parts === undefined) throw new RangeError("no API key");
	const at = now();
	const key = { id: parts.id, name, roles, createdAt: at, expiresAt, revokedAt: null, lastUsedAt: null };
	await insertKey(transaction, { ...key, secretHash: secretHash(parts.secret) });
	await insertVoucher(transaction, key.id, acting.actor);
	const detail = `${roles.join(" ")}; ${expiresAt === null ? "no end" : `until ${expiresAt}`}`;
	await appendAudit(transaction, {
		...acting,
		at,
		act: "keyAdded",
		subject: key.id,
		outcome: "done",
		detail,
	});
	return key;
}

/** `last`: it is the only key left that could make another. */
export type Revoked =
	| { readonly kind: "revoked"; readonly key: ApiKey }
	| { readonly kind: "unknown" | "last" };

export function revokeKey(context: OperatorContext, acting: Acting, id: string): Promise<Revoked> {
	return context.store.run(async (transaction) => {
		const at = context.now();
		const key = await keyNamed(transaction, id);
		const outcome = key === undefined ? "unknown" : await revokeKept(transaction, key, at);
		const said = { unknown: "api-key-unknown", last: "administrator-last", revoked: "done" }[outcome];
		await appendAudit(transaction, {
			...acting,
			at,
			act: "keyRevoked",
			subject: id,
			outcome: said,
			detail: "",
		});
		if (outcome !== "revoked" || key === undefined) return { kind: outcome === "last" ? "last" : "unknown" };
		return { kind: "revoked", key: withoutSecret({ ...key, revokedAt: key.revokedAt ?? at }) };
	});
}

async function revokeKept(transaction: Transaction, key: KeptKey, at: number): Promise<"revoked" | "last"> {
	if (key.roles.includes("administrator") && isUsable(key, at)) {
		const others = await administrators(transaction, at);
		if (!others.some(({ id }) => id !== key.id)) return "last";
	}
	await markRevoked(transaction, key.id, at);
	return "revoked";
}

async function administrators(transaction: Transaction, now: number): Promise<readonly KeptKey[]> {
	const found: KeptKey[] = [];
	for (let page = await keysAfter(transaction, ""); page.length > 0; ) {
		found.push(...page.filter((key) => key.roles.includes("administrator") && isUsable(key, now)));
		page = await keysAfter(transaction, page.at(-1)?.id ?? "");
	}
	return found;
}

export async function listKeys({ store }: OperatorContext, after: string): Promise<readonly ApiKey[]> {
	return (await store.read((transaction) => keysAfter(transaction, after))).map(withoutSecret);
}

/** Seconds between two notes that a key is in use: no write for each request. */
const usedEvery = 3_600;

/** The key behind a text, if it holds now. */
export async function keyBehind(context: OperatorContext, text: string): Promise<ApiKey | undefined> {
	const parts = partsOfKey(text);
	if (parts === undefined) return undefined;
	const now = context.now();
	const key = await context.store.read((transaction) => keyNamed(transaction, parts.id));
	if (key === undefined || !holdsSecret(parts.secret, key.secretHash) || !isUsable(key, now))
		return undefined;
	if (key.lastUsedAt === null || now >= key.lastUsedAt + usedEvery)
		await context.store.run((transaction) => markUsed(transaction, key.id, now));
	return withoutSecret(key);
}

function withoutSecret({ secretHash: _, ...key }: KeptKey): ApiKey {
	return key;
}
