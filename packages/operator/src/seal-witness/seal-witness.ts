/**
 * A witness of seals: follows the logs of its peers, says one word on each seal, and compares what it was shown with
 * what other witnesses were shown.
 *
 *   visit ─ every log, from where it was ─▶ kept, with words ─▶ signed ─▶ shown
 *     └─ other witnesses of the log ─▶ their checkpoint against the copy ─▶ nothing; or evidence
 *
 * Its key signs words on seals and what this witness did, and no checkpoint.
 */
import { randomBytes } from "node:crypto";
import {
	type Bytes,
	cosignatureBody,
	type DrillFigures,
	decodeItem,
	drillFigures,
	encodeItem,
	equalBytes,
	type Item,
	isRefusal,
	noteBytes,
	parse,
	type Refusal,
	refusalBody,
	refuse,
	type SealWord,
	type Shape,
	type Signer,
	sealCosignature,
	sealRefusal,
	sealWord,
	serialize,
	signCosignature,
	signSealRefusal,
	toHex,
	type Verify,
} from "@tenten/protocol";
import type { Standing } from "../witness/standing-form.ts";
import type { DrillJournal } from "./drills.ts";
import { type FollowedLog, Follower, reached, type Visit } from "./follower.ts";
import { type KeptWord, shownMost } from "./kept.ts";
import { mirrorSource } from "./mirror.ts";
import { logId, viewOf, witnessSource } from "./others.ts";
import { Sampler, type SamplingPolicy } from "./sampler.ts";
import { type QuorumPolicy, standingsOf } from "./standing.ts";
import type { SealStore } from "./store.ts";

export type WitnessedLog = FollowedLog & {
	/** addresses of other witnesses of it */
	readonly others?: readonly string[];
	/** how its operator is sampled; it is not where this is left out */
	readonly sampling?: SamplingPolicy;
	/** which witnesses must have cosigned its checkpoints, and how lately: shown, and no reason to refuse a seal */
	readonly quorum?: QuorumPolicy;
};

export type SealWitnessOptions = {
	readonly store: SealStore;
	/** of the store's key */
	readonly signer: Signer;
	readonly logs: readonly WitnessedLog[];
	readonly verify: Verify;
	/** milliseconds since 1970 */
	readonly now: () => number;
	/** drills of the same witness, which another process may write */
	readonly journal?: DrillJournal | undefined;
	/** bytes that nobody can guess; the platform's if left out */
	readonly entropy?: (length: number) => Bytes;
};

/** What was found of a log, of its latest visit, and of the other witnesses that were asked. */
export type LogVisit = Visit & { readonly others: readonly OtherVisit[] };
export type OtherVisit = { readonly url: string; readonly visit: Visit | { readonly kind: "agrees" } };

/** words that are signed in one write */
const signedTogether = 256;
/** bytes of a checkpoint or a tile */
const fileBytes = noteBytes;

type Followed = {
	readonly follower: Follower;
	readonly others: readonly string[];
	/** the visit that is under way */
	turn: Promise<void>;
};

export class SealWitness {
	readonly #options: SealWitnessOptions;
	readonly #followed: readonly Followed[];
	readonly #visits = new Map<string, LogVisit>();
	readonly #sampler: Sampler;
	readonly #stopping = new AbortController();
	#signing: Promise<void> = Promise.resolve();

