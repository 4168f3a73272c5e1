/**
 * What a lost device owned, as the party that answers for it asks for it (docs/spec/devices.md, Lost devices).
 *
 *   token ─▶ askLost ─▶ operator ─▶ takeLost ─▶ spent, by the device's own link
 *                 (ruling-early: again later)  └▶ paid back: on the account, or in tokens of the device
 *
 * The statement follows from the output and the account alone: asked again, after a crash too, it is the same, so it
 * is paid once and always answered alike. What an account may not take comes in fresh tokens under the device's
 * certificate, which is the party's to claim once more.
 */
import {
	type Bytes,
	encodeItem,
	equalBytes,
	isMeterClaim,
	isRefusal,
	limits,
	meterPart,
	type Owner,
	parseRulingReply,
	partsOf,
	payersHolding,
	type Refusal,
	refuse,
	type Signer,
	serializeRulingRequest,
	sha256,
	signStatement,
	type Token,
	type Trust,
	termsOf,
	type VerifiedStatement,
	type VerifiedToken,
	verifyConsumed,
	verifyMeterClaim,
	verifyParsedToken,
	verifyRefund,
	verifyStatement,
} from "@tenten/protocol";
import { paidBack, type Stated } from "./paid-back.ts";

/** The question, and what its answer is held against. */
export type LostQuestion = {
	readonly token: VerifiedToken;
	readonly stated: Stated;
	/** unix seconds: it is refunded from then on, if nobody claimed it, and not any more from `until` on */
	readonly from: number;
	readonly until: number;
};

/** Amounts in minor units. */
export type LostFate =
	/** by this link, which the device's own key signed */
	| { readonly kind: "spent"; readonly link: Bytes }
	/** on the account, or in these tokens, which the device's certificate owns */
	| { readonly kind: "paid"; readonly amount: bigint; readonly fresh: readonly VerifiedToken[] }
	/** refused for good */
	| { readonly kind: "nothing"; readonly code: string };

/**
 * Asks for the output in which this token ends; `account`: hash of the certificate to which it goes; `signer`: the
 * party's. Refused as its operator would: `certificate-role` where nobody answers for the owner, `signature-invalid`
 * where another party does, and the codes of tokens and refunds; `too-large` where it fits no message.
 */
export async function askLost(
	value: Token,
	account: Bytes,
	signer: Signer,
	trust: Trust,
): Promise<LostQuestion | Refusal> {
	const token = verifyParsedToken(value, trust);
	if (isRefusal(token)) return token;
	const { outputId: output, asset, issue, owner } = token;
	const says = { kind: "lost", output, account, fallback: null } as const;
	const nonce = sha256(encodeItem(["lost", output, account]));
	const body = { operator: asset.operator, says, nonce, issuedAt: issue.issuedAt };
	const signed = await signStatement(body, owner.certificate.encoded, signer);
	const statement = verifyStatement(signed, asset.operator, trust);
	if (isRefusal(statement)) return statement;
	const request = serializeRulingRequest({ kind: "statement", statement: signed, tokens: [value] });
	if (request.length > limits.message) return refuse("too-large", "the statement with its token");
	const due = dueOf(value, statement, trust);
	if (isRefusal(due)) return due;
	const { from, until, ...stated } = due;
	return { token, stated: { asset, request, ...stated }, from, until };
}

type Due = Pick<Stated, "subject" | "owners" | "parts"> & Pick<LostQuestion, "from" | "until">;

function dueOf(value: Token, statement: VerifiedStatement, trust: Trust): Due | Refusal {
	if (!isMeterClaim(statement.body.says, [value])) {
		const refund = verifyRefund(value, statement, trust);
		if (isRefusal(refund)) return refund;
		const { token, output: subject, holding, amount: most, terms, hops, from, until } = refund;
		return { subject, owners: [token.owner], parts: [{ token, holding, most, terms, hops }], from, until };
	}
	const claim = verifyMeterClaim(value, statement, trust);
	if (isRefusal(claim)) return claim;
	const { token, meter, from, until } = claim;
	const { certificate, request } = token.owner;
	const owner: Owner = { certificate, purpose: null, request };
	// How many ticks its payee claimed is not known here: from none to all that the meter has.
	const holding = payersHolding(token, partsOf(token, meter, meter.terms.ticks).rest);
	const part = { token, holding, most: token.amount, terms: termsOf(token), hops: token.hops + 1 };
	const subject = meterPart(token.outputId, "payer");
	return { subject, owners: [owner], parts: [part], from, until };
}

/**
 * What the operator answered, encoded; `now`: unix seconds. Refused as `paidBack`, with `not-evidence` for a link that
 * the device did not sign, and `type-unknown` for an answer to something else.
 */
export function takeLost(
	{ token, stated }: LostQuestion,
	answer: Bytes,
	trust: Trust,
	now: number,
): LostFate | Refusal {
	const reply = parseRulingReply(answer);
	if (isRefusal(reply)) return reply;
	switch (reply.kind) {
		case "consumed": {
			const shown = verifyConsumed(reply.consumed, trust);
			if (isRefusal(shown)) return shown;
			const { hash } = token.owner.certificate;
			return equalBytes(shown.input, token.outputId) && equalBytes(shown.owner.hash, hash)
				? { kind: "spent", link: shown.id }
				: refuse("not-evidence", "another output, or not the device's link");
		}
		case "ruled": {
			const back = paidBack(knowingAt(now), reply, stated, trust);
			if (isRefusal(back)) return back;
			const [code] = back.refused;
			return code === undefined
				? { kind: "paid", amount: back.amount, fresh: back.fresh }
				: { kind: "nothing", code };
		}
		case "filed":
		case "claimed":
			return refuse("type-unknown", reply.kind);
		default:
			return reply satisfies never;
	}
}

/** No account or token is the party's own here: what comes is the device's. A party gives nothing up by its clock. */
function knowingAt(now: number): Parameters<typeof paidBack>[0] {
	const clock = (): number => now;
	return {
		everOwned: () => false,
		ownCertificate: () => refuse("key-unknown"),
		ownClock: clock,
		surelyPast: clock,
	};
}
