/** Hand-over by HTTP under hostile peers: neither side gives more than a refusal, and neither waits for ever. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, describe, test } from "node:test";
import { encodeItem, isRefusal } from "@tenten/protocol";
import {
	type HttpChannel,
	type HttpOptions,
	handoverApp,
	httpChannel,
	listenOnLoopback,
} from "../src/index.ts";
import { encodeBundle, maximumBundleBytes } from "../src/transport/bundle.ts";

const hello = new TextEncoder().encode("hello");
const loopback: HttpOptions = { rules: { loopback: true } };

function mustConnect(url: string, options: HttpOptions = loopback): HttpChannel {
	const channel = httpChannel(url, options);
	assert.ok(!isRefusal(channel), isRefusal(channel) ? channel.detail : "");
	return channel;
}

describe("the server", () => {
	let calls = 0;
	const app = handoverApp(async (messages) => {
		calls++;
		return messages;
	});
	const post = async (body: Uint8Array | string, headers: Record<string, string> = {}) => {
		const response = await app.request("/v1/handover", {
			method: "POST",
			body: typeof body === "string" ? body : Uint8Array.from(body),
			headers: { "content-type": "application/cose", ...headers },
		});
		const isProblem = response.headers.get("content-type") === "application/problem+json";
		const problem = isProblem ? ((await response.json()) as { code: string }) : undefined;
		return { status: response.status, code: problem?.code, problem };
	};

	test("answers a bundle with a bundle", async () => {
		const response = await app.request("/v1/handover", {
			method: "POST",
			body: Uint8Array.from(encodeBundle([hello])),
			headers: { "content-type": "application/cose; charset=binary" },
		});
		assert.equal(response.status, 200);
		assert.equal(response.headers.get("content-type"), "application/cose");
		assert.deepEqual(new Uint8Array(await response.arrayBuffer()), encodeBundle([hello]));
	});

	test("says 415 to other types and to encoded bodies, 400 to what is no bundle, 413 to what is too much", async () => {
		const bundle = encodeBundle([hello]);
		calls = 0;
		for (const headers of [
			{ "content-type": "application/json" },
			{ "content-type": "" },
			{ "content-type": "application/cose-x" },
			{ "content-encoding": "gzip" },
		])
			assert.deepEqual((({ status, code }) => ({ status, code }))(await post(bundle, headers)), {
				status: 415,
				code: "type-unknown",
			});
		for (const body of ["", "{}", bundle.subarray(1), encodeItem([[hello]])])
			assert.equal((await post(body)).status, 400);
		for (const body of [
			new Uint8Array(maximumBundleBytes + 1),
			encodeItem(new Array(65).fill(hello)),
			encodeItem([new Uint8Array(65_537)]),
		])
			assert.equal((await post(body)).status, 413);
		assert.equal(calls, 0);
	});

	test("tells in every problem where the money is and what to do", async () => {
		const { problem } = await post("{}");
		assert.deepEqual(problem, {
			type: "about:blank",
			title: "The body is no bundle",
			status: 400,
			code: "malformed",
			retryable: false,
			fundsState: "safe",
			nextAction: "send the one deterministic encoding of this message",
		});
	});

	test("knows one path and one method", async () => {
		const get = await app.request("/v1/handover");
		assert.equal(get.status, 405);
		assert.equal(get.headers.get("allow"), "POST");
		assert.equal((await app.request("/", { method: "POST" })).status, 404);
	});

	test("tells nothing of its own failures, but reports them", async () => {
		const reported: string[] = [];
		const failing = handoverApp(
			async () => {
				throw new Error("the secret is 1234");
			},
			(error) => reported.push(error.message),
		);
		const response = await failing.request("/v1/handover", {
			method: "POST",
			body: Uint8Array.from(encodeBundle([hello])),
			headers: { "content-type": "application/cose" },
		});
		const text = await response.text();
		assert.equal(response.status, 500);
		assert.equal(text.includes("1234"), false);
		assert.equal((JSON.parse(text) as { fundsState: string }).fundsState, "unknown");
		assert.deepEqual(reported, ["the secret is 1234"]);
	});
});

describe("the server on a socket", () => {
	const raw = async (port: number, ...parts: readonly (string | Uint8Array)[]): Promise<string> => {
		const socket = connect(port, "127.0.0.1");
		socket.on("error", () => undefined);
		for (const part of parts) socket.write(part);
		let text = "";
		for await (const data of socket) {
			text += String(data);
			if (/\r\n\r\n/.test(text)) break;
		}
		socket.destroy();
		return text.split("\r\n", 1)[0] ?? "";
	};
	const head = (...lines: readonly string[]): string =>
		["POST /v1/handover HTTP/1.1", "host: a", "content-type: application/cose", ...lines, "", ""].join(
			"\r\n",
		);

	test("stops a body that announces too much, or never says how much, and goes on serving", async () => {
		const server = await listenOnLoopback(handoverApp(async (messages) => messages));
		const port = Number(new URL(server.url).port);
		assert.match(await raw(port, head("content-length: 99999999"), "x"), /^HTTP\/1.1 413 /);
		const chunk = `100000\r\n${"x".repeat(0x100000)}\r\n`;
		assert.match(
			await raw(port, head("transfer-encoding: chunked"), ...new Array<string>(6).fill(chunk)),
			/^HTTP\/1.1 413 /,
		);
		assert.match(await raw(port, "GET / HTTP/9.9\r\n\r\n"), /^HTTP\/1.1 400 /);
		const channel = mustConnect(server.url);
		assert.deepEqual(await channel.exchange([hello]), [hello]);
		channel.close();
		await server.stop();
	});

	test("ends a request that arrives byte by byte for ever", async () => {
		const server = await listenOnLoopback(
			handoverApp(async (messages) => messages),
			{ timeout_ms: 200 },
		);
		const start = performance.now();
		assert.match(
			await raw(Number(new URL(server.url).port), head("content-length: 100"), "x"),
			/^HTTP\/1.1 408 /,
		);
		assert.ok(performance.now() - start < 2_000);
		await server.stop();
	});

	test("refuses a port that is taken", async () => {
		const app = handoverApp(async (messages) => messages);
		const server = await listenOnLoopback(app);
		const port = Number(new URL(server.url).port);
		await assert.rejects(listenOnLoopback(app, { port }), /EADDRINUSE/);
		await server.stop();
	});

	test("stopped, it ends what does not finish", async () => {
		const server = await listenOnLoopback(handoverApp(() => new Promise(() => undefined)));
		const channel = mustConnect(server.url);
		const exchange = channel.exchange([hello]);
		await new Promise((resolve) => setTimeout(resolve, 50));
		await server.stop();
		const result = await exchange;
		assert.ok(isRefusal(result) && result.code === "channel-failed");
		channel.close();
	});
});

describe("the client", () => {
	const servers: (() => void)[] = [];
	after(() => {
		for (const stop of servers) stop();
	});
	const against = async (listener: RequestListener, timeout_ms = 1_000): Promise<string> => {
		const server = createServer(listener).listen(0, "127.0.0.1");
		servers.push(() => {
			server.closeAllConnections();
			server.close();
		});
		await new Promise((resolve) => server.once("listening", resolve));
		const channel = mustConnect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
			...loopback,
			timeout_ms,
		});
		const result = await channel.exchange([hello]);
		channel.close();
		return isRefusal(result) ? result.code : "answered";
	};
	const bundle = encodeBundle([hello]);
	const cose = { "content-type": "application/cose" };

	test("takes a bundle for an answer", async () => {
		assert.equal(await against((_, response) => response.writeHead(200, cose).end(bundle)), "answered");
	});

	test("posts to the path below the address, and keeps its connection", async () => {
		const seen: string[] = [];
		const sockets = new Set<unknown>();
		const server = createServer((request, response) => {
			seen.push(`${request.method} ${request.url} ${request.headers["content-type"]}`);
			sockets.add(request.socket);
			response.writeHead(200, cose).end(bundle);
		}).listen(0, "127.0.0.1");
		await new Promise((resolve) => server.once("listening", resolve));
		const channel = mustConnect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/shop/`);
		for (let i = 0; i < 3; i++) assert.deepEqual(await channel.exchange([hello]), [hello]);
		assert.deepEqual(seen, new Array(3).fill("POST /shop/v1/handover application/cose"));
		assert.equal(sockets.size, 1);
		channel.close();
		server.close();
	});

	test("follows no redirect", async () => {
		for (const status of [301, 302, 303, 307, 308])
			assert.equal(
				await against((_, response) => response.writeHead(status, { location: "http://127.0.0.1:1/" }).end()),
				"peer-refused",
			);
	});

	test("takes nothing else for an answer", async () => {
		const answers: Readonly<Record<string, RequestListener>> = {
			"type-unknown": (_, response) => {
				const body = JSON.stringify({ code: "type-unknown" });
				response.writeHead(415, { "content-type": "application/problem+json" }).end(body);
			},
			"channel-failed": (_, response) => response.writeHead(503).end("busy"),
			malformed: (_, response) => response.writeHead(200, cose).end("no bundle"),
			"too-large": (_, response) => response.writeHead(200, cose).end(Buffer.alloc(maximumBundleBytes + 1)),
		};
		for (const [code, listener] of Object.entries(answers)) assert.equal(await against(listener), code);
		const failing: readonly RequestListener[] = [
			(_, response) => response.writeHead(200, { "content-type": "text/html" }).end(bundle),
			(_, response) =>
				response
					.writeHead(400, { "content-type": "application/problem+json" })
					.end(JSON.stringify({ code: "constructor" })),
			(_, response) =>
				response.writeHead(400, { "content-type": "application/problem+json" }).end("x".repeat(100_000)),
			(request) => request.socket.destroy(),
			(_, response) => {
				response.writeHead(200, { ...cose, "content-length": bundle.length });
				response.write(bundle.subarray(1));
				response.destroy();
			},
		];
		for (const listener of failing) assert.equal(await against(listener), "channel-failed");
	});

	test("waits no longer than it was told, for the first byte or the last", async () => {
		const start = performance.now();
		assert.equal(await against(() => undefined, 100), "channel-failed");
		assert.equal(
			await against((_, response) => {
				response.writeHead(200, cose);
				const drip = setInterval(() => response.write("x"), 20);
				response.on("close", () => clearInterval(drip));
			}, 200),
			"channel-failed",
		);
		assert.ok(performance.now() - start < 2_000);
	});

	test("says channel-failed where nobody listens", async () => {
		const server = await listenOnLoopback(handoverApp(async (messages) => messages));
		await server.stop();
		const channel = mustConnect(server.url);
		const result = await channel.exchange([hello]);
		assert.ok(isRefusal(result) && result.code === "channel-failed");
	});

	test("connects to no private address that a name leads to", async () => {
		const channel = mustConnect("https://localhost", {});
		const result = await channel.exchange([hello]);
		assert.ok(isRefusal(result) && result.code === "peer-refused");
	});

	test("is not made for a URL that is not allowed", () => {
		for (const url of ["http://127.0.0.1:1", "https://10.0.0.1", "http://shop.example"]) {
			const channel = httpChannel(url);
			assert.ok(isRefusal(channel) && channel.code === "peer-refused", url);
		}
	});
});
