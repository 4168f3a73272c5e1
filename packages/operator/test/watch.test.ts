/** The watch: a wrong row is seen while the operator works, payouts of that asset stop, and nothing is lost by it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import type { VerifiedToken } from "@tenten/protocol";
import { expectRefusal, expectValue, type Holder, pay } from "../../module/test/support/world.ts";
import type { Alarm } from "../src/index.ts";
import { createApp } from "../src/index.ts";
import {
	balance,
	createEcosystem,
	type Ecosystem,
	type EcosystemOptions,
	enrolHolder,
	kinds,
	makeClaim,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";

const acting = { actor: "key:test", requestId: "one" };

type Scene = {
	readonly ecosystem: Ecosystem;
	readonly holder: Holder;
	readonly tokens: readonly VerifiedToken[];
	readonly alarms: Alarm[];
	/** changes rows as a fault or a thief would, beside the operator */
	readonly tamper: (statement: string) => void;
	/** rows that a statement counts */
	readonly count: (statement: string) => number;
};

async function scene(t: TestContext, store: EcosystemOptions["store"] = {}): Promise<Scene> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-watch-"));
	const database = join(folder, "operator.sqlite");
	const ecosystem = await createEcosystem({ database, store });
	const holder = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, holder, 10n, 20n, 30n);
	const alarms: Alarm[] = [];
	ecosystem.operator.watch.onAlarm((alarm) => alarms.push(alarm));
	const tamper = (statement: string): void => {
		const other = new DatabaseSync(database, { timeout: 5000 });
		other.exec(statement);
		other.close();
	};
	const count = (statement: string): number => {
		const other = new DatabaseSync(database, { readOnly: true });
		try {
			return Number(other.prepare(statement).get()?.["rows"]);
		} finally {
			other.close();
		}
	};
	t.after(async () => {
		await ecosystem.operator.close();
		rmSync(folder, { recursive: true });
	});
	return { ecosystem, holder, tokens, alarms, tamper, count };
}

const wrongs: readonly (readonly [what: string, does: string, undo: string, seen: "look" | "recount"])[] = [
	[
		"a balance that grew by itself",
		"update balances set amount = amount + 7 where book = 'holder'",
		"update balances set amount = amount - 7 where book = 'holder'",
		"look",
	],
	[
		"an issue of more than was booked",
		"update issues set issued = issued + 1 where issued = 10",
		"update issues set issued = issued - 1 where issued = 11",
		"recount",
	],
	[
		"a payout that no claim made",
		"update issues set paid = paid + 1 where issued = 20",
		"update issues set paid = paid - 1 where issued = 20",
		"recount",
	],
	[
		"a line that was altered",
		"update lines set amount = amount + 1 where book = 'issued'",
		"update lines set amount = amount - 1 where book = 'issued'",
		"recount",
	],
];

for (const [what, does, undo, seen] of wrongs)
	test(`${what} stops payouts, until it is resolved and they are allowed again`, async (t) => {
		const { ecosystem, holder, tokens, alarms, tamper } = await scene(t);
		const { operator } = ecosystem;
		const [first, second, third] = tokens as [VerifiedToken, VerifiedToken, VerifiedToken];
		await operator.watch.look();
		await operator.watch.recount();
		assert.deepEqual([alarms, operator.watch.state.stops], [[], []]);
		assert.deepEqual(kinds(await redeem(ecosystem, holder, first)), ["paid"]);
		tamper(does);
		await operator.watch[seen]();
		assert.equal(alarms.length, 1, "one alarm");
		const action = { kind: "account", account: holder.certificate.hash } as const;
		const claim = await makeClaim(ecosystem, holder, [second, third], action);
		expectRefusal(await operator.claim(claim), "payout-stopped");
		// What was booked by mistake is not taken out in tokens either.
		const prize = { amount: 1n, owner: ecosystem.world.random() };
		const terms = { conditions: [], caveats: [] };
		const prizes = { id: ecosystem.world.random(), code: "JPY", outputs: [prize], terms };
		expectRefusal((await operator.issue(prizes)) as never, "issue-stopped");
		await assert.rejects(withdrawTo(ecosystem, holder, 1n), /issue-stopped/);
		await operator.watch[seen]();
		assert.equal(alarms.length, 1, "told once");
		expectRefusal((await operator.watch.allow("JPY", acting)) as never, "payout-stopped");
		expectRefusal(await operator.claim(claim), "payout-stopped");
		tamper(undo);
		// What is in order again is still stopped: a person says so, not time.
		await operator.watch.recount();
		expectRefusal(await operator.claim(claim), "payout-stopped");
		assert.equal(await operator.watch.allow("JPY", acting), undefined);
		expectValue(await operator.claim(claim));
		assert.equal(await balance(ecosystem, holder), 61n);
		assert.deepEqual((await operator.audit("JPY")).broken, []);
		const said = (await operator.auditLog(0)).filter(({ act }) => act === "payoutsAllowed");
		assert.deepEqual(
			said.map(({ subject, outcome }) => [subject, outcome]),
			[
				["JPY", "payout-stopped"],
				["JPY", "done"],
			],
		);
	});

