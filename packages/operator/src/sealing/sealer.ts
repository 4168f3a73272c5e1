/**
 * The sealer: every epoch it makes the next seal, appends it with its batches to the log, and publishes the checkpoint.
 *
 *   store: batches, seal, places (one transaction) ─▶ log (durable) ─▶ checkpoint ─▶ witnesses
 *
 * One process at a time has the log, and so the sealer; others that work on the same database leave what they do for
 * it. Nothing waits for it: what is done is answered when it is durable, and sealed soon after.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
	type Batch,
	type Bytes,
	isRefusal,
	loggedSeal,
	type PeerCheckpoint,
	type Refusal,
	refuse,
	type Seal,
	type SignedReserve,
	serialize,
	serializeLoggedProof,
	type Verify,
	writePortableProof,
} from "@tenten/protocol";
import type { LogWriter } from "../log/writer.ts";
import { type Before, PastLines } from "../seal/past-lines.ts";
import type { Store, Transaction } from "../store/store.ts";
import { agreeing, appendMissing } from "./appending.ts";
import { type Surroundings, storedSurroundings, takeCheckpoint, takeReserve } from "./around.ts";
import { beginSealing } from "./begin.ts";
import { sealIn } from "./epoch.ts";
import { checkpointOf, type PeerLog } from "./peer-logs.ts";
import { itemProofOf, lineProofOf, type PlacedProof, placedSeal, stateProofOf } from "./proofs.ts";
import { Sampling } from "./sampling.ts";
import { type Cosigned, type Round, Witnessing, type WitnessingOptions } from "./witnessing.ts";

export type SealerOptions = {
	/** as of `Operator` */
	readonly operator: { readonly id: Bytes; readonly store: Store; readonly now: () => number };
	/** open, and its alone; whoever opened it closes it */
	readonly log: LogWriter;
	/** 32 bytes from which salts follow: without them nothing that was sealed can be proved */
	readonly secret: Bytes;
	/** milliseconds from one seal to the next; 2,000 if left out */
	readonly epoch_ms?: number;
	/** who cosigns the checkpoints; each is shown as it is made, if left out */
	readonly witnesses?: WitnessingOptions;
	/** whose samples are answered: key ids of witnesses' keys for seals; nobody's if left out */
	readonly samplers?: { readonly witnesses: readonly Bytes[]; readonly verify: Verify };
	/**
	 * What a seal says of others; what the store has if left out. It reads the store by this transaction and no other way:
	 * on SQLite any other read waits for this one to end, for ever.
	 */
	readonly around?: (transaction: Transaction) => Promise<Partial<Surroundings>>;
};

const usualEpoch_ms = 2_000;
const usualRound_ms = 10_000;

/**
 * Begins where none was begun, and appends what a crash left. `key-refused`: this operator's log is another.
 * `state-damaged`: the log and the database do not say the same.
 */
export async function openSealer(options: SealerOptions): Promise<Sealer | Refusal> {
	const { operator, log, secret } = options;
	if (secret.length !== 32) throw new RangeError("a secret of 32 bytes");
	const refused =
		(await beginSealing(operator.store, log.identity, operator.now())) ??
		(await agreeing(operator.store, log)) ??
		(await appendMissing(operator.store, log));
	if (refused !== undefined) return refused;
	await log.integrate();
	return new Sealer(options, await operator.store.read(cosignedIn));
}

async function cosignedIn(transaction: Transaction): Promise<Cosigned | null> {
	const row = await transaction
		.selectFrom("sealing")
		.select(["cosigned_size", "cosigned"])
		.executeTakeFirst();
	return row?.cosigned == null ? null : { size: Number(row.cosigned_size), note: row.cosigned };
}

export class Sealer {
	readonly #options: SealerOptions;
	readonly #witnessing: Witnessing | null;
	readonly #sampling: Sampling | null;
	readonly #past = new PastLines();
	#making: Promise<unknown> = Promise.resolve();

