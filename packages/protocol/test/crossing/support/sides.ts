/** An operator's side of payments across operators: a state map, seals in a log, and what witnesses say of them. */
import {
	type BrokenRule,
	type Bytes,
	type CrossingState,
	checkpointText,
	isRefusal,
	keyId,
	merkleTree,
	parse,
	proveState,
	type Refusal,
	type Seal,
	type SealWord,
	type ShownState,
	type Signer,
	type StatePages,
	sealCosignature,
	sealHash,
	sealRefusal,
	serializeLeaf,
	signCosignature,
	signNote,
	signSealRefusal,
	stateAlgebra,
	stateValue,
	toHex,
	type VerifierKey,
	verifierKey,
	type WitnessedLog,
	writeNote,
} from "@tenten/protocol";
import { signerFrom } from "../../../../module/src/index.ts";
import { PagedTree } from "../../seal/support/naive.ts";

export const id = (fill: number): Bytes => new Uint8Array(32).fill(fill);
export const signerOf = (fill: number): Signer => signerFrom(id(fill), "Ed25519");

export function must<T>(value: T | Refusal): T {
	if (isRefusal(value)) throw new Error(`${value.code}: ${value.detail}`);
	return value as T;
}

export const codeOf = (value: unknown): string => (isRefusal(value) ? value.code : "accepted");

/** Keys for seals: three witnesses, of which two are needed. */
export const witnesses = [0x71, 0x72, 0x73].map(signerOf);
export const witnessIds = witnesses.map(({ key }) => keyId(key));

type Sealed = {
	readonly seal: Seal;
	readonly pages: StatePages;
	readonly states: ReadonlyMap<string, CrossingState>;
	readonly index: number;
};

export class Side {
	readonly ruling: Signer;
	readonly root: Signer;
	readonly operator: Bytes;
	readonly origin: string;
	readonly #log: Signer;
	readonly #tree = new PagedTree(stateAlgebra);
	readonly #states = new Map<string, CrossingState>();
	readonly #leaves: Bytes[] = [];
	readonly #sealed: Sealed[] = [];

	/** `named`: an operator of which there is more than its log. */
	constructor(origin: string, fill: number, named?: { readonly root: Signer; readonly ruling: Signer }) {
		this.origin = origin;
		this.ruling = named?.ruling ?? signerOf(fill);
		this.root = named?.root ?? signerOf(fill + 1);
		this.operator = keyId(this.root.key);
		this.#log = signerOf(fill + 2);
	}

	get lastSeal(): number {
		return this.#sealed.length;
	}

	get log(): WitnessedLog {
		const key: VerifierKey = verifierKey(this.origin, "note", this.#log.key.bytes);
		return {
			keys: { origin: this.origin, keys: [key] },
			policy: { witnesses: witnessIds, least: 2 },
		};
	}

	put(state: CrossingState): void {
		this.#states.set(toHex(state.transfer), state);
		this.#tree.change([{ key: state.transfer, entry: stateValue(state) }]);
	}

	/** As `put`, of a value that no state of this page has. */
	putValue(key: Bytes, value: Bytes): void {
		this.#tree.change([{ key, entry: value }]);
	}

	/** `number`: another than the next, as a liar would say. */
	seal(sealedAt: number, number = this.lastSeal + 1): Seal {
		const previous = this.#sealed.at(-1)?.seal;
		const seal: Seal = {
			operator: this.operator,
			number,
			previous: previous === undefined ? null : sealHash(previous),
			sealedAt,
			state: this.#tree.root(),
			assets: [],
			reserves: [],
			positions: [],
			checkpoints: [],
		};
		this.#leaves.push(serializeLeaf({ kind: "seal", seal }));
		this.#sealed.push({
			seal,
			pages: new Map(this.#tree.stored),
			states: new Map(this.#states),
			index: this.#leaves.length - 1,
		});
		return seal;
	}

	/** The seal at this place among all (from 1). */
	sealAt(place: number): Seal {
		return (this.#sealed[place - 1] as Sealed).seal;
	}

	/** What the seal at this place among all (from 1) shows; `words`: what two of the witnesses say, lately. */
	async show(transfer: Bytes, place: number, words?: readonly SealWord[]): Promise<ShownState> {
		const { seal, pages, states, index } = this.#sealed[place - 1] as Sealed;
		const tree = merkleTree(this.#leaves);
		const text = checkpointText({ origin: this.origin, size: this.#leaves.length, root: tree.root });
		const checkpoint = writeNote({ text, signatures: [await signNote(text, this.origin, this.#log)] });
		const cosigned = witnesses.slice(0, 2).map((witness) => cosign(seal, witness, seal.sealedAt + 1));
		return {
			state: states.get(toHex(transfer)) ?? null,
			leaf: this.#leaves[index] as Bytes,
			proof: proveState(pages, transfer),
			log: { checkpoint, index, path: tree.paths[index] as readonly Bytes[] },
			words: words ?? (await Promise.all(cosigned)),
		};
	}
}

const named = (seal: Seal) => ({ operator: seal.operator, number: seal.number, seal: sealHash(seal) });

export async function cosign(seal: Seal, witness: Signer, signedAt: number): Promise<SealWord> {
	const encoded = await signCosignature({ ...named(seal), signedAt }, witness);
	return { kind: "cosignature", word: must(parse(sealCosignature, encoded)) };
}

export async function dispute(
	seal: Seal,
	witness: Signer,
	refusedAt: number,
	rule: BrokenRule["rule"],
): Promise<SealWord> {
	const body = { ...named(seal), broken: [{ rule, about: null }], refusedAt };
	const encoded = await signSealRefusal(body, witness);
	return { kind: "broken", word: must(parse(sealRefusal, encoded)) };
}
