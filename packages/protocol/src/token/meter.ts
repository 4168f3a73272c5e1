/**
 * Meters: the terms of a metered output, what is due after so many ticks, and how a tick is proved.
 *
 *   seed ──▶ … ──▶ x₂ ──▶ x₁ ──▶ anchor        each arrow one block of SHA-256: tag, meter's id, what stands before it
 *
 * The payer shows x₁ for the first tick, x₂ for the second. Only the payer can make the next one; whoever holds
 * one proves all ticks before it. The first half of the meter's id is in every hash, so what is shown for one meter says
 * nothing for another with the same anchor (docs/adr/0080-ticks-of-one-block.md). What could go wrong is a hash too many or too few: ticks are counted from 1.
 */
import {
	amount,
	type Bytes,
	bytes32,
	concatBytes,
	encodeItem,
	equalBytes,
	integer,
	limits,
	list,
	record,
	type TypeOf,
	tickCount,
	toUtf8,
	unixSeconds,
} from "../codec/index.ts";
import { sha256, taggedHash } from "../crypto/index.ts";

export const meterTerms = record({
	/** hash of the certificate that is paid */
	payee: bytes32,
	/** the price: so many minor units for so many ticks */
	units: amount,
	perTicks: integer(1, 2 ** 32),
	/** the most that may be ticked */
	ticks: tickCount,
	/** one for each chain, in the order in which they are ticked */
	anchors: list(bytes32, limits.chains, 1),
	/** the time by which it is to be closed; with the asset's grace, until when a Close or a claim counts */
	until: unixSeconds,
	/** hash of the offer that the meter was opened under */
	offer: bytes32,
});
export type MeterTerms = TypeOf<typeof meterTerms>;

/** What is due after so many ticks, in minor units: rounded down once, from the whole count. */
export function dueFor({ units, perTicks }: Pick<MeterTerms, "units" | "perTicks">, ticks: number): bigint {
	return (BigInt(ticks) * units) / BigInt(perTicks);
}

/**
 * The id that goes into every tick: of the output that is spent for the meter, its payer and its terms. It leaves
 * out the anchors, which are made with it.
 */
export function meterId(
	input: Bytes,
	{ certificate, purpose, request }: { certificate: Bytes; purpose: string | null; request: Bytes },
	{ payee, units, perTicks, ticks, until, offer }: Omit<MeterTerms, "anchors">,
): Bytes {
	const owner = [certificate, purpose, request];
	return taggedHash("meter", [input, owner, payee, units, perTicks, ticks, until, offer]);
}

/** What the payee signs when it says how a meter ends: the metered output, and its count. */
export function finalCountPayload(output: Bytes, ticks: number): Bytes {
	return encodeItem([output, ticks]);
}

/** One step of a meter's chains: what a preimage hashes to. It stands until the next answer is written over it. */
export type TickHash = (preimage: Bytes) => Bytes;

/** Nothing else that is hashed begins with 0xff: no text, no encoded item. */
const tickTag = Uint8Array.of(0xff, ...toUtf8("tick/1"));
/** Tag, half an id and 32 bytes are the 55 that SHA-256 takes in one block, with its padding (FIPS 180-4, 5.1.1). */
const meterBytes = 16;

/** Tag and meter stand in memory already, so that a tick costs one hash and a copy of 32 bytes. */
export function tickHash(meter: Bytes): TickHash {
	const hashed = new Uint8Array(32);
	const joined = concatBytes(tickTag, meter.subarray(0, meterBytes), hashed);
	const at = joined.length - hashed.length;
	return (preimage) => {
		joined.set(preimage, at);
		return sha256(joined, hashed);
	};
}

/** Where a tick stands, counted from 1: in which chain, and how many hashes from its anchor. */
export function placeOf(ticks: number): { readonly chain: number; readonly position: number } {
	const chain = Math.floor((ticks - 1) / limits.ticks);
	return { chain, position: ticks - chain * limits.ticks };
}

/** How many chains, and how long the last of them is. */
export function chainsOf(ticks: number): { readonly chains: number; readonly last: number } {
	const { chain, position } = placeOf(ticks);
	return { chains: chain + 1, last: position };
}

/** Whether `preimage` is `steps` hashes before `target`. */
export function leadsTo(hash: TickHash, preimage: Bytes, steps: number, target: Bytes): boolean {
	let reached = preimage;
	for (let step = 0; step < steps; step++) reached = hash(reached);
	return equalBytes(reached, target);
}

/** Whether `preimage` proves so many ticks of a meter: at most `limits.ticks` hashes. */
export function provesTicks(meter: Bytes, terms: MeterTerms, ticks: number, preimage: Bytes): boolean {
	if (ticks < 1 || ticks > terms.ticks) return false;
	const { chain, position } = placeOf(ticks);
	const anchor = terms.anchors[chain];
	return anchor !== undefined && leadsTo(tickHash(meter), preimage, position, anchor);
}
