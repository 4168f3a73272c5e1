/** Routes of other operators: signed both ways (docs/spec/peers.md). */
import { z } from "@hono/zod-openapi";
import { crossingPath, longestQuestion } from "../crossing/crossings.ts";
import { named } from "./endpoint.ts";
import { cursor, debtPageSchema } from "./schemas.ts";

export const peerEndpoints = named("peers", {
	peerDebts: {
		method: "post",
		path: "/v1/peers/debts",
		summary: "What holders whom the asking operator certified owe this one",
		access: "peer",
		takes: {
			kind: "json",
			description: "which page",
			schema: z.object({ cursor: cursor.nullable().openapi({ description: "null: the first page" }) }),
		},
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "A page of debts, and the cursor of the next one",
			schema: debtPageSchema,
		},
		problems: ["malformed"],
	},
	peerCrossings: {
		method: "post",
		path: crossingPath,
		summary:
			"What the asking operator says of payments between the two: quotes, what its seals show, settlements",
		access: "peer",
		takes: {
			kind: "cose",
			description: "`crossingQuestion` of docs/spec/crossing.md",
			most: longestQuestion,
		},
		keyed: false,
		gives: { kind: "cose", description: "`crossingReply`: what is refused stands in it" },
		problems: ["malformed"],
	},
});
