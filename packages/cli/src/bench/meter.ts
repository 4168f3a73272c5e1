/**
 * `bench meter`: ticks paid and checked, both sides in one process, beside bare SHA-256 and beside a signature a tick.
 *
 *   ours      the payer's machine writes each tick, the payee's reads and takes it; a whole chain, which is made first
 *   limit     SHA-256 of 32 bytes: by libsodium's call, which the module hashes short input by, and by OpenSSL's
 *   peers     voucher-peer.ts and exact-peer.ts: what is signed and checked instead of a tick
 *
 * A tick is two hashes: one that its payer makes and one that its payee checks. So the rate of bare hashes stands
 * beside it twice, in hashes and in ticks, and beside each side alone, which is what a machine of its own does. What
 * is hashed for a tick are 55 bytes, which fill one block: what two such hashes take stands there as well.
 */
import { hash } from "node:crypto";
import {
	type Bytes,
	type MeterPayee,
	type MeterPayer,
	type PayeePolicy,
	readTick,
	sha256,
	stepMeterPayee,
	stepMeterPayer,
} from "@tenten/protocol";
import { makeEcosystem, must } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { type DurableTicks, durableTicks } from "./durable-ticks.ts";
import { type OpenMeter, openMeter } from "./open-meter.ts";
import { race, ratioOf, type Timing, timing } from "./race.ts";
import type { BenchResult } from "./result.ts";

type MeterOptions = {
	/** of one meter, of which one chain is made */
	readonly ticks?: number;
	readonly rounds?: number;
	readonly slice_ms?: number;
};

/** ticks that a crash may lose, as modules have it where nothing else is asked */
const keepEvery = 64;
/** One tick at a time. */
const policy: PayeePolicy = { step: 1, keepEvery };
/** what a tick hashes: its tag, half the meter's id and the preimage (docs/spec/meter.md#ticks) */
const hashedBytes = 55;
const longestTick = 40;

export async function benchMeter(
	output: Output,
	{ ticks = 65_536, rounds = 15, slice_ms = 40 }: MeterOptions = {},
): Promise<readonly BenchResult[]> {
	// Development dependencies: whoever measures has them, an installed `tenten` does not.
	const { openVoucherChannel } = await import("./voucher-peer.ts");
	const { openExactPair } = await import("./exact-peer.ts");
	output.say(`meter: ${ticks.toLocaleString("en")} ticks, one by one …`);
	const meter = await openMeter(await makeEcosystem("Bench", { code: "JPY", scale: 0 }), ticks, policy);
	const frames = payAll(meter, ticks);
	const durable = await durableTicks(ticks, keepEvery);
	const [channel, exact] = [openVoucherChannel(), openExactPair()];
	let sum = 0n;
	const times = await race(
		{
			ours: () => pay(meter, ticks, checking(meter)),
			paid: () => pay(meter, ticks, () => undefined),
			checked: () => checkAll(meter, frames),
			bare: () => hashes(bare, ticks, 32),
			openssl: () => hashes((bytes) => hash("sha256", bytes, "buffer"), ticks, 32),
			two: () => hashes(bare, 2 * ticks, hashedBytes),
			voucher: async () => channel.accept(await channel.pay(++sum)),
			exact: async () => exact.accept(await exact.pay()),
		},
		{ rounds, slice_ms },
	);
	const each = ({ rounds: all }: Timing, operations: number): Timing =>
		timing(all.map((time) => time / operations));
	const [ours, limit] = [each(times.ours, ticks), each(times.bare, ticks)];
	const openssl = each(times.openssl, ticks);
	const half = { of: "ratio", atLeast: 0.5 } as const;
	const beside = (metric: string, one: Timing, raw: Timing): BenchResult => ({
		...{ name: "meter", metric, unit: "ticks/s", ours: 1 / one.each_s, limit: 1 / raw.each_s, peer: null },
		...{ ratio: ratioOf(raw, one), spread: one.spread, rounds, target: null },
	});
	const signed = (metric: string, peer: Timing): BenchResult => ({
		...{ name: "meter", metric, unit: "ticks/s", ours: 1 / ours.each_s, limit: null, peer: 1 / peer.each_s },
		...{ ratio: ratioOf(peer, ours), spread: ours.spread, rounds },
		target: { of: "ratio", atLeast: 1_000 },
	});
	const hashed = { ...each(ours, 2), spread: ours.spread };
	const inHashes = { unit: "hashes/s", target: half };
	return [
		{ ...beside("both sides, in hashes: two a tick", hashed, limit), ...inHashes },
		{ ...beside("both sides, in ticks", ours, limit), target: half },
		{ ...beside("both sides, in hashes, beside OpenSSL's", hashed, openssl), ...inHashes },
		{ ...beside("both sides, in ticks, beside OpenSSL's", ours, openssl), target: half },
		beside("paid alone, its chain with it", each(times.paid, ticks), limit),
		beside("checked alone", each(times.checked, ticks), limit),
		beside(`both sides, beside two bare hashes of ${hashedBytes} bytes a tick`, ours, each(times.two, ticks)),
		signed("beside a voucher of mppx 0.11.0 a tick", times.voucher),
		signed("beside a payment of @x402/evm 2.27.0 (exact) a tick", times.exact),
		...counts(frames, durable),
	];
}

