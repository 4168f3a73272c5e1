/** Bytes that a stranger sends: whatever they are, they get a refusal, change nothing and throw nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	isRefusal,
	ownOutput,
	serialize,
	serializeRulingRequest,
	signedOrder,
	signOrder,
} from "@tenten/protocol";
import fc from "fast-check";
import { pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import { createEcosystem, enrolHolder, makeClaim, makeOrder, withdrawTo } from "./support/ecosystem.ts";

/** One edit of a valid message: the bytes of a good one are the best start for a bad one. */
const edit = fc.record({
	at: fc.nat(),
	remove: fc.nat(3),
	insert: fc.uint8Array({ maxLength: 3 }),
});

function edited(
	bytes: Uint8Array,
	edits: readonly { at: number; remove: number; insert: Uint8Array }[],
): Uint8Array {
	let result = bytes;
	for (const { at, remove, insert } of edits) {
		const from = at % (result.length + 1);
		result = Uint8Array.from([...result.subarray(0, from), ...insert, ...result.subarray(from + remove)]);
	}
	return result;
}

test("claims, orders and ruling requests with bytes changed, removed or added move nothing", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	await operator.deposit(world.random(), alice.certificate.hash, "JPY", 50n);
	const release = world.random();
	const { paid } = await pay(world, token, alice, bob, 60n, { release });
	const account = bob.certificate.hash;
	const claim = await makeClaim(ecosystem, bob, [paid], { kind: "account", account });
	const outputs = [ownOutput(10n, alice.certificate, world.random())];
	const order = await makeOrder(ecosystem, { kind: "withdraw", account: alice.certificate.hash, outputs });
	const signed = await signOrder(order, alice.certificate.encoded, alice.signer);
	const withdrawal = serialize(signedOrder, signed);
	const ruling = serializeRulingRequest({ kind: "evidence", evidence: claim });
	const routes = [
		{ bytes: claim, send: operator.claim },
		{ bytes: withdrawal, send: operator.withdraw },
		{ bytes: ruling, send: operator.rule },
		{ bytes: withdrawal, send: operator.account },
		{ bytes: claim, send: operator.enrol },
	];
	await fc.assert(
		fc.asyncProperty(
			fc.constantFrom(...routes),
			fc.array(edit, { minLength: 1, maxLength: 4 }),
			async ({ bytes, send }, edits) => {
				const sent = edited(bytes, edits);
				const isSame = Buffer.compare(sent, bytes) === 0;
				const answer = await send(sent);
				// A claim may lose its only token to an edit and still be answered, token by token.
				if (!isSame && !isRefusal(answer)) assert.ok(send === operator.claim);
			},
		),
		{ numRuns: 400 },
	);
	const { totals } = await operator.audit("JPY");
	assert.ok(totals.redeemed === 0n || totals.redeemed === 60n);
	await assertBalanced(ecosystem);
});