	constructor(options: SealerOptions, cosigned: Cosigned | null) {
		const { operator, log, secret, witnesses, samplers } = options;
		this.#options = options;
		this.#witnessing =
			witnesses === undefined ? null : new Witnessing(operator.store, log, witnesses, cosigned);
		this.#sampling =
			samplers === undefined ? null : new Sampling({ operator, secret, past: this.#past, ...samplers });
	}

	/** The folder of its log that is served. */
	get publicFolder(): string {
		return this.#options.log.publicFolder;
	}

	/** Makes the next seal, durable in store and log, under the log's checkpoint. One after another. */
	seal(): Promise<Seal> {
		const made = this.#making.then(() => this.#seal());
		this.#making = made.catch(() => undefined);
		return made;
	}

	async #seal(): Promise<Seal> {
		const { operator, log, secret, around = storedSurroundings } = this.#options;
		const { seal, before } = await operator.store.run(async (transaction) => {
			const stood: Before[] = [];
			const changed = (page: Before): void => void stood.push(page);
			const epoch = { operator: operator.id, secret, now: () => operator.now(), changed };
			return { seal: await sealIn(transaction, epoch, () => around(transaction)), before: stood };
		});
		this.#past.add(seal.number, before);
		const refused = await appendMissing(operator.store, log);
		await (this.#witnessing === null ? log.integrate() : log.integrateQuietly());
		if (refused !== undefined) throw new Error(`the log takes nothing: ${refused.code}`);
		return seal;
	}

	/** One round of witnesses, which `stop` ends early; null where there are none. */
	async witness(stop?: AbortSignal): Promise<Round | null> {
		return (await this.#witnessing?.round(stop)) ?? null;
	}

	/**
	 * Seals every epoch, and asks witnesses now and then, until the function that it answers with is called. That waits
	 * for no witness: whom it asked then is asked again when it is opened anew.
	 */
	work(failed: (error: unknown) => void): () => Promise<void> {
		const { epoch_ms = usualEpoch_ms, witnesses } = this.#options;
		const stop = new AbortController();
		const working = [every(epoch_ms, async () => void (await this.seal()), stop.signal, failed)];
		if (witnesses !== undefined) {
			const round_ms = witnesses.every_ms ?? usualRound_ms;
			working.push(every(round_ms, async () => void (await this.witness(stop.signal)), stop.signal, failed));
		}
		return async () => {
			stop.abort();
			await Promise.all(working);
		};
	}

	/** Takes a word of whoever holds the funds: the newest of each stands in every seal from now on. See `takeReserve`. */
	takeReserve(encoded: Bytes, verify: Verify): Promise<SignedReserve | Refusal> {
		const { id, store } = this.#options.operator;
		return store.run((transaction) => takeReserve(transaction, encoded, { operator: id, verify }));
	}

	/** Looks at a peer's log: how far it was seen stands in every seal from now on. See `checkpointOf`, `takeCheckpoint`. */
	async look(log: PeerLog, verify: Verify): Promise<PeerCheckpoint | Refusal> {
		const seen = await checkpointOf(log, verify);
		if (isRefusal(seen)) return seen;
		return this.#options.operator.store.run((transaction) => takeCheckpoint(transaction, seen));
	}

	/** What the newest seal's state map has under a key, or that it has nothing: `not-logged` before the first. */
	state(key: Bytes): Promise<Bytes | Refusal> {
		return this.#proved((transaction) => stateProofOf(transaction, key));
	}

	/** The line of an account of the books under the newest seal, or `not-logged`. */
	line(asset: Bytes, account: Bytes): Promise<Bytes | Refusal> {
		return this.#proved((transaction) => lineProofOf(transaction, asset, account, this.#options.secret));
	}

	/** An item of a batch by its id, or `not-logged`. */
	item(kind: Batch["kind"], id: Bytes): Promise<Bytes | Refusal> {
		return this.#proved((transaction) => itemProofOf(transaction, kind, id, this.#options.secret));
	}

	async #proved(
		made: (transaction: Transaction) => Promise<PlacedProof | undefined>,
	): Promise<Bytes | Refusal> {
		const found = await this.#options.operator.store.read(made);
		if (found === undefined) return refuse("not-logged", "nothing of it was sealed yet");
		const place = await this.#placeOf(found.place);
		return isRefusal(place) ? place : serializeLoggedProof({ proof: found.proof, place });
	}

	/** The `sampleAnswer` to a witness's `sampleRequest`: see `Sampling`. */
	async sample(request: Bytes): Promise<Bytes | Refusal> {
		if (this.#sampling === null) return refuse("authority-unknown", "no witness may draw samples here");
		return this.#sampling.answer(request);
	}

	/** A seal by its number, 0: the newest; with its place in the log and what witnesses said. `not-logged`: there is none. */
	async sealed(number: number): Promise<Bytes | Refusal> {
		const found = await this.#options.operator.store.read((transaction) => placedSeal(transaction, number));
		if (found === undefined) return refuse("not-logged", "no such seal was made");
		const { leaf, words } = found;
		const place = await this.#placeOf(found.place);
		return isRefusal(place) ? place : serialize(loggedSeal, { leaf, place, words });
	}

	/** Under the newest checkpoint that a quorum cosigned, where it holds the leaf, and else under the newest. */
	async #placeOf(index: number): Promise<Bytes | Refusal> {
		const { log } = this.#options;
		const cosigned = this.#witnessing?.cosigned;
		const under = cosigned != null && cosigned.size > index ? cosigned : log.published;
		const path = await log.reader(under.size).inclusion(index);
		return isRefusal(path) ? path : writePortableProof({ index, path, checkpoint: under.note });
	}
}

/** Work that takes longer than its time is followed by the next at once; none is made up for. */
async function every(
	period_ms: number,
	work: () => Promise<void>,
	stop: AbortSignal,
	failed: (error: unknown) => void,
): Promise<void> {
	while (!stop.aborted) {
		const next = performance.now() + period_ms;
		await work().catch(failed);
		const rest_ms = Math.max(0, next - performance.now());
		await pause(rest_ms, undefined, { signal: stop, ref: false }).catch(() => undefined);
	}
}
