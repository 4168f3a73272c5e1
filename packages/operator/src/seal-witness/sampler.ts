/**
 * A witness that samples a log's operator (docs/spec/sampling.md): commits, waits for a seal, asks, and keeps what came.
 *
 *   nonce kept ─▶ commitment shown ─▶ a seal is read ─▶ challenge of each asset ─▶ answers checked ─▶ outcome kept
 *
 * A nonce is used once, whatever was answered: whoever was asked knows it. The outcome is kept after the answer, so a
 * crash between asks again with the same nonce, of a later seal.
 */
import {
	type Batch,
	type Bytes,
	checkSample,
	equalBytes,
	isCounted,
	isRefusal,
	nonceHash,
	type PlacedBatch,
	parse,
	parseLeaf,
	parseNote,
	type Refusal,
	readAnswer,
	refuse,
	type Seal,
	type Signer,
	sampleCommitment,
	serialize,
	sha256,
	signChallenge,
	signCommitment,
	sumOfBatches,
} from "@tenten/protocol";
import type { Follower } from "./follower.ts";
import type { KeptSample, SampleResult } from "./kept.ts";
import type { SealStore } from "./store.ts";

/** How an operator is asked, and how much. */
export type SamplingPolicy = {
	/** answers an encoded `sampleRequest` with a `sampleAnswer`; throws where it is out of reach */
	readonly ask: (request: Bytes, stop?: AbortSignal) => Promise<Bytes | Refusal>;
	/** draws of each asset's lines, and as many of its items: 1 to 64 */
	readonly count: number;
	/** seconds from one sample to the next */
	readonly pause_s: number;
};

export type SamplerOptions = {
	readonly store: SealStore;
	readonly signer: Signer;
	/** unix seconds */
	readonly now: () => number;
	readonly entropy: (length: number) => Bytes;
	/** ends what is asked: a sample that it ends is drawn again, of a later seal */
	readonly stop: AbortSignal;
};

/** leaves before the first sample's seal from which items are drawn, and at most those of any */
const leavesMost = 4_096;

export class Sampler {
	readonly #options: SamplerOptions;

	constructor(options: SamplerOptions) {
		this.#options = options;
	}

	/** The commitment to the nonce of the next sample, for whoever wants to see that it came before the seal. */
	commitment(operator: Bytes): Bytes | undefined {
		return this.#options.store.openSample(operator)?.commitment;
	}

	/** After a visit: commits where nothing is open, asks where what is open is for a seal that was read. */
	async sample(follower: Follower, policy: SamplingPolicy): Promise<void> {
		const { store, now, stop } = this.#options;
		const { operator } = follower.log;
		const open = store.openSample(operator);
		const [word] = store.lastWords(operator, 1);
		if (open === undefined) {
			const [last] = store.samples(operator, 1);
			if (last?.result == null || last.result.at + policy.pause_s <= now())
				await this.#commit(operator, (word?.number ?? 0) + 1);
			return;
		}
		if (word === undefined || word.number < open.from) return;
		const since = Math.max(
			(store.samples(operator, 1)[0]?.result?.place ?? -1) + 1,
			word.place - leavesMost,
			0,
		);
		const leaves = await follower.leavesBetween(since, word.place + 1);
		const result = isRefusal(leaves) ? leaves : await this.#ask(follower, policy, open, leaves, since);
		if (!isRefusal(result) && !stop.aborted) store.drawn(operator, result);
	}

	async #commit(operator: Bytes, from: number): Promise<void> {
		const { store, signer, now, entropy } = this.#options;
		const nonce = entropy(32);
		const body = { operator, from, commitment: nonceHash(nonce), committedAt: now() };
		const commitment = serialize(sampleCommitment, await signCommitment(body, signer));
		store.commit({ operator, from, nonce, commitment });
	}

	/** All assets of the seal that is the last of these leaves. */
	async #ask(
		follower: Follower,
		policy: SamplingPolicy,
		open: KeptSample,
		leaves: readonly Bytes[],
		since: number,
	): Promise<SampleResult | Refusal> {
		const { seal, batches } = readLeaves(leaves, since);
		const note = parseNote(follower.keptNote());
		if (seal === undefined || isRefusal(note))
			return refuse("state-damaged", "a seal that was judged is gone");
		const { operator, nonce } = open;
		const common = {
			operator,
			number: seal.number,
			checkpoint: sha256(note.text),
			nonce,
			since,
			count: policy.count,
		};
		const result = { number: seal.number, place: since + leaves.length - 1, at: this.#options.now() };
		let [asked, bad] = [0, 0];
		for (const { asset, liabilities, held } of seal.assets) {
			const own = batches.filter(({ batch }) => isOf(batch, asset));
			if (held === 0n && sumOfBatches(own) === 0n) continue;
			const challenge = { ...common, asset };
			const answer = await this.#answer(policy, challenge, open.commitment);
			if (isRefusal(answer)) return { ...result, asked, bad, code: answer.code };
			const outcome = checkSample(answer, challenge, {
				liabilities: { hash: liabilities, sum: held },
				batches: own,
			});
			asked += outcome.asked;
			bad += outcome.bad.length;
		}
		return { ...result, asked, bad, code: null };
	}

	async #answer({ ask }: SamplingPolicy, challenge: Parameters<typeof signChallenge>[0], shown: Bytes) {
		const commitment = parse(sampleCommitment, shown);
		if (isRefusal(commitment)) throw new Error("a commitment that was kept is none");
		const { signer, stop } = this.#options;
		const request = await signChallenge(challenge, commitment, signer);
		const answer = await ask(request, stop).catch((error: unknown) => refuse("channel-failed", `${error}`));
		return isRefusal(answer) ? answer : readAnswer(answer);
	}
}

function isOf(batch: Batch, asset: Bytes): boolean {
	return isCounted(batch) && equalBytes(batch.asset, asset);
}

function readLeaves(
	leaves: readonly Bytes[],
	since: number,
): { readonly seal: Seal | undefined; readonly batches: readonly PlacedBatch[] } {
	const batches: PlacedBatch[] = [];
	let seal: Seal | undefined;
	for (const [at, entry] of leaves.entries()) {
		const leaf = parseLeaf(entry);
		if (isRefusal(leaf)) continue;
		if (leaf.kind === "batch") batches.push({ place: since + at, batch: leaf.batch });
		seal = leaf.kind === "seal" ? leaf.seal : undefined;
	}
	return { seal, batches };
}