	constructor(options: SealWitnessOptions) {
		const { store, signer, logs, verify, now } = options;
		if (!equalBytes(store.key.bytes, signer.key.bytes) || store.key.suite !== signer.key.suite)
			throw new RangeError("the store of another key: a witness without its past is another witness");
		this.#options = options;
		const entropy = options.entropy ?? ((length) => new Uint8Array(randomBytes(length)));
		const stop = this.#stopping.signal;
		this.#sampler = new Sampler({ store, signer, now: () => Math.floor(now() / 1000), entropy, stop });
		this.#followed = logs.map((log) => ({
			follower: new Follower({ log, store, verify, now, stop }),
			others: log.others ?? [],
			turn: Promise.resolve(),
		}));
	}

	/**
	 * Visits a log once, or all of them at once where none is named: one that is slow, or never answers, keeps no other
	 * from its words. Visits of one log follow one another. What was kept before a crash is signed first.
	 */
	async visit(origin?: string): Promise<void> {
		const due = this.#followed.filter(
			({ follower }) => origin === undefined || follower.log.keys.origin === origin,
		);
		await Promise.all(
			due.map((followed) => {
				const turn = followed.turn.then(() => this.#visitOne(followed));
				followed.turn = turn.catch(() => undefined);
				return turn;
			}),
		);
	}

	async #visitOne({ follower, others }: Followed): Promise<void> {
		await this.#sign();
		const visit = await follower.visit();
		await this.#sign();
		const { sampling } = follower.log as WitnessedLog;
		if (visit.kind === "followed" && sampling !== undefined) await this.#sampler.sample(follower, sampling);
		const asked: OtherVisit[] = [];
		for (const url of others) asked.push({ url, visit: await this.#compare(follower, url) });
		this.#visits.set(follower.log.keys.origin, { ...visit, others: asked });
	}

	async #compare(follower: Follower, url: string): Promise<OtherVisit["visit"]> {
		const { keys } = follower.log;
		if (follower.convictedOf !== undefined) return { kind: "convicted", of: follower.convictedOf };
		const source = reached(witnessSource(url, keys.origin), this.#stopping.signal);
		const view = await viewOf(source, keys, this.#options.verify).catch(
			(error: unknown): Refusal => refuse("channel-failed", `${error}`),
		);
		return isRefusal(view) ? { kind: "unread", refusal: view } : follower.compare(view);
	}

	/** One after another: what is signed once is not signed again. */
	#sign(): Promise<void> {
		const signed = this.#signing.then(() => this.#signKept());
		this.#signing = signed.catch(() => undefined);
		return signed;
	}

	async #signKept(): Promise<void> {
		const { store, signer } = this.#options;
		for (let words = store.unsigned(signedTogether); words.length > 0; ) {
			const signed: { word: KeptWord; signed: Bytes }[] = [];
			for (const word of words)
				signed.push({ word, signed: serialize(sealWord, await signedWord(word, signer)) });
			store.sign(signed);
			words = words.length < signedTogether ? [] : store.unsigned(signedTogether);
		}
	}

	/** The word on a seal, `sealWord` of crossing.md; undefined where none was said yet. */
	word(operator: Bytes, number: number): Bytes | undefined {
		return this.#options.store.word(operator, number)?.signed ?? undefined;
	}

	/** As `word`, by the seal's hash. */
	wordOn(seal: Bytes): Bytes | undefined {
		return this.#options.store.wordOn(seal)?.signed ?? undefined;
	}

	/** A file of the copy of a log, by its id; null where no such log is followed. */
	async copied(log: string, path: string): Promise<Bytes | undefined | null> {
		const { store, logs } = this.#options;
		const followed = logs.find(({ keys }) => logId(keys.origin) === log);
		return followed === undefined || store.head(followed.keys.origin) === undefined
			? null
			: mirrorSource(store, followed.keys.origin)(path, fileBytes);
	}

	/** The commitment to the nonce of the next sample of an operator; undefined where there is none. */
	commitment(operator: Bytes): Bytes | undefined {
		return this.#sampler.commitment(operator);
	}

	/** The last drills of an operator, as they were signed: an encoded array. */
	drills(operator: Bytes): Bytes {
		return encodeItem((this.#options.journal?.statements(operator, shownMost) ?? []).map(itemOf));
	}

	/** What the last drills say together, at a time in unix seconds. */
	drillFigures(operator: Bytes, now: number): DrillFigures {
		return drillFigures(this.#options.journal?.drills(operator, shownMost) ?? [], now);
	}

	caseFile(hash: Bytes): Bytes | undefined {
		return this.#options.store.caseFile(hash);
	}

	standings(): { readonly now: number; readonly peers: readonly Standing[] } {
		const { now, verify } = this.#options;
		const now_s = Math.floor(now() / 1000);
		return { now: now_s, peers: standingsOf(this, now_s, verify) };
	}

	/** What the latest visit of a log came to; undefined before the first. */
	lastVisit(origin: string): LogVisit | undefined {
		return this.#visits.get(origin);
	}

	get logs(): readonly WitnessedLog[] {
		return this.#options.logs;
	}

	get store(): SealStore {
		return this.#options.store;
	}

	/** Asks nobody any more, and waits for nobody who does not answer: visits end with what they have. */
	stop(): void {
		this.#stopping.abort();
	}

	/** After the visits that are under way. */
	async close(): Promise<void> {
		await Promise.all(this.#followed.map(({ turn }) => turn));
		this.#options.store.close();
		this.#options.journal?.close();
	}
}

function itemOf(statement: Bytes): Item {
	const item = decodeItem(statement, statement.length);
	if (isRefusal(item)) throw new Error("a drill that was kept is none");
	return item;
}

async function signedWord({ kind, body }: KeptWord, signer: Signer): Promise<SealWord> {
	switch (kind) {
		case "cosignature": {
			const signed = await signCosignature(kept(cosignatureBody, body), signer);
			return { kind, word: kept(sealCosignature, signed) };
		}
		case "broken": {
			const signed = await signSealRefusal(kept(refusalBody, body), signer);
			return { kind, word: kept(sealRefusal, signed) };
		}
		default:
			return kind satisfies never;
	}
}

/** Of one's own making. */
function kept<T>(shape: Shape<T>, bytes: Bytes): T {
	const value = parse(shape, bytes);
	if (isRefusal(value)) throw new Error(`what was kept is none: ${value.code} ${toHex(bytes)}`);
	return value as T;
}
