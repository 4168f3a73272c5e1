/** One client leaves room for the others, is told how long to wait, and pages of other origins ask only if allowed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";
import { serializeRulingRequest } from "@tenten/protocol";
import { operatorApi, secondsNamed } from "../../client/src/index.ts";
import { expectRefusal } from "../../module/test/support/world.ts";
import { httpOperatorClient } from "../../wallet/src/operator-client.ts";
import { type ClientRules, newKey, type RunningServer, startServer } from "../src/index.ts";
import { createEcosystem, type Ecosystem } from "./support/ecosystem.ts";

const apiKey = newKey((length) => new Uint8Array(length).fill(3));
const origin = "https://wallet.example";
const thrice = { perSecond: 1, burst: 3 };

let ecosystem: Ecosystem;
const running: RunningServer[] = [];
const logged: object[] = [];

before(async () => {
	ecosystem = await createEcosystem();
	await ecosystem.operator.keepFirstKey(apiKey);
});

after(async () => {
	for (const server of running) await server.close();
	await ecosystem.operator.close();
});

/** A server whose clients may ask three times at once, on a clock that stands unless it is moved. */
async function serving(clients: Partial<ClientRules> = {}, origins: readonly string[] = []) {
	const clock = { ms: 0 };
	const rates = { value: thrice, reading: thrice, management: thrice };
	const rules = { rates, trustedProxies: ["loopback"], clock: () => clock.ms, ...clients };
	const log = { info: () => undefined, error: (fields: object) => logged.push(fields) };
	const server = await startServer({ operator: ecosystem.operator, port: 0, log, clients: rules, origins });
	running.push(server);
	const ask = (path: string, address: string, headers: Record<string, string> = {}) =>
		fetch(`${server.url}${path}`, { headers: { "x-forwarded-for": address, ...headers } });
	return { server, clock, ask };
}

/** Statuses of so many requests, one after another. */
async function statuses(count: number, ask: () => Promise<Response>): Promise<readonly number[]> {
	const seen: number[] = [];
	for (let i = 0; i < count; i++) {
		const answer = await ask();
		await answer.arrayBuffer();
		seen.push(answer.status);
	}
	return seen;
}

test("a client that asks too often is told when to come back, and then let in; the others never notice", async () => {
	const { ask, clock } = await serving();
	const list = (address: string) => () => ask("/v1/trust-list", address);
	assert.deepEqual(await statuses(5, list("198.51.100.1")), [200, 200, 200, 429, 429]);
	assert.deepEqual(await statuses(3, list("198.51.100.2")), [200, 200, 200]);
	const refused = await list("198.51.100.1")();
	const problem = (await refused.json()) as Readonly<Record<string, unknown>>;
	assert.deepEqual(
		[problem["code"], problem["fundsState"], problem["retryable"]],
		["rate-limited", "safe", true],
	);
	const seconds = Number(refused.headers.get("retry-after"));
	assert.equal(seconds, 1);
	clock.ms += seconds * 1_000;
	assert.equal((await list("198.51.100.1")()).status, 200);
});

test("every counted answer says what is left (draft-ietf-httpapi-ratelimit-headers-10)", async () => {
	const { ask } = await serving();
	const first = await ask("/v1/trust-list", "198.51.100.3");
	assert.equal(first.headers.get("ratelimit-policy"), '"reading";q=3;w=3');
	assert.equal(first.headers.get("ratelimit"), '"reading";r=2;t=1');
	assert.equal(first.headers.get("retry-after"), null);
	await statuses(3, () => ask("/v1/trust-list", "198.51.100.3"));
	const refused = await ask("/v1/trust-list", "198.51.100.3");
	assert.equal(refused.headers.get("ratelimit"), '"reading";r=0;t=3');
});

test("classes are counted apart, and whoever runs the process is not counted", async () => {
	const { server, ask } = await serving();
	await statuses(4, () => ask("/v1/trust-list", "198.51.100.4"));
	const body = new Uint8Array(serializeRulingRequest({ kind: "release", release: new Uint8Array(32) }));
	const headers = { "x-forwarded-for": "198.51.100.4", "content-type": "application/cose" };
	const keyed = { ...headers, "idempotency-key": "one" };
	const shown = await fetch(`${server.url}/v1/rulings`, { method: "POST", headers: keyed, body });
	assert.equal(shown.status, 200);
	for (const path of ["/livez", "/readyz", "/metrics"])
		assert.deepEqual(new Set(await statuses(6, () => ask(path, "198.51.100.4"))), new Set([200]));
});

