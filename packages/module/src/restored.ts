/**
 * What a backup brought: outputs of old keys, of which nobody here knows whether they were spent since (ADR 0041).
 *
 *   AWAITED ──its operator shows our own link on it──────▶ SPENT, by the wallet that was lost
 *      │────redeem until and two graces, nobody had it───▶ REFUNDED, to the account of a new key or as fresh tokens
 *      └────its owner says that nothing was spent since──▶ redeemed (ordering.ts)
 *
 * It is asked by a statement that says nothing of links, and no link is signed: what the lost wallet signed stays
 * the only one. An operator's bare word takes nothing from us before the time when nothing could come any more.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	orderDigest,
	ownerHash,
	parse,
	parseReply,
	parseRulingReply,
	parseRulingRequest,
	type Refusal,
	type RulingReply,
	refundOrder,
	refuse,
	type SignedRuling,
	serialize,
	serializeRulingRequest,
	sumOf,
	type Trust,
	toHex,
	tokenFromIssue,
	type VerifiedToken,
	verifyConsumed,
	verifyParsedToken,
	verifyRuling,
	verifyToken,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { type TokenRow, type TokenSummary, unclaimedKey, unclaimedRow } from "./rows.ts";
import { type RulingQuestion, signSaying } from "./ruling.ts";

/** An output that came with a backup, free or set aside by a lock of then. */
export type AwaitedToken = TokenSummary & {
	/** the attempt for which it was set aside */
	readonly heldBy: Bytes | null;
	/** unix seconds: from then on it is refunded, if nobody had it */
	readonly refundFrom: number;
	/** whether it may move at once, where its owner says that nothing was spent since the backup */
	readonly mayMove: boolean;
};

/** What became of one. Amounts in minor units. */
export type Fate =
	/** the wallet that was lost had spent it: our own link says so, or what was paid for it */
	| { readonly kind: "spent"; readonly amount: bigint }
	/** on the account of a new key, or, as much as `fresh`, in tokens of it */
	| { readonly kind: "refunded"; readonly amount: bigint; readonly fresh: bigint };

export function awaitedTokens(core: Core): readonly AwaitedToken[] {
	return core.vault
		.summaries()
		.filter(({ certificate }) => core.isSilenced(certificate) !== undefined)
		.map((summary) => ({
			...summary,
			refundFrom: refundFrom(core, summary),
			mayMove:
				summary.heldBy === null &&
				!summary.isBound &&
				core.now() < summary.redeemUntil &&
				!core.isSilencedAgain(summary.certificate),
		}));
}

function refundFrom(core: Core, { asset, redeemUntil }: TokenSummary): number {
	return redeemUntil + 2 * (core.keepUntil({ asset, redeemUntil }) - redeemUntil);
}

/** The statement about an output, durable before it is shown, and who is to be shown it. */
export async function askUnclaimed(core: Core, output: Bytes): Promise<RulingQuestion | Refusal> {
	const row = awaitedRow(core, output);
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	if (isRefusal(row)) return row;
	const kept = keptQuestion(core, output);
	if (kept !== undefined) return kept;
	const token = verifyToken(row.token, trust, { signatures: false });
	if (isRefusal(token)) return token;
	const { operator } = token.asset;
	const account = core.certificateFor(operator);
	if (isRefusal(account)) return account;
	if (!equalBytes(account.operatorId, operator))
		return refuse("authority-unknown", "no account of a new key with its operator");
	const certificate = account.hash;
	const ownRequest = core.random(32);
	const fallback = ownerHash(certificate, null, ownRequest);
	const says = { kind: "unclaimed", output, account: certificate, fallback } as const;
	const statement = await signSaying(core, token.owner.certificate, operator, says);
	if (isRefusal(statement)) return statement;
	const request = serializeRulingRequest({ kind: "statement", statement, tokens: [token.token] });
	if (request.length > limits.message) return refuse("too-large", "the statement with its token");
	const value = serialize(unclaimedRow, { operator, request, certificate, ownRequest });
	await core.commit({ other: [{ key: unclaimedKey(output), value }] });
	return { operator, request };
}

function awaitedRow(core: Core, output: Bytes): TokenRow | Refusal {
	const row = core.vault.tokens.get(output);
	if (row === undefined) return refuse("funds-insufficient", "no such token");
	const isAwaited = core.isSilenced(row.summary.certificate) !== undefined;
	return isAwaited ? row : refuse("attempt-decided", "a token of a key that speaks");
}

function keptQuestion(core: Core, output: Bytes) {
	const kept = core.vault.state.rows.get(unclaimedKey(output));
	const row = kept && parse(unclaimedRow, kept, kept.length);
	if (isRefusal(row)) throw new Error(`a kept question does not parse: ${row.detail}`);
	return row;
}

