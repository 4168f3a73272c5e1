/** A keeper in memory: its records, its log with batches and seals, and witnesses that check them before they cosign. */
import {
	type BilateralPosition,
	type BrokenRule,
	type Bytes,
	checkpointText,
	checkSeal,
	type DomainRecord,
	divideLot,
	equalBytes,
	isRefusal,
	keyId,
	type Lot,
	type LotPart,
	type LotStep,
	type LotTrace,
	makeLot,
	merkleTree,
	moveLot,
	type PeerWord,
	proveState,
	type Refusal,
	recordKey,
	recordValue,
	retireLot,
	type Seal,
	type SealedItem,
	type SealWord,
	type ShownRecord,
	type Signer,
	type StatePages,
	type StatusValue,
	sealHash,
	serializeLeaf,
	setStatus,
	sha256,
	signNote,
	signReserve,
	stateAlgebra,
	type TraceKeys,
	takeLot,
	toHex,
	verifierKey,
	verifyShownRecord,
	type WitnessedLog,
	writeNote,
} from "@tenten/protocol";
import { verify } from "../../../../module/src/index.ts";
import { cosign, dispute, id, must, signerOf, witnesses, witnessIds } from "../../crossing/support/sides.ts";
import { PagedTree } from "../../seal/support/naive.ts";
import { batchesOf, totalsAfter } from "./sealed.ts";

export const start = 1_900_000_000;
export const coffee = id(0xc0);
export const carbon = id(0xca);
const holder = signerOf(0x41);

type Sealed = {
	readonly seal: Seal;
	readonly pages: StatePages;
	readonly records: ReadonlyMap<string, DomainRecord>;
	readonly index: number;
	readonly broken: readonly BrokenRule[];
};

export class Keeper {
	readonly operator: Bytes;
	readonly origin: string;
	readonly records = new Map<string, DomainRecord>();
	readonly leaves: Bytes[] = [];
	readonly sealed: Sealed[] = [];
	readonly #log: Signer;
	readonly #tree = new PagedTree(stateAlgebra);
	#items: SealedItem[] = [];
	positions: readonly BilateralPosition[] = [];
	peerWords: readonly PeerWord[] = [];

	constructor(origin: string, fill: number) {
		this.origin = origin;
		this.operator = keyId(signerOf(fill).key);
		this.#log = signerOf(fill + 1);
	}

	get log(): WitnessedLog {
		const key = verifierKey(this.origin, "note", this.#log.key.bytes);
		return { keys: { origin: this.origin, keys: [key] }, policy: { witnesses: witnessIds, least: 2 } };
	}

	get lots(): readonly Lot[] {
		return [...this.records.values()].flatMap((each) => (each.kind === "lot" ? [each] : []));
	}

	lot(key: Bytes): Lot | undefined {
		const found = this.records.get(toHex(key));
		return found?.kind === "lot" ? found : undefined;
	}

	/** A code; or the ids of what changed. */
	make(what: LotPart): readonly Bytes[] | string {
		const { asset, subject } = what;
		const made = { kind: "made", keeper: this.operator, asset, subject } as const;
		const known = this.lots.find((lot) => lot.origin.kind === "made" && sameOrigin(lot, made));
		return this.#keep(makeLot(known, this.operator, what));
	}

	divide(key: Bytes, parts: readonly LotPart[], lost = 0n): readonly Bytes[] | string {
		return this.#keep(divideLot(this.lot(key), parts, lost));
	}

	move(key: Bytes, to: Keeper): readonly Bytes[] | string {
		return this.#keep(moveLot(this.lot(key), this.operator, to.operator));
	}

	retire(key: Bytes, beneficiary: string): readonly Bytes[] | string {
		return this.#keep(retireLot(this.lot(key), beneficiary));
	}

	take(shown: ShownRecord, from: Keeper): readonly Bytes[] | string {
		const verified = verifyShownRecord(shown, from.operator, from.log, verify);
		if (isRefusal(verified)) return verified.code;
		const source = verified.record?.kind === "lot" ? recordKey(verified.record) : undefined;
		const known = this.lots.find(
			({ origin }) => origin.kind === "arrived" && source && equalBytes(origin.of, source),
		);
		return this.#keep(takeLot(known, this.operator, verified));
	}

	setStatus(credential: Bytes, salt: Bytes, status: StatusValue, changedAt: number): string {
		const key = recordKey({ kind: "status", credential, salt, status, changedAt });
		const known = this.records.get(toHex(key));
		const next = setStatus(known?.kind === "status" ? known : undefined, {
			credential,
			salt,
			status,
			changedAt,
		});
		if (isRefusal(next)) return next.code;
		if (next !== null) this.put(next as DomainRecord);
		return "stands";
	}

	#keep(step: LotStep | Refusal): readonly Bytes[] | string {
		if (isRefusal(step)) return step.code;
		for (const record of step.records) this.put(record);
		this.#items.push(...step.items);
		return step.records.map(recordKey);
	}

