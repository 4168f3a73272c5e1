/**
 * Meters that the other side does not close: what this side asks of an operator alone (docs/spec/meter.md).
 *
 *   payee   ticks, by until, before until and grace   ─▶ CLAIMED, statement `ticked` ─▶ kept ─▶ paid from then on
 *   payer   until and grace                           ─▶ CLAIMED, statement `rest`   ─▶ paid
 *   payer   a Close that its payee may not have       ─▶ shown, so that it stands
 *
 * A statement is signed only after what makes it true is durable, is kept before it is shown, and is the same bytes
 * until it is answered for good.
 */
import {
	type AssetId,
	type Bytes,
	dueFor,
	equalBytes,
	isRefusal,
	meterPart,
	noChanges,
	type Owner,
	parseRulingReply,
	payeesHolding,
	payersHolding,
	type Refusal,
	type RulingReply,
	refuse,
	type Saying,
	serializeRulingRequest,
	sumOf,
	type Token,
	type Trust,
	termsOf,
	toHex,
	type VerifiedToken,
	verifyParsedToken,
} from "@tenten/protocol";
import type { Core } from "../core.ts";
import { paidBack, type StatedPart } from "../paid-back.ts";
import { type RulingQuestion, signSaying } from "../ruling.ts";
import type { Meters } from "./meters.ts";
import { payerDoes } from "./paying.ts";
import { payeeDoes } from "./receiving.ts";
import type { KeptClaim, PayeeMeterRow, PayerMeterRow } from "./rows.ts";

type Row = PayerMeterRow | PayeeMeterRow;

/** Left for a claim before it is too late, where an asset's grace is shorter: an hour, or a part of a short meter. */
const margin_s = 3600;
const marginPart = 4;

/**
 * When an operator is to be asked about a meter, unix seconds; null where nothing is to be asked, or no more.
 * A payee leaves its payer the time until `until`, and where there is no grace to claim in, a little less.
 */
export function claimWakesAt(core: Core, row: Row): number | null {
	if (row.isOver || isAwaited(core, row)) return null;
	return "step" in row ? payeeWakesAt(core, row) : payerWakesAt(row);
}

/** Whether its key is of a restored backup, so that more may have been signed since than is known here. */
function isAwaited(core: Core, row: Row): boolean {
	const { kind } = row.state;
	const isUndecided = kind === "open" || kind === "stopped" || kind === "counted";
	return isUndecided && core.isSilenced(ownKey(row)) !== undefined;
}

function ownKey(row: Row): Bytes {
	return "step" in row ? row.payee : row.payer;
}

/** A meter of a restored key, which waits for its owner's word that nothing was signed since. */
export type AwaitedMeter = {
	readonly meter: Bytes;
	readonly asset: AssetId;
	/** minor units: the most that is this side's, as far as it knows */
	readonly amount: bigint;
	/** unix seconds: from then on the word counts */
	readonly from: number;
};

/**
 * The meters of restored keys that are claimed by their owner's word, now or later. Of keys that came with an earlier
 * backup already the word says nothing.
 */
export function awaitedMeters(core: Core, { payers, payees, outdated }: Meters): readonly AwaitedMeter[] {
	const byWord = (row: Row): boolean => isAwaited(core, row) && !core.isSilencedAgain(ownKey(row));
	const paying = [...payers.rows.entries.values()]
		.filter(byWord)
		.map(({ state, asset, held, claimableFrom: from }) => ({
			meter: state.meter,
			asset,
			amount: held,
			from,
		}));
	const now = core.now();
	const paid = [...payees.rows.entries.values()]
		.filter((row) => byWord(row) && now < row.claimableFrom && !outdated.looks(row.state.meter))
		.flatMap(({ state, asset, openedAt: from, ...row }) =>
			"preimage" in state && state.preimage !== null
				? [{ meter: state.meter, asset, amount: dueFor(row, state.ticks), from }]
				: [],
		);
	return [...paying, ...paid];
}

/** Those of them that may be claimed now. */
export function claimableByWord(core: Core, meters: Meters): readonly Bytes[] {
	const now = core.now();
	return awaitedMeters(core, meters)
		.filter(({ from }) => from <= now)
		.map(({ meter }) => meter);
}

function payeeWakesAt(core: Core, row: PayeeMeterRow): number | null {
	const { state, until, openedAt, claimableFrom, claim } = row;
	const margin = Math.min(margin_s, (until - openedAt) / marginPart);
	const at = Math.floor(Math.min(until, claimableFrom - margin));
	if (state.kind === "claimed") return claim?.isKept === true ? claimableFrom : at;
	const hasTicks = (state.kind === "open" || state.kind === "counted") && core.now() < claimableFrom;
	return hasTicks ? at : null;
}

