/**
 * What a page of another origin can make a person's browser do here: nothing with that person's authority. There are
 * no cookies, and what a form can send is refused by its type before anything is read.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Endpoint } from "../src/http/endpoint.ts";
import { endpoints } from "../src/http/endpoints.ts";
import { type RunningServer, startServer } from "../src/index.ts";
import { type Served, serveOperator } from "./support/served.ts";

/** What a browser sends to anybody without asking first (Fetch, "CORS-safelisted request-header"). */
const formTypes = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain"];
const origin = "https://evil.example";
const all = Object.values<Endpoint>(endpoints);

let served: Served;
let named: RunningServer;

before(async () => {
	served = await serveOperator("cross-origin");
	const log = { info: () => undefined, error: () => undefined };
	const origins = ["https://wallet.example"];
	named = await startServer({ operator: served.ecosystem.operator, port: 0, log, origins });
});
after(async () => {
	await named.close();
	await served.close();
});

test("every route that changes anything refuses what a form can send, for its type or for want of a key", async () => {
	const changing = all.filter(({ method }) => method === "post");
	assert.ok(changing.length > 10);
	for (const { path, takes, access, operationId } of changing)
		for (const type of formTypes) {
			const answer = await fetch(`${named.url}${path.replaceAll(/\{[^}]+\}/g, "a")}`, {
				method: "POST",
				headers: { origin, "content-type": type },
				body: '{"name":"till","roles":["administrator"],"expiresAt":null}=',
			});
			const isFree = access === "anyone" || access === "holder";
			assert.ok(!isFree || takes.kind !== "none", `${operationId} takes nothing from anybody, and acts`);
			const { code } = (await answer.json()) as { code: string };
			const expected = isFree
				? "content-type-unknown"
				: access === "peer"
					? "peer-signature-missing"
					: "api-key-invalid";
			assert.equal(code, expected, `${operationId} ${type}`);
			assert.equal(answer.headers.get("access-control-allow-origin"), null);
		}
});

test("nothing is changed by what a link can send", () => {
	for (const { method, keyed, operationId } of all)
		if (method === "get") assert.equal(keyed, false, operationId);
});

test("no answer sets a cookie, and none is believed: only what a page holds itself opens anything", async () => {
	for (const path of ["/v1/trust-list", "/v1/totals", "/v1/docs"]) {
		const answer = await fetch(`${named.url}${path}`, {
			headers: { cookie: "session=administrator", origin },
		});
		assert.equal(answer.headers.get("set-cookie"), null);
		assert.equal(answer.headers.get("access-control-allow-credentials"), null);
		if (path === "/v1/totals") assert.equal(answer.status, 401);
	}
});

test("a page that is named may use every method of the table; any other is told of none", async () => {
	const ask = (from: string) =>
		fetch(`${named.url}/v1/webhooks/endpoints/a`, {
			method: "OPTIONS",
			headers: { origin: from, "access-control-request-method": "PATCH" },
		});
	const allowed = (await ask("https://wallet.example")).headers.get("access-control-allow-methods") ?? "";
	for (const { method } of all) assert.ok(allowed.split(",").includes(method.toUpperCase()), method);
	assert.equal((await ask(origin)).headers.get("access-control-allow-origin"), null);
});
