/**
 * Quotes: one payment across operators, as both have signed it before anything moves.
 *
 * The destination signs first, then the source. Its hash is the transfer's id, so whatever stands under that id in a
 * map stands there for this payer, payee, price, secret and deciding seal, and for nothing else.
 */
import {
	amount,
	amountOrZero,
	type Bytes,
	bytes32,
	equalBytes,
	integer,
	isRefusal,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, signature, taggedHash } from "../crypto/index.ts";
import { type OperatorKeys, unsigned, type VerifiedAgreement } from "./agreement.ts";
import { mayReserve, type Positions } from "./exposure.ts";
import { priceOf, rate } from "./price.ts";
import { refuseStale, type Since } from "./witnessed.ts";

export const quote = record({
	/** its id */
	agreement: bytes32,
	nonce: bytes32,
	/** what the payee's side gets */
	credits: amount,
	rate,
	fee: amountOrZero,
	/** what the payer's side loses, the fee with it */
	pays: amount,
	/** whom the source takes it from, and whom the destination gives it to, as each names them */
	payer: bytes32,
	payee: bytes32,
	/** hash of the payer's secret */
	release: bytes32,
	/** the number of the source's seal that is final for both */
	decides: integer(1, Number.MAX_SAFE_INTEGER),
	/** nothing is locked or reserved later */
	expiresAt: unixSeconds,
});
export type Quote = TypeOf<typeof quote>;

export const signedQuote = record({ body: quote, byDestination: signature, bySource: signature });
export type SignedQuote = TypeOf<typeof signedQuote>;

/** One that both have signed, under its agreement; nothing but `verifyQuote` makes it. */
export type VerifiedQuote = {
	readonly verified: "quote";
	/** the transfer's id */
	readonly transfer: Bytes;
	readonly body: Quote;
	readonly agreement: VerifiedAgreement;
};

export function transferId(body: Quote): Bytes {
	return taggedHash("crossing", quote.write(body));
}

/** One side's signature. */
export function signQuote(body: Quote, signer: Signer): Promise<Bytes> {
	return signer.sign("quote", serialize(quote, body));
}

/** As `checkQuote`, and both have signed: `authority-unknown`, `signature-invalid`. */
export function verifyQuote(
	{ body, byDestination, bySource }: SignedQuote,
	agreed: VerifiedAgreement,
	keys: OperatorKeys,
): VerifiedQuote | Refusal {
	const payload = serialize(quote, body);
	const wrong =
		checkQuote(body, agreed) ??
		unsigned(keys, agreed.body.destination, "quote", payload, byDestination) ??
		unsigned(keys, agreed.body.source, "quote", payload, bySource);
	return wrong ?? { verified: "quote", transfer: transferId(body), body, agreement: agreed };
}

/**
 * Whether it is a quote under this agreement at all: else `agreement-unknown` where it names another,
 * `agreement-over` where it ends outside of its time, `quote-invalid` where its price is not the agreed one.
 */
export function checkQuote(body: Quote, { id, body: agreed }: VerifiedAgreement): Refusal | undefined {
	if (!equalBytes(body.agreement, id)) return refuse("agreement-unknown", "a quote under another agreement");
	if (body.expiresAt < agreed.from || body.expiresAt > agreed.until) return refuse("agreement-over");
	const price = priceOf(body.credits, body.rate, agreed.fee);
	if (isRefusal(price) || price.fee !== body.fee || price.pays !== body.pays)
		return refuse("quote-invalid", "the price does not add up");
	return undefined;
}

/** What either side knows when it is asked to sign a quote. */
export type Quoting = {
	/** unix seconds, by its own clock */
	readonly now: number;
	/** the number of the source's last seal, as far as this side has it */
	readonly lastSeal: number;
	/** of the peer's newest seal that it has */
	readonly since: Since;
	/** the destination's; null where the source is asked */
	readonly positions: Positions | null;
};

/** Why this side does not sign it now, or undefined. It holds nothing: what is quoted may still be refused. */
export function refuseQuote(
	body: Quote,
	agreed: VerifiedAgreement,
	{ now, lastSeal, since, positions }: Quoting,
): Refusal | undefined {
	const { from, until, quoteLifetime, seals, freshness } = agreed.body;
	if (now < from || now >= until) return refuse("agreement-over");
	const wrong = checkQuote(body, agreed);
	if (wrong !== undefined) return wrong;
	if (body.expiresAt <= now) return refuse("quote-expired");
	if (body.expiresAt > now + quoteLifetime) return refuse("quote-invalid", "it lasts longer than agreed");
	// One seal shows the lock, and only then one decides.
	if (body.decides < lastSeal + 2 || body.decides > lastSeal + seals)
		return refuse("quote-invalid", "a seal that does not decide in the agreed time");
	const stale = refuseStale(since, { now, freshness });
	if (stale !== undefined || positions === null) return stale;
	return mayReserve(positions, body.credits, agreed.body.exposure) ? undefined : refuse("exposure-exceeded");
}
