/**
 * Quotes, made by two: the destination prices and signs, the source checks and countersigns.
 *
 *   payer's side asks ─▶ source: nonce, deciding seal ─▶ destination: rate, fee, expiry, signature ─▶ source: signature
 *
 * A nonce is quoted once: asked again, it gets the same quote, whichever side forgot. Nothing is held by it.
 */
import {
	type Bytes,
	checkQuote,
	equalBytes,
	isRefusal,
	type LedgerCode,
	ledgerRefusals,
	parse,
	priceOf,
	type Quote,
	type QuoteAsked,
	quote as quoteShape,
	type Rate,
	type Refusal,
	type RefusalCode,
	refusals,
	refuse,
	refuseQuote,
	type SignedQuote,
	type Signer,
	serialize,
	signQuote,
	transferId,
	unsigned,
	type VerifiedAgreement,
} from "@tenten/protocol";
import { accountsAmong } from "../ledger/rows.ts";
import { insertMissing } from "../store/sets.ts";
import type { Store, Transaction } from "../store/store.ts";
import type { CrossingOptions } from "./host.ts";
import { newestOf } from "./peer-rows.ts";
import { takeRisk, undamaged } from "./rows.ts";
import { agreementInForce } from "./rule-books.ts";
import { refuseTokensOut } from "./token-guard.ts";

export type Refused = { readonly kind: "refused"; readonly code: RefusalCode | LedgerCode };
export type Quoted = { readonly kind: "quoted"; readonly transfer: Bytes; readonly signed: SignedQuote };
/** What a destination says of a quote before the source has signed. */
export type Priced = { readonly kind: "priced"; readonly body: Quote; readonly byDestination: Bytes };

const known: ReadonlySet<string> = new Set([...Object.keys(refusals), ...Object.keys(ledgerRefusals)]);

/** A code that another operator sent. */
export function refusedWith(code: string): Refused {
	return { kind: "refused", code: known.has(code) ? (code as Refused["code"]) : "peer-refused" };
}

export const refusedBy = ({ code }: Refusal): Refused => ({ kind: "refused", code });

/** Whoever quotes: its clock, keys and its word. */
export type Quoter = CrossingOptions & { readonly signer: () => Signer };

type Kept = { readonly body: Quote; readonly byDestination: Bytes; readonly bySource: Bytes | null };

async function keptUnder(transaction: Transaction, nonce: Bytes): Promise<Kept | undefined> {
	const row = await transaction
		.selectFrom("crossing_quotes")
		.selectAll()
		.where("nonce", "=", nonce)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const body = undamaged(parse(quoteShape, row.quote), "a quote");
	return { body, byDestination: row.by_destination, bySource: row.by_source };
}

/** The first that is kept under a nonce is the one. */
async function keep(store: Store, { body, byDestination, bySource }: Kept): Promise<Kept> {
	return store.run(async (transaction) => {
		const row = {
			nonce: body.nonce,
			transfer_id: transferId(body),
			quote: serialize(quoteShape, body),
			by_destination: byDestination,
			by_source: bySource,
		};
		await insertMissing(transaction, "crossing_quotes", [row]);
		return (await keptUnder(transaction, body.nonce)) as Kept;
	});
}

/** Whether this is what was asked, and nothing else. `decides` is the source's own choice, once. */
function answers(body: Quote, asked: Omit<QuoteAsked, "decides">): boolean {
	const same = ["agreement", "nonce", "payer", "payee", "release"] as const;
	return same.every((name) => equalBytes(body[name], asked[name])) && body.credits === asked.credits;
}

const reused = refuse("quote-invalid", "this nonce asked for something else");

/** Step 1, at the destination: the price, signed. */
export async function priceQuote(
	store: Store,
	peer: Bytes,
	asked: QuoteAsked,
	quoter: Quoter,
): Promise<Priced | Refused> {
	const now = quoter.now();
	const drafted = await store.run(async (transaction) => {
		const kept = await keptUnder(transaction, asked.nonce);
		if (kept !== undefined) return answers(kept.body, asked) ? kept : reused;
		const found = await agreementInForce(transaction, asked.agreement, now);
		if (isRefusal(found)) return found;
		const { agreed, rate } = found;
		const { source, destination, credited } = agreed.body;
		if (!equalBytes(source, peer) || !equalBytes(destination, quoter.operator) || rate === null)
			return refuse("agreement-unknown", "nothing is quoted under it");
		const body = draft(asked, agreed, rate, now);
		if (isRefusal(body)) return body;
		const { number: lastSeal, since } = await newestOf(transaction, peer);
		const { positions } = await takeRisk(transaction, agreed.id);
		const refused = refuseQuote(body, agreed, { now, lastSeal, since, positions });
		if (refused !== undefined) return refused;
		const [payee] = await accountsAmong(transaction, [body.payee]);
		if (payee === undefined) return { kind: "refused" as const, code: "credit-account-unknown" as const };
		if (!equalBytes(payee.asset, credited)) return refuse("asset-mismatch", "the payee's account");
		return (await refuseTokensOut(transaction, body, now)) ?? body;
	});
	if ("byDestination" in drafted) return pricedBy(drafted);
	if (isRefusal(drafted)) return refusedBy(drafted);
	if ("kind" in drafted) return drafted;
	const byDestination = await signQuote(drafted, quoter.signer());
	const kept = await keep(store, { body: drafted, byDestination, bySource: null });
	return answers(kept.body, asked) ? pricedBy(kept) : refusedBy(reused);
}

