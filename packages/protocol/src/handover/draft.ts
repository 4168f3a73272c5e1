/**
 * The links of one payment: each input spent whole to the payee, the last one with change to its own owner.
 *
 * All links of a payment share one lock, one data hash and one counter-leg, so it is all or nothing.
 */
import { type Bytes, isRefusal, limits, type Refusal, refuse } from "../codec/index.ts";
import {
	type Against,
	type Caveat,
	type Counts,
	countSpending,
	draftLink,
	extendToken,
	type Lock,
	lacksRoom,
	type Spendable,
	sameAsset,
	sumOf,
	type UnsignedLink,
	type VerifiedToken,
	violations,
} from "../token/index.ts";
import type { VerifiedRequest } from "./request.ts";

export type PaymentDraft = {
	readonly request: VerifiedRequest;
	/** minor units to the payee */
	readonly amount: bigint;
	/** 1 to 16 tokens, of which the last may leave change */
	readonly inputs: readonly Spendable[];
	readonly lock: Lock | null;
	/** see `dataHash` */
	readonly data: Bytes | null;
	readonly against: Against | null;
	/** added to what the payee gets */
	readonly caveats: readonly Caveat[];
	/** 32 random bytes: the request of the change's owner */
	readonly changeRequest: Bytes;
	/** of what this module's devices have signed for */
	readonly counts: Counts;
};

/** The unsigned links, every rule checked. */
export function draftPayment(draft: PaymentDraft, now: number): readonly UnsignedLink[] | Refusal {
	const { inputs, amount, request } = draft;
	if (amount > limits.amount) return refuse("amount-invalid");
	const change = sumOf(inputs.map(({ token }) => token)) - amount;
	const last = inputs.at(-1)?.token;
	if (change < 0n) return refuse("funds-insufficient");
	const refusal = checkInputs(draft, change, now);
	if (refusal !== undefined) return refusal;
	if (last === undefined || change >= last.amount) return refuse("amount-invalid", "a token is not needed");
	const payee = {
		certificate: request.payee,
		purpose: request.body.purpose,
		request: request.digest,
	};
	const keptOf = (token: VerifiedToken): bigint => (token === last ? change : 0n);
	const spendings = inputs.map(({ token }) => ({
		owner: token.owner.certificate,
		amount: token.amount - keptOf(token),
	}));
	const spent = countSpending(spendings, draft.counts);
	if (isRefusal(spent)) return spent;
	return inputs.map(({ token, after }, position) => {
		const kept = keptOf(token);
		const own = { certificate: token.owner.certificate, purpose: null, request: draft.changeRequest };
		return draftLink(token, {
			outputs: [
				{ amount: token.amount - kept, owner: payee, caveats: draft.caveats },
				...(kept > 0n ? [{ amount: kept, owner: own, caveats: [] }] : []),
			],
			lock: draft.lock,
			data: draft.data,
			against: draft.against,
			after,
			spent: spent[position] ?? null,
		});
	});
}

function checkInputs(draft: PaymentDraft, change: bigint, now: number): Refusal | undefined {
	const { inputs, request, against, caveats } = draft;
	// Where the payee decides, this very link may be cancelled, and then its cancel needs a place too.
	const afterMost = draft.lock?.payeeDecides ? limits.after - 1 : limits.after;
	if (caveats.length > limits.conditions) return refuse("too-many", "caveats");
	if (inputs.length > limits.tokens) return refuse("too-many", "tokens");
	if (new Set(inputs.map(({ token }) => token.outputId.join())).size !== inputs.length)
		return refuse("malformed", "a token twice");
	for (const [position, { token, after }] of inputs.entries()) {
		if (!sameAsset(token.asset, request.body.asset)) return refuse("asset-mismatch");
		if (token.pending !== null) return refuse("lock-pending");
		if (now >= token.issue.spendUntil) return refuse("expired");
		if (after.length > afterMost) return refuse("too-many", "cancels: refresh this token first");
		const [broken] = violations(token.rules, {
			kind: "payment",
			payee: request.payee,
			amount: position === inputs.length - 1 ? token.amount - change : token.amount,
			purpose: request.body.purpose,
			against,
			hops: token.hops + 1,
			now,
		});
		if (broken !== undefined) return broken;
	}
	return undefined;
}

export type SignedPayment = {
	readonly paid: readonly VerifiedToken[];
	readonly change: readonly VerifiedToken[];
};

/** The payee's tokens and one's own change, locked where the links are. */
export function signedPayment(
	links: readonly UnsignedLink[],
	signatures: readonly Bytes[],
): SignedPayment | Refusal {
	const paid: VerifiedToken[] = [];
	const change: VerifiedToken[] = [];
	for (const [position, link] of links.entries()) {
		for (const index of link.body.outputs.keys()) {
			const extended = extendToken(link, signatures[position] ?? new Uint8Array(), index);
			if (isRefusal(extended)) return extended;
			const cramped = lacksRoom(extended.token);
			if (cramped !== undefined) return cramped;
			(index === 0 ? paid : change).push(extended);
		}
	}
	return { paid, change };
}

/** The first of these dates, in unix seconds: until then all of these tokens may be spent. */
export function spendUntil(tokens: readonly VerifiedToken[]): number {
	return Math.min(...tokens.map(({ issue }) => issue.spendUntil));
}
