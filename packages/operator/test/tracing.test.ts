/** With an SDK attached, every route is a span by its template with what it waits for inside, and no span holds a secret. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import {
	InMemorySpanExporter,
	NodeTracerProvider,
	type ReadableSpan,
	SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { serializeRulingRequest, toHex } from "@tenten/protocol";
import type { Endpoint } from "../src/http/endpoint.ts";
import { endpoints } from "../src/http/endpoints.ts";
import { type Operator, startServer } from "../src/index.ts";
import {
	apiKey,
	ask,
	manage,
	question,
	type Served,
	send,
	serveOperator,
	withdrawal,
} from "./support/served.ts";

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();

let served: Served;
before(async () => {
	served = await serveOperator();
});
after(async () => {
	await served.close();
	await provider.shutdown();
});

/** What was exported while `work` ran. The last span ends after its answer was sent, so it is waited for. */
async function spansOf(requests: number, work: () => Promise<unknown>): Promise<readonly ReadableSpan[]> {
	exporter.reset();
	await work();
	const servers = () => exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.SERVER).length;
	while (servers() < requests) await new Promise((resolve) => setImmediate(resolve));
	return [...exporter.getFinishedSpans()];
}

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const caller = "00f067aa0ba902b7";
const traceparent = `00-${trace}-${caller}-01`;

test("a claim is one trace, the caller's: the request, its verification, and the store until it is durable", async () => {
	const spans = await spansOf(1, async () => {
		const answer = await send(served, "/v1/claims", served.claim, { traceparent, "request-id": "mine" });
		assert.equal(answer.status, 200);
	});
	const [request] = spans.filter(({ kind }) => kind === SpanKind.SERVER);
	assert.ok(request);
	assert.equal(request.name, "POST /v1/claims");
	assert.deepEqual(request.attributes, {
		"http.request.method": "POST",
		"http.route": "/v1/claims",
		"http.response.status_code": 200,
		"tenten.request_id": "mine",
	});
	assert.equal(request.parentSpanContext?.spanId, caller);
	assert.deepEqual(new Set(spans.map((span) => span.spanContext().traceId)), new Set([trace]));
	const names = new Set(spans.map(({ name }) => name));
	for (const name of ["verify claim", "store write", "store read"]) assert.ok(names.has(name), name);
	const ids = new Set([caller, ...spans.map((span) => span.spanContext().spanId)]);
	for (const { name, parentSpanContext } of spans) assert.ok(ids.has(parentSpanContext?.spanId ?? ""), name);
});

test("what is refused says its code, and what breaks says the kind of its error and none of its words", async () => {
	const refused = await spansOf(1, () => send(served, "/v1/certificates", Uint8Array.of(0xff)));
	const [request] = refused.filter(({ kind }) => kind === SpanKind.SERVER);
	assert.equal(request?.attributes["tenten.problem"], "malformed");
	assert.equal(request?.status.code, SpanStatusCode.UNSET);
	assert.equal(
		refused.find(({ name }) => name === "verify enrolment")?.attributes["tenten.refusal"],
		"malformed",
	);
	const secret = randomUUID();
	const { operator } = served.ecosystem;
	const breaking = new Proxy(operator, {
		get: (target, name) => {
			if (name === "trustList") return () => target.store.read(() => Promise.reject(new TypeError(secret)));
			const value = Reflect.get(target, name, target) as unknown;
			return typeof value === "function" ? value.bind(target) : value;
		},
	}) as Operator;
	const log = { info: () => undefined, error: () => undefined };
	const server = await startServer({ operator: breaking, port: 0, log });
	const broken = await spansOf(1, () => fetch(`${server.url}/v1/trust-list`));
	await server.close();
	const types = broken.map(({ name, attributes }) => [name, attributes["error.type"]]);
	assert.deepEqual(types, [
		["store read", "TypeError"],
		["GET /v1/trust-list", "internal"],
	]);
	assert.ok(!everything(broken).includes(secret));
});

