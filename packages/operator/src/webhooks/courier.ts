/**
 * The courier: takes what is due from the queue and brings it to its endpoints, until it is taken or given up.
 *
 *   look ─▶ take (durable: nobody else has it now) ─▶ post ─▶ ended (durable)
 *
 * What can go wrong is on the other side. A slow endpoint holds up itself alone: each has its own few attempts at
 * once. Of one subject one event is under way at a time, in the order in which they came to be due; what failed is
 * overtaken. Every event arrives at least once, and may arrive again: a process that dies between the post and its
 * end has it sent again by another. Its id is the same each time.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type Bytes, toHex } from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import { appendAudit } from "../store/audit-log.ts";
import { changeTaken, type Due, dueOf, keepAttempt, queueDepth, takeDue } from "../store/deliveries.ts";
import { forgetEvents } from "../store/events.ts";
import type { Schema } from "../store/schema.ts";
import type { Transaction } from "../store/store.ts";
import {
	allEndpoints,
	type Endpoint,
	endpointNamed,
	markFailing,
	replaceEndpoint,
} from "../store/webhook-endpoints.ts";
import { envelope, headersOf } from "./message.ts";
import { tell } from "./outbox.ts";
import { type Outcome, outcomes, type Posted } from "./post.ts";
import { lease, type WebhookSettings } from "./settings.ts";

/** For whoever watches: of this process the attempts, of the queue what was seen last. */
export type WebhookFigures = {
	readonly attempts: Readonly<Record<Outcome, number>>;
	readonly waiting: number;
	/** unix seconds since which the oldest waits; null where none does */
	readonly oldestAt: number | null;
	readonly disabled: number;
};

type UnderWay = { readonly endpoint: string; readonly subject: string };

/** How many of what is due at an endpoint are looked at: one subject's hide others behind no more than so many. */
const lookedAt = 64;
const restBetween_ms = 500;
/** Seconds between two looks at how long the queue is, and for what is to be forgotten. */
const tendEvery = 10;
/** Milliseconds that what is under way has to end, once the courier stops. */
const usualStop_ms = 5_000;

