/** The ledger over HTTP: what is asked in JSON is done once, and read again page by page. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { manage, type Served, serveOperator } from "./support/served.ts";

let served: Served;
before(async () => {
	served = await serveOperator();
});
after(() => served.close());

const id = (fill: string): string => fill.repeat(32);
const [outside, alice, bob, asset] = [id("a1"), id("a2"), id("a3"), id("aa")];

// biome-ignore lint/suspicious/noExplicitAny: what is read is compared, field by field
async function ask(method: string, path: string, body?: object): Promise<any> {
	const answer = await manage(served, method, `/v1/ledger/${path}`, body);
	assert.equal(answer.status, 200);
	return answer.json();
}

const outcomes = (results: readonly { outcome: string; code: string | null }[]): readonly string[] =>
	results.map(({ outcome, code }) => code ?? outcome);

test("accounts are opened, a reservation is posted in part, and the history says so page by page", async () => {
	const accounts = [outside, alice, bob].map((one) => ({
		id: one,
		asset,
		least: one === outside ? null : "0",
		most: null,
	}));
	const opened = await ask("POST", "accounts", { accounts });
	assert.deepEqual(outcomes(opened.results), ["done", "done", "done"]);
	const fill = { kind: "move", id: id("b1"), reference: null, debit: outside, credit: alice, amount: "1000" };
	const reserve = {
		...{ kind: "reserve", id: id("b2"), reference: id("cc"), debit: alice, credit: bob },
		...{ amount: "400", until: null },
	};
	const post = { kind: "post", id: id("b3"), reference: null, reservation: id("b2"), amount: "150" };
	const batch = { batch: [[fill], [reserve], [post], [{ ...post, amount: "151" }]] };
	const first = await ask("POST", "transfers", batch);
	assert.deepEqual(outcomes(first.results), ["done", "done", "done", "exists-with-different-amount"]);
	const again = await ask("POST", "transfers", batch);
	assert.deepEqual(outcomes(again.results), ["exists", "exists", "exists", "exists-with-different-amount"]);
	const { account } = await ask("GET", `accounts/${alice}`);
	assert.deepEqual([account.balance, account.available, account.entries], ["850", "850", 3]);
	const { transfer } = await ask("GET", `transfers/${id("b2")}`);
	assert.deepEqual([transfer.ending, transfer.amount, transfer.reference], ["posted", "400", id("cc")]);
	const page = await ask("GET", `accounts/${alice}/entries`);
	assert.deepEqual(
		page.entries.map((entry: { transfer: { kind: string }; balance: string }) => [
			entry.transfer.kind,
			entry.balance,
		]),
		[
			["move", "1000"],
			["reserve", "1000"],
			["post", "850"],
		],
	);
	const next = await ask("GET", `accounts/${alice}/entries?cursor=${page.cursor}`);
	assert.deepEqual(next, { entries: [], cursor: null });
	const other = await manage(served, "GET", `/v1/ledger/accounts/${bob}/entries?cursor=${page.cursor}`);
	assert.equal(other.status, 400);
	const { statement } = await ask(
		"GET",
		`accounts/${alice}/statement?from=2000-01-01T00:00:00Z&until=2100-01-01T00:00:00Z`,
	);
	assert.deepEqual(
		[statement.opening, statement.credits, statement.debits, statement.closing],
		["0", "1000", "150", "850"],
	);
	const moment = "2100-01-01T00:00:00Z";
	const empty = await ask("GET", `accounts/${alice}/statement?from=${moment}&until=${moment}`);
	assert.deepEqual(
		[empty.statement.opening, empty.statement.closing, empty.statement.entries],
		["850", "850", 0],
	);
	const turned = `/v1/ledger/accounts/${alice}/statement?from=${moment}&until=2000-01-01T00:00:00Z`;
	assert.equal((await manage(served, "GET", turned)).status, 400);
	const begun = await ask("GET", `accounts/${alice}/entries?cursor=${statement.cursor}`);
	assert.equal(begun.entries.length, statement.entries);
});
