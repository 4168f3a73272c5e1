/** Routes of webhooks: where partners are told what happened, what they were told, and telling it again. */
import { z } from "@hono/zod-openapi";
import { eventTypeNames } from "../webhooks/event-types.ts";
import { outcomes } from "../webhooks/post.ts";
import { named } from "./endpoint.ts";
import { cursor, hexadecimal, nextCursor, time } from "./schemas.ts";

const eventType = z.enum(eventTypeNames);
const url = z.string().min(1).max(2_048).openapi({ description: "https://, on the public Internet" });
const description = z.string().max(200);
const types = z
	.array(eventType)
	.max(eventTypeNames.length)
	.openapi({ description: "what it is told; empty: of everything" });
const accounts = z.array(hexadecimal).max(100).openapi({
	description: "accounts that it is told of, and of nothing else; empty: of everything",
});
const secret = z.string().openapi({ description: "`whsec_…`, as Standard Webhooks has it: not shown again" });
const state = z.enum(["waiting", "delivered", "givenUp"]);

const webhookSchema = z
	.object({
		id: hexadecimal,
		url,
		description,
		types,
		accounts,
		enabled: z.boolean(),
		disabledBecause: z.string().openapi({ description: "empty where it is enabled" }),
		failingSince: time
			.nullable()
			.openapi({ description: "since when nothing arrives; null: what is sent does" }),
		oldSecretsUntil: time.nullable().openapi({ description: "until when secrets of before sign too" }),
		createdAt: time,
	})
	.openapi("Webhook");

const eventSchema = z
	.object({
		id: hexadecimal,
		type: eventType,
		time,
		subject: z.string(),
		account: hexadecimal.nullable(),
		data: z.looseObject({}).openapi({ description: "as the type says: see the webhooks of this document" }),
	})
	.openapi("Event");

const deliverySchema = z
	.object({
		event: hexadecimal,
		type: eventType,
		state,
		queuedAt: time,
		dueAt: time.nullable().openapi({ description: "when it is tried next; null where it is not" }),
		endedAt: time.nullable(),
		tries: z.int().min(0),
	})
	.openapi("Delivery");

const attemptSchema = z
	.object({
		number: z.int().openapi({ description: "one that is left out: its process died before it knew" }),
		at: time,
		tookMs: z.int(),
		outcome: z.enum(outcomes),
		status: z.int().nullable().openapi({ description: "null where nothing was answered" }),
	})
	.openapi("DeliveryAttempt");

const byId = { id: hexadecimal };
const byEvent = { id: hexadecimal, event: hexadecimal };
const none = { takes: { kind: "none" }, keyed: false, access: "manageWebhooks" } as const;

const json = <S extends z.ZodType>(status: 200 | 201, description: string, schema: S) =>
	({ kind: "json", status, description, schema }) as const;
const body = <S extends z.ZodType>(description: string, schema: S) =>
	({ takes: { kind: "json", description, schema }, keyed: false, access: "manageWebhooks" }) as const;

export const webhookEndpoints = named("webhooks", {
	addWebhook: {
		method: "post",
		path: "/v1/webhooks",
		summary: "Register an endpoint: its secret is shown here and never again",
		...body("where, and what it is told", z.object({ url, description, types, accounts })),
		gives: json(201, "The endpoint, and its secret", z.object({ webhook: webhookSchema, secret })),
		problems: ["webhook-address-refused", "webhook-limit"],
	},
	webhooks: {
		method: "get",
		path: "/v1/webhooks",
		summary: "All endpoints: there are at most 100",
		...none,
		gives: json(200, "Every endpoint", z.object({ webhooks: z.array(webhookSchema) })),
		problems: [],
	},
	webhook: {
		method: "get",
		path: "/v1/webhooks/{id}",
		summary: "An endpoint, and how it does",
		...none,
		params: byId,
		gives: json(200, "The endpoint", z.object({ webhook: webhookSchema })),
		problems: ["webhook-unknown"],
	},
	changeWebhook: {
		method: "patch",
		path: "/v1/webhooks/{id}",
		summary: "Change an endpoint, disable it, or enable it again",
		...body(
			"what is to change; what is left out stays",
			z.object({
				url: url.optional(),
				description: description.optional(),
				types: types.optional(),
				accounts: accounts.optional(),
				enabled: z.boolean().optional(),
			}),
		),
		params: byId,
		gives: json(200, "The endpoint as it is now", z.object({ webhook: webhookSchema })),
		problems: ["webhook-unknown", "webhook-address-refused"],
	},
	removeWebhook: {
		method: "delete",
		path: "/v1/webhooks/{id}",
		summary: "Remove an endpoint: it is told nothing any more",
		...none,
		params: byId,
		gives: json(200, "It is gone", z.object({ id: hexadecimal })),
		problems: ["webhook-unknown"],
	},
	rotateWebhookSecret: {
		method: "post",
		path: "/v1/webhooks/{id}/rotate",
		summary: "Make a new secret; those before it sign too for a while",
		...body(
			"for how long",
			z.object({
				overlapHours: z
					.int()
					.min(0)
					.max(168)
					.openapi({ description: "0: what was known before ends at once" }),
			}),
		),
		params: byId,
		gives: json(200, "The endpoint, and its new secret", z.object({ webhook: webhookSchema, secret })),
		problems: ["webhook-unknown"],
	},
	testWebhook: {
		method: "post",
		path: "/v1/webhooks/{id}/test",
		summary: "Send this endpoint an event that says nothing",
		...none,
		params: byId,
		gives: json(201, "The event: see what became of it", z.object({ event: hexadecimal })),
		problems: ["webhook-unknown"],
	},
	events: {
		method: "get",
		path: "/v1/events",
		summary: "What happened, newest first",
		...none,
		query: { cursor: cursor.optional(), type: eventType.optional() },
		gives: json(
			200,
			"A page of events, and the cursor of the next one",
			z.object({ events: z.array(eventSchema), cursor: nextCursor }),
		),
		problems: ["malformed"],
	},
	deliveries: {
		method: "get",
		path: "/v1/webhooks/{id}/deliveries",
		summary: "What became of what an endpoint is told, newest first",
		...none,
		params: byId,
		query: { cursor: cursor.optional(), state: state.optional() },
		gives: json(
			200,
			"A page of deliveries, and the cursor of the next one",
			z.object({ deliveries: z.array(deliverySchema), cursor: nextCursor }),
		),
		problems: ["malformed", "webhook-unknown"],
	},
	delivery: {
		method: "get",
		path: "/v1/webhooks/{id}/deliveries/{event}",
		summary: "What became of one event at an endpoint, with every attempt",
		...none,
		params: byEvent,
		gives: json(
			200,
			"The delivery and its attempts, oldest first",
			z.object({ delivery: deliverySchema, attempts: z.array(attemptSchema) }),
		),
		problems: ["event-unknown"],
	},
	replay: {
		method: "post",
		path: "/v1/webhooks/{id}/deliveries/{event}/replay",
		summary: "Tell an endpoint of one event again, or for the first time",
		...none,
		params: byEvent,
		gives: json(200, "It waits", z.object({ event: hexadecimal })),
		problems: ["event-unknown"],
	},
	replaySince: {
		method: "post",
		path: "/v1/webhooks/{id}/replay",
		summary: "Tell an endpoint again of everything from a time on",
		...body("from when", z.object({ since: time })),
		params: byId,
		gives: json(200, "How many events wait", z.object({ replayed: z.int() })),
		problems: ["webhook-unknown"],
	},
});