test("a key counts for itself, wherever it comes from; wrong keys count against their address, and no key", async () => {
	const { ask } = await serving();
	const totals = (address: string, key: string) => () =>
		ask("/v1/totals", address, { authorization: `Bearer ${key}` });
	const wrong = `${apiKey.slice(0, -1)}0`;
	assert.deepEqual(await statuses(5, totals("198.51.100.5", wrong)), [401, 401, 401, 429, 429]);
	assert.equal((await totals("198.51.100.6", apiKey)()).status, 200);
	assert.equal((await totals("198.51.100.7", apiKey)()).status, 200);
	assert.deepEqual(await statuses(2, totals("198.51.100.8", apiKey)), [200, 429]);
});

test("what a client says of itself counts only behind a proxy that is trusted, which is said once", async () => {
	const { ask } = await serving({ trustedProxies: [] });
	const spoofed = await Promise.all(
		Array.from({ length: 5 }, (_, i) => ask("/v1/trust-list", `192.0.2.${i}`)),
	);
	assert.deepEqual(spoofed.map(({ status }) => status).sort(), [200, 200, 200, 429, 429]);
	const told = logged.filter((fields) => "address" in fields);
	assert.deepEqual(told, [{ address: "127.0.0.1" }]);
});

test("behind a trusted proxy only what it added itself counts, and nothing that was made up in front of it", async () => {
	const { ask } = await serving();
	const seen = [1, 2, 3, 4].map((made) => () => ask("/v1/trust-list", `192.0.2.${made}, 198.51.100.9`));
	const answers = [];
	for (const one of seen) answers.push((await one()).status);
	assert.deepEqual(answers, [200, 200, 200, 429]);
});

test("a subscriber of version 6 has one bucket for its /64, and version 4 written as version 6 is version 4", async () => {
	const { ask } = await serving();
	const answers: number[] = [];
	for (const end of ["::1", ":ffff::2", ":0:1:2:3", "::4"])
		answers.push((await ask("/v1/trust-list", `2001:db8:1:2${end}`)).status);
	assert.deepEqual(answers, [200, 200, 200, 429]);
	assert.equal((await ask("/v1/trust-list", "2001:db8:1:3::1")).status, 200);
	await statuses(3, () => ask("/v1/trust-list", "198.51.100.10"));
	assert.equal((await ask("/v1/trust-list", "::ffff:198.51.100.10")).status, 429);
});

test("whatever else a trusted proxy passes on is one client, however long it is", async () => {
	const { ask } = await serving();
	const answers: number[] = [];
	for (const text of ["unknown", "_hidden", "999.1.1.1", "x".repeat(4_000)])
		answers.push((await ask("/v1/trust-list", text)).status);
	assert.deepEqual(answers, [200, 200, 200, 429]);
});

test("figures tell by class who was let in and who was not, and no address", async () => {
	const { server, ask } = await serving();
	await statuses(5, () => ask("/v1/trust-list", "198.51.100.11"));
	const figures = await (await fetch(`${server.url}/metrics`)).text();
	assert.match(figures, /tenten_http_client_requests_total\{class="reading",outcome="let in"\} 3/);
	assert.match(figures, /tenten_http_client_requests_total\{class="reading",outcome="limited"\} 2/);
	assert.match(figures, /tenten_http_client_buckets 1/);
	assert.doesNotMatch(figures, /198\.51/);
});

test("the generated client waits as long as it is told, and asks again; beyond its patience it says so", async () => {
	const quick = { perSecond: 1, burst: 1 };
	const { server } = await serving({
		rates: { value: quick, reading: quick, management: quick },
		clock: () => performance.now(),
	});
	const patient = httpOperatorClient({ url: server.url });
	await patient.trustList();
	const started = performance.now();
	assert.ok(await patient.trustList());
	assert.ok(performance.now() - started >= 900);
	const hasty = httpOperatorClient({ url: server.url, patience_ms: 0 });
	expectRefusal(await hasty.trustList(), "rate-limited");
});

test("what would be refused again is not sent again, by whichever request; other routes are asked", async () => {
	const asked: string[] = [];
	const busy = http.createServer((request, response) => {
		asked.push(`${request.url}`);
		if (request.url === "/v1/totals")
			response.writeHead(200, { "content-type": "application/json" }).end("{}");
		else response.writeHead(429, { "retry-after": "2" }).end("{}");
	});
	busy.listen(0, "127.0.0.1");
	await once(busy, "listening");
	const { port } = busy.address() as { port: number };
	const api = operatorApi({ url: `http://127.0.0.1:${port}`, patience_ms: 100 });
	const list = () => api.GET("/v1/trust-list", { parseAs: "arrayBuffer" });
	const answers = [await list(), await list(), await list()];
	assert.deepEqual(
		answers.map(({ response }) => response.status),
		[429, 429, 429],
	);
	await api.GET("/v1/totals");
	assert.deepEqual(asked, ["/v1/trust-list", "/v1/totals"]);
	while (asked.length < 3) {
		await new Promise((resolve) => setTimeout(resolve, 50));
		await list();
	}
	busy.close();
});

