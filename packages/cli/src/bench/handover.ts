/**
 * `bench handover`: a whole two-phase hand-over between two modules in memory, with tokens of 1 and 10 hops,
 * in both suites, beside the bare signatures and verifications in it.
 *
 *   request (sign) ─▶ pay (verify, sign) ─▶ reserve (verify issue and links, sign) ─▶ release (verify) ─▶ own
 *
 * Tokens are readied outside the measured time: drawn from an operator, then passed to and fro until the
 * measured hand-over adds the last hop.
 */
import { performance } from "node:perf_hooks";
import { generateKey, type SecureModule, signerFrom, verify } from "@tenten/module";
import { type Bytes, type SuiteName, sigStructure } from "@tenten/protocol";
import { must, random } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { handOver, openPair, type Pair } from "./pair.ts";
import { median, ratioOf, timing } from "./race.ts";
import type { BenchResult } from "./result.ts";

const rounds = 9;
const tokensPerRound = 16;
const amount = 100n;

export async function benchHandover(output: Output): Promise<readonly BenchResult[]> {
	const results: BenchResult[] = [];
	for (const suite of ["Ed25519", "ES256"] as const)
		for (const hops of [1, 10]) {
			output.say(`handover: ${suite}, ${hops} hops …`);
			results.push(await oneKind(suite, hops));
		}
	return results;
}

async function oneKind(suite: SuiteName, hops: number): Promise<BenchResult> {
	const pair = await openPair(suite);
	const bare = bareHandOver(suite, hops);
	const ours: number[] = [];
	const limit: number[] = [];
	// The first round warms up.
	for (let round = 0; round <= rounds; round++) {
		const [ourTime, bareTime] = [await secondsPerHandOver(pair, hops), await lap(bare)];
		if (round === 0) continue;
		ours.push(ourTime);
		limit.push(bareTime);
	}
	await pair.close();
	return {
		name: "handover",
		metric: `${suite}, ${hops} hops`,
		unit: "ms",
		ours: 1000 * median(ours),
		limit: 1000 * median(limit),
		peer: null,
		ratio: ratioOf(timing(ours), timing(limit)),
		spread: timing(ours).spread,
		target: { of: "ratio", atMost: 1.3 },
	};
}

/** Seconds for one hand-over that adds hop number `hops`. */
export async function secondsPerHandOver({ asset, wallets, draw }: Pair, hops: number): Promise<number> {
	await draw(amount, tokensPerRound);
	const pass = async (hop: number): Promise<number> => {
		const [payer, payee] = sides(wallets[0].module, wallets[1].module, hop);
		const outputs = payer.tokens().map(({ output }) => output);
		if (outputs.length !== tokensPerRound) throw new Error("a token was lost");
		return lap((i) => handOver(payer, payee, { asset, amount, output: outputs[i] as Bytes }));
	};
	for (let hop = 1; hop < hops; hop++) await pass(hop);
	const elapsed_s = await pass(hops);
	for (const wallet of wallets) must(await wallet.redeem(asset));
	return elapsed_s;
}

function sides(a: SecureModule, b: SecureModule, hop: number): readonly [SecureModule, SecureModule] {
	return hop % 2 === 1 ? [a, b] : [b, a];
}

/** Seconds each, over as many as there are tokens. */
async function lap(each: (i: number) => Promise<void>): Promise<number> {
	const from_ms = performance.now();
	for (let i = 0; i < tokensPerRound; i++) await each(i);
	return (performance.now() - from_ms) / 1000 / tokensPerRound;
}

/**
 * Signed: request, link, reserved. Verified: request by the payer, issue and every link by the payee, reserved
 * by the payer. All over payloads of the usual size.
 */
function bareHandOver(suite: SuiteName, hops: number): () => Promise<void> {
	const signer = signerFrom(generateKey(suite).privateKey, suite);
	const payload = random(220);
	const message = sigStructure("link", suite, payload);
	return async () => {
		let signature: Bytes = random(0);
		for (let i = 0; i < 3; i++) signature = await signer.sign("link", payload);
		for (let i = 0; i < 1 + (1 + hops) + 1; i++)
			if (!verify(signer.key, message, signature)) throw new Error("our own signature does not hold");
	};
}
