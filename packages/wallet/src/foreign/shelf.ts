/**
 * What a wallet keeps of other ecosystems' logs: the newest checkpoint of each, and proofs of issues that it met.
 *
 * Kept as it came, and verified again whenever it is used: a shelf that was changed loses proofs, and opens nothing.
 */
import { type Bytes, fromBase64, toBase64, toHex } from "@tenten/protocol";
import type { SettingStore } from "../store/settings.ts";

/** Proofs that are kept; the ones that were met last. */
const proofsMost = 128;

const proofsName = "foreign-proofs";
const checkpointName = (operator: Bytes): string => `foreign-checkpoint/${toHex(operator)}`;

type Kept = {
	/** issue id in hexadecimal */
	readonly issue: string;
	/** unix seconds: then nothing of the issue is paid any more */
	readonly until: number;
	readonly proof: Bytes;
};

export class ForeignShelf {
	readonly #settings: SettingStore;
	#proofs: readonly Kept[] | null = null;

	constructor(settings: SettingStore) {
		this.#settings = settings;
	}

	async checkpoint(operator: Bytes): Promise<Bytes | undefined> {
		const text = await this.#settings.get(checkpointName(operator));
		return text === undefined ? undefined : fromBase64(text);
	}

	keepCheckpoint(operator: Bytes, note: Bytes): Promise<void> {
		return this.#settings.set(checkpointName(operator), toBase64(note));
	}

	async proof(issue: Bytes): Promise<Bytes | undefined> {
		const id = toHex(issue);
		return (await this.#all()).find((kept) => kept.issue === id)?.proof;
	}

	async keepProof(issue: Bytes, proof: Bytes, until: number, now: number): Promise<void> {
		const id = toHex(issue);
		const others = (await this.#all()).filter((kept) => kept.issue !== id && kept.until > now);
		const kept = [...others, { issue: id, until, proof }].slice(-proofsMost);
		await this.#settings.set(proofsName, kept.map(lineOf).join("\n"));
		this.#proofs = kept;
	}

	async #all(): Promise<readonly Kept[]> {
		this.#proofs ??= ((await this.#settings.get(proofsName)) ?? "").split("\n").flatMap(keptIn);
		return this.#proofs;
	}
}

function lineOf({ issue, until, proof }: Kept): string {
	return `${issue} ${until} ${toBase64(proof)}`;
}

function keptIn(line: string): readonly Kept[] {
	const [issue = "", until = "", text = ""] = line.split(" ");
	const proof = fromBase64(text);
	return issue === "" || proof === undefined ? [] : [{ issue, until: Number(until), proof }];
}
