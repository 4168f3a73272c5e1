/** Every route of a gateway in one table, as an operator's are: the document, what handlers may answer, the tests. */
import { z } from "@hono/zod-openapi";
import { limits } from "@tenten/protocol";
import { type Document, documentOf } from "../http/document.ts";
import { type Endpoint, named } from "../http/endpoint.ts";
import { serviceEndpoints, serviceFor } from "../http/service-endpoints.ts";

const access = "reader";
const age = z.int().nullable().openapi({ description: "seconds since it was fetched; null: there is none" });
const count = z.int().nonnegative();

const standingSchema = z.strictObject({
	/** unix seconds by the gateway's clock */
	now: z.int(),
	gateway: z.string().openapi({ description: "the id of its key, in hexadecimal" }),
	operator: z.strictObject({ isInReach: z.boolean() }),
	broker: z.strictObject({ isConnected: z.boolean() }),
	lists: z.strictObject({
		trustList: age,
		freezeList: age,
		statusLists: count.openapi({ description: "how many are kept" }),
	}),
	records: z.strictObject({
		kept: count,
		waiting: count,
		refused: count.openapi({ description: "that the operator does not take, or not before their date" }),
		letGo: count.openapi({ description: "that it refused, kept for their time and gone since" }),
	}),
	approvals: count,
	tokens: count.openapi({ description: "of devices, kept for whoever answers for them" }),
});
export type FogStanding = z.output<typeof standingSchema>;

export const fogEndpoints = {
	...named("fog", {
		question: {
			method: "post",
			path: "/v1/questions",
			summary: "What a device asks its gateway: to keep records and tokens, for a list, to approve a payment",
			access,
			takes: { kind: "cose", description: "`fogQuestion` (fog.md)", most: limits.message },
			keyed: false,
			gives: { kind: "cose", description: "`fogAnswer`: what became of it, refusals among them" },
			problems: ["malformed", "too-large", "too-deep", "too-many", "type-unknown", "amount-invalid"],
		},
		standing: {
			method: "get",
			path: "/v1/standing",
			summary: "How the gateway stands: its lines, the age of its lists, what waits for the operator",
			access,
			takes: { kind: "none" },
			keyed: false,
			gives: { kind: "json", status: 200, description: "how it stands", schema: standingSchema },
			problems: [],
		},
	}),
	...serviceFor(access),
	metrics: serviceEndpoints.metrics,
} as const satisfies Readonly<Record<string, Endpoint>>;

const about = {
	openapi: "3.1.0",
	info: {
		title: "Tenten fog gateway",
		version: "1",
		description:
			"Serves devices beside it: keeps their records and brings them to the operator, hands on its lists, approves within its mandates. Whatever it says is checked by whoever asked. Refusals are problems (RFC 9457); those of a question are in its answer.",
		license: { name: "Apache-2.0", identifier: "Apache-2.0" },
	},
	servers: [{ url: "/", description: "the gateway that serves this document" }],
	tags: [
		{ name: "fog", description: "Questions of devices" },
		{ name: "service", description: "Health, figures and documentation" },
	],
};

export function fogDocument(): Document {
	return documentOf(about, fogEndpoints);
}
