/** Whatever is asked with secrets, and whatever goes wrong with it, the log names the request and no secret. */
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { serializeRulingRequest, serializeStatement, signStatement, toHex } from "@tenten/protocol";
import { pino } from "pino";
import { newKey, type Operator, startServer } from "../src/index.ts";
import { createEcosystem, enrolHolder } from "./support/ecosystem.ts";

test("keys, signed questions and releases are used, refused and broken on, and none is in the log", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world, clock } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	const key = newKey((length) => world.random().subarray(0, length));
	await operator.keepFirstKey(key);
	let logged = "";
	const stream = new Writable({
		write: (chunk, _, done) => {
			logged += chunk;
			done();
		},
	});
	const isBroken = { now: false };
	const breaking = new Proxy(operator, {
		get: (target, name) => {
			if (isBroken.now && (name === "rule" || name === "under" || name === "addKey" || name === "account"))
				return () => {
					throw new Error("broken");
				};
			const value = Reflect.get(target, name, target) as unknown;
			return typeof value === "function" ? value.bind(target) : value;
		},
	}) as Operator;
	const server = await startServer({ operator: breaking, port: 0, log: pino(stream) });
	const release = world.random();
	const account = alice.certificate.hash;
	const body = { operator: operator.id, says: { kind: "balance", account } as const };
	const asked = { ...body, nonce: world.random(), issuedAt: clock.now };
	const question = serializeStatement(await signStatement(asked, alice.certificate.encoded, alice.signer));
	const told = Buffer.from(question).toString("base64url");
	const secrets = [
		key,
		key.slice(24),
		toHex(release),
		Buffer.from(release).toString("base64"),
		told,
		"key-of-request",
	];
	const ask = (path: string, headers: Record<string, string>, sent?: Uint8Array | string) =>
		fetch(
			`${server.url}${path}`,
			sent === undefined ? { headers } : { method: "POST", headers, body: sent as never },
		);
	for (const now of [false, true]) {
		isBroken.now = now;
		const json = { authorization: `Bearer ${key}`, "content-type": "application/json" };
		const keyed = { "content-type": "application/cose", "idempotency-key": "key-of-request" };
		const made = { name: "till", roles: ["cashier"], expiresAt: null };
		const answer = await ask("/v1/api-keys", json, JSON.stringify(made));
		if (!now) secrets.push(((await answer.json()) as { key: string }).key.slice(24));
		await ask("/v1/rulings", keyed, Uint8Array.from(serializeRulingRequest({ kind: "release", release })));
		await ask(`/v1/accounts/${toHex(account)}`, { authorization: `Tenten ${told}` });
		await ask("/v1/totals", { authorization: `Bearer ${key}0` });
		await ask("/v1/api-keys", json, `{"name":"${key}"`);
		await fetch(`${server.url}/v1/api-keys/${key}`, { method: "DELETE", headers: json });
		await ask(`/v1/key-of-request?key=${key}`, json);
	}
	await server.close();
	await operator.close();
	assert.ok(logged.split("\n").length > 10, logged);
	assert.match(logged, /"broken"/);
	for (const secret of secrets) assert.ok(!logged.includes(secret), `${secret} is in the log`);
	assert.doesNotMatch(logged, /authorization|bearer/i);
});
