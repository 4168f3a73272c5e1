/**
 * Claims that come at once are taken together, in few transactions; what one of them meets is its own: it is
 * refused, or fails, and those beside it are paid once.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { type Bytes, isRefusal, parseReply, sha256, toHex } from "@tenten/protocol";
import { expectRefusal, expectValue } from "../../module/test/support/world.ts";
import type { FailPoint } from "../src/index.ts";
import { KeyReused } from "../src/request-key.ts";
import { assertBalanced } from "./support/balanced.ts";
import { createEcosystem, type EcosystemOptions, kinds } from "./support/ecosystem.ts";
import { inFolder } from "./support/in-folder.ts";
import { forkedRedemptions, redemptions } from "./support/redemptions.ts";

function isPaid(answer: unknown): boolean {
	return kinds(expectValue(parseReply(answer as Bytes))).join() === "paid";
}

/** An ecosystem that counts its commits. */
async function counting(options: EcosystemOptions) {
	let commits = 0;
	const onCommit = (point: FailPoint): void => {
		if (point === "afterCommit") commits++;
	};
	const ecosystem = await createEcosystem({ ...options, store: { onCommit } });
	return { ecosystem, since: (before: number) => commits - before };
}

for (const threads of [0, 2])
	test(`forty claims at once take few commits, judged on ${threads} threads, and are paid once each`, async () => {
		const { ecosystem, since } = await counting({ threads });
		const claims = await redemptions(ecosystem, 14);
		const more = [...(await redemptions(ecosystem, 14)), ...(await redemptions(ecosystem, 12))];
		const all = [...claims, ...more];
		const before = since(0);
		const answers = await Promise.all(all.map((claim) => ecosystem.operator.claim(claim)));
		assert.ok(answers.every(isPaid));
		assert.ok(since(before) <= all.length / 2, `${since(before)} commits of ${all.length} claims`);
		await assertBalanced(ecosystem, { redeemed: 400n, outstanding: 0n });
		await ecosystem.operator.close();
	});

test("of claims at once those that are refused change nothing, and the others are paid once each", async () => {
	const ecosystem = await createEcosystem({});
	const { operator } = ecosystem;
	const good = await redemptions(ecosystem, 10);
	const forks = await forkedRedemptions(ecosystem);
	const malformed = (good[0] as Bytes).subarray(1);
	const claims = [malformed, ...good.slice(0, 5), ...forks, ...good.slice(5), ...good];
	const answers = await Promise.all(claims.map((claim) => operator.claim(claim)));
	expectRefusal(answers[0] as Bytes, "malformed");
	for (const [position, claim] of claims.entries()) {
		const answer = answers[position];
		if (good.includes(claim)) assert.ok(isPaid(answer));
		// One claim that comes twice at once has one answer.
		assert.deepEqual(answer, answers[claims.indexOf(claim)]);
	}
	const forked = forks.map((fork) =>
		kinds(expectValue(parseReply(answers[claims.indexOf(fork)] as Bytes))).join(),
	);
	assert.deepEqual(forked, ["paid", "forked"]);
	await assertBalanced(ecosystem, { redeemed: 110n, drawn: 10n, outstanding: 0n });
	await operator.close();
});

test("a claim that the store will not write fails alone; those beside it are paid, and so is it when it may be", () =>
	inFolder(async (database) => {
		const ecosystem = await createEcosystem({ database });
		const { operator } = ecosystem;
		const claims = await redemptions(ecosystem, 9);
		const cursed = claims[5] as Bytes;
		const beside = new DatabaseSync(database);
		beside.exec(
			`create trigger cursed before insert on replies when new.claim_hash = x'${toHex(sha256(cursed))}'
				begin select raise(abort, 'cursed'); end`,
		);
		const answers = await Promise.allSettled(claims.map((claim) => operator.claim(claim)));
		assert.deepEqual(
			answers.map(({ status }) => status),
			claims.map((claim) => (claim === cursed ? "rejected" : "fulfilled")),
		);
		await assertBalanced(ecosystem, { redeemed: 80n, outstanding: 10n });
		beside.exec("drop trigger cursed");
		beside.close();
		for (const claim of claims) assert.ok(isPaid(await operator.claim(claim)));
		await assertBalanced(ecosystem, { redeemed: 90n, outstanding: 0n });
		await operator.close();
	}));

test("of claims at once under one key, with two contents, one moves value", async () => {
	const ecosystem = await createEcosystem({});
	const { operator } = ecosystem;
	const claims = await redemptions(ecosystem, 6);
	const under = (claim: Bytes, key: string) =>
		operator.under({ scope: "claims", key, content: sha256(claim) }).claim(claim);
	const [one, other, ...others] = claims as [Bytes, Bytes, ...Bytes[]];
	const answers = await Promise.allSettled([
		under(one, "same"),
		under(other, "same"),
		...others.map((claim, position) => under(claim, `own ${position}`)),
	]);
	const [first, second, ...rest] = answers;
	assert.ok(first?.status === "fulfilled" && isPaid(first.value));
	assert.ok(second?.status === "rejected" && second.reason instanceof KeyReused);
	assert.ok(rest.every((answer) => answer.status === "fulfilled" && isPaid(answer.value)));
	await assertBalanced(ecosystem, { redeemed: 50n, outstanding: 10n });
	// Bound for good: also for a claim that comes by itself.
	await assert.rejects(under(other, "same"), KeyReused);
	assert.ok(isPaid(await under(other, "another")));
	assert.ok(!isRefusal(await under(one, "same")));
	await operator.close();
});
