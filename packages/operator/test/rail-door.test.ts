/**
 * The door of a party of the account rail, held against its document: every code that a route declares is provoked
 * over HTTP, no other comes, and what is refused is not kept.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { codesOf, type Endpoint, failures } from "../src/http/endpoint.ts";
import { meaningOf, type ProblemCode } from "../src/http/problem.ts";
import { type RunningServer, serveApp } from "../src/http/server.ts";
import { StoreUnavailable } from "../src/index.ts";
import { railDoor } from "../src/rail/door.ts";
import { railDocument, railEndpoints } from "../src/rail/endpoints.ts";
import type { RailHost } from "../src/rail/host.ts";
import { RailRunner } from "../src/rail/runner.ts";
import { RailWorld } from "./support/rail-world.ts";

const routes: Readonly<Record<string, Endpoint>> = railEndpoints;
const permit = "ab".repeat(32);
const asked = { payee: "shop", amount: "300", credit: "reserved", ledger: "C", system: "A" };
/** B asks D for a permit. */
const good = {
	id: "B.p.0",
	from: "B",
	to: "D",
	step: 5,
	payment: "p",
	body: { kind: "askPermit", ...asked },
};
const credit = { kind: "credit", amount: "300", credit: "reserved" };
const word = { permit, word: "notified", signature: "0".repeat(128) };

let world: RailWorld;
let door: RunningServer;
const bugs: Error[] = [];
before(async () => {
	world = await RailWorld.open();
	door = await serve(world.party("D") as RailHost<unknown>);
});
after(async () => {
	await door.close();
	await world.close();
});

async function serve(party: ConstructorParameters<typeof RailRunner>[0]["party"]): Promise<RunningServer> {
	const runner = new RailRunner({ party, addresses: {}, now: () => 0, log: () => undefined });
	const server = await serveApp(railDoor(runner, (error) => bugs.push(error)).fetch, { port: 0 });
	return {
		url: server.url,
		close: async () => {
			await server.close();
			await runner.stop();
		},
	};
}

function say(body: object | string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
	return fetch(`${door.url}/v1/messages`, {
		method: "POST",
		headers: { "content-type": "application/json", ...headers },
		body: typeof body === "string" ? body : JSON.stringify(body),
	});
}

/** Of a payment with a reservation, which A's word is to end. */
async function reserved(payment: string, how = "reserved"): Promise<void> {
	await say({ ...good, id: `B.${payment}.0`, payment, body: { ...good.body, credit: how } });
	const { permit } = (await world.kept("D", payment)) as { readonly permit: string };
	const from = { from: "C", to: "D", step: 11, payment };
	assert.equal(
		(await say({ id: `C.${payment}.0`, ...from, body: { ...credit, credit: how, permit } })).status,
		204,
	);
}

type Provocations = Readonly<Record<string, Readonly<Record<string, () => Promise<Response>>>>>;

const provocations: Provocations = {
	takeRailMessage: {
		malformed: () => say({ ...good, body: { ...good.body, more: 1 } }),
		"too-large": () => say({ ...good, id: "x".repeat(132_000) }),
		"content-type-unknown": () => say(good, { "content-type": "text/plain" }),
		"sender-refused": () => say({ ...good, id: "A.p.0", from: "A", payment: "refused" }),
		"kind-unexpected": () =>
			say({ ...good, id: "C.q", from: "C", payment: "refused", body: { kind: "ask" } }),
		"content-differs": async () => {
			assert.equal((await say(good)).status, 204);
			return say({ ...good, step: 6 });
		},
		"signature-invalid": async () => {
			await reserved("signed");
			const { permit } = (await world.kept("D", "signed")) as { readonly permit: string };
			const body = { kind: "decide", ...word, permit };
			return say({ ...good, id: "B.signed.1", step: 23, payment: "signed", body });
		},
		"release-mismatch": async () => {
			await reserved("bound", `release:${permit}`);
			const body = { kind: "settle", release: permit };
			return say({ ...good, id: "B.bound.1", step: 23, payment: "bound", body });
		},
	},
	railPayment: {
		malformed: () => fetch(`${door.url}/v1/payments/${"x".repeat(65)}`),
		"payment-unknown": () => fetch(`${door.url}/v1/payments/none`),
	},
	railAccounts: {},
	openApi: {},
	documentation: {},
	explanation: {
		malformed: () => fetch(`${door.url}/v1/problems/${"x".repeat(65)}`),
		"route-unknown": () => fetch(`${door.url}/v1/problems/none`),
	},
	live: {},
	ready: {},
};

