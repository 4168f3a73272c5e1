/**
 * Deals: an offer and its acceptance, signed by two devices under what their responsible parties delegated.
 *
 *   seller ──offer: price, at most so many ticks, until then──▶ buyer ──acceptance: at most so many──▶ seller
 *                                                  both ──hash──▶ meter
 *
 * A deal moves no money. The meter that follows carries its hash, so whoever is shown both knows at what price and for
 * what it ran, and that both sides were allowed to. What could go wrong: an acceptance of another offer than was made
 * (it names the offer by hash), or one that its party never allowed (the whole of it is judged as one payment).
 */
import {
	amount,
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
	integer,
	isRefusal,
	limits,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	text,
	tickCount,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, signature, taggedHash, verifySign1 } from "../crypto/index.ts";
import {
	currentlyValid,
	refuseUndelegated,
	type Trust,
	type VerifiedCertificate,
} from "../identity/index.ts";
import { assetId, dueFor } from "../token/index.ts";

const dealOffer = record({
	/** the seller's, encoded */
	certificate: bytes(1, 1024),
	asset: assetId,
	/** so many minor units for so many ticks */
	units: amount,
	perTicks: integer(1, 2 ** 32),
	mostTicks: tickCount,
	/** what is sold, e.g. `charging`: a purpose that a delegation may name */
	purpose: nullable(text(32)),
	nonce: bytes32,
	/** unix seconds: until then it may be accepted, and the meter may run */
	until: unixSeconds,
});
export type DealOffer = TypeOf<typeof dealOffer>;

const dealAcceptance = record({
	/** hash of the offer's body */
	offer: bytes32,
	/** the buyer's, encoded */
	certificate: bytes(1, 1024),
	/** at most as many as were offered */
	mostTicks: tickCount,
	acceptedAt: unixSeconds,
});
export type DealAcceptance = TypeOf<typeof dealAcceptance>;

export const signedOffer = record({ body: dealOffer, signature });
export const deal = record({
	offer: signedOffer,
	acceptance: record({ body: dealAcceptance, signature }),
});

export type VerifiedOffer = {
	readonly verified: "offer";
	readonly body: DealOffer;
	readonly seller: VerifiedCertificate;
	readonly hash: Bytes;
};

/** Only `verifyDeal` makes one. */
export type VerifiedDeal = {
	readonly verified: "deal";
	readonly offer: VerifiedOffer;
	readonly buyer: VerifiedCertificate;
	readonly mostTicks: number;
	/** minor units: what all of these ticks cost */
	readonly most: bigint;
	/** what the meter carries */
	readonly hash: Bytes;
};

type Judging = { readonly trust: Trust; readonly now: number };

export async function signOffer(body: DealOffer, seller: Signer): Promise<Bytes> {
	const signed = await seller.sign("deal-offer", serialize(dealOffer, body));
	return serialize(signedOffer, { body, signature: signed });
}

/** An acceptance of the offer that `encoded` holds, with it. */
export async function acceptOffer(
	encoded: Bytes,
	said: Omit<DealAcceptance, "offer">,
	buyer: Signer,
): Promise<Bytes | Refusal> {
	const offer = parse(signedOffer, encoded, limits.message);
	if (isRefusal(offer)) return offer;
	const body = { ...said, offer: offerHash(offer.body) };
	const signed = await buyer.sign("deal-acceptance", serialize(dealAcceptance, body));
	return serialize(deal, { offer, acceptance: { body, signature: signed } });
}

function offerHash(body: DealOffer): Bytes {
	return taggedHash("deal-offer", dealOffer.write(body));
}

/**
 * An offer that may be accepted now. Refused in this order: the codes of decoding and of certificates,
 * `signature-invalid`, `asset-unknown`, `request-expired`, and the codes of dates and of delegations.
 */
export function verifyOffer(encoded: Bytes, judging: Judging): VerifiedOffer | Refusal {
	const read = parse(signedOffer, encoded, limits.message);
	return isRefusal(read) ? read : judgeOffer(read, judging);
}

function judgeOffer(
	{ body, signature: signed }: TypeOf<typeof signedOffer>,
	judging: Judging,
): VerifiedOffer | Refusal {
	const { trust, now } = judging;
	const seller = trust.certificate(body.certificate);
	if (isRefusal(seller)) return seller;
	if (!verifySign1(trust.verify, seller.key, "deal-offer", serialize(dealOffer, body), signed))
		return refuse("signature-invalid", "offer");
	if (trust.asset(body.asset) === undefined) return refuse("asset-unknown");
	if (now >= body.until) return refuse("request-expired", "the offer's time is over");
	const { purpose } = body;
	const forbidden =
		currentlyValid(seller, now) ??
		refuseUndelegated(seller, { amount: 0n, purpose, trust, now, needsStatus: true });
	return forbidden ?? { verified: "offer", body, seller, hash: offerHash(body) };
}

/**
 * The deal that `encoded` holds, if both sides may make it now. After the offer: the buyer's certificate,
 * `signature-invalid`, `request-mismatch` where it accepts another offer or more ticks, `amount-invalid` where it costs
 * nothing or more than an amount holds, and the codes of dates and of delegations.
 */
export function verifyDeal(encoded: Bytes, judging: Judging): VerifiedDeal | Refusal {
	const read = parse(deal, encoded, limits.message);
	if (isRefusal(read)) return read;
	const offer = judgeOffer(read.offer, judging);
	if (isRefusal(offer)) return offer;
	const { trust, now } = judging;
	const { body, signature: signed } = read.acceptance;
	const buyer = trust.certificate(body.certificate);
	if (isRefusal(buyer)) return buyer;
	if (!verifySign1(trust.verify, buyer.key, "deal-acceptance", serialize(dealAcceptance, body), signed))
		return refuse("signature-invalid", "acceptance");
	if (!equalBytes(body.offer, offer.hash)) return refuse("request-mismatch", "another offer");
	if (body.mostTicks > offer.body.mostTicks) return refuse("request-mismatch", "more ticks than are offered");
	const most = dueFor(offer.body, body.mostTicks);
	if (most < 1n || most > limits.amount) return refuse("amount-invalid", "all ticks together");
	const { purpose } = offer.body;
	const forbidden =
		currentlyValid(buyer, now) ??
		refuseUndelegated(buyer, { amount: most, purpose, trust, now, needsStatus: true });
	if (forbidden !== undefined) return forbidden;
	const hash = taggedHash("deal", [offer.hash, dealAcceptance.write(body)]);
	return { verified: "deal", offer, buyer, mostTicks: body.mostTicks, most, hash };
}
