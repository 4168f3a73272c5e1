/** The operator over HTTP: the same promises, and conventions that a client can rely on. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
	accountReply,
	isRefusal,
	type OperatorClient,
	ownOutput,
	parse,
	parseReply,
	serialize,
	serializeStatement,
	signedOrder,
	signOrder,
	signStatement,
	toHex,
} from "@tenten/protocol";
import { expectRefusal, expectValue, type Holder } from "../../module/test/support/world.ts";
import { httpOperatorClient } from "../../wallet/src/operator-client.ts";
import { newKey, openDoor, type RunningServer, startServer } from "../src/index.ts";
import {
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	kinds,
	makeClaim,
	makeOrder,
	withdrawTo,
} from "./support/ecosystem.ts";

const apiKey = newKey((length) => new Uint8Array(length).fill(7));
let ecosystem: Ecosystem;
let server: RunningServer;
let client: OperatorClient;
let alice: Holder;
const logged: object[] = [];

before(async () => {
	ecosystem = await createEcosystem();
	const log = {
		info: (fields: object) => logged.push(fields),
		error: (fields: object) => logged.push(fields),
	};
	await ecosystem.operator.keepFirstKey(apiKey);
	// How many it takes at once on a busy machine is for door.test.ts to say.
	server = await startServer({ operator: ecosystem.operator, port: 0, log, door: openDoor });
	client = httpOperatorClient({ url: server.url });
	alice = await enrolHolder({
		...ecosystem,
		operator: { ...ecosystem.operator, id: ecosystem.operator.id, enrol: client.enrol } as never,
	});
});

after(async () => {
	await server.close();
	await ecosystem.operator.close();
});

function deposit(account: string, value: string, headers: Record<string, string> = {}): Promise<Response> {
	return fetch(`${server.url}/v1/accounts/${account}/deposits`, {
		method: "POST",
		headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}`, ...headers },
		body: JSON.stringify({ amount: { value, asset: "JPY", scale: 0 } }),
	});
}

function post(path: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
	return fetch(`${server.url}${path}`, {
		method: "POST",
		headers: { "content-type": "application/cose", ...headers },
		body: new Uint8Array(body),
	});
}

async function codeOf(response: Response): Promise<string> {
	assert.equal(response.headers.get("content-type"), "application/problem+json");
	const problem = (await response.json()) as { readonly code: string };
	for (const member of ["type", "title", "status", "retryable", "fundsState", "nextAction"])
		assert.ok(member in problem, member);
	return problem.code;
}

async function balanceOf(holder: Holder): Promise<bigint> {
	const account = holder.certificate.hash;
	const body = {
		operator: ecosystem.operator.id,
		says: { kind: "balance", account } as const,
		nonce: ecosystem.world.random(),
		issuedAt: ecosystem.clock.now,
	};
	const query = serializeStatement(await signStatement(body, holder.certificate.encoded, holder.signer));
	const reply = expectValue(parse(accountReply, expectValue(await client.account(query))));
	return reply.balances[0]?.amount ?? 0n;
}

test("top up, withdraw, redeem, ask for the balance: all over HTTP", async () => {
	const account = toHex(alice.certificate.hash);
	const topped = await deposit(account, "1200", { "idempotency-key": "first" });
	assert.equal(topped.status, 201);
	assert.deepEqual(await topped.json(), { balance: { value: "1200", asset: "JPY", scale: 0 } });
	const outputs = [ownOutput(1_000n, alice.certificate, ecosystem.world.random())];
	const action = { kind: "withdraw", account: alice.certificate.hash, outputs } as const;
	const order = await signOrder(await makeOrder(ecosystem, action), alice.certificate.encoded, alice.signer);
	const bytes = serialize(signedOrder, order);
	const first = expectValue(await client.withdraw(bytes));
	assert.deepEqual(await client.withdraw(bytes), first);
	assert.equal(expectValue(parseReply(first)).issues.length, 1);
	assert.equal(await balanceOf(alice), 200n);
});

test("a body that is no JSON is malformed, and no bug of ours", async () => {
	const account = toHex(alice.certificate.hash);
	for (const body of ["", "{", '{"amount":', "\u0000"]) {
		const answer = await fetch(`${server.url}/v1/accounts/${account}/deposits`, {
			method: "POST",
			headers: {
				"content-type": "application/json",
				authorization: `Bearer ${apiKey}`,
				"idempotency-key": `no JSON ${body}`.replaceAll(/[^ -~]/g, "?"),
			},
			body,
		});
		assert.equal(answer.status, 400, body);
		assert.equal(await codeOf(answer), "malformed");
	}
});

test("a claim sent many times at once over HTTP is paid once, and answered with the same bytes", async () => {
	const bob = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, bob, 40n, 2n);
	const claim = await makeClaim(ecosystem, bob, tokens, { kind: "account", account: bob.certificate.hash });
	const answers = await Promise.all(
		Array.from({ length: 10 }, (_, i) => post("/v1/claims", claim, { "idempotency-key": `claim ${i}` })),
	);
	const bodies = await Promise.all(
		answers.map(async (answer) => toHex(new Uint8Array(await answer.arrayBuffer()))),
	);
	assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
	assert.equal(new Set(bodies).size, 1);
	assert.deepEqual(kinds(expectValue(parseReply(expectValue(await client.claim(claim))))), ["paid", "paid"]);
	assert.equal(await balanceOf(bob), 42n);
});

test("an idempotency key is asked for, and stays with its content", async () => {
	const account = toHex(alice.certificate.hash);
	assert.equal(await codeOf(await post("/v1/claims", Uint8Array.of(1))), "idempotency-key-missing");
	assert.equal(await codeOf(await deposit(account, "5")), "idempotency-key-missing");
	const before = await balanceOf(alice);
	const key = { "idempotency-key": "second" };
	assert.equal((await deposit(account, "5", key)).status, 201);
	assert.equal((await deposit(account, "5", key)).status, 201);
	const reused = await deposit(account, "6", key);
	assert.equal(reused.status, 422);
	assert.equal(await codeOf(reused), "idempotency-key-reused");
	assert.equal(await balanceOf(alice), before + 5n);
});

test("two requests under one key at once: one of them is told to wait", async () => {
	const key = { "idempotency-key": "third" };
	const account = toHex(alice.certificate.hash);
	const answers = await Promise.all([deposit(account, "7", key), deposit(account, "7", key)]);
	const statuses = answers.map(({ status }) => status).toSorted();
	assert.ok(statuses.join() === "201,409" || statuses.join() === "201,201", statuses.join());
});

test("refusals are problems that say where the money is and what to do", async () => {
	expectRefusal(await client.claim(Uint8Array.of(0xff)), "malformed");
	expectRefusal(await client.release(ecosystem.world.random()), "attempt-unknown");
	const large = await post("/v1/claims", new Uint8Array(70_000), { "idempotency-key": "large" });
	assert.equal(large.status, 413);
	assert.equal(await codeOf(large), "too-large");
	// Beyond all bounds nothing is read: the answer may reach a client that is still sending, or a closed line.
	const enormous = await post("/v1/claims", new Uint8Array(400_000), { "idempotency-key": "enormous" }).catch(
		() => null,
	);
	if (enormous !== null) assert.equal(await codeOf(enormous), "too-large");
	const html = await post("/v1/claims", Uint8Array.of(1), {
		"content-type": "text/html",
		"idempotency-key": "x",
	});
	assert.equal(html.status, 415);
	assert.equal((await fetch(`${server.url}/v2`)).status, 404);
});

test("management is for whoever holds an API key", async () => {
	const refused = await fetch(`${server.url}/v1/totals`);
	assert.equal(refused.status, 401);
	assert.equal(await codeOf(refused), "api-key-invalid");
	assert.equal(
		(await deposit(toHex(alice.certificate.hash), "5", { authorization: "Bearer x", "idempotency-key": "y" }))
			.status,
		401,
	);
	const totals = await fetch(`${server.url}/v1/totals`, {
		headers: { authorization: `Bearer ${apiKey}` },
	});
	const { assets } = (await totals.json()) as {
		assets: { broken: string[]; totals: { issued: { value: string } } }[];
	};
	assert.deepEqual(assets[0]?.broken, []);
	assert.match(assets[0]?.totals.issued.value ?? "", /^[0-9]+$/);
	const files = await fetch(`${server.url}/v1/case-files`, {
		headers: { authorization: `Bearer ${apiKey}` },
	});
	assert.deepEqual(await files.json(), { caseFiles: [], cursor: null });
});

test("amounts that are no whole minor units are refused", async () => {
	const account = toHex(alice.certificate.hash);
	for (const value of ["1.5", "-1", "0", "1e3", ""]) {
		const answer = await deposit(account, value, { "idempotency-key": `amount ${value}` });
		assert.ok(["malformed", "amount-invalid"].includes(await codeOf(answer)), value);
	}
});

test("the document, its page, health and metrics are served", async () => {
	const document = (await (await fetch(`${server.url}/v1/openapi.json`)).json()) as {
		openapi: string;
		paths: object;
	};
	assert.equal(document.openapi, "3.1.0");
	assert.ok("/v1/claims" in document.paths);
	assert.match(await (await fetch(`${server.url}/v1/docs`)).text(), /POST \/v1\/claims/);
	assert.equal(await (await fetch(`${server.url}/livez`)).text(), "ok");
	const ready = await fetch(`${server.url}/readyz`, { headers: { "request-id": "mine-1" } });
	assert.equal(await ready.text(), "ok");
	assert.equal(ready.headers.get("request-id"), "mine-1");
	const odd = await fetch(`${server.url}/livez`, { headers: { "request-id": "<script>" } });
	assert.match(odd.headers.get("request-id") ?? "", /^[0-9a-f-]{36}$/);
	assert.match(
		await (await fetch(`${server.url}/metrics`)).text(),
		/tenten_http_request_seconds_bucket\{[^}]*route="\/v1\/claims"/,
	);
});

test("logs hold no secrets", () => {
	const text = JSON.stringify(logged);
	assert.ok(logged.length > 0);
	assert.ok(!text.includes(apiKey));
	assert.ok(!/authorization|Bearer/i.test(text));
});

test("an operator that cannot be reached leaves the outcome unknown", async () => {
	const nowhere = httpOperatorClient({ url: "http://127.0.0.1:9", timeout_ms: 1000 });
	const answer = await nowhere.trustList();
	assert.ok(isRefusal(answer));
	assert.equal(answer.code, "channel-failed");
});
