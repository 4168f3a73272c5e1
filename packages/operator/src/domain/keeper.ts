/**
 * Keeps lots and statuses over a store: each step in one transaction with what the next seal says of it.
 *
 *   lot, step ─▶ decided ─▶ its next version, its parts, effects for the seal: one durable write
 *
 * What can go wrong is a second end. A lot's next version is a row of its own that all who would end it write, so one
 * of them ends it, and the others find it ended. It keeps nothing in memory: the same step again gets the same answer.
 */
import {
	type Bytes,
	type DomainRecord,
	divideLot,
	isRefusal,
	type Lot,
	type LotPart,
	type LotStep,
	lotId,
	makeLot,
	moveLot,
	type Refusal,
	retireLot,
	type SealWord,
	type ShownRecord,
	type StateProof,
	type Status,
	setStatus,
	statusKey,
	takeLot,
	type VerifiedRecord,
	verifyStateProof,
} from "@tenten/protocol";
import type { LogWriter } from "../log/writer.ts";
import { stateProofIn } from "../seal/trees.ts";
import { isSealed, keepEffects } from "../sealing/effects.ts";
import { sealOf } from "../sealing/epoch.ts";
import { leavesFrom } from "../sealing/leaves.ts";
import type { Store, Transaction } from "../store/store.ts";
import { type KeptRecord, keepRecords, recordOf, recordShownAs } from "./rows.ts";

/** The lot that was asked for, as it is now, and its parts; or why nothing was changed. */
export type LotAnswer = { readonly kind: "lots"; readonly ids: readonly [Bytes, ...Bytes[]] } | Refusal;

export type KeeperOptions = {
	/** by the key id of its root */
	readonly id: Bytes;
	/** of an operator whose acts go through a log (`openSealer`) */
	readonly store: Store;
	/** unix seconds */
	readonly now: () => number;
};

/** By the newest seal: what is missing to a `shownRecord` are the log's proof and words of others. */
type KeptEntry = Pick<ShownRecord, "record" | "leaf" | "proof"> & {
	readonly number: number;
	/** of the seal in the log */
	readonly place: number;
};

export class Keeper {
	readonly #options: KeeperOptions;

	constructor(options: KeeperOptions) {
		this.#options = options;
	}

	make(what: LotPart): Promise<LotAnswer> {
		const { id: keeper } = this.#options;
		const { asset, subject } = what;
		const id = lotId({ kind: "made", keeper, asset, subject });
		return this.#step(id, (lot) => makeLot(lot, keeper, what));
	}

	divide(id: Bytes, parts: readonly LotPart[], lost = 0n): Promise<LotAnswer> {
		return this.#step(id, (lot) => divideLot(lot, parts, lost));
	}

	move(id: Bytes, to: Bytes): Promise<LotAnswer> {
		return this.#step(id, (lot) => moveLot(lot, this.#options.id, to));
	}

	retire(id: Bytes, beneficiary: string): Promise<LotAnswer> {
		return this.#step(id, (lot) => retireLot(lot, beneficiary));
	}

	/** Takes in what a seal of another keeper shows as moved here: a lot of its own id. */
	take(shown: VerifiedRecord): Promise<LotAnswer> {
		const { id: to } = this.#options;
		const of = shown.record?.kind === "lot" ? lotId(shown.record.origin) : new Uint8Array(32);
		const id = lotId({ kind: "arrived", of, from: shown.operator, to });
		return this.#step(id, (lot) => takeLot(lot, to, shown));
	}

	/** `status-final` where the credential was revoked; else the status is so from now on. */
	setStatus(credential: Bytes, salt: Bytes, status: Status["status"]): Promise<Status | Refusal> {
		const { store, now } = this.#options;
		const changedAt = now();
		return store.run(async (transaction) => {
			await mustBeSealed(transaction);
			const before = await recordOf(transaction, statusKey(credential, salt));
			const known = before?.record.kind === "status" ? before.record : undefined;
			const next = setStatus(known, { credential, salt, status, changedAt });
			if (isRefusal(next)) return next;
			if (next === null) return known as Status;
			await keepEffects(transaction, await keepRecords(transaction, [next as Status], before));
			return next as Status;
		});
	}

	/** As it is now, sealed or not. */
	record(key: Bytes): Promise<DomainRecord | undefined> {
		return this.#options.store.read(async (transaction) => (await recordOf(transaction, key))?.record);
	}

	/**
	 * What the newest seal shows under a key, with the proof of the log that it went into; undefined until there is one
	 * in that log, or where the map has changed since by what does not wait for seals. `words` are others' on that seal.
	 */
	async show(
		key: Bytes,
		log: Pick<LogWriter, "published" | "reader">,
		words: (number: number) => Promise<readonly SealWord[]>,
	): Promise<ShownRecord | undefined> {
		const entry = await this.#options.store.read((transaction) => entryIn(transaction, key));
		const { size, note: checkpoint } = log.published;
		if (entry === undefined || entry.place >= size) return undefined;
		const { number, place: index, ...shown } = entry;
		const path = await log.reader().inclusion(index);
		if (isRefusal(path)) throw new Error(`its own log does not prove seal ${number}: ${path.detail}`);
		return {
			...shown,
			log: { checkpoint, index, path: path as readonly Bytes[] },
			words: await words(number),
		};
	}

	#step(id: Bytes, decide: (lot: Lot | undefined) => LotStep | Refusal): Promise<LotAnswer> {
		return this.#options.store.run(async (transaction) => {
			await mustBeSealed(transaction);
			const before = await recordOf(transaction, id);
			const step = decide(lotIn(before));
			if (isRefusal(step)) return step;
			const { records, items } = step as LotStep;
			if (records.length > 0) {
				const states = await keepRecords(transaction, records, before);
				await keepEffects(transaction, [
					...items.map(({ owner, ...item }) => ({ kind: "item" as const, ...item, id: owner })),
					...states,
				]);
			}
			const lot = records[0] ?? lotIn(before);
			return { kind: "lots", ids: [id, ...partsOf(id, lot)] };
		});
	}
}

function lotIn(kept: KeptRecord | undefined): Lot | undefined {
	return kept?.record.kind === "lot" ? kept.record : undefined;
}

function partsOf(of: Bytes, lot: Lot | undefined): readonly Bytes[] {
	if (lot?.end?.kind !== "divided") return [];
	return lot.end.parts.map((_, place) => lotId({ kind: "part", of, place }));
}

async function mustBeSealed(transaction: Transaction): Promise<void> {
	if (!(await isSealed(transaction)))
		throw new Error("a keeper's acts go through a log: open its sealer first");
}

async function entryIn(transaction: Transaction, key: Bytes): Promise<KeptEntry | undefined> {
	const last = await transaction.selectFrom("last_seal").select("number").executeTakeFirstOrThrow();
	const number = Number(last.number);
	const row = await transaction
		.selectFrom("seal_places")
		.select("place")
		.where("number", "=", number)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const place = Number(row.place);
	const { state } = await sealOf(transaction, number);
	const proof: StateProof = await stateProofIn(transaction, key);
	const proved = verifyStateProof(proof, state);
	if (isRefusal(proved)) return undefined;
	const record = proved.kind === "absent" ? null : await recordShownAs(transaction, key, proved.value);
	const [leaf] = await leavesFrom(transaction, place, 1);
	if (leaf === undefined) throw new Error("the database is damaged: a seal is gone");
	return { record, leaf, proof, number, place };
}
