/** Asking an operator to rule, for tests: statements, releases and what it answers. */
import assert from "node:assert/strict";
import {
	type Bytes,
	type Condition,
	parseReply,
	parseRulingReply,
	type Reply,
	type RulingReply,
	type Saying,
	type SignedRuling,
	serializeRulingRequest,
	signStatement,
	type VerifiedToken,
} from "@tenten/protocol";
import { day, expectValue, type Holder } from "../../../module/test/support/world.ts";
import type { Ecosystem } from "./ecosystem.ts";

/** No account of a person may be credited with it: what is refunded comes as tokens. */
export const forBooks: Condition = {
	kind: "payees",
	classes: ["books"],
	merchantCategories: null,
	regions: null,
	operators: null,
	certificates: null,
};

/** From here on what was issued now is refunded on a statement, seconds. */
export const doubtUntil = 31 * day;

/** And from here on no more, unless it was before. */
export const refundsEnd = doubtUntil + 30 * day + 5 * 365 * day;

export async function state(
	{ operator, world, clock }: Ecosystem,
	holder: Holder,
	says: Saying,
	...tokens: readonly VerifiedToken[]
) {
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	const statement = await signStatement(body, holder.certificate.encoded, holder.signer);
	const request = { kind: "statement", statement, tokens: tokens.map(({ token }) => token) } as const;
	const reply = await operator.rule(serializeRulingRequest(request));
	return reply instanceof Uint8Array ? ruled(expectValue(parseRulingReply(reply))) : reply;
}

export async function show({ operator }: Ecosystem, release: Bytes): Promise<SignedRuling> {
	const reply = expectValue(await operator.rule(serializeRulingRequest({ kind: "release", release })));
	return ruled(expectValue(parseRulingReply(reply))).ruling;
}

export function ruled(reply: RulingReply): { readonly ruling: SignedRuling; readonly reply: Reply | null } {
	assert.equal(reply.kind, "ruled");
	return { ruling: reply.ruling, reply: reply.reply && expectValue(parseReply(reply.reply)) };
}

export function refundTo(holder: Holder) {
	return { account: holder.certificate.hash, fallback: null };
}

export async function cases({ operator }: Ecosystem): Promise<readonly string[]> {
	return (await operator.caseFiles(null)).map(({ kind }) => kind);
}
