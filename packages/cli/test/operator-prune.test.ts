/** Pruning as its operator's people meet it: counted first, deleted where that is said, and told in words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startServer } from "@tenten/operator";
import { createEcosystem, enrolHolder, redeem, withdrawTo } from "../../operator/test/support/ecosystem.ts";
import { refundsEnd } from "../../operator/test/support/rulings.ts";
import { apiKey } from "../../operator/test/support/served.ts";
import { openShell } from "./support/tenten.ts";

const day = 86_400;
const silent = { info: () => undefined, error: () => undefined };
const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

test("what has ended is counted, deleted with --apply, and then there is nothing left of it", async (t) => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 60n, 40n);
	assert.ok(token);
	await redeem(ecosystem, alice, token);
	await operator.keepFirstKey(apiKey);
	clock.now += refundsEnd + 2 * day;
	const server = await startServer({ operator, port: 0, log: silent });
	const shell = openShell({ TENTEN_API_KEY: apiKey, TENTEN_OPERATOR_URL: server.url }, "together");
	t.after(async () => {
		shell.close();
		await server.close();
		await operator.close();
	});
	const before = ["operator", "prune", "--before", dateOf(clock.now - day)];
	const yen = (value: string) => ({ value, asset: "JPY", scale: 0 });
	const gone = { issues: 2, registry: 2, directProofs: 0, claims: 1, settlements: 1, replies: 1 };
	const closed = [{ issues: 2, issued: yen("100"), paid: yen("60") }];
	const counted = await shell.tenten(...before);
	assert.equal(counted.status, 0, counted.stderr);
	assert.deepEqual(counted.json.gone, gone);
	assert.deepEqual(counted.json.closed, closed);
	assert.match(counted.stderr, /of JPY: 2 issues of 100.*; 60.* came back, 40.* never did/);
	assert.match(counted.stderr, /Nothing was deleted/);
	const { totals } = await operator.audit("JPY");
	const applied = await shell.well(...before, "--apply");
	assert.deepEqual([applied.gone, applied.closed, applied.applied], [gone, closed, true]);
	assert.deepEqual(await operator.audit("JPY"), { totals, broken: [] });
	const again = await shell.well(...before, "--apply");
	assert.deepEqual(Object.values(again.gone), [0, 0, 0, 0, 0, 0]);
	const early = await shell.tenten("operator", "prune", "--before", dateOf(clock.now));
	assert.deepEqual([early.status, early.json.code], [1, "malformed"]);
	assert.equal((await shell.tenten("operator", "prune", "--before", "soon")).status, 2);
});
