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
	holdingOf,
	isRefusal,
	limits,
	ownerHash,
	parse,
	parseRulingReply,
	type Refusal,
	type RulingReply,
	refuse,
	serialize,
	serializeRulingRequest,
	sumOf,
	type Trust,
	termsOf,
	type VerifiedToken,
	verifyConsumed,
	verifyToken,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { paidBack } from "./paid-back.ts";
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
	{ summary, token: kept }: TokenRow,
	ruled: Extract<RulingReply, { readonly kind: "ruled" }>,
	trust: Trust,
): Promise<Fate | Refusal> {
	const { output, amount, asset } = summary;
	const question = keptQuestion(core, output);
	if (question === undefined) return refuse("request-mismatch", "no answer to it");
	const { request, certificate: hash, ownRequest } = question;
	const certificate = core.ownCertificate(hash);
	const token = verifyToken(kept, trust, { signatures: false });
	if (isRefusal(certificate)) return certificate;
	if (isRefusal(token)) return token;
	const owners = [{ certificate, purpose: null, request: ownRequest }];
	// It is refunded whole.
	const part = {
		token,
		holding: holdingOf(token),
		most: amount,
		terms: termsOf(token),
		hops: token.hops + 1,
	};
	const stated = { asset, subject: output, request, owners, parts: [part] };
	const back = paidBack(core, ruled, stated, trust);
	if (isRefusal(back)) return back;
	if (back.refused.length > 0) return ends(core, output, { kind: "spent", amount });
	const { fresh } = back;
	return ends(core, output, { kind: "refunded", amount: back.amount, fresh: sumOf(fresh) }, fresh);
}

/** It is awaited no more, and what came for it is here, in one write. */
async function ends(
	core: Core,
	output: Bytes,
	fate: Fate,
	fresh: readonly VerifiedToken[] = [],
): Promise<Fate> {
	await core.commit({
		tokens: { add: fresh, remove: [output], hold: [], free: [] },
		other: [{ key: unclaimedKey(output), value: null }],
	});
	return fate;
}
