/** Offline is offline: outside its windows no call of any kind reaches the operator. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal, type OperatorClient } from "@tenten/protocol";
import { ok, openTown } from "../../../test/support/town.ts";
import { OperatorGate, operatorClient, type Route } from "../src/replay/gate.ts";

const routes = [
	"trustList",
	"freezeList",
	"appeal",
	"enrol",
	"withdraw",
	"claim",
	"rule",
	"release",
	"account",
] as const;

function countingOperator(): { readonly operator: OperatorClient; readonly reached: string[] } {
	const reached: string[] = [];
	const answer = (route: Route) => async () => {
		reached.push(route);
		return new Uint8Array([1]);
	};
	const operator = {
		trustList: answer("trustList"),
		freezeList: answer("freezeList"),
		appeal: answer("appeal"),
		enrol: answer("enrol"),
		withdraw: answer("withdraw"),
		claim: answer("claim"),
		rule: answer("rule"),
		release: answer("release"),
		account: answer("account"),
	};
	return { operator, reached };
}

test("a shut gate turns every route away and counts it; an open one lets it through", async () => {
	const { operator, reached } = countingOperator();
	let calls = 0;
	const gate = new OperatorGate(operator, () => calls++);
	const client = operatorClient(gate.ask);
	const ask = () => Promise.all(routes.map((route) => client[route](new Uint8Array())));
	for (const answer of await ask()) assert.ok(isRefusal(answer) && answer.code === "channel-failed");
	assert.deepEqual([reached, calls, gate.turnedAway], [[], 0, routes.length]);
	gate.open();
	for (const answer of await ask()) assert.ok(!isRefusal(answer));
	assert.deepEqual([reached, calls, gate.turnedAway], [[...routes], routes.length, routes.length]);
	gate.shut();
	await ask();
	assert.deepEqual([reached.length, gate.turnedAway], [routes.length, 2 * routes.length]);
});

test("a wallet behind a shut gate draws and redeems nothing, and goes on when it opens", async () => {
	const town = await openTown();
	const gate = new OperatorGate(town.operator, () => undefined);
	const wallet = await town.wallet(500n);
	wallet.connect(town.operator.id, operatorClient(gate.ask));
	const refused = await wallet.redeem(town.asset, 200n);
	assert.ok(isRefusal(refused) && refused.code === "channel-failed");
	assert.equal((await town.operator.totals(town.asset.code)).outstanding, 500n);
	// Nothing was signed for an operator out of reach: nothing is pending, all of it is still in the wallet.
	assert.equal(wallet.balance(town.asset).available, 500n);
	gate.open();
	assert.equal(await wallet.settlePending(), 0);
	ok(await wallet.redeem(town.asset));
	assert.equal((await town.operator.totals(town.asset.code)).outstanding, 0n);
	await town.close();
});
