/** SIGTERM, as a service manager sends it: what was begun is answered, and the process ends well. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { serializeRulingRequest } from "@tenten/protocol";
import { freePort } from "../src/server/port.ts";
import { random } from "../src/surroundings.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell();
after(() => shell.close());

async function whenServing(url: string): Promise<void> {
	for (let tries = 0; tries < 300; tries++) {
		if (
			await fetch(`${url}/readyz`).then(
				({ ok }) => ok,
				() => false,
			)
		)
			return;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error(`nobody answers at ${url}`);
}

test("an operator that is told to end while a request arrives answers it, and ends with 0", async () => {
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	await shell.well(
		"issuer",
		"init",
		"--data",
		"bank",
		"--name",
		"Bank",
		"--asset",
		"JPY:0",
		"--port",
		`${port}`,
	);
	const child = shell.start("issuer", "serve", "--data", "bank");
	const ended = once(child, "exit");
	await whenServing(url);
	const headers = {
		"content-type": "application/cose",
		"idempotency-key": "one",
		expect: "100-continue",
	};
	const request = http.request(`${url}/v1/rulings`, { method: "POST", headers });
	const answered = once(request, "response") as Promise<[http.IncomingMessage]>;
	request.flushHeaders();
	await once(request, "continue");
	child.kill("SIGTERM");
	// It takes no new connection any more, and still waits for the rest of this one.
	for (let tries = 0; tries < 100; tries++)
		if (
			!(await fetch(`${url}/livez`).then(
				({ ok }) => ok,
				() => false,
			))
		)
			break;
	request.end(serializeRulingRequest({ kind: "release", release: random(32) }));
	const [answer] = await answered;
	assert.equal(answer.statusCode, 200);
	answer.resume();
	assert.deepEqual(await ended, [0, null]);
});

test("a sandbox whose address is taken says so, and ends", async () => {
	const server = http.createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const folder = join(shell.folder, "taken");
	mkdirSync(folder);
	writeFileSync(join(folder, "pages.json"), JSON.stringify({ port, switches: await freePort() }));
	const { status, stderr } = await shell.tenten("sandbox", "--data", folder);
	server.close();
	assert.equal(status, 2);
	assert.match(stderr, new RegExp(`port ${port} is taken`));
});