function payerWakesAt({ state, until, claimableFrom }: PayerMeterRow): number | null {
	if (state.kind === "closed") return until;
	return state.kind === "open" || state.kind === "stopped" || state.kind === "claimed" ? claimableFrom : null;
}

/**
 * What to ask an operator about a meter, durable before it is shown. `isSure`: of a restored backup, whose owner says
 * that nothing was signed since.
 */
export async function askClaim(
	core: Core,
	meters: Meters,
	meter: Bytes,
	isSure = false,
): Promise<RulingQuestion | Refusal> {
	const side = sideOf(meters, meter);
	const row = rowOf(meters, side, meter);
	if (isRefusal(row)) return row;
	if (row.isOver) return refuse("meter-over");
	if (row.state.kind === "closed" && "token" in row.state) {
		const request = serializeRulingRequest({ kind: "close", token: row.state.token });
		return { operator: row.asset.operator, request };
	}
	// What is claimed says the same again.
	const maySay = isSure || row.state.kind === "claimed";
	const claimed =
		side === "payers"
			? await payerDoes(core, meters, meter, "claim", maySay)
			: await payeeDoes(core, meters, meter, "claim", maySay);
	const not = isRefusal(claimed) ? claimed : claimed.refusal;
	return not ?? stateClaim(core, meters, meter, side);
}

type Side = "payers" | "payees";

/** On which side this module is; where it is on both, the payer's until that is over. */
function sideOf({ payers, payees }: Meters, meter: Bytes): Side {
	const paying = payers.rows.get(meter);
	if (paying === undefined) return "payees";
	return paying.isOver && payees.rows.get(meter) !== undefined ? "payees" : "payers";
}

function rowOf(meters: Meters, side: Side, meter: Bytes): Row | Refusal {
	return meters[side].rows.get(meter) ?? refuse("attempt-unknown", "no such meter");
}

/** One write, and the row in memory follows it. */
async function change(
	core: Core,
	meters: Meters,
	meter: Bytes,
	row: Row,
	add: readonly VerifiedToken[] = [],
): Promise<void> {
	const id = toHex(meter);
	const write = "step" in row ? meters.payees.rows.write(id, row) : meters.payers.rows.write(id, row);
	await core.commit({ tokens: { ...noChanges, add }, other: [write] });
	if ("step" in row) meters.payees.rows.set(id, row);
	else meters.payers.rows.set(id, row);
}

/** Claimed is durable by now: the statement of it, the same each time. */
async function stateClaim(
	core: Core,
	meters: Meters,
	meter: Bytes,
	side: Side,
): Promise<RulingQuestion | Refusal> {
	const row = rowOf(meters, side, meter);
	if (isRefusal(row)) return row;
	const { state, claim, asset } = row;
	if (claim !== null) return claim;
	if (state.kind !== "claimed") return refuse("meter-over", state.kind);
	const owner = core.ownCertificate(side === "payers" ? row.payer : row.payee);
	if (isRefusal(owner)) return owner;
	const account = core.certificates().findLast(({ operatorId }) => equalBytes(operatorId, asset.operator));
	const refund = { meter: row.output, account: (account ?? owner).hash, fallback: null };
	const says: Saying =
		"ticks" in state
			? { kind: "ticked", ticks: state.ticks, preimage: state.preimage, ...refund }
			: { kind: "rest", ...refund };
	const statement = await signSaying(core, owner, asset.operator, says);
	if (isRefusal(statement)) return statement;
	const request = serializeRulingRequest({ kind: "statement", statement, tokens: [state.token] });
	const kept: KeptClaim = { operator: asset.operator, request, isKept: false };
	await change(core, meters, meter, { ...row, claim: kept } as Row);
	return kept;
}

/** How a claim stands by an operator's word. Amounts in minor units. */
export type Claimed =
	/** it is paid from then on, unix seconds, if nothing goes deeper and no Close is shown */
	| { readonly kind: "kept"; readonly from: number }
	/** on an account, or, as much as `fresh`, in tokens */
	| { readonly kind: "paid"; readonly amount: bigint; readonly fresh: bigint }
	/** the Close stands */
	| { readonly kind: "closed" };

