/**
 * Whether approvers are as many people as they seem: each is vouched for by an administrator of its own (ADR 0042).
 *
 *   folder ─▶ first key ─▶ administrator ─▶ administrator, …  ─▶ a person's signing key
 *                          └────── one line: they count as one ──────┘
 *
 * Whoever may make API keys can make as many administrators as they like; all of them, and whom they certify, are
 * vouched for by one. Lines begin with the first key, which lies in the operator's folder: whoever has that is the
 * operator, and can sign anything anyhow.
 */
import { keyId, toHex, type VerifiedCertificate } from "@tenten/protocol";
import { folderActor } from "../access.ts";
import type { Transaction } from "../store/store.ts";
import { vouchersOf } from "../store/vouchers.ts";

/** Whether each of these people, two at most, has an administrator's word, and no two of them only one's. */
export async function areVouchedApart(
	transaction: Transaction,
	people: readonly VerifiedCertificate[],
): Promise<boolean> {
	const lines = new Set<string>();
	for (const { key } of people) {
		const certifiers = await vouchersOf(transaction, toHex(keyId(key)));
		if (certifiers.length === 0) return false;
		for (const actor of certifiers) lines.add(await lineOf(transaction, actor));
	}
	return lines.size >= people.length;
}

/** Whether two actors are two people, for whom two administrators answer: neither made by the other's line. */
export async function areActorsApart(transaction: Transaction, one: string, other: string): Promise<boolean> {
	return one !== other && (await lineOf(transaction, one)) !== (await lineOf(transaction, other));
}

/** The actor that began the line of this one: the first key, or one that the first key made. */
async function lineOf(transaction: Transaction, actor: string): Promise<string> {
	for (let at = actor; ; ) {
		const maker = await makerOf(transaction, at);
		if (maker === undefined || maker === folderActor) return at;
		if ((await makerOf(transaction, maker)) === folderActor) return at;
		at = maker;
	}
}

async function makerOf(transaction: Transaction, actor: string): Promise<string | undefined> {
	return (await vouchersOf(transaction, actor.replace(/^key:/, "")))[0];
}