function pricedBy({ body, byDestination }: Kept): Priced {
	return { kind: "priced", body, byDestination };
}

function draft(
	asked: QuoteAsked,
	{ body: { fee: agreedFee, quoteLifetime, until } }: VerifiedAgreement,
	rate: Rate,
	now: number,
): Quote | Refusal {
	const price = priceOf(asked.credits, rate, agreedFee);
	if (isRefusal(price)) return price;
	const { fee, pays } = price;
	return { ...asked, rate, fee, pays, expiresAt: Math.min(now + quoteLifetime, until) };
}

/** What the payer's side asks the source for. */
export type QuoteWish = Omit<QuoteAsked, "decides">;

/** What the source asks the destination for one wish, or what it has answered before. */
export type Wished =
	| Quoted
	| Refused
	| { readonly kind: "asked"; readonly agreed: VerifiedAgreement; readonly asked: QuoteAsked };

/** Step 1, at the source, before the destination is asked. `lead`: seals from now until the one that decides. */
export function wishQuote(
	store: Store,
	wish: QuoteWish,
	{ operator, now }: Quoter,
	lead: number,
): Promise<Wished> {
	return store.read(async (transaction): Promise<Wished> => {
		const kept = await keptUnder(transaction, wish.nonce);
		if (kept !== undefined) return answers(kept.body, wish) ? quotedAs(kept) : refusedBy(reused);
		const found = await agreementInForce(transaction, wish.agreement, now());
		if (isRefusal(found)) return refusedBy(found);
		const { agreed } = found;
		if (!equalBytes(agreed.body.source, operator))
			return refusedBy(refuse("agreement-unknown", "it is for the other direction"));
		const decides = (await lastSealOf(transaction)) + Math.min(lead, agreed.body.seals);
		return { kind: "asked", agreed, asked: { ...wish, decides } };
	});
}

async function lastSealOf(transaction: Transaction): Promise<number> {
	const row = await transaction.selectFrom("last_seal").select("number").executeTakeFirst();
	return Number(row?.number ?? 0);
}

function quotedAs({ body, byDestination, bySource }: Kept): Quoted {
	if (bySource === null) throw new Error("the database is damaged: a quote that was answered is not signed");
	return { kind: "quoted", transfer: transferId(body), signed: { body, byDestination, bySource } };
}

/** Step 1, at the source, with what the destination signed: checked, countersigned, kept. */
export async function countersignQuote(
	store: Store,
	{ agreed, asked }: Extract<Wished, { kind: "asked" }>,
	{ body, byDestination }: Pick<Priced, "body" | "byDestination">,
	quoter: Quoter,
): Promise<Quoted | Refused> {
	const { destination } = agreed.body;
	if (!answers(body, asked)) return refusedBy(refuse("quote-invalid", "it quotes something else"));
	const wrong =
		checkQuote(body, agreed) ??
		unsigned(quoter.keys, destination, "quote", serialize(quoteShape, body), byDestination);
	if (wrong !== undefined) return refusedBy(wrong);
	const refused = await store.read(async (transaction) => {
		const lastSeal = await lastSealOf(transaction);
		const { since } = await newestOf(transaction, destination);
		return refuseQuote(body, agreed, { now: quoter.now(), lastSeal, since, positions: null });
	});
	if (refused !== undefined) return refusedBy(refused);
	const bySource = await signQuote(body, quoter.signer());
	const kept = await keep(store, { body, byDestination, bySource });
	return answers(kept.body, asked) ? quotedAs(kept) : refusedBy(reused);
}

/** A quote that both have signed; undefined where this operator knows none of this transfer, or is not its source. */
export async function quoteIn(transaction: Transaction, transfer: Bytes): Promise<SignedQuote | undefined> {
	const row = await transaction
		.selectFrom("crossing_quotes")
		.select("nonce")
		.where("transfer_id", "=", transfer)
		.where("by_source", "is not", null)
		.executeTakeFirst();
	const kept = row === undefined ? undefined : await keptUnder(transaction, row.nonce);
	return kept === undefined ? undefined : quotedAs(kept).signed;
}
