/**
 * `bench verify`: a token of 1, 5, 10, 20 and 32 hops, two-phase with change, certificates cached, beside
 * the bare signatures and hashes in it; what one more hop costs; and the dearest messages that a stranger
 * can send.
 */
import { verify } from "@tenten/module";
import { serializeToken, type VerifiedToken } from "@tenten/protocol";
import { type Ecosystem, makeEcosystem } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { bareWorkOf, doBareWork, type SignatureCheck, verifyOwn } from "./bare-work.ts";
import { makeChain } from "./chain.ts";
import { hostileResults } from "./hostile.ts";
import { race, ratioOf, timing } from "./race.ts";
import type { BenchResult } from "./result.ts";

const measuredHops = [1, 5, 10, 20, 32] as const;

export async function benchVerify(output: Output): Promise<readonly BenchResult[]> {
	const ecosystem = await makeEcosystem("Bench", { code: "JPY", scale: 0 });
	const chain = await makeChain(ecosystem, 32, { way: "twoPhase", hasChange: true, holders: 33 });
	const results: BenchResult[] = [];
	for (const hops of measuredHops) {
		output.say(`verify: ${hops} hops …`);
		results.push(await oneLength(ecosystem, chain[hops] as VerifiedToken, hops));
	}
	output.say("verify: one more hop …");
	results.push(await oneMoreHop(ecosystem, chain));
	output.say("verify: hostile messages …");
	return [...results, ...(await hostileResults(ecosystem))];
}

async function oneLength(ecosystem: Ecosystem, token: VerifiedToken, hops: number): Promise<BenchResult> {
	const encoded = serializeToken(token);
	const work = bareWorkOf(encoded, ecosystem);
	const { ours, limit } = await race({
		ours: () => verifyOwn(encoded, ecosystem),
		limit: () => doBareWork(work),
	});
	return {
		name: "verify",
		metric: `${hops} hops`,
		unit: "µs",
		ours: 1e6 * ours.each_s,
		limit: 1e6 * limit.each_s,
		peer: null,
		ratio: ratioOf(ours, limit),
		spread: ours.spread,
		target: hops === 10 ? { of: "ratio", atMost: 1.15 } : null,
	};
}

/** The growth from 1 hop to 32, in verifications of one link's signature. */
async function oneMoreHop(ecosystem: Ecosystem, chain: readonly VerifiedToken[]): Promise<BenchResult> {
	const [short, long] = [chain[1], chain[32]].map((token) => serializeToken(token as VerifiedToken));
	if (short === undefined || long === undefined) throw new Error("32 hops were made");
	const { key, message, signature } = bareWorkOf(long, ecosystem).checks.at(-1) as SignatureCheck;
	const { one, many, single } = await race({
		one: () => verifyOwn(short, ecosystem),
		many: () => verifyOwn(long, ecosystem),
		single: () => verify(key, message, signature),
	});
	const hop = timing(many.rounds.map((time, round) => (time - (one.rounds[round] ?? 0)) / 31));
	return {
		name: "verify",
		metric: "each more hop",
		unit: "µs",
		ours: 1e6 * hop.each_s,
		limit: 1e6 * single.each_s,
		peer: null,
		ratio: ratioOf(hop, single),
		spread: hop.spread,
		target: { of: "ratio", atMost: 1.15 },
	};
}
