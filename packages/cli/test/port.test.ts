/** Ports that somebody will listen on later are given once, and out of the way of outgoing connections. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort } from "../src/server/port.ts";

test("no port is given twice by one process, though nobody listens on the first yet", async () => {
	const ports: number[] = [];
	for (let count = 0; count < 400; count++) ports.push(await freePort());
	assert.equal(new Set(ports).size, ports.length);
	assert.ok(ports.every((port) => port >= 20_000 && port < 32_768));
});
