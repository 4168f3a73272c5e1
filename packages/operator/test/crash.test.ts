/**
 * Power fails at every commit of a withdrawal, a merge and a refund, before and after it is durable.
 *
 * After each, the operator is opened again from its file and the holder sends the same bytes: the answer is
 * final, the books agree, and nothing was paid twice or lost.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
	type Bytes,
	isRefusal,
	lockHash,
	ownOutput,
	parseReply,
	parseRulingReply,
	serialize,
	serializeRulingRequest,
	signedOrder,
	signOrder,
	signStatement,
} from "@tenten/protocol";
import { day, expectValue, pay } from "../../module/test/support/world.ts";
import type { FailPoint, Operator } from "../src/index.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	kinds,
	makeClaim,
	makeOrder,
	withdrawTo,
} from "./support/ecosystem.ts";

type Ask = (operator: Operator) => Promise<Bytes>;

/** What is done before the power fails, and what is asked while it does. */
type Scene = (ecosystem: Ecosystem) => Promise<{ readonly ask: Ask; readonly check: (reply: Bytes) => void }>;

class PowerCut extends Error {}

/** Lets `commits` commits pass, then fails at `point` of the next and of all that follow. */
function powerCut(
	point: FailPoint,
	commits: number,
): { readonly onCommit: (at: FailPoint) => void; arm(): void } {
	let left = Number.POSITIVE_INFINITY;
	let dead = false;
	return {
		arm() {
			left = commits;
		},
		onCommit(at) {
			if (dead) throw new PowerCut();
			if (at !== point || left-- > 0) return;
			dead = true;
			throw new PowerCut();
		},
	};
}

/** How many commits passed before the cut; undefined when the answer came first. */
async function cutAndRetry(scene: Scene, point: FailPoint, commits: number): Promise<boolean> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-crash-"));
	try {
		const cut = powerCut(point, commits);
		const database = join(folder, "operator.db");
		const before = await createEcosystem({ database, store: cut, seed: `crash ${point} ${commits}` });
		const { ask, check } = await scene(before);
		cut.arm();
		const first = await ask(before.operator).catch((error: unknown) => {
			assert.ok(error instanceof PowerCut, String(error));
			return undefined;
		});
		await before.operator.close();
		const operator = await before.reopen();
		const retried = await ask(operator);
		check(retried);
		if (first !== undefined) assert.deepEqual(retried, first);
		assert.deepEqual(await ask(operator), retried);
		await assertBalanced({ ...before, operator });
		await operator.close();
		return first === undefined;
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const merge: Scene = async (ecosystem) => {
	const alice = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, alice, 10n, 20n, 30n);
	const outputs = [ownOutput(50n, alice.certificate, ecosystem.world.random())];
	const claim = await makeClaim(ecosystem, alice, tokens, { kind: "refresh", outputs });
	return {
		ask: async (operator) => expectValue(await operator.claim(claim)),
		check: (reply) => {
			const { issues, results } = expectValue(parseReply(reply));
			assert.equal(results.length, 3);
			assert.deepEqual(
				issues.map(({ proof }) => proof.issue.amount),
				[50n, 10n],
			);
		},
	};
};

const redemption: Scene = async (ecosystem) => {
	const alice = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, alice, 10n, 20n);
	const action = { kind: "account", account: alice.certificate.hash } as const;
	const claim = await makeClaim(ecosystem, alice, tokens, action);
	return {
		ask: async (operator) => {
			const reply = expectValue(await operator.claim(claim));
			assert.equal(await operator.balance(alice.certificate.hash, "JPY"), 30n);
			return reply;
		},
		check: (reply) => assert.deepEqual(kinds(expectValue(parseReply(reply))), ["paid", "paid"]),
	};
};

