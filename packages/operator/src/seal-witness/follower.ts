/**
 * Following one log: reads on from where it was, judges every new seal, and keeps what follows in one write.
 *
 *   checkpoint ─ signed by the log ─▶ entries since ─ make its root from the root that is kept ─▶ kept, words and all
 *                                          └─ another root ─▶ other entries than it signed; or another history: evidence
 *
 * The tree is made again of the entries themselves, so consistency needs no word of the log: what was read before, and
 * what is read now, have the root that it signed, or nothing is taken. A log that was caught with two histories is not
 * followed any more.
 *
 * However far behind it is, it holds what follows from so many entries, and keeps that before it reads on: a part is
 * kept once the log's own proof leads from its root to the one that was signed.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type LogKeys,
	leafHash,
	openCheckpoint,
	type PeerWord,
	parseLeaf,
	type Refusal,
	refuse,
	type TreeHead,
	tileWidth,
	type VerifiedCheckpoint,
	type Verify,
	verifyConsistency,
	writeNote,
} from "@tenten/protocol";
import { readCheckpoint } from "../log/checking.ts";
import { LogReader } from "../log/reader.ts";
import { type LogSource, LogUnreachable } from "../log/source.ts";
import {
	beginReading,
	casesOf,
	copyReading,
	type Found,
	nothingFound,
	type Reading,
	readOn,
	type SealPolicy,
} from "./judging.ts";
import type { KeptVisit } from "./kept.ts";
import { Growth, mirrorEdge, mirrorSource } from "./mirror.ts";
import type { SealStore } from "./store.ts";
import { type Case, compareViews, type View } from "./views.ts";

/** A log that is followed, and whose seals are judged. */
export type FollowedLog = {
	/** key id of the operator's root, as its seals name it */
	readonly operator: Bytes;
	readonly keys: LogKeys;
	readonly source: LogSource;
	readonly policy: SealPolicy;
	/** what peers signed of their positions towards the operator, verified; a refusal: the visit is made later */
	readonly peerWords?: (stop?: AbortSignal) => Promise<readonly PeerWord[] | Refusal>;
};

export type FollowerOptions = {
	readonly log: FollowedLog;
	readonly store: SealStore;
	readonly verify: Verify;
	/** milliseconds since 1970 */
	readonly now: () => number;
	/** ends what is asked of others: a visit is `unread` then */
	readonly stop?: AbortSignal;
	/** entries that are read before what follows from them is kept: a multiple of 256; 16,384 if left out */
	readonly atOnce?: number;
};

const usualAtOnce = 16_384;

/** What a visit came to. A refusal's codes are those of `readCheckpoint`, `compareViews` and `parseLeaf`. */
export type Visit =
	| { readonly kind: "followed"; readonly size: number; readonly words: number }
	| { readonly kind: "unread"; readonly refusal: Refusal }
	/** the log was convicted of two histories, now or before */
	| { readonly kind: "convicted"; readonly of: string };

/** what ends a log: there is no telling which of its histories counts */
const ending: readonly string[] = ["splitView", "rewriting"];

export class Follower {
	readonly #options: FollowerOptions;
	#reading: Reading | undefined;

	constructor(options: FollowerOptions) {
		const { log, stop } = options;
		this.#options = { ...options, log: { ...log, source: reached(log.source, stop) } };
	}

	get log(): FollowedLog {
		return this.#options.log;
	}

	/** Of two histories: it is not followed any more. */
	get convictedOf(): string | undefined {
		const { store, log } = this.#options;
		const cases = store.cases().filter(({ origin }) => origin === log.keys.origin);
		return cases.find(({ kind }) => ending.includes(kind))?.kind;
	}

	/** One visit after another. Throws where the store fails: then it is opened again. */
	async visit(): Promise<Visit> {
		const { log, verify } = this.#options;
		const convicted = this.convictedOf;
		if (convicted !== undefined) return { kind: "convicted", of: convicted };
		const shown = await orUnreached(() => readCheckpoint(log.source, log.keys, verify));
		if (isRefusal(shown)) return { kind: "unread", refusal: shown };
		return this.#take(shown);
	}

