/**
 * A toll: what stands before an API and has each call paid, by a server's wallet.
 *
 *   call ──▶ no payment ──▶ 402: a request for this very call, signed, durable in the module
 *   POST …/v1/handover ──▶ the wallet ──▶ RESERVED                         (docs/spec/handover.md)
 *   call with the release ──▶ OWNED durable ──▶ the handler ──▶ its answer durable ──▶ told, as often as it is asked for
 *
 * OWNED decides that the call is paid. From then on this payment buys one answer and nothing else, however often it is
 * shown. What can go wrong is cured by asking the same again: a lost answer is told again, a handler that failed or
 * whose process ended runs again under the payment's id, one that still runs is waited for. Nothing that was paid goes
 * back by itself.
 */
import type { AttemptSummary, ModuleStore } from "@tenten/module";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	parse,
	type Refusal,
	receipt,
	refuse,
	sameAsset,
	serializeMessage,
	toHex,
} from "@tenten/protocol";
import type { Hono } from "hono";
import type { Wallet } from "../wallet.ts";
import { answerOf, responseOf } from "./answer-form.ts";
import { type AnswerRow, Answers, longestBody } from "./answers.ts";
import type { AskedCall, Price } from "./asked.ts";
import { bookMemo, callsOfMemo, readTick, tickHeader } from "./book.ts";
import { callMemo, isMemoOf } from "./call.ts";
import {
	readSignature,
	requiredHeader,
	responseHeader,
	type Shown,
	signatureHeader,
	writeRequired,
	writeResponse,
} from "./headers.ts";
import { meterHeader, readMeteredCall } from "./meter-call.ts";
import { Ticks } from "./ticking.ts";
import { askingToPay, failed, gone, notPaid, pending, tooBusy } from "./toll-answers.ts";
import { Books } from "./toll-books.ts";
import { type PaymentStatus, tollDoors } from "./toll-doors.ts";
import { meteredKey, TollMeters } from "./toll-meters.ts";
import { paymentPath, tollAddress } from "./toll-paths.ts";

/** The handler. `payment`: the id of what paid for the call, the same each time it runs for it; null where it is free. */
export type Serve = (payment: string | null) => Promise<Response>;

export type TollOptions = {
	/** the toll's alone */
	readonly wallet: Wallet;
	/** rows of the answers; the toll's alone, apart from the wallet's */
	readonly rows: ModuleStore;
	/** what a call costs; null where it is free */
	readonly price: (call: AskedCall) => Price | null | Promise<Price | null>;
	/** unix seconds */
	readonly now: () => number;
	/** told of what a handler threw, and of answers that could not be kept */
	readonly report?: (error: Error) => void;
	readonly limits?: Partial<TollLimits>;
};

export type TollLimits = {
	/** seconds until which a call can be paid after it was asked for */
	readonly lifetime: number;
	/** calls that were asked for, not paid, and can be still */
	readonly open: number;
	/** seconds for which an answer is kept */
	readonly keep: number;
	/** bytes of one answer, and of all that are kept: beyond it nothing more is sold */
	readonly answerBytes: number;
	readonly keptBytes: number;
	/** how long a handler may take until a caller is told to come again */
	readonly wait_ms: number;
};

const usualLimits: TollLimits = {
	lifetime: 120,
	open: 10_000,
	keep: 86_400,
	answerBytes: 1 << 20,
	keptBytes: 1 << 28,
	wait_ms: 10_000,
};

/** between two clearings, seconds */
const clearEvery = 60;

/** A payment that this wallet owns. */
type Paid = { readonly id: string; readonly summary: AttemptSummary };

export class Toll {
	readonly #options: TollOptions;
	readonly #limits: TollLimits;
	readonly #answers: Answers;
	readonly #books: Books;
	readonly #meters: TollMeters;
	readonly #ticks: Ticks;
	readonly #doors: Hono;
	/** when each request that was given can be paid no more, by its digest */
	readonly #given = new Map<string, number>();
	/** handlers that run, by the payment's id */
	readonly #running = new Map<string, Promise<Response>>();
	#clearedAt = 0;

