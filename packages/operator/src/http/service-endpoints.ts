/** Routes of whoever looks after the process, or reads about the rest. */
import { z } from "@hono/zod-openapi";
import { type Endpoint, named } from "./endpoint.ts";

export const serviceEndpoints = named("service", {
	openApi: {
		method: "get",
		path: "/v1/openapi.json",
		summary: "This document",
		access: "anyone",
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "document", description: "OpenAPI 3.1" },
		problems: [],
	},
	documentation: {
		method: "get",
		path: "/v1/docs",
		summary: "This document, as a page to read",
		access: "anyone",
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "text", type: "text/html", description: "a page that fetches nothing" },
		problems: [],
	},
	explanation: {
		method: "get",
		path: "/v1/problems/{code}",
		summary: "What a problem's code means and what to do",
		access: "anyone",
		params: { code: z.string().max(64) },
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "text", type: "text/html", description: "a page that fetches nothing" },
		problems: ["route-unknown"],
	},
	live: {
		method: "get",
		path: "/livez",
		summary: "Whether the process answers at all",
		access: "anyone",
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "text", type: "text/plain", description: "ok" },
		problems: [],
	},
	ready: {
		method: "get",
		path: "/readyz",
		summary: "Whether requests should be sent here",
		access: "anyone",
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "text", type: "text/plain", description: "ok" },
		problems: ["not-ready", "payout-stopped"],
	},
	metrics: {
		method: "get",
		path: "/metrics",
		summary: "Figures in the text format of Prometheus",
		access: "anyone",
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "text", type: "text/plain", description: "figures" },
		problems: [],
	},
});

/** The same of a server that is no operator: for whoever reaches its door, and nothing stops it. */
export function serviceFor<const A extends Endpoint["access"]>(access: A) {
	const { openApi, documentation, explanation, live, ready } = serviceEndpoints;
	return {
		openApi: { ...openApi, access },
		documentation: { ...documentation, access },
		explanation: { ...explanation, access },
		live,
		ready: { ...ready, problems: [] },
	} as const;
}
