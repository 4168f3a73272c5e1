/** What the routes of webhooks answer: an operator's webhooks, as JSON. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, fromHex, toHex } from "@tenten/protocol";
import type { Operator } from "../operator.ts";
import type { Delivery } from "../store/deliveries.ts";
import type { KeptEvent } from "../store/events.ts";
import type { Endpoint } from "../store/webhook-endpoints.ts";
import type { EventType } from "../webhooks/event-types.ts";
import type { Outcome } from "../webhooks/post.ts";
import { nextAfter, positionIn } from "./cursor.ts";
import { given } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";
import { secondsOf, timeOf } from "./times.ts";

export function addWebhookRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	addEndpointRoutes(app, operator, gate);
	addDeliveryRoutes(app, operator, gate);
}

function addEndpointRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { addWebhook, webhooks, webhook, changeWebhook, removeWebhook, rotateWebhookSecret, testWebhook } =
		endpoints;
	const shown = (endpoint: Endpoint) => shownAt(endpoint, operator.now());
	serve(app, addWebhook, gate, async ({ body, acting }) => {
		const made = await operator.webhooks.add(acting, body);
		if (made.kind === "made") return given({ webhook: shown(made.endpoint), secret: made.secret });
		return problem(made.kind === "url" ? "webhook-address-refused" : "webhook-limit", made.why);
	});
	serve(app, webhooks, gate, async () =>
		given({ webhooks: (await operator.webhooks.list()).map((endpoint) => shown(endpoint)) }),
	);
	serve(app, webhook, gate, async ({ params }) => {
		const found = await operator.webhooks.find(idOf(params.id));
		return found === undefined ? problem("webhook-unknown") : given({ webhook: shown(found) });
	});
	serve(app, changeWebhook, gate, async ({ params, body: { enabled, ...changes }, acting }) => {
		const changed = await operator.webhooks.change(acting, idOf(params.id), {
			...changes,
			isEnabled: enabled,
		});
		if (changed === undefined) return problem("webhook-unknown");
		if ("kind" in changed) return problem("webhook-address-refused", changed.why);
		return given({ webhook: shown(changed) });
	});
	serve(app, removeWebhook, gate, async ({ params, acting }) =>
		(await operator.webhooks.remove(acting, idOf(params.id)))
			? given({ id: params.id })
			: problem("webhook-unknown"),
	);
	serve(app, rotateWebhookSecret, gate, async ({ params, body, acting }) => {
		const made = await operator.webhooks.rotate(acting, idOf(params.id), body.overlapHours * 3_600);
		if (made === undefined) return problem("webhook-unknown");
		return given({ webhook: shown(made.endpoint), secret: made.secret });
	});
	serve(app, testWebhook, gate, async ({ params, acting }) => {
		const event = await operator.webhooks.test(acting, idOf(params.id));
		return event === undefined ? problem("webhook-unknown") : given({ event: toHex(event) });
	});
}

function addDeliveryRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { events, deliveries, delivery, replay, replaySince } = endpoints;
	serve(app, events, gate, async ({ query }) => {
		const before = positionIn("events", query.cursor, newest);
		if (before === undefined) return problem("malformed", "cursor");
		const page = await operator.webhooks.events(query.type, before);
		return given({ events: page.map(toldEvent), cursor: nextAfter("events", page, placeOf) });
	});
	serve(app, deliveries, gate, async ({ params, query }) => {
		const before = positionIn("deliveries", query.cursor, newest);
		if (before === undefined) return problem("malformed", "cursor");
		const page = await operator.webhooks.deliveries(idOf(params.id), query.state, before);
		if (page === undefined) return problem("webhook-unknown");
		return given({ deliveries: page.map(toldDelivery), cursor: nextAfter("deliveries", page, placeOf) });
	});
	serve(app, delivery, gate, async ({ params }) => {
		const found = await operator.webhooks.delivery(idOf(params.id), idOf(params.event));
		if (found === undefined) return problem("event-unknown");
		const attempts = found.attempts.map(({ at, outcome, ...attempt }) => ({
			...attempt,
			at: timeOf(at),
			outcome: outcome as Outcome,
		}));
		return given({ delivery: toldDelivery(found.delivery), attempts });
	});
	serve(app, replay, gate, async ({ params, acting }) =>
		(await operator.webhooks.replay(acting, idOf(params.id), idOf(params.event)))
			? given({ event: params.event })
			: problem("event-unknown"),
	);
	serve(app, replaySince, gate, async ({ params, body, acting }) => {
		const replayed = await operator.webhooks.replaySince(acting, idOf(params.id), secondsOf(body.since));
		return replayed === undefined ? problem("webhook-unknown") : given({ replayed });
	});
}

function idOf(text: string): Bytes {
	// The route's description lets nothing else through.
	return fromHex(text) as Bytes;
}

/** Lists of what happened go back in time, from here. */
const newest = Number.MAX_SAFE_INTEGER;
const placeOf = ({ position }: { readonly position: number }): string => `${position}`;

function shownAt(endpoint: Endpoint, now: number) {
	const { id, url, description, types, accounts, disabled, failingSince, oldestUntil, createdAt } = endpoint;
	return {
		id: toHex(id),
		url,
		description,
		types: [...types] as EventType[],
		accounts: [...accounts],
		enabled: disabled === "",
		disabledBecause: disabled,
		failingSince: failingSince === null ? null : timeOf(failingSince),
		oldSecretsUntil: now < oldestUntil ? timeOf(oldestUntil) : null,
		createdAt: timeOf(createdAt),
	};
}

function toldEvent({ id, type, madeAt, subject, account, data }: KeptEvent) {
	return {
		id: toHex(id),
		type: type as EventType,
		time: timeOf(madeAt),
		subject,
		account: account === null ? null : toHex(account),
		data: JSON.parse(data) as Record<string, unknown>,
	};
}

function toldDelivery({ event, type, state, queuedAt, nextAt, endedAt, tries }: Delivery) {
	return {
		event: toHex(event),
		type: type as EventType,
		state,
		queuedAt: timeOf(queuedAt),
		dueAt: state === "waiting" ? timeOf(nextAt) : null,
		endedAt: endedAt === null ? null : timeOf(endedAt),
		tries,
	};
}
