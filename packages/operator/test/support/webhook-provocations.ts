/** How each code is provoked of the routes of webhooks. */
import { guarded, readOnly } from "./guarded.ts";
import type { Provocations } from "./message-provocations.ts";
import { manage, type Served } from "./served.ts";

const nowhere = "0".repeat(64);
const hooks = "/v1/webhooks";
const hook = `${hooks}/${nowhere}`;
const made = { url: "http://127.0.0.1:9/hook", description: "a shop", types: [], accounts: [] };

/** What every route refuses that takes JSON. `good` is a body that it takes, `bad` one that it does not. */
function withBody(method: string, path: string, good: object, bad: object): Provocations {
	return {
		...guarded((s, headers) => manage(s, method, path, good, headers), "viewer"),
		malformed: (s) => manage(s, method, path, bad),
		"too-large": (s) => manage(s, method, path, "1".repeat(70_000)),
		"content-type-unknown": (s) => manage(s, method, path, good, { "content-type": "text/plain" }),
	};
}

/** What every route refuses that is about one endpoint, and takes nothing. */
function aboutOne(method: string, path: string, code: "webhook-unknown" | "event-unknown"): Provocations {
	return {
		...guarded((s, headers) => manage(s, method, path, undefined, headers), "viewer"),
		malformed: (s) => manage(s, method, path.replace(nowhere, "none")),
		[code]: (s) => manage(s, method, path),
	};
}

/** The answer to one endpoint more, when there are as many as there may be. */
async function oneTooMany(s: Served): Promise<Response> {
	const { webhooks } = s.ecosystem.operator;
	const acting = { actor: "test", requestId: "test" };
	const before = new Set((await webhooks.list()).map(({ id }) => id));
	for (let count = before.size; count < 100; count++) await webhooks.add(acting, made);
	const answer = await manage(s, "POST", hooks, made);
	for (const { id } of await webhooks.list()) if (!before.has(id)) await webhooks.remove(acting, id);
	return answer;
}

async function added(s: Served): Promise<string> {
	const answer = await manage(s, "POST", hooks, made);
	const { webhook } = (await answer.json()) as { readonly webhook: { readonly id: string } };
	return webhook.id;
}

const elsewhere = { url: "ftp://127.0.0.1/" };
const since = { since: "2027-01-01T00:00:00Z" };

export const byWebhooks: Readonly<Record<string, Provocations>> = {
	addWebhook: {
		...withBody("POST", hooks, made, { ...made, types: ["everything"] }),
		"webhook-address-refused": (s) => manage(s, "POST", hooks, { ...made, ...elsewhere }),
		"webhook-limit": oneTooMany,
	},
	webhooks: readOnly(hooks),
	webhook: aboutOne("GET", hook, "webhook-unknown"),
	changeWebhook: {
		...withBody("PATCH", hook, {}, { enabled: "yes" }),
		"webhook-unknown": (s) => manage(s, "PATCH", hook, {}),
		"webhook-address-refused": async (s) => manage(s, "PATCH", `${hooks}/${await added(s)}`, elsewhere),
	},
	removeWebhook: aboutOne("DELETE", hook, "webhook-unknown"),
	rotateWebhookSecret: {
		...withBody("POST", `${hook}/rotate`, { overlapHours: 1 }, { overlapHours: -1 }),
		"webhook-unknown": (s) => manage(s, "POST", `${hook}/rotate`, { overlapHours: 1 }),
	},
	testWebhook: aboutOne("POST", `${hook}/test`, "webhook-unknown"),
	events: {
		...readOnly("/v1/events"),
		malformed: (s) => manage(s, "GET", "/v1/events?cursor=none"),
	},
	deliveries: aboutOne("GET", `${hook}/deliveries`, "webhook-unknown"),
	delivery: aboutOne("GET", `${hook}/deliveries/${nowhere}`, "event-unknown"),
	replay: aboutOne("POST", `${hook}/deliveries/${nowhere}/replay`, "event-unknown"),
	replaySince: {
		...withBody("POST", `${hook}/replay`, since, { since: "yesterday" }),
		"webhook-unknown": (s) => manage(s, "POST", `${hook}/replay`, since),
	},
};
