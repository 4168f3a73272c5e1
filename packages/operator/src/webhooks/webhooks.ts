/**
 * Webhooks as the people who run an operator see them: endpoints, what happened, what became of each delivery.
 *
 * Each change stands in the audit log with itself. A secret is told when it is made and never again.
 */
import { type Bytes, toHex } from "@tenten/protocol";
import type { Acting } from "../access.ts";
import type { OperatorContext } from "../context.ts";
import { appendAudit, type WebhookAct } from "../store/audit-log.ts";
import {
	type Attempt,
	attemptsOf,
	type Delivery,
	type DeliveryState,
	deliveriesBefore,
	deliveryNamed,
	requeue,
} from "../store/deliveries.ts";
import { eventNamed, eventsBefore, eventsFrom, type KeptEvent } from "../store/events.ts";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";
import {
	allEndpoints,
	deleteEndpoint,
	type Endpoint,
	endpointNamed,
	endpointRow,
	replaceEndpoint,
} from "../store/webhook-endpoints.ts";
import { positionAt } from "../turns.ts";
import { refusedUrl } from "./addresses.ts";
import { Courier, type WebhookFigures } from "./courier.ts";
import { secretText } from "./message.ts";
import { eventId, isTold, queue } from "./outbox.ts";
import type { WebhookSettings } from "./settings.ts";

export type NewEndpoint = Pick<Endpoint, "url" | "description" | "types" | "accounts">;

/** What is changed of an endpoint; what is left out stays. */
export type EndpointChange = { readonly [K in keyof NewEndpoint]?: NewEndpoint[K] | undefined } & {
	readonly isEnabled?: boolean | undefined;
};

export type MadeEndpoint = { readonly kind: "made"; readonly endpoint: Endpoint; readonly secret: string };

/** An address that no endpoint can have, or more endpoints than there may be. */
export type RefusedEndpoint = { readonly kind: "url" | "tooMany"; readonly why: string };

export type DeliveryReport = { readonly delivery: Delivery; readonly attempts: readonly Attempt[] };

/** Every event is held against every endpoint in its own transaction: so they are few. */
const mostEndpoints = 100;
/** Secrets that sign at once. */
const mostSecrets = 4;

export class Webhooks {
	readonly #context: OperatorContext;
	readonly #settings: WebhookSettings;
	readonly #courier: Courier;

	constructor(context: OperatorContext, settings: WebhookSettings) {
		this.#context = context;
		this.#settings = settings;
		this.#courier = new Courier(context, settings);
	}

	get figures(): WebhookFigures {
		return this.#courier.figures;
	}

	/** Brings what is due until it is stopped; then what is under way has `stop_ms` to end. */
	start(failed: (error: unknown) => void, stop_ms?: number): () => Promise<void> {
		return this.#courier.start(failed, stop_ms);
	}

	/** Begins to bring what is due now and may be under way; how many attempts that are. */
	begin(failed: (error: unknown) => void): Promise<number> {
		return this.#courier.begin(failed);
	}

	/** Brings everything that is due now, once. */
	deliver(): Promise<void> {
		return this.#courier.deliver();
	}

	async add(acting: Acting, made: NewEndpoint): Promise<MadeEndpoint | RefusedEndpoint> {
		const { store, now, entropy } = this.#context;
		const why = refusedUrl(made.url, this.#settings.isNetworkTrusted);
		if (why !== undefined) return { kind: "url", why };
		const endpoint: Endpoint = {
			...made,
			id: entropy(32),
			disabled: "",
			failingSince: null,
			secretNumber: 1,
			oldestSecret: 1,
			oldestUntil: 0,
			createdAt: now(),
			revision: 1,
		};
		return store.run(async (transaction) => {
			if ((await allEndpoints(transaction)).length >= mostEndpoints)
				return { kind: "tooMany", why: `there are ${mostEndpoints}` };
			await insertNew(transaction, "webhook_endpoints", [endpointRow(endpoint)]);
			await this.#log(transaction, acting, "webhookAdded", endpoint, originOf(endpoint));
			return this.#withSecret(endpoint);
		});
	}

	list(): Promise<readonly Endpoint[]> {
		return this.#context.store.read(allEndpoints);
	}

	find(id: Bytes): Promise<Endpoint | undefined> {
		return this.#context.store.read((transaction) => endpointNamed(transaction, id));
	}

	/** Undefined where there is no such endpoint. Enabled again, it is told what happens from now on. */
	async change(
		acting: Acting,
		id: Bytes,
		{ isEnabled, ...changes }: EndpointChange,
	): Promise<Endpoint | RefusedEndpoint | undefined> {
		const why =
			changes.url === undefined ? undefined : refusedUrl(changes.url, this.#settings.isNetworkTrusted);
		if (why !== undefined) return { kind: "url", why };
		const named = Object.entries(changes).filter(([, value]) => value !== undefined);
		return this.#context.store.run(async (transaction) => {
			const before = await endpointNamed(transaction, id);
			if (before === undefined) return undefined;
			const disabled = isEnabled === undefined ? before.disabled : isEnabled ? "" : "somebody disabled it";
			const failingSince = isEnabled ? null : before.failingSince;
			const changed: Endpoint = { ...before, ...Object.fromEntries(named), disabled, failingSince };
			await replaceEndpoint(transaction, before, changed);
			const what = [
				...named.map(([name]) => name),
				...(isEnabled === undefined ? [] : [enabling(isEnabled)]),
			];
			await this.#log(transaction, acting, "webhookChanged", changed, what.join(" "));
			return changed;
		});
	}

