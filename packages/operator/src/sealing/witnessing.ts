/**
 * What witnesses say of an operator's log and of its seals: cosignatures of checkpoints, and words on seals.
 *
 *   newest checkpoint ─▶ all witnesses of the policy ─▶ quorum: shown, and kept as that under which proofs are given
 *   recent seals      ─▶ each witness of seals: its word on this one ─▶ verified, kept
 *
 * Seals go on meanwhile: nothing waits for a witness. While no quorum is reached the last cosigned checkpoint stays
 * shown for a minute, then the newest is: whoever moves value waits, whoever reads goes on.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	type Policy,
	parse,
	type Refusal,
	type SealWord,
	sealCosignature,
	sealHash,
	sealRefusal,
	sealWord,
	serialize,
	toHex,
	type Verify,
	verifyCosignature,
	verifySealRefusal,
} from "@tenten/protocol";
import type { Published } from "../log/recovering.ts";
import type { LogWriter } from "../log/writer.ts";
import { insertMissing } from "../store/sets.ts";
import type { Store } from "../store/store.ts";
import { cosign, readAtMost } from "../witness/cosign.ts";
import { sealOf } from "./epoch.ts";

/** A witness of seals: where it tells its words, and the key id of its key for them. */
export type SealWordSource = { readonly url: string; readonly key: Bytes };

export type WitnessingOptions = {
	/** of checkpoints: its witnesses that have an address are asked */
	readonly policy: Policy;
	readonly verify: Verify;
	/** milliseconds from one round to the next; 10,000 if left out */
	readonly every_ms?: number;
	/** for a witness to answer, and for more once there is a quorum: see `cosign` */
	readonly timeout_ms?: number;
	readonly linger_ms?: number;
	readonly sealWords?: readonly SealWordSource[];
};

/** How a round ended. */
export type Round = {
	readonly size: number;
	readonly isQuorum: boolean;
	/** why a witness did not cosign, by its name */
	readonly failures: ReadonlyMap<string, string>;
	/** words on seals that are new */
	readonly words: number;
};

export type Cosigned = Pick<Published, "size" | "note">;

const patience_ms = 60_000;
/** seals of which a word is asked for: one that comes later has no use any more */
const sealsAsked = 16;

export class Witnessing {
	readonly #store: Store;
	readonly #log: LogWriter;
	readonly #options: WitnessingOptions;
	readonly #sizes = new Map<string, number>();
	#cosigned: Cosigned | null;
	#cosignedAt_ms = Number.NEGATIVE_INFINITY;

	constructor(store: Store, log: LogWriter, options: WitnessingOptions, cosigned: Cosigned | null) {
		this.#store = store;
		this.#log = log;
		this.#options = options;
		this.#cosigned = cosigned;
	}

	/** The newest checkpoint that a quorum cosigned; null before the first. */
	get cosigned(): Cosigned | null {
		return this.#cosigned;
	}

	/** Asks every witness for its cosignature of the newest checkpoint, and for its words; `stop` ends the asking. */
	async round(stop?: AbortSignal): Promise<Round> {
		const head = await this.#log.integrateQuietly();
		const reader = this.#log.reader(head.size);
		const outcome = await cosign(head.note, {
			...this.#options,
			sizes: this.#sizes,
			stop,
			proofFrom: async (oldSize) => {
				const proof = await reader.consistency(oldSize);
				if (isRefusal(proof)) throw new Error(proof.detail);
				return proof;
			},
		});
		if (isRefusal(outcome)) throw new Error(`a checkpoint of this log does not read: ${outcome.detail}`);
		const { note, isQuorum, failures } = outcome;
		if (isQuorum) await this.#keep({ size: head.size, note });
		if (isQuorum || performance.now() - this.#cosignedAt_ms > patience_ms)
			await this.#log.show({ size: head.size, note });
		return { size: head.size, isQuorum, failures, words: await this.#collectWords(stop) };
	}

	async #keep({ size, note }: Cosigned): Promise<void> {
		await this.#store.run((transaction) =>
			transaction
				.updateTable("sealing")
				.set({ cosigned_size: size, cosigned: note })
				.where("cosigned_size", "<=", size)
				.execute(),
		);
		[this.#cosigned, this.#cosignedAt_ms] = [{ size, note }, performance.now()];
	}

	/** How many are new. A witness that is away, or says something else, is asked again next time. */
	async #collectWords(stop: AbortSignal | undefined): Promise<number> {
		const { sealWords: sources = [] } = this.#options;
		if (sources.length === 0) return 0;
		const wanted = await this.#store.read(async (transaction) => {
			const seals = await transaction
				.selectFrom("seals")
				.select("number")
				.orderBy("number", "desc")
				.limit(sealsAsked)
				.execute();
			const numbers = seals.map(({ number }) => Number(number));
			const words = await transaction
				.selectFrom("seal_words")
				.select(["number", "witness"])
				.where("number", "in", numbers.length === 0 ? [0] : numbers)
				.execute();
			const had = new Set(words.map(({ number, witness }) => `${number} ${toHex(witness)}`));
			return Promise.all(
				numbers.map(async (number) => ({
					number,
					seal: sealHash(await sealOf(transaction, number)),
					sources: sources.filter(({ key }) => !had.has(`${number} ${toHex(key)}`)),
				})),
			);
		});
		const asked = wanted.flatMap(({ number, seal, sources: of }) =>
			of.map(async (source) => {
				const word = await this.#askWord(source, seal, stop).catch(() => undefined);
				return word === undefined ? [] : [{ number, witness: source.key, word: serialize(sealWord, word) }];
			}),
		);
		const words = (await Promise.all(asked)).flat();
		if (words.length === 0) return 0;
		return this.#store.run((transaction) => insertMissing(transaction, "seal_words", words));
	}

	/** What a witness signed of a seal; undefined where it says nothing, or it is not its word on this one. */
	async #askWord(
		{ url, key }: SealWordSource,
		seal: Bytes,
		stop: AbortSignal | undefined,
	): Promise<SealWord | undefined> {
		const late = AbortSignal.timeout(this.#options.timeout_ms ?? 10_000);
		const response = await fetch(`${url.replace(/\/+$/, "")}/v1/seals/${toHex(seal)}`, {
			redirect: "error",
			signal: stop === undefined ? late : AbortSignal.any([late, stop]),
		});
		if (response.status !== 200) return void (await response.body?.cancel());
		const body = await readAtMost(response, limits.message);
		const word = body && parse(sealWord, body);
		if (word === undefined || isRefusal(word)) return undefined;
		const said = this.#verified(word, key);
		return isRefusal(said) || !equalBytes(said.seal, seal) ? undefined : word;
	}

	#verified(word: SealWord, witness: Bytes): { readonly seal: Bytes } | Refusal {
		const expected = { verify: this.#options.verify, witness };
		switch (word.kind) {
			case "cosignature":
				return verifyCosignature(serialize(sealCosignature, word.word), expected);
			case "broken":
				return verifySealRefusal(serialize(sealRefusal, word.word), expected);
			default:
				return word satisfies never;
		}
	}
}
