/** Webhooks over HTTP as a partner's key sees them: registered, paged through, counted in the figures. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { toHex } from "@tenten/protocol";
import { openApiDocument, type RunningServer, startServer } from "../src/index.ts";
import { eventTypeNames } from "../src/webhooks/event-types.ts";
import { createEcosystem, type Ecosystem, enrolHolder } from "./support/ecosystem.ts";
import { type Receiver, startReceiver, verified } from "./support/receiver.ts";

const acting = { actor: "key:test", requestId: "request 1" };
const log = { info: () => undefined, error: console.error };
let ecosystem: Ecosystem;
let server: RunningServer;
let receiver: Receiver;
let key: string;

before(async () => {
	ecosystem = await createEcosystem();
	receiver = await startReceiver();
	server = await startServer({ operator: ecosystem.operator, port: 0, log });
	const made = { name: "a maker of tills", roles: ["integrator"], expiresAt: null } as const;
	key = (await ecosystem.operator.addKey(acting, made)).text;
});

after(async () => {
	await server.close();
	await ecosystem.operator.close();
	await receiver.close();
});

// biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer
async function ask(method: string, path: string, body?: object): Promise<any> {
	const answer = await fetch(`${server.url}${path}`, {
		method,
		headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
	return answer.json();
}

/** Every item of a list, however many pages it has. */
async function all(
	path: string,
	name: string,
): Promise<readonly { readonly id?: string; readonly event?: string }[]> {
	const items = [];
	for (let page = await ask("GET", path); ; ) {
		items.push(...page[name]);
		if (page.cursor === null) return items;
		page = await ask("GET", `${path}${path.includes("?") ? "&" : "?"}cursor=${page.cursor}`);
	}
}

test("an integrator registers an endpoint, pages through what it was told, and sees it in the figures", async () => {
	const { operator, world, clock } = ecosystem;
	const asked = { url: receiver.url, description: "tills", types: ["tenten.deposit.made"], accounts: [] };
	const { webhook, secret } = await ask("POST", "/v1/webhooks", asked);
	assert.deepEqual(await ask("GET", `/v1/webhooks/${webhook.id}`), { webhook });
	assert.deepEqual(await ask("GET", "/v1/webhooks"), { webhooks: [webhook] });
	assert.deepEqual(
		{ ...asked, enabled: true, disabledBecause: "" },
		{
			url: webhook.url,
			description: webhook.description,
			types: webhook.types,
			accounts: webhook.accounts,
			enabled: webhook.enabled,
			disabledBecause: webhook.disabledBecause,
		},
	);
	const account = (await enrolHolder(ecosystem)).certificate.hash;
	for (let i = 0; i < 130; i++)
		assert.equal(await operator.deposit(world.random(), account, "JPY", 1n), undefined);
	await operator.webhooks.deliver();
	await ask("POST", `/v1/webhooks/${webhook.id}/test`);
	const events = await all("/v1/events?type=tenten.deposit.made", "events");
	const told = receiver.received.map((message) => verified(secret, message, clock.now).id);
	assert.equal(told.length, 130);
	assert.deepEqual(
		events.map(({ id }) => id),
		told.toReversed(),
		"newest first",
	);
	const delivered = await all(`/v1/webhooks/${webhook.id}/deliveries?state=delivered`, "deliveries");
	assert.deepEqual(
		delivered.map(({ event }) => event),
		told.toReversed(),
	);
	assert.equal((await all(`/v1/webhooks/${webhook.id}/deliveries`, "deliveries")).length, 131);
	const [waiting] = await all(`/v1/webhooks/${webhook.id}/deliveries?state=waiting`, "deliveries");
	const { delivery, attempts } = await ask("GET", `/v1/webhooks/${webhook.id}/deliveries/${waiting?.event}`);
	assert.deepEqual([delivery.type, delivery.tries, attempts], ["tenten.webhook.test", 0, []]);
	clock.now += 30;
	receiver.answer = (response) => response.writeHead(503).end();
	await operator.webhooks.deliver();
	const figures = await (await fetch(`${server.url}/metrics`)).text();
	for (const line of [
		"tenten_webhook_deliveries_waiting 1",
		"tenten_webhook_oldest_waiting_seconds 30",
		"tenten_webhook_endpoints_disabled 0",
		'tenten_webhook_attempts_total{outcome="delivered"} 130',
		'tenten_webhook_attempts_total{outcome="refused"} 1',
	])
		assert.ok(figures.includes(`${line}\n`), line);
});

test("a key that looks after webhooks moves no value and sees no books", async () => {
	const account = toHex((await enrolHolder(ecosystem)).certificate.hash);
	for (const [method, path] of [
		["GET", "/v1/totals"],
		["GET", "/v1/audit"],
		["GET", "/v1/api-keys"],
		["POST", `/v1/accounts/${account}/deposits`],
	] as const) {
		const answer = await fetch(`${server.url}${path}`, {
			method,
			headers: { authorization: `Bearer ${key}` },
		});
		assert.equal(((await answer.json()) as { readonly code: string }).code, "role-missing", path);
	}
});

test("the document has what an endpoint is sent of every type, and its page names them", async () => {
	const { webhooks = {} } = openApiDocument();
	assert.deepEqual(Object.keys(webhooks).sort(), [...eventTypeNames].sort());
	const page = await (await fetch(`${server.url}/v1/docs`)).text();
	for (const type of eventTypeNames) assert.ok(page.includes(`<code>${type}</code>`), type);
});