/** Takes what an operator answered. */
export async function takeClaim(
	core: Core,
	meters: Meters,
	meter: Bytes,
	answer: Bytes,
): Promise<Claimed | Refusal> {
	const side = sideOf(meters, meter);
	const row = rowOf(meters, side, meter);
	const trust = core.keptTrust();
	if (isRefusal(row)) return row;
	if (isRefusal(trust)) return trust;
	const reply = parseRulingReply(answer);
	if (isRefusal(reply)) return reply;
	switch (reply.kind) {
		case "consumed":
			if (!isOwnClose(reply, row, trust)) return refuse("not-evidence", "another link than the Close");
			await change(core, meters, meter, { ...row, isOver: true } as Row);
			return { kind: "closed" };
		case "claimed":
			if (row.claim === null || !equalBytes(reply.meter, row.output) || reply.ticks < ticksIn(row))
				return refuse("request-mismatch", "the answer to another claim");
			await change(core, meters, meter, { ...row, claim: { ...row.claim, isKept: true } } as Row);
			return { kind: "kept", from: reply.from };
		case "ruled":
			return takePayout(core, meters, meter, side, reply, trust);
		case "filed":
			return refuse("type-unknown", reply.kind);
		default:
			return reply satisfies never;
	}
}

/** Whether the link that an operator shows is the Close of this meter: then it is known there, and stands. */
function isOwnClose(
	{ consumed }: Extract<RulingReply, { readonly kind: "consumed" }>,
	{ state }: Row,
	trust: Trust,
): boolean {
	if (state.kind !== "closed" || !("token" in state)) return false;
	const token = verifyParsedToken(state.token, trust, { signatures: false });
	const close = isRefusal(token) ? undefined : token.path.at(-1);
	return close !== undefined && equalBytes(close.payload, consumed.link.payload);
}

/** What a payee claims; 0 of a payer. */
function ticksIn({ state }: Row): number {
	return state.kind === "claimed" && "ticks" in state ? state.ticks : 0;
}

async function takePayout(
	core: Core,
	meters: Meters,
	meter: Bytes,
	side: Side,
	ruled: Extract<RulingReply, { readonly kind: "ruled" }>,
	trust: Trust,
): Promise<Claimed | Refusal> {
	const row = rowOf(meters, side, meter);
	if (isRefusal(row)) return row;
	const { state, claim, asset, held, purpose, counted: ticks } = row;
	if (state.kind !== "claimed" || claim === null) return refuse("meter-over", state.kind);
	const [name, party] = side === "payers" ? (["payer", row.payee] as const) : (["payee", row.payer] as const);
	const part = partIn(state.token, side, leastOf(meters, row), trust);
	if (isRefusal(part)) return part;
	const { owner, ...stated } = part;
	const parts = [{ ...stated, most: held }];
	const { request } = claim;
	const subject = meterPart(row.output, name);
	const back = paidBack(core, ruled, { asset, subject, request, owners: [owner], parts }, trust);
	if (isRefusal(back)) return back;
	const [refused] = back.refused;
	if (refused !== undefined) return refuse("meter-over", refused);
	const { amount, fresh } = back;
	await change(core, meters, meter, { ...row, isOver: true } as Row, fresh);
	core.toldOfMeter({ news: "paid", meter, side: name, asset, amount, held, purpose, ticks, party });
	return { kind: "paid", amount, fresh: sumOf(fresh) };
}

/**
 * What an operator pays this side at least, in minor units. A payee claims no more than it was shown: how much that was a
 * payer knows of a meter that it has not opened again since.
 */
function leastOf({ shown }: Meters, row: Row): bigint {
	const { state, held, most } = row;
	if ("ticks" in state) return dueFor(row, state.ticks);
	return held - dueFor(row, shown.get(toHex(state.meter)) ?? most);
}

/** Whose this side's part is, where an account may not take it, and how it is held: `amount`, in minor units, at least. */
function partIn(
	metered: Token,
	side: Side,
	amount: bigint,
	trust: Trust,
): (Omit<StatedPart, "most"> & { readonly owner: Owner }) | Refusal {
	const token = verifyParsedToken(metered, trust, { signatures: false });
	if (isRefusal(token)) return token;
	const { certificate, purpose, request, meter } = token.owner;
	if (meter === undefined) return refuse("meter-mismatch", "no metered output");
	const [owner, holding] =
		side === "payers"
			? [{ certificate, purpose: null, request }, payersHolding(token, amount)]
			: [{ certificate: meter.payee, purpose, request }, payeesHolding(token, meter, amount)];
	const { rules, hops } = holding;
	return { token, owner, holding, terms: termsOf({ issue: token.issue, rules }), hops: hops + 1 };
}