test("what may be done twice is sent again after a 503 only if it is answered once", async () => {
	const asked: string[] = [];
	const busy = http.createServer((request, response) => {
		asked.push(`${request.method}`);
		response.writeHead(503, { "retry-after": "1" }).end();
	});
	busy.listen(0, "127.0.0.1");
	await once(busy, "listening");
	const { port } = busy.address() as { port: number };
	const api = operatorApi({ url: `http://127.0.0.1:${port}`, patience_ms: 1_500, chance: () => 0 });
	await api.GET("/v1/trust-list", { parseAs: "arrayBuffer" });
	assert.deepEqual(asked.splice(0), ["GET", "GET"]);
	const body = { name: "till", roles: ["cashier" as const], expiresAt: null };
	await api.POST("/v1/api-keys", { body });
	assert.deepEqual(asked, ["POST"]);
	busy.close();
});

test("whom an operator turned away together come again one after another, and nobody waits for an hour", async () => {
	const askedAt_ms: number[] = [];
	const busy = http.createServer((_, response) => {
		askedAt_ms.push(performance.now());
		response.writeHead(503, { "retry-after": askedAt_ms.length < 3 ? "1" : "3600" }).end();
	});
	busy.listen(0, "127.0.0.1");
	await once(busy, "listening");
	const { port } = busy.address() as { port: number };
	const url = `http://127.0.0.1:${port}`;
	const api = operatorApi({ url, patience_ms: 60_000, chance: () => 0.9 });
	const list = () => api.GET("/v1/trust-list", { parseAs: "arrayBuffer" });
	const { response } = await list();
	const [first = 0, second = 0, third = 0] = askedAt_ms;
	assert.ok(second - first >= 1_400 && third - second >= 1_400, askedAt_ms.join());
	assert.equal(response.status, 503);
	assert.equal(secondsNamed(response.headers), 600);
	assert.equal(secondsNamed(new Headers({ "retry-after": "0" })), 1);
	for (const none of ["", "-1", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT", "1e3"])
		assert.equal(secondsNamed(new Headers({ "retry-after": none })), undefined, none);
	busy.close();
});

test("no page of another origin may ask, unless it is named", async () => {
	const { ask } = await serving();
	const answer = await ask("/v1/trust-list", "198.51.100.12", { origin });
	assert.equal(answer.headers.get("access-control-allow-origin"), null);
	const { server } = await serving({}, [origin]);
	for (const other of ["https://wallet.example.evil", "https://evil.example", "null"]) {
		const refused = await fetch(`${server.url}/v1/trust-list`, { headers: { origin: other } });
		assert.equal(refused.headers.get("access-control-allow-origin"), null, other);
	}
	for (const none of ["*", "wallet.example", "https://wallet.example/", "file:///"])
		await assert.rejects(serving({}, [none]), RangeError, none);
	await assert.rejects(serving({ trustedProxies: ["everybody"] }), RangeError);
});

test("a page that is named may send what a wallet sends, and read what a wallet goes by, refusals too", async () => {
	const { server, ask } = await serving({}, [origin]);
	const preflight = await fetch(`${server.url}/v1/claims`, {
		method: "OPTIONS",
		headers: { origin, "access-control-request-method": "POST" },
	});
	assert.equal(preflight.status, 204);
	const may = (name: string) => preflight.headers.get(`access-control-allow-${name}`) ?? "";
	assert.equal(may("origin"), origin);
	assert.equal(may("credentials"), "");
	for (const header of ["authorization", "content-type", "idempotency-key"])
		assert.ok(may("headers").toLowerCase().split(",").includes(header), header);
	const answers = [
		await ask("/v1/trust-list", "198.51.100.13", { origin }),
		await ask("/v1/no-such-route", "198.51.100.13", { origin }),
		await ask("/v1/releases/none", "198.51.100.13", { origin }),
	];
	await statuses(3, () => ask("/v1/trust-list", "198.51.100.13"));
	answers.push(await ask("/v1/trust-list", "198.51.100.13", { origin }));
	assert.deepEqual(
		answers.map(({ status }) => status),
		[200, 404, 400, 429],
	);
	for (const { headers } of answers) {
		assert.equal(headers.get("access-control-allow-origin"), origin);
		const readable = headers.get("access-control-expose-headers")?.toLowerCase() ?? "";
		for (const header of ["retry-after", "ratelimit", "request-id"]) assert.ok(readable.includes(header));
		assert.match(headers.get("vary") ?? "", /origin/i);
	}
});