/** Takes what an operator answered, a refusal too. A refusal comes back while it stays awaited. */
export async function takeUnclaimed(
	core: Core,
	output: Bytes,
	answer: Bytes | Refusal,
): Promise<Fate | Refusal> {
	const row = awaitedRow(core, output);
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	if (isRefusal(row)) return row;
	const { summary } = row;
	const spent: Fate = { kind: "spent", amount: summary.amount };
	if (isRefusal(answer)) {
		const isOver = answer.code === "ruling-taken" && core.surelyPast() >= refundFrom(core, summary);
		return isOver ? ends(core, output, spent) : answer;
	}
	const reply = parseRulingReply(answer);
	if (isRefusal(reply)) return reply;
	switch (reply.kind) {
		case "consumed":
			return isOwnLink(reply, summary, trust) ? ends(core, output, spent) : refuse("not-evidence");
		case "ruled":
			return takeRefund(core, row, reply, trust);
		case "filed":
		case "claimed":
			return refuse("type-unknown", reply.kind);
		default:
			return reply satisfies never;
	}
}

/** Whether the key that owns the output signed the link that is shown: nobody else's word counts. */
function isOwnLink(
	{ consumed }: Extract<RulingReply, { readonly kind: "consumed" }>,
	{ output, certificate }: TokenSummary,
	trust: Trust,
): boolean {
	const shown = verifyConsumed(consumed, trust);
	return !isRefusal(shown) && equalBytes(shown.input, output) && equalBytes(shown.owner.hash, certificate);
}

async function takeRefund(
	core: Core,
	{ summary }: TokenRow,
	{ ruling, reply: encoded }: Extract<RulingReply, { readonly kind: "ruled" }>,
	trust: Trust,
): Promise<Fate | Refusal> {
	const { output, amount } = summary;
	const not = notRefunded(ruling, summary, trust);
	if (not !== undefined) return not;
	const question = keptQuestion(core, output);
	if (encoded === null || question === undefined) return refuse("request-mismatch", "no answer to it");
	const reply = parseReply(encoded);
	if (isRefusal(reply)) return reply;
	const asked = parseRulingRequest(question.request);
	const order =
		isRefusal(asked) || asked.kind !== "statement"
			? undefined
			: refundOrder(asked.statement.body, summary.asset);
	const [result] = reply.results;
	if (order === undefined || result === undefined || !equalBytes(reply.order, orderDigest(order)))
		return refuse("request-mismatch", "the answer to another statement");
	const certificate = core.ownCertificate(question.certificate);
	if (isRefusal(certificate)) return certificate;
	const owner = { certificate, purpose: null, request: question.ownRequest };
	const fresh = reply.issues.flatMap(({ proof }) => {
		const token = verifyParsedToken(tokenFromIssue(proof, owner), trust);
		return isRefusal(token) || core.everOwned(token.outputId) ? [] : [token];
	});
	const inTokens = sumOf(fresh);
	switch (result.kind) {
		case "paid":
			return ends(core, output, { kind: "refunded", amount, fresh: 0n });
		case "refreshed":
			return inTokens < result.amount
				? refuse("sum-mismatch", "the operator's answer lacks tokens that it speaks of")
				: ends(core, output, { kind: "refunded", amount, fresh: inTokens }, fresh);
		case "forked":
			return ends(core, output, { kind: "refunded", amount: result.drawn, fresh: 0n });
		case "refused":
			return result.transient
				? refuse("attempt-pending", "the operator will answer later")
				: ends(core, output, { kind: "spent", amount });
		default:
			return result satisfies never;
	}
}

/** Why a ruling is none that refunds this output. */
function notRefunded(
	ruling: SignedRuling,
	{ output, asset }: TokenSummary,
	trust: Trust,
): Refusal | undefined {
	const body = verifyRuling(ruling, trust);
	if (isRefusal(body)) return body;
	if (!equalBytes(body.operator, asset.operator)) return refuse("issuer-unknown");
	const isOfIt = equalBytes(body.subject, output) && body.verdict === "refunded";
	return isOfIt ? undefined : refuse("request-mismatch", "another ruling");
}

/** It is awaited no more, and what came for it is here, in one write. */
async function ends(
	core: Core,
	output: Bytes,
	fate: Fate,
	fresh: readonly VerifiedToken[] = [],
): Promise<Fate> {
	const unique = [...new Map(fresh.map((token) => [toHex(token.outputId), token])).values()];
	await core.commit({
		tokens: { add: unique, remove: [output], hold: [], free: [] },
		other: [{ key: unclaimedKey(output), value: null }],
	});
	return fate;
}
