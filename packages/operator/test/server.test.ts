/** The server keeps its limits, and stops without losing what it has begun. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { serializeRulingRequest } from "@tenten/protocol";
import { type ServerLimits, startServer } from "../src/index.ts";
import { createEcosystem } from "./support/ecosystem.ts";

async function serving(limits: Partial<ServerLimits> = {}) {
	const gate: { wait: (() => Promise<void>) | null } = { wait: null };
	const ecosystem = await createEcosystem({ store: { onCommit: async () => gate.wait?.() } });
	const log = { info: () => undefined, error: () => undefined };
	const server = await startServer({ operator: ecosystem.operator, port: 0, log, limits });
	return { ...ecosystem, server, gate, port: Number(new URL(server.url).port) };
}

/** Makes the next commit wait; `reached` when one does. */
function hold(gate: { wait: (() => Promise<void>) | null }) {
	let [open, arrive] = [(): void => undefined, (): void => undefined];
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	const reached = new Promise<void>((resolve) => {
		arrive = resolve;
	});
	gate.wait = () => {
		arrive();
		return opened;
	};
	return {
		reached,
		release: () => {
			gate.wait = null;
			open();
		},
	};
}

const show = (url: string, release: Uint8Array, agent?: http.Agent): Promise<http.IncomingMessage> => {
	const headers = { "content-type": "application/cose", "idempotency-key": "one" };
	const request = http.request(`${url}/v1/rulings`, { method: "POST", headers, ...(agent ? { agent } : {}) });
	request.end(serializeRulingRequest({ kind: "release", release }));
	return once(request, "response").then(([answer]) => answer as http.IncomingMessage);
};

test("stopping answers what was begun, takes nothing new, and closes connections that only wait", async () => {
	const { operator, world, server, gate, port } = await serving();
	const agent = new http.Agent({ keepAlive: true });
	const idle = net.connect(port, "127.0.0.1");
	await once(idle, "connect");
	const idleEnded = once(idle, "close");
	const release = world.random();
	const held = hold(gate);
	const answer = show(server.url, release, agent);
	await held.reached;
	const closed = server.close();
	await idleEnded;
	await assert.rejects(fetch(`${server.url}/livez`));
	let isClosed = false;
	void closed.then(() => {
		isClosed = true;
	});
	await new Promise((resolve) => setTimeout(resolve, 60));
	assert.equal(isClosed, false);
	held.release();
	assert.equal((await answer).statusCode, 200);
	(await answer).resume();
	await closed;
	agent.destroy();
	await operator.close();
});

test("what is not answered in its time is cut off, and the server stops all the same", async () => {
	const { operator, world, server, gate } = await serving({ stop_ms: 100 });
	const held = hold(gate);
	const answer = show(server.url, world.random());
	const cut = assert.rejects(answer);
	await held.reached;
	await server.close();
	await cut;
	held.release();
	await operator.close();
});

test("a request that trickles is ended with its time, and no other waits for it", async () => {
	const { operator, server, port } = await serving({ head_ms: 200, request_ms: 300 });
	const slow = net.connect(port, "127.0.0.1");
	slow.write(
		"POST /v1/claims HTTP/1.1\r\nhost: x\r\ncontent-type: application/cose\r\ncontent-length: 10\r\n",
	);
	const said = text(slow);
	assert.equal((await fetch(`${server.url}/livez`)).status, 200);
	assert.match(await said, /^HTTP\/1\.1 408/);
	await server.close();
	await operator.close();
});

test("more headers than the limit are refused, and more connections than the limit not taken", async () => {
	const { operator, server, port } = await serving({ connections: 2 });
	const long = await fetch(`${server.url}/livez`, { headers: { "x-long": "x".repeat(20_000) } });
	assert.equal(long.status, 431);
	const sockets = Array.from({ length: 4 }, () => net.connect(port, "127.0.0.1"));
	const ended = sockets.map((socket) =>
		once(
			socket.on("error", () => undefined),
			"close",
		),
	);
	await Promise.race(ended);
	for (const socket of sockets) socket.destroy();
	await server.close();
	await operator.close();
});

test("figures tell routes by their templates: what is asked does not make them grow", async () => {
	const { operator, server } = await serving();
	for (const lock of ["1", "2"])
		await (await fetch(`${server.url}/v1/releases/${lock.repeat(64)}`)).arrayBuffer();
	await (await fetch(`${server.url}/no/such/${"x".repeat(50)}`)).arrayBuffer();
	await (await fetch(`${server.url}/v1/trust-list`, { method: "PROPFIND" })).arrayBuffer();
	const figures = await (await fetch(`${server.url}/metrics`)).text();
	assert.match(
		figures,
		/tenten_http_refusals_total\{route="\/v1\/releases\/\{lock\}",code="attempt-unknown"\} 2/,
	);
	assert.match(figures, /tenten_http_request_seconds_count\{method="other",route="none",status="404"\} 1/);
	assert.match(figures, /tenten_http_requests_under_way 1/);
	assert.doesNotMatch(figures, /xxxx|1111/);
	await server.close();
	await operator.close();
});

/** Connections that the system itself turned away since it started, for want of room in a queue (proc(5)). */
function turnedAway(): number {
	const lines = readFileSync("/proc/net/netstat", "utf8").split("\n");
	const [names, values] = lines.filter((line) => line.startsWith("TcpExt:")).map((line) => line.split(" "));
	return Number(values?.[names?.indexOf("ListenDrops") ?? -1]);
}

const queue = "/proc/sys/net/core/somaxconn";
const skip =
	!(existsSync(queue) && Number(readFileSync(queue, "utf8")) >= 2_000) && "needs Linux: /proc says so";

test("two operators do not share a port", async () => {
	const { operator, server, port } = await serving();
	const log = { info: () => undefined, error: () => undefined };
	await assert.rejects(startServer({ operator, port, log }), { code: "EADDRINUSE" });
	await server.close();
	await operator.close();
});

const isLinux = process.platform === "linux" || "sockets share a port on Linux";

test("a crowd comes in many at a time, and not one in each turn", {
	skip: isLinux !== true && isLinux,
}, async () => {
	const { operator, server, port } = await serving();
	const crowd = 320;
	const sockets = Array.from({ length: crowd }, () => net.connect(port, "127.0.0.1"));
	let [turns, sent] = [0, 0];
	for (const socket of sockets)
		socket.once("data", () => sent++).write("GET /livez HTTP/1.1\r\nhost: a\r\n\r\n");
	for (; sent < crowd; turns++) await turn();
	assert.ok(turns < crowd, `${turns} turns`);
	for (const socket of sockets) socket.destroy();
	await server.close();
	await operator.close();
});

test("a crowd that comes while nobody takes connections waits, and is not turned away", {
	skip,
}, async () => {
	const { operator, server, port } = await serving();
	const before = turnedAway();
	// All of them in one turn of the loop, so that the server, on the same loop, takes none of them meanwhile.
	const sockets = Array.from({ length: 1_000 }, () => net.connect(port, "127.0.0.1"));
	const [first] = sockets;
	if (first !== undefined) await once(first, "connect");
	const away = turnedAway() - before;
	for (const socket of sockets) socket.destroy();
	await server.close();
	await operator.close();
	assert.equal(away, 0);
});