	private constructor(options: TollOptions, answers: Answers, books: Books, meters: TollMeters) {
		this.#options = options;
		this.#limits = { ...usualLimits, ...options.limits };
		this.#answers = answers;
		this.#books = books;
		this.#meters = meters;
		const { report = () => undefined } = options;
		const { answerBytes, wait_ms } = this.#limits;
		this.#ticks = new Ticks({ answerBytes, wait_ms, report });
		this.#doors = tollDoors(options.wallet.handle, {
			payment: (payment) => this.status(payment),
			call: (call, shown) => this.callStatus(call, shown),
		});
		for (const { digest, body } of options.wallet.module.requests())
			this.#given.set(toHex(digest), body.expiresAt);
	}

	/** `state-damaged` where the rows cannot be read. */
	static async open(options: TollOptions): Promise<Toll | Refusal> {
		if ((options.limits?.answerBytes ?? 0) > longestBody) throw new RangeError("answerBytes");
		const answers = await Answers.open(options.rows);
		if (isRefusal(answers)) return answers;
		const books = await Books.open(options.rows);
		if (isRefusal(books)) return books;
		const meters = await TollMeters.open(options.wallet, options.rows, options.now);
		return isRefusal(meters) ? meters : new Toll(options, answers, books, meters);
	}

	/** What a caller is told: an answer of the handler, or why there is none. */
	async answer(call: AskedCall, serve: Serve): Promise<Response> {
		const { pathname } = new URL(call.url);
		if (pathname.startsWith(`${tollAddress}/`)) return this.#door(call, pathname);
		const header = call.header(signatureHeader);
		if (header !== undefined) return this.#paid(call, header, serve);
		const price = await this.#options.price(call);
		if (price === null) return serve(null);
		const ticked = await this.#tick(call, price, serve);
		if (ticked !== undefined && !isRefusal(ticked)) return ticked;
		if (ticked?.code === "overloaded") return tooBusy();
		return ticked?.code === "answer-gone" ? gone() : this.#ask(call, price, ticked);
	}

	/** A call of a book or a meter that is open; refused or undefined where it is none. */
	async #tick(call: AskedCall, price: Price, serve: Serve): Promise<Response | Refusal | undefined> {
		const metered = call.header(meterHeader);
		if (metered !== undefined) {
			const shown = readMeteredCall(metered);
			const numbered = isRefusal(shown) ? shown : this.#meters.callOf(shown, call, price);
			return isRefusal(numbered) ? numbered : this.#ticks.answer(numbered, serve);
		}
		const numbered = this.#books.callOf(call.header(tickHeader) ?? "", price);
		return numbered && this.#ticks.answer(numbered, serve);
	}

	async #door({ method, body, header }: AskedCall, pathname: string): Promise<Response> {
		const headers = new Headers();
		for (const name of ["content-type", "content-encoding", meterHeader]) {
			const value = header(name);
			if (value !== undefined) headers.set(name, value);
		}
		const hasBody = method !== "GET" && method !== "HEAD";
		return this.#doors.request(pathname, {
			method,
			headers,
			...(hasBody ? { body: Uint8Array.from(body) } : {}),
		});
	}

	/** 402, with a request for this call. `why`: the tick that it showed pays for nothing here. */
	async #ask(call: AskedCall, price: Price, why?: Refusal): Promise<Response> {
		const { wallet, now } = this.#options;
		await this.#clear();
		if (this.#given.size >= this.#limits.open || this.#answers.bytes >= this.#limits.keptBytes)
			return tooBusy();
		const { lifetime } = this.#limits;
		const { asset, amount, calls = 1 } = price;
		const memo = calls === 1 ? callMemo(call) : bookMemo(new URL(call.url).origin, calls);
		const made = await wallet.request({ asset, amount, memo, mode: "twoPhase", lifetime });
		const request = isRefusal(made) ? made : wallet.module.readRequest(made.encoded);
		if (isRefusal(made) || isRefusal(request)) return tooBusy();
		this.#given.set(toHex(made.digest), now() + lifetime);
		const terms = { asset, payTo: request.payee.hash, lifetime, address: tollAddress };
		const metered = await this.#meters.offer(new URL(call.url).origin, price, lifetime);
		const askings = [
			...(metered === undefined ? [] : [{ ...terms, scheme: "meter", calls: 1, ...metered } as const]),
			{ ...terms, scheme: "two-phase", amount, calls, request: made.encoded } as const,
		];
		const settled = why && { asset, amount, attempt: null, payer: null, why: why.code };
		return askingToPay({
			[requiredHeader]: writeRequired(call.url, askings, "this call is paid for"),
			...(settled && { [responseHeader]: writeResponse(settled) }),
		});
	}

	async #paid(call: AskedCall, header: string, serve: Serve): Promise<Response> {
		const shown = readSignature(header);
		if (isRefusal(shown)) return notPaid(shown, null);
		const id = toHex(shown.request);
		const summary = this.#summaryOf(shown.attempt);
		// Before the release is taken: nobody pays for what is not given then.
		const not = summary === undefined ? refuse("attempt-unknown") : this.#mismatch(call, shown, summary);
		if (summary === undefined || not !== undefined) return notPaid(not ?? refuse("attempt-unknown"), shown);
		if (summary.state !== "owned") {
			const { attempt, release: secret } = shown;
			await this.#options.wallet.handle([serializeMessage({ kind: "release", attempt, secret })]);
		}
		const stands = this.#options.wallet.module.payee(shown.attempt);
		if (stands === "resolving") return this.#pending(id);
		if (stands !== "owned" || !this.#isReleasedBy(shown)) return notPaid(refuse("release-mismatch"), shown);
		this.#given.delete(id);
		const calls = callsOfMemo(summary.memo, new URL(call.url).origin);
		if (calls !== undefined) return this.#open({ id, summary }, calls, call, serve);
		const kept = this.#answers.find(id);
		if (kept !== undefined) return this.#again(kept, { id, summary });
		return this.#await({ id, summary }, serve);
	}

	/** Opens the book that was paid for, under the ticket of the call that comes with it, and makes that call. */
	async #open(paid: Paid, calls: number, call: AskedCall, serve: Serve): Promise<Response> {
		const { attempt, asset, amount } = paid.summary;
		const tick = readTick(call.header(tickHeader) ?? "");
		const not = isRefusal(tick)
			? tick
			: await this.#books.begin(paid.id, { attempt, asset, amount, calls }, tick.ticket);
		const price = await this.#options.price(call);
		const answer = not ?? (price && (await this.#tick(call, price, serve)));
		if (isRefusal(answer) && answer.code === "answer-gone") return gone();
		if (answer === null || answer === undefined || isRefusal(answer))
			return notPaid(answer ?? refuse("request-mismatch", "no call of this book"), null);
		for (const [name, value] of Object.entries(this.#settled(paid))) answer.headers.set(name, value);
		return answer;
	}

	#summaryOf(attempt: Bytes): AttemptSummary | undefined {
		const [summary] = this.#options.wallet.module.attempts(
			(each) => each.side === "payee" && equalBytes(each.attempt, attempt),
		);
		return summary;
	}

	/** Why what is shown does not pay for this call. */
	#mismatch(call: AskedCall, shown: Shown, summary: AttemptSummary): Refusal | undefined {
		const { asset, amount, payTo } = shown.accepted;
		if (!equalBytes(summary.request, shown.request)) return refuse("request-mismatch", "another request");
		const isBook = callsOfMemo(summary.memo, new URL(call.url).origin) !== undefined;
		if (!isBook && !isMemoOf(summary.memo, call)) return refuse("request-mismatch", "another call");
		if (!sameAsset(summary.asset, asset)) return refuse("asset-mismatch");
		if (summary.amount !== amount) return refuse("amount-mismatch");
		const isOurs = this.#options.wallet.module.certificates().some(({ hash }) => equalBytes(hash, payTo));
		return isOurs ? undefined : refuse("request-mismatch", "another payee");
	}

	/** A machine that owns answers every release alike: whether it is the one is looked up in the receipt. */
	#isReleasedBy({ attempt, release }: Shown): boolean {
		const proof = this.#options.wallet.module.receipt(attempt);
		const read = isRefusal(proof) ? proof : parse(receipt, proof, proof.length);
		return !isRefusal(read) && read.secret !== null && equalBytes(read.secret, release);
	}

	#again({ content }: AnswerRow, paid: Paid): Response {
		return content === null ? gone() : responseOf(content, this.#settled(paid));
	}

	/** What says that the payment stands. */
	#settled({ summary }: Paid): Readonly<Record<string, string>> {
		const { attempt, asset, amount, payer } = summary;
		return { [responseHeader]: writeResponse({ attempt, asset, amount, payer, why: null }) };
	}

	#pending(id: string): Response {
		return pending(paymentPath(id), { payment: id });
	}

	/** The answer, if it is there in time: of a handler that runs already, or that is started. */
	async #await(paid: Paid, serve: Serve): Promise<Response> {
		const { id } = paid;
		const running = this.#running.get(id) ?? this.#start(paid, serve);
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<Response>((resolve) => {
			timer = setTimeout(() => resolve(this.#pending(id)), this.#limits.wait_ms);
		});
		try {
			return (await Promise.race([running, late])).clone();
		} finally {
			clearTimeout(timer);
		}
	}

	#start(paid: Paid, serve: Serve): Promise<Response> {
		const runs = this.#run(paid, serve).finally(() => this.#running.delete(paid.id));
		this.#running.set(paid.id, runs);
		return runs;
	}

	/** Runs the handler and keeps its answer. A failure is none: the same payment may be shown again. */
	async #run(paid: Paid, serve: Serve): Promise<Response> {
		const { report = () => undefined, now } = this.#options;
		try {
			const response = await serve(paid.id);
			const content = await answerOf(response, this.#limits.answerBytes);
			if (isRefusal(content)) throw new Error(`an answer that cannot be kept: ${content.detail}`);
			const headers = this.#settled(paid);
			if (content.status >= 500) return responseOf(content, headers);
			const row = { attempt: paid.summary.attempt, at: now(), content };
			const not = await this.#answers.keep(paid.id, row);
			if (not !== undefined) throw new Error(`an answer that cannot be kept: ${not.detail}`);
			return responseOf(content, headers);
		} catch (error) {
			report(error instanceof Error ? error : new Error(String(error)));
			return failed(this.#settled(paid));
		}
	}

	/** How far a payment is. */
	status(payment: string): PaymentStatus {
		const kept = this.#answers.find(payment);
		if (kept !== undefined) return kept.content === null ? "gone" : "answered";
		if (this.#running.has(payment)) return "running";
		const { module } = this.#options.wallet;
		const states = module
			.standings()
			.flatMap(({ side, request, state }) => (side === "payee" && toHex(request) === payment ? [state] : []));
		if (states.includes("owned")) return "paid";
		if (states.includes("resolving")) return "running";
		if (states.includes("reserved")) return "reserved";
		return this.#given.has(payment) ? "open" : "unknown";
	}

	/** How far a call by meter is. `call`: its hash in hexadecimal; `shown`: the header of its tick, which proves who asks. */
	callStatus(call: string, shown: string): PaymentStatus {
		const metered = readMeteredCall(shown);
		if (isRefusal(metered)) return "unknown";
		return this.#ticks.status(meteredKey(metered, call)) ?? this.#meters.statusOf(metered, call);
	}

	/** Forgets what is over, at most once a minute. */
	async #clear(): Promise<void> {
		const { now, wallet } = this.#options;
		if (now() < this.#clearedAt + clearEvery) return;
		this.#clearedAt = now();
		for (const [digest, until] of this.#given) if (until <= now()) this.#given.delete(digest);
		await wallet.module.forget();
		const isKnown = (attempt: Bytes): boolean => wallet.module.payee(attempt) !== undefined;
		await this.#answers.clear(now() - this.#limits.keep, isKnown);
		await this.#books.clear(isKnown);
		await this.#meters.clear();
	}

	/** Waits for the handlers that run. The wallet stays open. */
	async close(): Promise<void> {
		await Promise.allSettled(this.#running.values());
		await this.#ticks.settled();
		await this.#answers.close();
	}
}