	/** Whatever it is: as a liar would. */
	put(record: DomainRecord, key = recordKey(record)): void {
		this.records.set(toHex(key), record);
		this.#tree.change([{ key, entry: recordValue(record) }]);
	}

	drop(key: Bytes): void {
		this.records.delete(toHex(key));
		this.#tree.change([{ key, entry: null }]);
	}

	/** As a liar would: the items are not counted. */
	forgetItems(): void {
		this.#items = [];
	}

	async seal(sealedAt: number, some: Partial<Seal> = {}): Promise<Sealed> {
		const previous = this.sealed.at(-1)?.seal ?? null;
		const batches = batchesOf(this.#items, (owner) => sha256(owner));
		this.#items = [];
		const assets = totalsAfter(previous?.assets ?? [], batches);
		const reserves = await Promise.all(
			assets.map(({ asset, outstanding: amount }) =>
				signReserve(
					{ operator: this.operator, asset, amount: amount < 0n ? 0n : amount, heldAt: sealedAt },
					holder,
				),
			),
		);
		const seal: Seal = {
			operator: this.operator,
			number: this.sealed.length + 1,
			previous: previous === null ? null : sealHash(previous),
			sealedAt,
			state: this.#tree.root(),
			assets,
			reserves,
			positions: this.positions,
			checkpoints: [],
			...some,
		};
		for (const batch of batches) this.leaves.push(serializeLeaf({ kind: "batch", batch }));
		this.leaves.push(serializeLeaf({ kind: "seal", seal }));
		const broken = checkSeal(seal, {
			operator: this.operator,
			previous,
			batches,
			verify,
			holders: [keyId(holder.key)],
			peerWords: this.peerWords,
			now: sealedAt,
			maximumAge_s: 60,
			ahead_s: 60,
			reserveAge_s: 60,
		});
		const made = {
			seal,
			pages: new Map(this.#tree.stored),
			records: new Map(this.records),
			index: this.leaves.length - 1,
			broken,
		};
		this.sealed.push(made);
		return made;
	}

	/** What the seal of this number shows; two witnesses say what they found a second later. */
	async show(key: Bytes, number = this.sealed.length): Promise<ShownRecord> {
		const { seal, pages, records, index, broken } = this.sealed[number - 1] as Sealed;
		const [rule] = broken;
		const word = (witness: Signer): Promise<SealWord> =>
			rule === undefined
				? cosign(seal, witness, seal.sealedAt + 1)
				: dispute(seal, witness, seal.sealedAt + 1, rule.rule);
		const tree = merkleTree(this.leaves);
		const text = checkpointText({ origin: this.origin, size: this.leaves.length, root: tree.root });
		const checkpoint = writeNote({ text, signatures: [await signNote(text, this.origin, this.#log)] });
		return {
			record: records.get(toHex(key)) ?? null,
			leaf: this.leaves[index] as Bytes,
			proof: proveState(pages, key),
			log: { checkpoint, index, path: tree.paths[index] as readonly Bytes[] },
			words: await Promise.all(witnesses.slice(0, 2).map(word)),
		};
	}
}

function sameOrigin(lot: Lot, made: Lot["origin"]): boolean {
	return equalBytes(recordKey(lot), recordKey({ ...lot, origin: made }));
}

export async function traceOf(...steps: readonly (readonly [Keeper, Bytes])[]): Promise<LotTrace> {
	return {
		steps: await Promise.all(
			steps.map(async ([keeper, key]) => ({ keeper: keeper.operator, shown: await keeper.show(key) })),
		),
	};
}

export function keysOf(...keepers: readonly Keeper[]): TraceKeys {
	return { verify, logOf: (operator) => keepers.find((each) => equalBytes(each.operator, operator))?.log };
}

/** The ids that a step changed; a refusal is an error. */
export function done(step: readonly Bytes[] | string): readonly [Bytes, ...Bytes[]] {
	if (typeof step === "string") throw new Error(step);
	return step as readonly [Bytes, ...Bytes[]];
}

export { id, must };
