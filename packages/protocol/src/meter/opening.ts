/** Opening a meter: what its payer drafts and signs, and all that its payee checks before it says that it holds it. */
import { type Bytes, equalBytes, isRefusal, limits, type Refusal, refuse } from "../codec/index.ts";
import { currentlyValid, refuseUndelegated, type Trust } from "../identity/index.ts";
import {
	type DraftOutput,
	draftLink,
	dueFor,
	extendToken,
	lacksRoom,
	lockHash,
	type MeterTerms,
	meterId,
	type Owner,
	refuseFrozen,
	refuseToTake,
	type Spendable,
	sameAsset,
	signaturesIn,
	type Token,
	type UnsignedLink,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import { chainsFrom } from "./chain.ts";
import type { MeterContext } from "./machine.ts";
import { meterRequestIsOpen, type VerifiedMeterRequest } from "./request.ts";

export type MeterPlan = {
	readonly request: VerifiedMeterRequest;
	readonly input: Spendable;
	/** seconds until it is cancelled where the payee does not answer */
	readonly patience: number;
};

export type DraftMeter = { readonly id: Bytes; readonly link: UnsignedLink };

/** The link that opens a meter. `release`, `seed`, `changeRequest`: 32 random bytes each. */
export function draftMeter(
	{ request, input: { token, after } }: MeterPlan,
	{ release, seed, changeRequest }: { release: Bytes; seed: Bytes; changeRequest: Bytes },
	{ trust, now }: MeterContext,
): DraftMeter | Refusal {
	const closed = meterRequestIsOpen(request, now) ?? currentlyValid(token.owner.certificate, now);
	if (closed !== undefined) return closed;
	if (token.pending !== null) return refuse("lock-pending");
	if (!sameAsset(token.asset, request.body.asset)) return refuse("asset-mismatch");
	if (now >= token.issue.spendUntil) return refuse("expired");
	const frozen = refuseFrozen(token, trust.freezes);
	if (frozen !== undefined) return frozen;
	const said = saidBy(request);
	const held = dueFor(said, said.ticks);
	if (held > token.amount) return refuse("funds-insufficient");
	const { certificate } = token.owner;
	const own = { purpose: request.body.purpose, request: request.digest };
	const id = meterId(token.outputId, { certificate: certificate.hash, ...own }, said);
	const terms: MeterTerms = { ...said, anchors: chainsFrom(id, seed, said.ticks).anchors() };
	const owner: Owner = { certificate, ...own, meter: { id, terms, payee: request.payee } };
	const change: DraftOutput = {
		amount: token.amount - held,
		owner: { certificate, purpose: null, request: changeRequest },
		caveats: [],
	};
	const link = draftLink(token, {
		outputs: [{ amount: held, owner, caveats: [] }, ...(change.amount > 0n ? [change] : [])],
		lock: { payeeDecides: false, hash: lockHash(release) },
		data: null,
		against: null,
		after,
		spent: null,
	});
	return { id, link };
}

function saidBy({ body, payee }: VerifiedMeterRequest): Omit<MeterTerms, "anchors"> {
	const { units, perTicks, ticks, until, offer } = body;
	return { payee: payee.hash, units, perTicks, ticks, until, offer };
}

/** The metered output and the change of a signed opening, both locked; or the rule that it breaks. */
export function signedMeter(
	{ link }: DraftMeter,
	signature: Bytes,
): { readonly token: VerifiedToken; readonly change: VerifiedToken | null } | Refusal {
	const token = extendToken(link, signature, 0);
	if (isRefusal(token)) return token;
	const cramped = lacksRoom(token.token, limits.closingBytes);
	if (cramped !== undefined) return cramped;
	if (link.body.outputs.length === 1) return { token, change: null };
	const change = extendToken(link, signature, 1);
	return isRefusal(change) ? change : { token, change };
}

/** Everything that a payee checks of an opening, cheap before dear; `everOwned`: see `Incoming` of a hand-over. */
export function acceptMeter(
	received: Token,
	request: VerifiedMeterRequest,
	everOwned: (output: Bytes) => boolean,
	{ trust, now }: MeterContext,
): VerifiedToken | Refusal {
	const closed = meterRequestIsOpen(request, now);
	if (closed !== undefined) return closed;
	const cramped = lacksRoom(received, limits.closingBytes);
	if (cramped !== undefined) return cramped;
	const cost = signaturesIn(received, trust);
	if (cost > limits.signatures) return refuse("too-many", `${cost} signatures`);
	const token = verifyParsedToken(received, trust, { now });
	if (isRefusal(token)) return token;
	if (!answers(token, request)) return refuse("request-mismatch", "another meter");
	if (!sameAsset(token.asset, request.body.asset)) return refuse("asset-mismatch");
	if (token.pending === null) return refuse("lock-mismatch", "an opening that is released");
	if (now >= token.issue.spendUntil) return refuse("expired");
	if (everOwned(token.outputId)) return refuse("request-reused", "a meter that was opened before");
	return refusePayer(token, request, now, trust) ?? token;
}

function answers({ owner }: VerifiedToken, request: VerifiedMeterRequest): boolean {
	const { meter } = owner;
	if (meter === undefined) return false;
	const said = saidBy(request);
	const { units, perTicks, ticks, until, offer, payee } = meter.terms;
	return (
		equalBytes(payee, said.payee) &&
		equalBytes(offer, said.offer) &&
		units === said.units &&
		perTicks === said.perTicks &&
		ticks === said.ticks &&
		until === said.until &&
		equalBytes(owner.request, request.digest) &&
		owner.purpose === request.body.purpose
	);
}

/** Limits of the payer are judged by all that the meter may come to. */
function refusePayer(
	token: VerifiedToken,
	{ body }: VerifiedMeterRequest,
	now: number,
	trust: Trust,
): Refusal | undefined {
	const payer = token.owner.certificate;
	const amount = dueFor(body, body.ticks);
	const invalid = currentlyValid(payer, now);
	if (invalid !== undefined) return invalid;
	const cap = payer.profile.limits?.perTransfer ?? null;
	if (cap !== null && amount > cap) return refuse("limit-exceeded", "the payer's limit a transfer");
	return (
		refuseUndelegated(payer, { amount, purpose: body.purpose, trust, now, needsStatus: true }) ??
		refuseToTake(token, trust.freezes, now)
	);
}
