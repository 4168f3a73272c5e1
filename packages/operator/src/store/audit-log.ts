/**
 * The audit log: every act of the people who run the operator, in the transaction of the act itself.
 *
 * Each entry carries the hash of the one before and of all that it says itself, so an entry that was changed,
 * taken out or put in between breaks the chain at its place (`followChain`). Entries cut off at the end break
 * nothing by themselves: whoever keeps the hash of an entry elsewhere (it is in the server's log lines and in
 * every page of the list) finds it missing. Nothing here changes or deletes an entry.
 */
import { type Bytes, encodeItem, equalBytes, sha256 } from "@tenten/protocol";
import type { Acting } from "../access.ts";
import { insertNew } from "./insert-new.ts";
import type { Schema } from "./schema.ts";
import type { Transaction } from "./store.ts";

/** What was done. */
export type Act =
	| "deposit"
	| "payoutsAllowed"
	| "keyAdded"
	| "keyRevoked"
	| "signingKeyRotated"
	| "signingKeyRetired"
	| "signingKeyDistrusted"
	| "personCertified"
	| "definitionProposed"
	| "definitionApproved"
	| "definitionPublished"
	| "definitionWithdrawn"
	| "statusListTaken"
	| "issueStopped"
	| "issueAllowed"
	| "freezeProposed"
	| "freezeConfirmed"
	| "appealJudged"
	| "appealDecided"
	| "partyAdded"
	| "budgetGranted"
	| "partySuspended"
	| "partyResumed"
	| "partyOpened"
	| "restored"
	| "pruned"
	| "denied"
	| WebhookAct;

export type WebhookAct =
	| "webhookAdded"
	| "webhookChanged"
	| "webhookRemoved"
	| "webhookSecretRotated"
	| "webhookTested"
	| "webhookReplayed"
	| "webhookDisabled";

export type AuditEntry = {
	/** 1 and up, without gaps */
	readonly position: number;
	/** unix seconds */
	readonly at: number;
	readonly actor: string;
	readonly requestId: string;
	readonly act: Act;
	/** on what: an account, a key, a route */
	readonly subject: string;
	/** `done`, or the code with which it was refused */
	readonly outcome: string;
	readonly detail: string;
	readonly previous: Bytes;
	readonly hash: Bytes;
};

export type NewEntry = Acting & Pick<AuditEntry, "at" | "act" | "subject" | "outcome" | "detail">;

/** What the first entry names as the one before it. */
const beginning: Bytes = new Uint8Array(32);
const pageLength = 100;

export async function appendAudit(transaction: Transaction, entry: NewEntry): Promise<AuditEntry> {
	const last = await newestEntry(transaction);
	const position = (last?.position ?? 0) + 1;
	const made = { ...entry, position, previous: last?.hash ?? beginning };
	const { at, actor, act, subject, outcome, detail, previous, requestId } = made;
	const hash = hashOf(made);
	const row = { position, at, actor, request_id: requestId, act, subject, outcome, detail, previous, hash };
	// Acts that are committed at once follow one another: whoever comes second is run again.
	await insertNew(transaction, "audit_log", [row]);
	return { ...made, hash };
}

/** A page of entries, after this position. */
export async function auditAfter(transaction: Transaction, after: number): Promise<readonly AuditEntry[]> {
	const rows = await transaction
		.selectFrom("audit_log")
		.selectAll()
		.where("position", ">", after)
		.orderBy("position")
		.limit(pageLength)
		.execute();
	return rows.map(entryOf);
}

async function newestEntry(transaction: Transaction): Promise<AuditEntry | undefined> {
	const row = await transaction
		.selectFrom("audit_log")
		.selectAll()
		.orderBy("position", "desc")
		.limit(1)
		.executeTakeFirst();
	return row && entryOf(row);
}

function hashOf(entry: Omit<AuditEntry, "hash">): Bytes {
	const { position, at, actor, requestId, act, subject, outcome, detail, previous } = entry;
	const said = [previous, BigInt(position), BigInt(at), actor, requestId, act, subject, outcome, detail];
	return sha256(encodeItem(said));
}

/** What the entries seen so far lead up to. */
export type ChainEnd = { readonly position: number; readonly hash: Bytes };

export const chainBeginning: ChainEnd = { position: 0, hash: beginning };

/** Where a run of entries that follows `end` is not what was written: the first position that is wrong. */
export function followChain(
	end: ChainEnd,
	entries: readonly AuditEntry[],
): { readonly end: ChainEnd; readonly broken: number | null } {
	let { position, hash } = end;
	for (const entry of entries) {
		const isNext = entry.position === position + 1 && equalBytes(entry.previous, hash);
		if (!isNext || !equalBytes(hashOf(entry), entry.hash))
			return { end: { position, hash }, broken: position + 1 };
		({ position, hash } = entry);
	}
	return { end: { position, hash }, broken: null };
}

function entryOf({ position, at, request_id: requestId, act, ...rest }: Schema["audit_log"]): AuditEntry {
	// An act that no code writes is one that somebody changed: the chain says so.
	return { ...rest, position: Number(position), at: Number(at), requestId, act: act as Act };
}
