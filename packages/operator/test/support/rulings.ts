/** Asking an operator to rule, for tests: statements, releases and what it answers. */
import assert from "node:assert/strict";
import {
	type Bytes,
	type Condition,
	type ConsumedOutput,
	isRefusal,
	parseReply,
	parseRulingReply,
	type Refusal,
	type Reply,
	type RulingReply,
	type Saying,
	type SignedRuling,
	type SignedStatement,
	type Signer,
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

/** Signed by `by`, under the certificate of `owner`. */
export async function stated(
	{ operator, world, clock }: Ecosystem,
	by: Signer,
	{ certificate }: Holder,
	says: Saying,
): Promise<SignedStatement> {
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	return signStatement(body, certificate.encoded, by);
}

/** What is answered to a statement. */
export async function ask(
	{ operator }: Ecosystem,
	statement: SignedStatement,
	...tokens: readonly VerifiedToken[]
): Promise<RulingReply | Refusal> {
	const request = { kind: "statement", statement, tokens: tokens.map(({ token }) => token) } as const;
	const answer = await operator.rule(serializeRulingRequest(request));
	return isRefusal(answer) ? answer : expectValue(parseRulingReply(answer));
}

export async function state(
	ecosystem: Ecosystem,
	holder: Holder,
	says: Saying,
	...tokens: readonly VerifiedToken[]
) {
	const reply = await ask(ecosystem, await stated(ecosystem, holder.signer, holder, says), ...tokens);
	return isRefusal(reply) ? reply : ruled(reply);
}

export function consumedIn(reply: RulingReply): ConsumedOutput {
	assert.ok(reply.kind === "consumed", reply.kind);
	return reply.consumed;
}

export function replyIn(reply: RulingReply): Reply {
	return ruled(reply).reply ?? assert.fail("no reply");
}

export function resultsOf(reply: RulingReply): Reply["results"] {
	return replyIn(reply).results;
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
