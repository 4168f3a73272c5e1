/** What witnesses say of an operator's seals, fetched from their doors and kept: each says one word on each seal. */
import { setTimeout as pause } from "node:timers/promises";
import type { Operator } from "@tenten/operator";
import { type Bytes, isRefusal, parse, sealWord, serialize, toHex } from "@tenten/protocol";

/** A witness of seals: where it is, and the id of its key for seals. */
export type WitnessAt = { readonly url: string; readonly key: Bytes };

const patience_ms = 5_000;
const between_ms = 25;

export class WordsOfWitnesses {
	readonly #operator: Operator;
	readonly #witnesses: readonly WitnessAt[];

	constructor(operator: Operator, witnesses: readonly WitnessAt[]) {
		this.#operator = operator;
		this.#witnesses = witnesses;
	}

	/** Asks every witness until it has said its word on the seal of this number, or for a while. */
	async collect(number: number): Promise<void> {
		await Promise.all(this.#witnesses.map((witness) => this.#ask(witness, number)));
	}

	async #ask({ url, key }: WitnessAt, number: number): Promise<void> {
		const address = `${url}/v1/seals/${toHex(this.#operator.id)}/${number}`;
		for (
			const until_ms = performance.now() + patience_ms;
			performance.now() < until_ms;
			await pause(between_ms)
		) {
			const answer = await fetch(address).catch(() => undefined);
			const said = answer === undefined ? undefined : new Uint8Array(await answer.arrayBuffer());
			if (answer?.status !== 200 || said === undefined) continue;
			const word = parse(sealWord, said);
			if (isRefusal(word)) return;
			const row = { number, witness: key, word: serialize(sealWord, word) };
			await this.#operator.store.run((transaction) =>
				transaction
					.insertInto("seal_words")
					.values(row)
					.onConflict((conflict) => conflict.doNothing())
					.execute(),
			);
			return;
		}
	}
}