async function assertProblem(response: Response, code: ProblemCode): Promise<void> {
	assert.equal(response.headers.get("content-type"), "application/problem+json");
	assert.ok(response.headers.get("request-id"), "it is named");
	const said = (await response.json()) as Readonly<Record<string, unknown>>;
	assert.equal(said["code"], code, `${said["detail"]}`);
	assert.equal(response.status, meaningOf(code).status);
	assert.equal((await fetch(`${door.url}${said["type"]}`)).status, 200, "its type leads to a page");
}

test("every code that a route declares is provoked, and what is refused is not kept", async () => {
	assert.deepEqual(Object.keys(provocations).sort(), Object.keys(routes).sort());
	for (const [name, endpoint] of Object.entries(routes)) {
		const declared = codesOf(endpoint).filter((code) => !failures.includes(code as never));
		assert.deepEqual(Object.keys(provocations[name] ?? {}).sort(), declared, name);
		for (const code of declared)
			await assertProblem((await provocations[name]?.[code]?.()) as Response, code);
	}
	assert.equal(await world.kept("D", "refused"), undefined);
	assert.equal(((await world.kept("D", "signed")) as { kind: string }).kind, "reserved");
	assert.deepEqual(bugs, []);
});

test("what is no route is refused, and what each route gives is what it says", async () => {
	await assertProblem(await fetch(`${door.url}/v1/none`), "route-unknown");
	await assertProblem(await fetch(`${door.url}/v1/messages`), "route-unknown");
	assert.deepEqual(
		await (await fetch(`${door.url}/v1/openapi.json`)).json(),
		JSON.parse(JSON.stringify(railDocument())),
	);
	assert.match(await (await fetch(`${door.url}/v1/docs`)).text(), /POST \/v1\/messages/);
	for (const path of ["/livez", "/readyz"])
		assert.equal((await fetch(`${door.url}${path}`)).status, 200, path);
	await reserved("shown");
	const shown = await fetch(`${door.url}/v1/payments/shown`);
	assert.equal(shown.status, 200);
	const { kind, terms } = (await shown.json()) as { kind: string; terms?: { amount: string } };
	assert.deepEqual([kind, terms?.amount ?? "300"], ["reserved", "300"]);
	const held = (await (await fetch(`${door.url}/v1/accounts`)).json()) as {
		readonly accounts: readonly Readonly<Record<string, string>>[];
		readonly sum: string;
	};
	assert.equal(held.sum, "0");
	const [shop, transit, outside] = held.accounts;
	assert.deepEqual([shop?.["name"], transit?.["name"], outside?.["name"]], ["shop", "transit C", "outside"]);
	assert.ok(Number(shop?.["creditsPending"]) >= 300 && shop?.["balance"] === "0");
});

for (const [code, error] of [
	["internal", new Error("the disk is on fire")],
	["store-unavailable", new StoreUnavailable("unknown", new Error("the line is cut"))],
] as const)
	test(`what breaks within is answered as ${code}, and nothing of it is told`, async (t) => {
		const burn = async (): Promise<never> => Promise.reject(error);
		const quiet = { close: async () => undefined, dueAt: () => undefined };
		const broken = await serve({
			...quiet,
			take: burn,
			wake: burn,
			delivered: burn,
			forget: burn,
			kept: burn,
			balances: burn,
		});
		t.after(broken.close);
		bugs.length = 0;
		const answers = [
			await fetch(`${broken.url}/v1/messages`, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify(good),
			}),
			await fetch(`${broken.url}/v1/payments/p`),
			await fetch(`${broken.url}/v1/accounts`),
			await fetch(`${broken.url}/readyz`),
		];
		for (const answer of answers) {
			const text = await answer.clone().text();
			assert.ok(!text.includes(error.message), text);
			await assertProblem(answer, code);
		}
		assert.equal(bugs.length, code === "internal" ? 4 : 0, "a bug is logged");
	});
