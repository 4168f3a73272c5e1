/**
 * `bench cashu`: one payment (paid, accepted offline, verified), ours beside `@cashu/cashu-ts`, in one run.
 *
 *   tokens      the payer signs a link and encodes; the payee decodes and verifies every signature of 10 hops
 *   hand-over   the whole two-phase hand-over of such a token between two modules that keep sealed rows
 *   peer        cashu-peer.ts: the same in as many proofs as the amount has bits set
 *
 * The first is what the peer's library does, and what it is compared by: it keeps nothing. The second is what a
 * user gets, beside the same peer. Both of ours pay any amount out of one token, with change in the first.
 */
import { performance } from "node:perf_hooks";
import { serializeToken, type VerifiedToken } from "@tenten/protocol";
import { type Ecosystem, type Holder, issueTokens, makeEcosystem, random } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { passToken } from "../passing.ts";
import { verifyOwn } from "./bare-work.ts";
import type { CashuMint } from "./cashu-peer.ts";
import { secondsPerHandOver } from "./handover.ts";
import { openPair } from "./pair.ts";
import { ratioOf, type Timing, timing } from "./race.ts";
import type { BenchResult } from "./result.ts";

type CashuOptions = {
	/** minor units, of which the peer's denominations are made */
	readonly amounts?: readonly bigint[];
	readonly rounds?: number;
	/** of our token when it arrives */
	readonly hops?: number;
};

/** The peer's best case of one proof, a small price, and the mean payment of the recorded shop. */
const usualAmounts = [1024n, 1234n, 37_411n];
const paymentsPerRound = 20;

export async function benchCashu(
	output: Output,
	{ amounts = usualAmounts, rounds = 9, hops = 10 }: CashuOptions = {},
): Promise<readonly BenchResult[]> {
	// A development dependency: whoever measures has it, an installed `tenten` does not.
	const { openCashuMint } = await import("./cashu-peer.ts");
	const mint = openCashuMint();
	const pay = await preparePayment(await makeEcosystem("Bench", { code: "JPY", scale: 0 }), hops);
	const pair = await openPair("Ed25519");
	const results: BenchResult[] = [];
	for (const amount of amounts) {
		const proofs = mint.accept(mint.pay(amount));
		const named = `${amount.toLocaleString("en")} in ${proofs} proof${proofs === 1 ? "" : "s"}`;
		output.say(`cashu: ${named} …`);
		const tokens: number[] = [];
		const handOvers: number[] = [];
		const peer: number[] = [];
		// The first round warms up.
		for (let round = 0; round <= rounds; round++) {
			const times = [
				await secondsEach(() => pay(amount)),
				await secondsPerHandOver(pair, hops),
				peerSeconds(mint, amount),
			] as const;
			if (round === 0) continue;
			for (const [i, each] of [tokens, handOvers, peer].entries()) each.push(times[i] ?? 0);
		}
		results.push(row(`${named}: tokens of ${hops} hops`, timing(tokens), timing(peer)));
		results.push(row(`${named}: whole hand-over, ${hops} hops`, timing(handOvers), timing(peer)));
	}
	await pair.close();
	return results;
}

/** One payment of `amount` from a token that has passed through all hands but the last. */
async function preparePayment(
	ecosystem: Ecosystem,
	hops: number,
): Promise<(amount: bigint) => Promise<void>> {
	const holders = [await ecosystem.newHolder(), await ecosystem.newHolder()] as const;
	const payerOf = (hop: number): Holder => holders[hop % 2] as Holder;
	const draft = {
		amount: 10_000_000n,
		owner: holders[0].certificate,
		request: random(32),
		conditions: [],
	};
	let [token] = (await issueTokens(ecosystem, [draft])) as readonly [VerifiedToken];
	const way = "twoPhase";
	for (let hop = 0; hop < hops - 1; hop++) {
		const passing = { payee: payerOf(hop + 1).certificate, amount: token.amount - 1n, way } as const;
		token = (await passToken(token, payerOf(hop), passing)).owned;
	}
	const [payer, { certificate: payee }] = [payerOf(hops - 1), payerOf(hops)];
	return async (amount) => {
		const { owned } = await passToken(token, payer, { payee, amount, way });
		verifyOwn(serializeToken(owned), ecosystem);
	};
}

async function secondsEach(payment: () => Promise<void>): Promise<number> {
	const from_ms = performance.now();
	for (let i = 0; i < paymentsPerRound; i++) await payment();
	return (performance.now() - from_ms) / 1000 / paymentsPerRound;
}

function peerSeconds(mint: CashuMint, amount: bigint): number {
	const from_ms = performance.now();
	mint.accept(mint.pay(amount));
	return (performance.now() - from_ms) / 1000;
}

/** Payments a second on one core: how many of ours are made in the time of one of the peer's. */
function row(metric: string, ours: Timing, peer: Timing): BenchResult {
	return {
		name: "cashu",
		metric,
		unit: "payments/s",
		ours: 1 / ours.each_s,
		limit: null,
		peer: 1 / peer.each_s,
		ratio: ratioOf(peer, ours),
		spread: ours.spread,
		rounds: ours.rounds.length,
		target: { of: "ratio", atLeast: 20 },
	};
}