	async #take(shown: VerifiedCheckpoint): Promise<Visit> {
		const { log, store } = this.#options;
		const kept = store.head(log.keys.origin);
		if (kept !== undefined && shown.size <= kept.size) {
			const compared = await this.compare({ checkpoint: shown, source: log.source });
			if (compared.kind !== "agrees") return compared;
			if (shown.size < kept.size)
				return {
					kind: "unread",
					refusal: refuse("log-inconsistent", `${kept.size} entries became ${shown.size}`),
				};
			if (!equalBytes(shown.root, kept.root)) return { kind: "unread", refusal: otherEntries };
			this.#keep({ ...empty, head: { ...kept, note: writeNote(shown.note), at: this.#now_s() } });
			return { kind: "followed", size: shown.size, words: 0 };
		}
		return this.#grow(shown);
	}

	/** Another view of this log, held against the copy that is kept; what convicts is kept before it is told. */
	async compare(view: View): Promise<Visit | { readonly kind: "agrees" }> {
		const { log, verify } = this.#options;
		const own = this.ownView();
		if (own === undefined) return { kind: "agrees" };
		const found = await orUnreached(() => compareViews(own, view, log.keys, verify));
		if (found === undefined) return { kind: "agrees" };
		if (isRefusal(found)) return { kind: "unread", refusal: found };
		this.#keep({ ...empty, cases: this.#dated([found]) });
		return { kind: "convicted", of: found.kind };
	}

	/** What is kept of this log, as others compare it with theirs. */
	ownView(): View | undefined {
		const { log, store, verify } = this.#options;
		const kept = store.head(log.keys.origin);
		const checkpoint = kept && openCheckpoint(kept.note, log.keys, verify);
		return checkpoint === undefined || isRefusal(checkpoint)
			? undefined
			: { checkpoint, source: mirrorSource(store, log.keys.origin) };
	}

	/** Part by part, each kept before the next is read. */
	async #grow(shown: VerifiedCheckpoint): Promise<Visit> {
		const { log, store, atOnce = usualAtOnce } = this.#options;
		for (let words = 0; ; ) {
			const { size = 0 } = store.head(log.keys.origin) ?? {};
			const to = Math.min(shown.size, (Math.floor(size / atOnce) + 1) * atOnce);
			const part = await this.#growTo(to, shown);
			if (part.kind !== "followed") return part;
			words += part.words;
			if (to === shown.size) return { ...part, words };
		}
	}

	async #growTo(to: number, shown: VerifiedCheckpoint): Promise<Visit> {
		const { log, store, verify } = this.#options;
		const { origin } = log.keys;
		const before = await this.#resumed();
		if (isRefusal(before)) return { kind: "unread", refusal: before };
		const edge = await mirrorEdge(store, origin);
		if (isRefusal(edge)) return { kind: "unread", refusal: edge };
		const growth = new Growth(edge);
		const reading = copyReading(before);
		const read = await orUnreached(() => this.#read(shown, to, reading, growth));
		const root = growth.edge.root();
		if (!isRefusal(read) && (await this.#leadsTo({ size: to, root }, shown))) {
			const { found, refusal } = read;
			if (refusal !== undefined) return { kind: "unread", refusal };
			const { tiles, gone } = growth.result();
			const reader = new LogReader(over(tiles, mirrorSource(store, origin), log.source), shown.size);
			const cases = await orUnreached(() => casesOf(found, shown, reader, log.keys, verify));
			const at = this.#now_s();
			const { soundPlace, sealedAt } = reading;
			// A part has no checkpoint of its own: the one before stands, or none, and the copy has its tiles still.
			const noteBefore = store.head(origin)?.note ?? new Uint8Array();
			const note = to === shown.size ? writeNote(shown.note) : noteBefore;
			const head = { size: to, root, note, at, soundPlace, sealedAt };
			this.#keep({
				head,
				tiles,
				gone,
				words: [...found.words.values()],
				cases: this.#dated(isRefusal(cases) ? [] : cases),
			});
			this.#reading = reading;
			return { kind: "followed", size: to, words: found.words.size };
		}
		// Other entries than it signed, or other than it signed before.
		const compared = await this.compare({ checkpoint: shown, source: log.source });
		if (compared.kind !== "agrees") return compared;
		return { kind: "unread", refusal: isRefusal(read) ? read : otherEntries };
	}

	/** Whether what was read is what the log signed, or by its own proof the beginning of it. */
	async #leadsTo(read: TreeHead, shown: VerifiedCheckpoint): Promise<boolean> {
		if (read.size === shown.size) return equalBytes(read.root, shown.root);
		const reader = new LogReader(this.#options.log.source, shown.size);
		const proof = await orUnreached(() => reader.consistency(read.size));
		return !isRefusal(proof) && verifyConsistency(read, shown, proof);
	}

	/**
	 * Every entry from where it was read to, into the tree and before the judge; those after one that is no leaf, into
	 * the tree alone: which of both is wrong is not known before the root is.
	 */
	async #read(
		shown: VerifiedCheckpoint,
		to: number,
		reading: Reading,
		growth: Growth,
	): Promise<{ readonly found: Found; readonly refusal: Refusal | undefined } | Refusal> {
		const { log, store, verify, stop } = this.#options;
		const reader = new LogReader(log.source, shown.size);
		const peerWords = (await log.peerWords?.(stop)) ?? [];
		if (isRefusal(peerWords)) return peerWords;
		const judge = {
			operator: log.operator,
			policy: log.policy,
			peerWords,
			verify,
			now: this.#now_s(),
			said: (number: number) => store.word(log.operator, number),
		};
		const found = nothingFound();
		let refusal: Refusal | undefined;
		for (const from of bundlesFrom(growth.edge.size, to)) {
			const bundle = await reader.bundle(Math.floor(from / tileWidth));
			if (isRefusal(bundle)) return bundle;
			const entries = bundle.slice(from % tileWidth);
			for (const entry of entries) growth.add(entry);
			refusal ??= readOn(reading, entries, judge, found);
		}
		return { found, refusal };
	}

	/** How far it was read; after a restart read again from the last sound seal on, and held against the copy. */
	async #resumed(): Promise<Reading | Refusal> {
		const { log, store } = this.#options;
		if (this.#reading !== undefined) return this.#reading;
		const head = store.head(log.keys.origin);
		const [size, soundPlace] = [head?.size ?? 0, head?.soundPlace ?? null];
		const reading = await orUnreached(() => this.#readAgain(size, soundPlace));
		if (!isRefusal(reading)) this.#reading = reading;
		return reading;
	}

	/** Leaves that were read before, from one place up to another, read again and held against the copy. */
	async leavesBetween(from: number, to: number): Promise<readonly Bytes[] | Refusal> {
		return orUnreached(() => this.#entries(from, to));
	}

	/** The checkpoint up to which it was followed, as it was signed; empty before the first. */
	keptNote(): Bytes {
		return this.#options.store.head(this.log.keys.origin)?.note ?? new Uint8Array();
	}

	async #entries(first: number, to: number): Promise<readonly Bytes[] | Refusal> {
		const all: Bytes[] = [];
		const refusal = await this.#again(first, to, (entries) => {
			all.push(...entries);
			return undefined;
		});
		return refusal ?? all;
	}

	/** Bundle by bundle, until `take` refuses. */
	async #again(
		first: number,
		to: number,
		take: (entries: readonly Bytes[]) => Refusal | undefined,
	): Promise<Refusal | undefined> {
		const { log, store } = this.#options;
		const size = store.head(log.keys.origin)?.size ?? 0;
		const [reader, copy] = [
			new LogReader(log.source, size),
			new LogReader(mirrorSource(store, log.keys.origin), size),
		];
		for (const from of bundlesFrom(first, to)) {
			const index = Math.floor(from / tileWidth);
			const bundle = await reader.bundle(index);
			const hashes = await copy.tile({
				level: 0,
				index,
				width: Math.min(tileWidth, size - index * tileWidth),
			});
			if (isRefusal(bundle)) return bundle;
			if (isRefusal(hashes)) return hashes;
			if (bundle.some((entry, at) => !equalBytes(leafHash(entry), hashes[at] as Bytes)))
				return refuse("state-damaged", "entries that were read before are others now");
			const at = from % tileWidth;
			const refusal = take(bundle.slice(at, at + to - from));
			if (refusal !== undefined) return refusal;
		}
		return undefined;
	}

	async #readAgain(size: number, soundPlace: number | null): Promise<Reading | Refusal> {
		const { log } = this.#options;
		let reading = beginReading(log.operator, null);
		if (soundPlace !== null) {
			const read = await this.#entries(soundPlace, soundPlace + 1);
			if (isRefusal(read)) return read;
			const sound = parseLeaf(read[0] as Bytes);
			if (isRefusal(sound) || sound.kind !== "seal")
				return refuse("state-damaged", "the last sound seal is none");
			reading = beginReading(log.operator, { place: soundPlace, seal: sound.seal });
		}
		const take = (entries: readonly Bytes[]): Refusal | undefined =>
			readOn(reading, entries, null, nothingFound());
		return (await this.#again(reading.size, size, take)) ?? reading;
	}

	#keep(visit: Omit<KeptVisit, "origin">): void {
		const { log, store } = this.#options;
		store.keep({ origin: log.keys.origin, ...visit });
	}

	#dated(cases: readonly Case[]): KeptVisit["cases"] {
		const { origin } = this.#options.log.keys;
		return cases.map((each) => ({ ...each, origin, at: this.#now_s() }));
	}

	#now_s(): number {
		return Math.floor(this.#options.now() / 1000);
	}
}

const empty: Omit<KeptVisit, "origin"> = { head: null, tiles: new Map(), gone: [], words: [], cases: [] };

const otherEntries = refuse("state-damaged", "the entries are not those of the checkpoint");

/** The first place of each bundle that has entries from `first` up to `size`, which is what a log says of itself. */
function* bundlesFrom(first: number, size: number): Generator<number> {
	for (let from = first; from < size; from = (Math.floor(from / tileWidth) + 1) * tileWidth) yield from;
}

/** Tiles that were just made, then those that are kept; entries from the log. */
function over(made: ReadonlyMap<string, Bytes>, kept: LogSource, log: LogSource): LogSource {
	return async (path, most) => made.get(path) ?? (await kept(path, most)) ?? log(path, most);
}

/** Whatever keeps somebody's files from being had, a `stop` among it: it is no bug. */
export function reached(source: LogSource, stop?: AbortSignal): LogSource {
	return async (path, most) => {
		if (stop?.aborted === true) throw new LogUnreachable(`${path}: stopped`);
		try {
			return await source(path, most, stop);
		} catch (error) {
			throw error instanceof LogUnreachable ? error : new LogUnreachable(`${path}: ${error}`);
		}
	};
}

/** `channel-failed` where a source that is `reached` was not. */
async function orUnreached<T>(read: () => Promise<T>): Promise<T | Refusal> {
	try {
		return await read();
	} catch (error) {
		if (error instanceof LogUnreachable) return refuse("channel-failed", error.message);
		throw error;
	}
}