test("a stop outlasts a restart, and whoever was paid before is answered as before", async (t) => {
	const { ecosystem, holder, tokens, tamper } = await scene(t);
	const { operator } = ecosystem;
	const [first, second] = tokens as [VerifiedToken, VerifiedToken];
	const action = { kind: "account", account: holder.certificate.hash } as const;
	const paid = await makeClaim(ecosystem, holder, [first], action);
	const answer = expectValue(await operator.claim(paid));
	tamper("update issues set paid = paid + 1 where issued = 20");
	await operator.watch.recount();
	const again = await ecosystem.reopen();
	t.after(() => again.close());
	assert.deepEqual(await again.claim(paid), answer);
	expectRefusal(await again.claim(await makeClaim(ecosystem, holder, [second], action)), "payout-stopped");
});

test("whoever looks after it is told: not ready, a figure, and that the money is safe", async (t) => {
	const { ecosystem, holder, tokens, tamper } = await scene(t);
	const { operator } = ecosystem;
	const log = { info: () => undefined, error: () => undefined };
	const app = createApp({ operator, log });
	const get = (path: string): Promise<Response> => Promise.resolve(app.request(path));
	assert.equal((await get("/readyz")).status, 200);
	tamper("update issues set paid = paid + 1 where issued = 20");
	await operator.watch.recount();
	assert.equal((await get("/readyz")).status, 503);
	assert.match(await (await get("/metrics")).text(), /^tenten_payouts_stopped_of\{asset="JPY"\} 1$/m);
	const action = { kind: "account", account: holder.certificate.hash } as const;
	const body = await makeClaim(ecosystem, holder, tokens, action);
	const response = await app.request("/v1/claims", {
		method: "POST",
		headers: { "content-type": "application/cose", "idempotency-key": "one" },
		body: new Uint8Array(body),
	});
	assert.equal(response.status, 503);
	const { code, retryable, fundsState } = (await response.json()) as Record<string, unknown>;
	assert.deepEqual([code, retryable, fundsState], ["payout-stopped", true, "safe"]);
});

test("the watch runs by itself, and ends when it is stopped", async (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const { ecosystem, alarms, tamper } = await scene(t);
	const { watch } = ecosystem.operator;
	const failures: unknown[] = [];
	const stop = watch.start((error) => failures.push(error));
	tamper("update balances set amount = amount + 7 where book = 'holder'");
	t.mock.timers.tick(5_000);
	await stop();
	assert.deepEqual([alarms.length, failures], [1, []]);
});

test("a full count does not hold up who writes meanwhile", async (t) => {
	const { ecosystem, holder } = await scene(t);
	const { operator } = ecosystem;
	const counting = operator.watch.recount();
	await withdrawTo(ecosystem, holder, 5n);
	await counting;
	await operator.watch.recount();
	assert.deepEqual(operator.watch.state.stops, []);
});

test("a claim that is recorded and not settled yet is no wrong, however long it stays so", async (t) => {
	let unsettled = (): number => 0;
	const { ecosystem, holder, tokens, alarms, count } = await scene(t, {
		onCommit: (point) => {
			if (point === "afterCommit" && unsettled() > 0) throw new Error("power is out");
		},
	});
	const { operator, world } = ecosystem;
	const [, second, third] = tokens as [VerifiedToken, VerifiedToken, VerifiedToken];
	const [bob, carol] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const { paid: toBob } = await pay(world, second, holder, bob, 20n);
	const { paid: toCarol } = await pay(world, second, holder, carol, 20n);
	const { paid: good } = await pay(world, third, holder, carol, 30n);
	assert.deepEqual(kinds(await redeem(ecosystem, bob, toBob)), ["paid"]);
	// A fork among them: this claim goes the long way, by two commits.
	const action = { kind: "account", account: carol.certificate.hash } as const;
	const claim = await makeClaim(ecosystem, carol, [good, toCarol], action);
	unsettled = () => count("select count(*) as rows from claims where settlement_id is null");
	await assert.rejects(operator.claim(claim), /power is out/);
	assert.equal(unsettled(), 2);
	unsettled = () => 0;
	await operator.watch.recount();
	assert.deepEqual([alarms, operator.watch.state.stops], [[], []]);
	assert.deepEqual((await operator.audit("JPY")).broken, []);
	expectValue(await operator.claim(claim));
	await operator.watch.recount();
	assert.deepEqual(alarms, []);
	assert.equal(await balance(ecosystem, carol), 50n, "what is good, and what the reserve paid");
});