	/** Whether there was one. What was in its queue is forgotten with the events. */
	remove(acting: Acting, id: Bytes): Promise<boolean> {
		return this.#context.store.run(async (transaction) => {
			const endpoint = await endpointNamed(transaction, id);
			if (endpoint === undefined) return false;
			await deleteEndpoint(transaction, id);
			await this.#log(transaction, acting, "webhookRemoved", endpoint, originOf(endpoint));
			return true;
		});
	}

	/** A new secret. Those before it sign beside it for `overlap` seconds; with none, they end at once. */
	rotate(acting: Acting, id: Bytes, overlap: number): Promise<MadeEndpoint | undefined> {
		return this.#context.store.run(async (transaction) => {
			const before = await endpointNamed(transaction, id);
			if (before === undefined) return undefined;
			const now = this.#context.now();
			const oldest = now < before.oldestUntil ? before.oldestSecret : before.secretNumber;
			const secretNumber = before.secretNumber + 1;
			const oldestSecret = Math.max(oldest, secretNumber - mostSecrets + 1);
			const changed = { ...before, secretNumber, oldestSecret, oldestUntil: now + overlap };
			await replaceEndpoint(transaction, before, changed);
			await this.#log(transaction, acting, "webhookSecretRotated", changed, `overlap ${overlap} s`);
			return this.#withSecret(changed);
		});
	}

	/** Queues an event that says nothing, for this endpoint alone; its id, or undefined where there is no endpoint. */
	test(acting: Acting, id: Bytes): Promise<Bytes | undefined> {
		return this.#context.store.run(async (transaction) => {
			const endpoint = await endpointNamed(transaction, id);
			if (endpoint === undefined) return undefined;
			const cause = await this.#log(transaction, acting, "webhookTested", endpoint, "");
			const subject = toHex(id);
			const data = { endpoint: subject };
			const event = { type: "tenten.webhook.test", cause, subject, account: null, data } as const;
			await queue(transaction, this.#context, [{ event, endpoints: [endpoint] }]);
			return eventId(event);
		});
	}

	/** A page of what happened, newest first. */
	events(type: string | undefined, before: number): Promise<readonly KeptEvent[]> {
		return this.#context.store.read((transaction) => eventsBefore(transaction, type, before));
	}

	/** A page of what an endpoint is told, newest first. */
	deliveries(
		id: Bytes,
		state: DeliveryState | undefined,
		before: number,
	): Promise<readonly Delivery[] | undefined> {
		return this.#context.store.read(
			async (transaction) =>
				(await endpointNamed(transaction, id)) && deliveriesBefore(transaction, id, state, before),
		);
	}

	/** What became of one event at one endpoint. */
	delivery(id: Bytes, event: Bytes): Promise<DeliveryReport | undefined> {
		return this.#context.store.read(async (transaction) => {
			const delivery = await deliveryNamed(transaction, event, id);
			if (delivery === undefined || (await endpointNamed(transaction, id)) === undefined) return undefined;
			return { delivery, attempts: await attemptsOf(transaction, event, id) };
		});
	}

	/** Queues one event again, or for the first time; whether there is such an event for such an endpoint. */
	replay(acting: Acting, id: Bytes, event: Bytes): Promise<boolean> {
		return this.#context.store.run(async (transaction) => {
			const [endpoint, kept] = [await endpointNamed(transaction, id), await eventNamed(transaction, event)];
			if (endpoint === undefined || kept === undefined || !mayHave(endpoint, kept)) return false;
			await requeue(transaction, { event, position: kept.position }, id, this.#context.now());
			await this.#log(transaction, acting, "webhookReplayed", endpoint, toHex(event));
			return true;
		});
	}

	/** Queues what an endpoint is told and what happened from `since` on; how many. Undefined: no such endpoint. */
	async replaySince(acting: Acting, id: Bytes, since: number): Promise<number | undefined> {
		const { store, now } = this.#context;
		let replayed = 0;
		const first = positionAt(since);
		for (let next: number | null = first; next !== null; ) {
			const from: number = next;
			const page = await store.run(async (transaction) => {
				const endpoint = await endpointNamed(transaction, id);
				if (endpoint === undefined) return undefined;
				const events = await eventsFrom(transaction, from);
				const told = events.filter((event) => mayHave(endpoint, event));
				for (const { id: event, position } of told)
					await requeue(transaction, { event, position }, id, now());
				if (from === first)
					await this.#log(transaction, acting, "webhookReplayed", endpoint, `since ${since}`);
				const last = events.at(-1);
				return { next: last === undefined ? null : last.position + 1, count: told.length };
			});
			if (page === undefined) return undefined;
			replayed += page.count;
			next = page.next;
		}
		return replayed;
	}

	#withSecret(endpoint: Endpoint): MadeEndpoint {
		const secret = secretText(this.#settings.secret, endpoint.id, endpoint.secretNumber);
		return { kind: "made", endpoint, secret };
	}

	async #log(
		transaction: Transaction,
		acting: Acting,
		act: WebhookAct,
		{ id }: Endpoint,
		detail: string,
	): Promise<Bytes> {
		const at = this.#context.now();
		const entry = { ...acting, at, act, subject: toHex(id), outcome: "done", detail };
		return (await appendAudit(transaction, entry)).hash;
	}
}

function enabling(isEnabled: boolean): string {
	return isEnabled ? "enabled" : "disabled";
}

/** The whole address may hold a secret of the partner's. */
function originOf({ url }: Endpoint): string {
	return new URL(url).origin;
}

/** A test of one endpoint is no event for another. */
function mayHave(endpoint: Endpoint, event: KeptEvent): boolean {
	if (event.type === "tenten.webhook.test") return event.subject === toHex(endpoint.id);
	return isTold(endpoint, event);
}