test("lines of the log name the trace", async () => {
	const lines: Readonly<Record<string, unknown>>[] = [];
	const log = { info: (fields: object) => lines.push(fields as never), error: () => undefined };
	const server = await startServer({ operator: served.ecosystem.operator, port: 0, log });
	await spansOf(1, () => fetch(`${server.url}/v1/trust-list`, { headers: { traceparent } }));
	await server.close();
	assert.equal(lines[0]?.["traceId"], trace);
	assert.equal(typeof lines[0]?.["requestId"], "string");
});

/** All that an exporter is given of spans. */
function everything(spans: readonly ReadableSpan[]): string {
	return JSON.stringify(
		spans.map(({ name, attributes, events, links, status, resource }) => [
			name,
			attributes,
			events,
			links,
			status,
			resource.attributes,
		]),
	);
}

const all: readonly Endpoint[] = Object.values(endpoints);

/** Secrets, and what names holders, as they go in: keys, questions, releases, accounts, messages. */
async function askWithSecrets(): Promise<readonly string[]> {
	const { alice, ecosystem, claim, lock } = served;
	const account = toHex(alice.certificate.hash);
	const [key, release, signed] = [randomUUID(), ecosystem.world.random(), await question(served, alice)];
	const order = await withdrawal(served, alice, 1n);
	const headers = { "idempotency-key": key };
	await manage(
		served,
		"POST",
		`/v1/accounts/${account}/deposits`,
		{ amount: { value: "4711", asset: "JPY", scale: 0 } },
		headers,
	);
	await send(served, "/v1/withdrawals", order, headers);
	await send(served, "/v1/claims", claim, headers);
	await send(served, "/v1/rulings", serializeRulingRequest({ kind: "release", release }));
	await ask(served, alice.certificate.hash, signed);
	const named = "a till of nobody's";
	const made = await manage(served, "POST", "/v1/api-keys", {
		name: named,
		roles: ["viewer"],
		expiresAt: null,
	});
	const { key: madeKey } = (await made.json()) as { readonly key: string };
	for (const { method, path } of all) {
		const url = `${served.server.url}${path.replaceAll(/\{[^}]+\}/g, toHex(lock))}?cursor=${key}`;
		const asked = { authorization: `Bearer ${apiKey}`, "content-type": "application/json", ...headers };
		const body = method === "post" ? { body: JSON.stringify({ name: named }) } : {};
		await (await fetch(url, { method: method.toUpperCase(), headers: asked, ...body })).arrayBuffer();
	}
	const bytes = [release, signed, order, claim, lock].flatMap((each) => [
		toHex(each).slice(0, 64),
		Buffer.from(each).toString("base64url").slice(0, 40),
	]);
	return [apiKey, apiKey.slice(24), madeKey, madeKey.slice(24), key, account, named, "4711", ...bytes];
}

test("every route is asked with secrets, each is a span by its template, and none of them holds any", async () => {
	let secrets: readonly string[] = [];
	const spans = await spansOf(all.length + 6, async () => {
		secrets = await askWithSecrets();
	});
	const named = new Set(spans.filter(({ kind }) => kind === SpanKind.SERVER).map(({ name }) => name));
	for (const { method, path } of all)
		assert.ok(named.has(`${method.toUpperCase()} ${path}`), `${method} ${path}`);
	const told = everything(spans);
	for (const secret of secrets) assert.ok(!told.includes(secret), `${secret} is in a span`);
	assert.doesNotMatch(told, /authorization|bearer|\bcursor=/i);
});

test("a route that there is not is one name, whatever it was called", async () => {
	const spans = await spansOf(2, async () => {
		await fetch(`${served.server.url}/no/such/${apiKey}`);
		await fetch(`${served.server.url}/no/other`, { method: "PROPFIND" });
	});
	assert.deepEqual(spans.map(({ name }) => name).sort(), ["GET", "_OTHER"]);
	assert.ok(!everything(spans).includes(apiKey));
});
