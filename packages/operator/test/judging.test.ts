/**
 * Threads that judge may die, fall silent or talk nonsense: a claim is then taken exactly once, or not at all and
 * said to be so, and asked again it is taken.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setEnvironmentData } from "node:worker_threads";
import { type Bytes, parseReply, type Refusal } from "@tenten/protocol";
import { expectRefusal, expectValue } from "../../module/test/support/world.ts";
import { judge, type Question } from "../src/judging/judge.ts";
import { JudgePool, type JudgePoolOptions } from "../src/judging/pool.ts";
import { assertBalanced } from "./support/balanced.ts";
import { createEcosystem, type Ecosystem, kinds } from "./support/ecosystem.ts";
import { forkedRedemptions, redemptions } from "./support/redemptions.ts";
import { poison, type Trouble, troubles } from "./support/troubled-thread.ts";

const thread = new URL("./support/troubled-thread.ts", import.meta.url);

/** Threads with this trouble; `later` is that of those which take their places. */
function troubled<T>(trouble: Trouble, later: Trouble, start: (options: JudgePoolOptions) => T): T {
	setEnvironmentData("trouble", trouble);
	const started = start({ threads: 2, thread, patience_ms: 1_000 });
	setEnvironmentData("trouble", later);
	return started;
}

const shared = await createEcosystem();
const { operator, world, clock } = shared;
after(() => operator.close());
const ask = (encoded: Bytes): Question => ({
	encoded,
	operator: operator.id,
	now: clock.now,
	published: null,
});

const some = await redemptions(shared, 12);

for (const trouble of troubles)
	test(`every claim gets its own judgement, and no other, where a thread ${trouble}`, async () => {
		const pool = troubled(trouble, "has no trouble", (options) => new JudgePool(options));
		const judged = await Promise.all(some.map((claim) => pool.judge(ask(claim), world.trust)));
		assert.deepEqual(
			judged,
			some.map((claim) => judge(ask(claim), world.trust)),
		);
		await pool.close();
	});

test("a claim that ends every thread fails and is refused by nobody; those beside it are judged", async () => {
	const pool = troubled("has no trouble", "has no trouble", (options) => new JudgePool(options));
	const claims = [...some.slice(0, 5), poison, ...some.slice(5)];
	const judged = await Promise.allSettled(claims.map((claim) => pool.judge(ask(claim), world.trust)));
	const failed = judged.flatMap(({ status }, position) => (status === "rejected" ? [position] : []));
	assert.deepEqual(failed, [5]);
	await pool.close();
});

test("threads that cannot begin are given up, and what waits fails; a pool that is closed judges nothing", async () => {
	const pool = new JudgePool({ threads: 2, thread: new URL("./support/no-such-thread.ts", import.meta.url) });
	await assert.rejects(pool.judge(ask(poison), world.trust), /cannot be started/);
	await pool.close();
	await assert.rejects(pool.judge(ask(poison), world.trust), /closed/);
});

test("what a thread holds when the pool is closed fails", async () => {
	const pool = troubled(
		"never ends",
		"never ends",
		(options) => new JudgePool({ ...options, patience_ms: 60_000 }),
	);
	const asked = Promise.allSettled(some.map((claim) => pool.judge(ask(claim), world.trust)));
	const first = pool.judge(ask(some[0] as Bytes), world.trust);
	await Promise.race([first.catch(() => {}), new Promise(setImmediate)]);
	await pool.close();
	await assert.rejects(first, /closed/);
	assert.ok((await asked).some(({ status }) => status === "rejected"));
});

type Ended = Bytes | Refusal | "failed";

/** Claims at an operator, all at once, among them what no thread survives, what is malformed, and forks. */
async function askAll(ecosystem: Ecosystem, claims: readonly Bytes[]): Promise<readonly Ended[]> {
	return Promise.all(claims.map((claim) => ecosystem.operator.claim(claim).catch((): Ended => "failed")));
}

for (const trouble of ["dies at once", "answers in another order"] as const)
	test(`claims are paid once each, the refused not at all, where all threads have this trouble: ${trouble}`, async () => {
		const ecosystem = await troubled(trouble, trouble, (options) =>
			createEcosystem({ threads: options, seed: trouble }),
		);
		const good = await redemptions(ecosystem, 10);
		const forks = await forkedRedemptions(ecosystem);
		const malformed = good.slice(0, 3).map((claim) => claim.subarray(1));
		const claims = [...good.slice(0, 5), ...forks, ...malformed, ...good.slice(5), ...good.slice(0, 4)];
		const first = await askAll(ecosystem, [...claims, poison]);
		assert.equal(first.at(-1), "failed");
		// A thread's trouble may meet one claim twice in a row; nobody's trouble lasts.
		const last = [...first.slice(0, -1)];
		for (let tries = 0; tries < 20 && last.includes("failed"); tries++) {
			const again = claims.flatMap((claim, position) =>
				last[position] === "failed" ? [{ claim, position }] : [],
			);
			const answers = await askAll(
				ecosystem,
				again.map(({ claim }) => claim),
			);
			for (const [place, { position }] of again.entries()) last[position] = answers[place] as Ended;
		}
		assert.deepEqual(
			await askAll(ecosystem, [...good, ...forks]),
			[...good, ...forks].map((claim) => last[claims.indexOf(claim)]),
		);
		for (const [position, answer] of last.entries()) {
			const claim = claims[position] as Bytes;
			if (malformed.includes(claim)) expectRefusal(answer as Refusal, "malformed");
			else if (good.includes(claim)) assert.deepEqual(kinds(replyIn(answer)), ["paid"]);
		}
		const forked = forks.map((fork) => kinds(replyIn(last[claims.indexOf(fork)] as Ended)).join());
		assert.deepEqual(forked.toSorted(), ["forked", "paid"]);
		await assertBalanced(ecosystem, { redeemed: 110n, drawn: 10n, outstanding: 0n });
		await ecosystem.operator.close();
	});

function replyIn(answer: Ended) {
	assert.notEqual(answer, "failed");
	return expectValue(parseReply(expectValue(answer as Bytes | Refusal)));
}