export class Courier {
	readonly #context: OperatorContext;
	readonly #settings: WebhookSettings;
	readonly #underWay = new Map<Promise<void>, UnderWay>();
	#stop = new AbortController();
	#release = new AbortController();
	#wake: () => void = () => undefined;
	#tendedAt = 0;
	#figures: WebhookFigures = {
		attempts: Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>,
		waiting: 0,
		oldestAt: null,
		disabled: 0,
	};

	constructor(context: OperatorContext, settings: WebhookSettings) {
		this.#context = context;
		this.#settings = settings;
	}

	get figures(): WebhookFigures {
		return this.#figures;
	}

	/** Begins an attempt of everything that is due and may be under way now; how many. */
	async begin(failed: (error: unknown) => void): Promise<number> {
		const { store, now } = this.#context;
		const found = await store.read((transaction) => this.#look(transaction));
		const due = found.flatMap(({ due: some }) => some);
		if (due.length === 0) return 0;
		const taken = await store.run((transaction) => takeDue(transaction, due, now() + lease));
		for (const one of taken) {
			const endpoint = found.find(({ endpoint: { id } }) => toHex(id) === toHex(one.endpoint))?.endpoint;
			if (endpoint !== undefined) this.#track(one, this.#bring(endpoint, one).catch(failed));
		}
		return taken.length;
	}

	/** Brings everything that is due, and answers when all of it has ended. */
	async deliver(): Promise<void> {
		const fail = (error: unknown): never => {
			throw error;
		};
		while ((await this.begin(fail)) > 0 || this.#underWay.size > 0) await Promise.all(this.#underWay.keys());
		await this.#tend();
	}

	/** Works until it is stopped. Then what is under way has `stop_ms` to end, and the rest is let go. */
	start(failed: (error: unknown) => void, stop_ms: number = usualStop_ms): () => Promise<void> {
		this.#stop = new AbortController();
		this.#release = new AbortController();
		const working = this.#work(failed);
		return async () => {
			this.#stop.abort("stopping");
			this.#wake();
			await working;
			const ended = Promise.allSettled(this.#underWay.keys());
			const late = new AbortController();
			await Promise.race([ended, pause(stop_ms, undefined, { signal: late.signal })]);
			late.abort();
			this.#release.abort("stopping");
			await ended;
		};
	}

	async #work(failed: (error: unknown) => void): Promise<void> {
		while (!this.#stop.signal.aborted) {
			const woken = new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
			const begun = await this.begin(failed).catch((error: unknown) => {
				failed(error);
				return 0;
			});
			await this.#tend().catch(failed);
			// An attempt that ends makes room for another; what is new is looked for after a moment.
			if (begun === 0) await Promise.race([woken, restOf(this.#stop.signal)]);
		}
	}

	#track(due: Due, work: Promise<void>): void {
		const tracked = work.finally(() => {
			this.#underWay.delete(tracked);
			this.#wake();
		});
		this.#underWay.set(tracked, { endpoint: toHex(due.endpoint), subject: due.subject });
	}

	/** What is due of each endpoint, as much as may be under way beside what is. */
	async #look(transaction: Transaction) {
		const found: { readonly endpoint: Endpoint; readonly due: readonly Due[] }[] = [];
		for (const endpoint of await allEndpoints(transaction)) {
			if (endpoint.disabled !== "") continue;
			const here = [...this.#underWay.values()].filter((one) => one.endpoint === toHex(endpoint.id));
			const room = this.#settings.atOnce - here.length;
			if (room <= 0) continue;
			const subjects = new Set(here.map(({ subject }) => subject));
			const due: Due[] = [];
			for (const one of await dueOf(transaction, endpoint.id, this.#context.now(), lookedAt)) {
				if (subjects.has(one.subject) || due.length === room) continue;
				subjects.add(one.subject);
				due.push(one);
			}
			found.push({ endpoint, due });
		}
		return found;
	}

	/** One attempt, from its taking to its end. */
	async #bring(endpoint: Endpoint, due: Due): Promise<void> {
		const { now, policy, store } = this.#context;
		const { secret, post, attempt_ms, giveUpAfter } = this.#settings;
		if (now() >= due.queuedAt + giveUpAfter) {
			const given = { state: "givenUp", ended_at: now() };
			await store.run((transaction) => changeTaken(transaction, due, given));
			return;
		}
		const at = now();
		const begun = performance.now();
		const body = envelope(policy.url, due);
		const headers = headersOf(secret, endpoint, due.event, at, body);
		const signal = AbortSignal.any([AbortSignal.timeout(attempt_ms), this.#release.signal]);
		const posted = await post({ url: endpoint.url, headers, body }, signal);
		const tookMs = Math.round(performance.now() - begun);
		await store.run(async (transaction) => {
			await keepAttempt(transaction, due, { at, tookMs, ...posted });
			await this.#end(transaction, due, posted);
		});
		const { attempts } = this.#figures;
		const counted = { ...attempts, [posted.outcome]: attempts[posted.outcome] + 1 };
		this.#figures = { ...this.#figures, attempts: counted };
	}

	/** What an attempt changes, while its delivery is still its own: whoever took over says how it ends. */
	async #end(transaction: Transaction, due: Due, { outcome }: Posted): Promise<void> {
		const now = this.#context.now();
		const ended = this.#endOf(due, outcome, now);
		if (!(await changeTaken(transaction, due, ended)) || outcome === "stopped") return;
		const endpoint = await endpointNamed(transaction, due.endpoint);
		if (endpoint === undefined || endpoint.disabled !== "") return;
		const { id, failingSince } = endpoint;
		if (outcome === "delivered") {
			if (failingSince !== null) await markFailing(transaction, id, null);
		} else if (outcome === "gone") {
			await this.#disable(transaction, endpoint, "it answered that it is gone (410)");
		} else if (failingSince === null) {
			await markFailing(transaction, id, now);
		} else if (now >= failingSince + this.#settings.disableAfter) {
			await this.#disable(transaction, endpoint, `nothing arrived since ${timeText(failingSince)}`);
		}
	}

	/** What becomes of a delivery. */
	#endOf(due: Due, outcome: Outcome, now: number): Partial<Schema["deliveries"]> {
		if (outcome === "delivered") return { state: "delivered", ended_at: now };
		if (outcome === "stopped") return { next_at: now };
		const failures = due.failures + 1;
		const next_at = now + backoff(failures, this.#context.entropy);
		if (next_at < due.queuedAt + this.#settings.giveUpAfter) return { failures, next_at };
		return { failures, state: "givenUp", ended_at: now };
	}

	async #disable(transaction: Transaction, endpoint: Endpoint, reason: string): Promise<void> {
		await replaceEndpoint(transaction, endpoint, { ...endpoint, disabled: reason });
		const subject = toHex(endpoint.id);
		const acting = { actor: "operator", requestId: "webhooks", at: this.#context.now() };
		const entry = { ...acting, act: "webhookDisabled", subject, outcome: "done", detail: reason } as const;
		const { hash: cause } = await appendAudit(transaction, entry);
		const data = { endpoint: subject, reason };
		const event = { type: "tenten.webhook.disabled", cause, subject, account: null, data } as const;
		await tell(transaction, this.#context, event);
	}

	/** Looks how long the queue is, and forgets what is old. */
	async #tend(): Promise<void> {
		const { store, now } = this.#context;
		if (now() < this.#tendedAt + tendEvery) return;
		this.#tendedAt = now();
		const before = now() - this.#settings.keepFor;
		while ((await store.run((transaction) => forgetEvents(transaction, before))) > 0);
		const seen = await store.read(async (transaction) => {
			const endpoints = await allEndpoints(transaction);
			const enabled = endpoints.filter(({ disabled }) => disabled === "").map(({ id }): Bytes => id);
			const depth = await queueDepth(transaction, enabled);
			return { ...depth, disabled: endpoints.length - enabled.length };
		});
		this.#figures = { ...this.#figures, ...seen };
	}
}

async function restOf(signal: AbortSignal): Promise<void> {
	await pause(restBetween_ms, undefined, { signal, ref: false }).catch(() => undefined);
}

function timeText(seconds: number): string {
	return new Date(seconds * 1000).toISOString();
}

const firstBackoff = 5;
const longestBackoff = 4 * 3_600;

/** Seconds until the next attempt after so many failures: four times as long each time, less up to a half by chance. */
function backoff(failures: number, entropy: (length: number) => Bytes): number {
	const most = Math.min(longestBackoff, firstBackoff * 4 ** Math.min(failures - 1, 10));
	const chance = new DataView(new Uint8Array(entropy(4)).buffer).getUint32(0) / 2 ** 32;
	return Math.ceil(most * (1 - chance / 2));
}
