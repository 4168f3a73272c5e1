/** Past what it can do, an operator turns away at once, keeps its promises to those inside, and recovers. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Bytes } from "@tenten/protocol";
import { Door, type DoorOptions, usualDoor } from "../src/http/door.ts";
import { type Endpoint, isBehindDoor } from "../src/http/endpoint.ts";
import { endpoints } from "../src/http/endpoints.ts";
import { startServer } from "../src/index.ts";
import { assertBalanced } from "./support/balanced.ts";
import { createEcosystem, type Ecosystem, enrolHolder, makeClaim, withdrawTo } from "./support/ecosystem.ts";

function doorAt(options: Partial<DoorOptions>): { readonly door: Door; readonly pass: (ms: number) => void } {
	let now_ms = 0;
	const door = new Door({ ...usualDoor, clock: () => now_ms, ...options });
	return {
		door,
		pass: (ms) => {
			now_ms += ms;
		},
	};
}

/** How many it lets in before it turns away; they stay. */
function fill(door: Door): (() => void)[] {
	const inside: (() => void)[] = [];
	for (let leave = door.enter(); leave !== null; leave = door.enter()) inside.push(leave);
	return inside;
}

test("as many as may be are let in, and each that leaves makes room for one", () => {
	const { door } = doorAt({ most: 3, least: 1, first: 3 });
	const [first, ...others] = fill(door);
	assert.equal(others.length, 2);
	first?.();
	first?.();
	assert.equal(fill(door).length, 1);
});

test("answers that come too late let fewer in, down to the least; in time again, they let more in again", () => {
	const { door, pass } = doorAt({ most: 100, least: 8, first: 100 });
	const sizes: number[] = [];
	for (let round = 0; round < 40; round++) {
		const inside = fill(door);
		sizes.push(inside.length);
		pass(usualDoor.patience_ms + 1);
		for (const leave of inside) leave();
	}
	assert.equal(sizes[0], 100);
	assert.deepEqual(
		sizes,
		sizes.toSorted((a, b) => b - a),
	);
	assert.equal(sizes.at(-1), 8);
	for (let round = 0; round < 200; round++) for (const leave of fill(door)) leave();
	assert.equal(fill(door).length, 100);
});

test("a door that knows nothing yet lets few in, then a third more each time, until somebody is late", () => {
	const { door, pass } = doorAt({ most: 512, least: 8, first: 16 });
	const size = (late: boolean): number => {
		const inside = fill(door);
		if (late) pass(usualDoor.patience_ms + 1);
		for (const leave of inside) leave();
		return inside.length;
	};
	const rising = [false, false, false, true].map(size);
	assert.deepEqual(rising, [16, 22, 30, 41]);
	assert.deepEqual([false, false, false].map(size), [37, 38, 38]);
});

test("those who were late together count once", () => {
	const { door, pass } = doorAt({ most: 100, least: 8, first: 100 });
	const inside = fill(door);
	pass(usualDoor.patience_ms + 1);
	for (const leave of inside) leave();
	assert.equal(fill(door).length, 90);
});

test("what anyone may send stands behind the door; what is read, and what people or operators ask, does not", () => {
	const behind = Object.values<Endpoint>(endpoints).filter(isBehindDoor);
	assert.deepEqual(behind.map(({ method, path }) => `${method} ${path}`).sort(), [
		"post /v1/appeals",
		"post /v1/certificates",
		"post /v1/claims",
		"post /v1/device-orders",
		"post /v1/device-records",
		"post /v1/devices",
		"post /v1/rulings",
		"post /v1/samples",
		"post /v1/withdrawals",
	]);
});

async function claimsOf(ecosystem: Ecosystem, count: number): Promise<readonly Bytes[]> {
	const alice = await enrolHolder(ecosystem);
	const claims: Bytes[] = [];
	for (let i = 0; i < count; i++) {
		const tokens = await withdrawTo(ecosystem, alice, 1n);
		claims.push(
			await makeClaim(ecosystem, alice, tokens, { kind: "account", account: alice.certificate.hash }),
		);
	}
	return claims;
}

test("over a store that stands still, what is past the door is turned away unread; all of it is paid once in the end", async () => {
	let held: Promise<void> | null = null;
	const ecosystem = await createEcosystem({ store: { onCommit: () => held ?? undefined } });
	const claims = await claimsOf(ecosystem, 40);
	const door = { ...usualDoor, most: 16 };
	const log = { info: () => undefined, error: () => undefined };
	const { operator } = ecosystem;
	const server = await startServer({ operator, port: 0, log, door });
	const send = (claim: Bytes): Promise<Response> =>
		fetch(`${server.url}/v1/claims`, {
			method: "POST",
			headers: { "content-type": "application/cose", "idempotency-key": randomUUID() },
			body: Uint8Array.from(claim),
		});
	let release = (): void => undefined;
	held = new Promise((resolve) => {
		release = resolve;
	});
	let answered = 0;
	const asked = claims.map(async (claim) => {
		const response = await send(claim);
		answered++;
		return response;
	});
	// Whoever is inside waits for the store, and nobody else for anything.
	while (answered < claims.length - door.most) await new Promise(setImmediate);
	held = null;
	release();
	const first = await Promise.all(asked);
	const turnedAway = first.filter(({ status }) => status === 503);
	assert.equal(turnedAway.length, claims.length - door.most);
	for (const response of turnedAway) {
		assert.equal(response.headers.get("retry-after"), "1");
		const { code, fundsState, retryable } = (await response.json()) as Readonly<Record<string, unknown>>;
		assert.deepEqual([code, fundsState, retryable], ["overloaded", "safe", true]);
	}
	await assertBalanced(ecosystem, { redeemed: BigInt(door.most) });
	// The operator is there for those it turned away as soon as there is room.
	for (const claim of claims) assert.equal((await send(claim)).status, 200);
	await assertBalanced(ecosystem, { redeemed: BigInt(claims.length) });
	const figures = await (await fetch(`${server.url}/metrics`)).text();
	assert.ok(
		figures.includes(`tenten_http_refusals_total{route="/v1/claims",code="overloaded"} ${turnedAway.length}`),
		figures,
	);
	await server.close();
	await operator.close();
});