/** All ticks of a meter, each as it travels. A copy of the seed, so that its chain is made anew. */
function pay({ payer, context }: OpenMeter, ticks: number, send: (frame: Bytes) => void): void {
	let state: MeterPayer = { ...payer, seed: payer.seed.slice() };
	for (let i = 0; i < ticks; i++) {
		const paid = stepMeterPayer(state, { kind: "tick", by: 1 }, context);
		const [sent] = paid.effects;
		if (sent?.kind !== "send") throw new Error(`a tick that was not paid: ${paid.refusal?.code}`);
		send(sent.frame);
		state = paid.state;
	}
}

function payAll(meter: OpenMeter, ticks: number): readonly Bytes[] {
	const frames: Bytes[] = [];
	pay(meter, ticks, (frame) => frames.push(frame));
	return frames;
}

/** The payee's side: reads each tick and takes it. */
function checking({ payee, context }: OpenMeter): (frame: Bytes) => void {
	let state: MeterPayee = payee;
	return (frame) => {
		const taken = stepMeterPayee(state, { kind: "ticked", tick: must(readTick(frame)) }, policy, context);
		if (taken.refusal !== undefined) throw new Error(`a tick that was not taken: ${taken.refusal.code}`);
		state = taken.state;
	};
}

function checkAll(meter: OpenMeter, frames: readonly Bytes[]): void {
	const take = checking(meter);
	for (const frame of frames) take(frame);
}

/** With nothing asked of memory: the quickest that there is. */
const answer = new Uint8Array(32);
const bare = (bytes: Bytes): Bytes => sha256(bytes, answer);

function hashes(one: (bytes: Bytes) => Bytes, count: number, length: number): void {
	const bytes = new Uint8Array(length);
	for (let i = 0; i < count; i++) one(bytes);
}

/** Of single ticks, and of ticks between two modules on disk. */
function counts(frames: readonly Bytes[], { payer, payee, each_s }: DurableTicks): readonly BenchResult[] {
	const ticks = frames.length;
	const common = { name: "meter", limit: null, peer: null, ratio: null, spread: null, rounds: ticks };
	const syncs = { unit: "syncs", target: { of: "ours", atMost: 1 / keepEvery } } as const;
	return [
		{
			...{ ...common, metric: "the longest tick", unit: "bytes" },
			ours: Math.max(...frames.map(({ length }) => length)),
			target: { of: "ours", atMost: longestTick },
		},
		{ ...{ ...common, ...syncs }, metric: "disk syncs a tick, the payer's module", ours: payer / ticks },
		{ ...{ ...common, ...syncs }, metric: "disk syncs a tick, the payee's module", ours: payee / ticks },
		{
			...{ ...common, metric: "through both modules on SQLite, one tick a bundle", unit: "ticks/s" },
			ours: 1 / each_s,
			target: null,
		},
	];
}
