/** What waits after a restart goes out a few at a time, and a party that does not answer holds up nobody else. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setTimeout as rest } from "node:timers/promises";
import type { RailMessage } from "../src/index.ts";
import { lanesMost } from "../src/rail/lanes.ts";
import { RailRunner } from "../src/rail/runner.ts";

const waiting = 5 * lanesMost;

function messageTo(to: string, n: number): RailMessage {
	const body = { kind: "pay", payer: "ann", payee: "shop", amount: 1n, credit: "final" } as const;
	return { id: `A.${to}.${n}`, from: "A", to, step: 0, payment: `${to} ${n}`, body };
}

/** Holds every request until it is let go; what it answers then is 204. */
async function party() {
	const held: ServerResponse[] = [];
	let most = 0;
	const server = createServer((request, response) => {
		request.resume();
		held.push(response);
		most = Math.max(most, held.length);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		letGo: (): void => {
			for (const response of held.splice(0)) response.writeHead(204).end();
		},
		most: (): number => most,
		close: (): void => {
			server.closeAllConnections();
			server.close();
		},
	};
}

test("all that waits is posted a few at a time to each party, each once, and one that hangs holds up no other", async () => {
	const [slow, quick] = [await party(), await party()];
	const all = ["slow", "quick"].flatMap((to) => Array.from({ length: waiting }, (_, n) => messageTo(to, n)));
	const delivered: string[] = [];
	let wakes = 0;
	const runner = new RailRunner({
		party: {
			take: async () => ({ kind: "taken", sends: [] }),
			delivered: async (id: string) => void delivered.push(id),
			// All of it is due again and again, while most of it has not gone out once.
			wake: async () => {
				wakes++;
				return all.filter(({ id }) => !delivered.includes(id));
			},
			dueAt: () => 0,
			forget: async () => 0,
			kept: async () => undefined,
			balances: async () => [],
			close: async () => undefined,
		},
		addresses: { slow: slow.url, quick: quick.url },
		now: () => 0,
		log: () => undefined,
	});
	try {
		runner.start();
		while (delivered.length < waiting || wakes < 10) {
			quick.letGo();
			await rest(1);
		}
		assert.equal(delivered.filter((id) => id.startsWith("A.slow")).length, 0);
		assert.equal(slow.most(), lanesMost);
		assert.ok(quick.most() <= lanesMost, `${quick.most()} at once`);
		while (delivered.length < all.length) {
			slow.letGo();
			quick.letGo();
			await rest(1);
		}
		assert.equal(slow.most(), lanesMost);
		assert.equal(new Set(delivered).size, delivered.length, "each once");
	} finally {
		slow.letGo();
		const stopped = runner.stop();
		slow.close();
		quick.close();
		await stopped;
	}
});