const draw: Scene = async (ecosystem) => {
	const [mallory, alice, bob] = [
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
	];
	const [token] = await withdrawTo(ecosystem, mallory, 100n);
	assert.ok(token);
	const { paid: toAlice } = await pay(ecosystem.world, token, mallory, alice, 100n);
	const { paid: toBob } = await pay(ecosystem.world, token, mallory, bob, 100n);
	const action = { kind: "account", account: alice.certificate.hash } as const;
	await ecosystem.operator.claim(await makeClaim(ecosystem, alice, [toAlice], action));
	const claim = await makeClaim(ecosystem, bob, [toBob], { kind: "account", account: bob.certificate.hash });
	return {
		ask: async (operator) => {
			const reply = expectValue(await operator.claim(claim));
			assert.equal(await operator.balance(bob.certificate.hash, "JPY"), 100n);
			return reply;
		},
		check: (reply) => assert.deepEqual(kinds(expectValue(parseReply(reply))), ["forked"]),
	};
};

const withdrawal: Scene = async (ecosystem) => {
	const alice = await enrolHolder(ecosystem);
	const account = alice.certificate.hash;
	await ecosystem.operator.deposit(ecosystem.world.random(), account, "JPY", 70n);
	const outputs = [ownOutput(60n, alice.certificate, ecosystem.world.random())];
	const order = await makeOrder(ecosystem, { kind: "withdraw", account, outputs });
	const signed = await signOrder(order, alice.certificate.encoded, alice.signer);
	return {
		ask: async (operator) => {
			const reply = expectValue(await operator.withdraw(serialize(signedOrder, signed)));
			assert.equal(await operator.balance(account, "JPY"), 10n);
			return reply;
		},
		check: (reply) => assert.equal(expectValue(parseReply(reply)).issues.length, 1),
	};
};

const refund: Scene = async (ecosystem) => {
	const { operator, world, clock } = ecosystem;
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const release = world.random();
	const { paid } = await pay(world, token, alice, bob, 60n, { release, released: false });
	clock.now += 31 * day;
	const account = alice.certificate.hash;
	const says = { kind: "neverReleased", lock: lockHash(release), account, fallback: null } as const;
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	const statement = await signStatement(body, alice.certificate.encoded, alice.signer);
	const request = serializeRulingRequest({ kind: "statement", statement, tokens: [paid.token] });
	return {
		ask: async (opened) => {
			const reply = expectValue(await opened.rule(request));
			assert.equal(await opened.balance(account, "JPY"), 100n);
			return reply;
		},
		check: (reply) => assert.equal(expectValue(parseRulingReply(reply)).kind, "ruled"),
	};
};

for (const [name, scene] of Object.entries({ withdrawal, redemption, merge, draw, refund }))
	for (const point of ["beforeCommit", "afterCommit"] as const)
		test(`power fails at each commit of a ${name}, ${point}`, async () => {
			let commits = 0;
			while (await cutAndRetry(scene, point, commits)) commits++;
			assert.ok(commits >= 2, `${commits} commits`);
		});

test("an order that nobody retries is settled when the operator opens again", async () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-crash-"));
	try {
		// The first commit of a claim reads, the second takes its rows, the third settles: rows and records are durable, nobody was paid.
		const cut = powerCut("beforeCommit", 2);
		const before = await createEcosystem({ database: join(folder, "operator.db"), store: cut });
		const alice = await enrolHolder(before);
		const tokens = await withdrawTo(before, alice, 10n);
		const account = alice.certificate.hash;
		const claim = await makeClaim(before, alice, tokens, { kind: "account", account });
		cut.arm();
		await assert.rejects(before.operator.claim(claim), PowerCut);
		await before.operator.close();
		const operator = await before.reopen();
		assert.equal(await operator.balance(account, "JPY"), 10n);
		const reply = await operator.claim(claim);
		assert.ok(!isRefusal(reply));
		assert.equal(await operator.balance(account, "JPY"), 10n);
		await operator.close();
	} finally {
		rmSync(folder, { recursive: true });
	}
});
