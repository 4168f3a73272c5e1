/**
 * The line of claims: each is judged, waits for whatever is under way, and is taken together with those that
 * waited beside it.
 *
 *   claim ─▶ answered before? ─▶ judged (threads) ─▶ prepared ─▶ together ─┬─▶ reply
 *                                                                          └─▶ alone, in their order ─▶ reply
 *
 * Nothing is owed by this line: what it holds was acknowledged to nobody, and a claim that comes again after a
 * crash finds its rows or none.
 */
import { setTimeout, setImmediate as turn } from "node:timers/promises";
import { type Bytes, isRefusal, type Refusal, sha256, type Trust, toHex } from "@tenten/protocol";
import { claimAlone, usable } from "../claims.ts";
import type { OperatorContext } from "../context.ts";
import { certificateOf } from "../enrol.ts";
import { Gatherer } from "../gatherer.ts";
import type { JudgedClaim, Judgement, Question } from "../judging/judge.ts";
import { storedReplies } from "../replies.ts";
import { KeyReused, type RequestKey } from "../request-key.ts";
import { publicationsOf } from "../store/releases.ts";
import { isWorthSplitting } from "../store/store.ts";
import { spanned } from "../tracing.ts";
import { type PreparedClaim, prepareWrites } from "./prepared.ts";
import { takingsOf } from "./taking.ts";
import { claimTogether } from "./together.ts";

/** The key of the request behind a claim, to be bound with what the claim does. */
export type ClaimKey = { readonly key: RequestKey; readonly bound: () => void };

export type LineOptions = {
	/** see `judge`; on this thread or on another */
	readonly judge: (question: Question, trust: Trust) => Judgement | Promise<Judgement>;
	/** `false`: each claim goes alone */
	readonly isTogether: boolean;
	/** judged on other threads: then claims trickle in one by one, and are waited for */
	readonly isThreaded: boolean;
};

type InLine = { readonly prepared: PreparedClaim; readonly alone: () => Promise<Bytes | Refusal> };

/** Tokens in one transaction, at most: while it is written, this thread does nothing else. */
const tokensTogether = 128;
/** Replies looked up at once, at most. */
const repliesTogether = 256;
/** Milliseconds that a claim waits for others where there are any: about as long as a disk takes to sync. */
const companyPause_ms = 5;
/** Accounts whose certificates are remembered: they never change. */
const knownAccounts = 4_096;

export class ClaimLine {
	readonly #options: LineOptions;
	readonly #answered: Gatherer<Bytes, Bytes | undefined>;
	readonly #taken: Gatherer<InLine, Bytes | Refusal>;
	readonly #accounts = new Map<string, Bytes>();
	/** claims that are in line */
	#inLine = 0;

	/** Of what `context` moves, the line itself uses the store alone. */
	constructor(context: OperatorContext, options: LineOptions) {
		this.#options = options;
		// Between two full batches whoever comes is heard: else nobody is let in, or turned away, until the line is empty.
		const pause = (isFull: boolean): Promise<void> => {
			if (!options.isThreaded) return Promise.resolve();
			if (isFull) return turn();
			return this.#inLine > 1 ? setTimeout(companyPause_ms) : Promise.resolve();
		};
		const { abreast } = context.store;
		const gathering = { abreast, isWorthSplitting };
		this.#answered = new Gatherer((hashes) => repliesTo(context, hashes), {
			...gathering,
			most: repliesTogether,
			weigh: () => 1,
			// What came in the same turn is looked up at once.
			pause: () => (options.isThreaded ? turn() : Promise.resolve()),
		});
		this.#taken = new Gatherer((claims) => takeTogether(context, claims), {
			...gathering,
			most: tokensTogether,
			weigh: ({ prepared }) => Math.max(1, prepared.takings.length),
			pause,
		});
	}

	/** The reply to a claim, once for all; or why nothing of it counts. */
	async claim(context: OperatorContext, encoded: Bytes, key: ClaimKey | null): Promise<Bytes | Refusal> {
		this.#inLine++;
		try {
			return await this.#answer(context, encoded, key);
		} finally {
			this.#inLine--;
		}
	}

	async #answer(context: OperatorContext, encoded: Bytes, key: ClaimKey | null): Promise<Bytes | Refusal> {
		const hash = sha256(encoded);
		const before = await this.#answered.ask(hash);
		if (before !== undefined) return before;
		const [trust, now] = [await context.trust(), context.now()];
		const question = { encoded, operator: context.id, now, published: null };
		const judged = await spanned("verify claim", () => this.#judge(context, question, trust));
		if (isRefusal(judged)) return judged;
		const account = usable(await this.#accountOf(context, judged), trust);
		const takings = takingsOf(judged, account, now);
		const alone = (): Promise<Bytes | Refusal> =>
			claimAlone({ ...context, now: () => now }, judged, takings, hash, trust);
		if (!this.#options.isTogether) return alone();
		const writes = await prepareWrites(context, judged, takings, now);
		const { digest, order } = judged;
		const { code } = order.asset;
		const prepared = { hash, digest, code, key: key?.key ?? null, takings, at: now, writes };
		const reply = await this.#taken.ask({ prepared, alone });
		key?.bound();
		return reply;
	}

	async #judge({ store }: OperatorContext, question: Question, trust: Trust): Promise<JudgedClaim | Refusal> {
		const first = await this.#options.judge(question, trust);
		if (first.kind !== "undated") return first;
		const published = await store.read((transaction) => publicationsOf(transaction, first.locks));
		const second = await this.#options.judge({ ...question, published }, trust);
		if (second.kind === "undated") throw new Error("undated, with the dates in hand");
		return second;
	}

	/** The encoded certificate behind the account that an order names. */
	async #accountOf(
		{ store }: OperatorContext,
		{ order: { action } }: JudgedClaim,
	): Promise<Bytes | undefined> {
		if (action.kind !== "account") return undefined;
		const id = toHex(action.account);
		const known = this.#accounts.get(id);
		if (known !== undefined) return known;
		const encoded = await store.read((transaction) => certificateOf(transaction, action.account));
		if (this.#accounts.size >= knownAccounts) this.#accounts.clear();
		if (encoded !== undefined) this.#accounts.set(id, encoded);
		return encoded;
	}
}

/** The replies that were given to claims with these hashes. */
async function repliesTo(
	{ store }: OperatorContext,
	hashes: readonly Bytes[],
): Promise<readonly (Bytes | undefined)[]> {
	const replies = await store.read((transaction) => storedReplies(transaction, hashes));
	return hashes.map((hash) => replies.get(toHex(hash)));
}

/** What the others leave goes alone, one after another, while the next are taken together. */
async function takeTogether(
	context: OperatorContext,
	claims: readonly InLine[],
): Promise<readonly (Bytes | Promise<Bytes | Refusal>)[]> {
	const answers = await claimTogether(
		context,
		claims.map(({ prepared }) => prepared),
	);
	let before: Promise<unknown> = Promise.resolve();
	return claims.map(({ alone }, position) => {
		const answer = answers[position];
		if (answer?.kind === "reply") return answer.reply;
		if (answer?.kind === "reused") return Promise.reject(new KeyReused());
		const mine = before.then(alone, alone);
		before = mine.catch(() => {});
		return mine;
	});
}
