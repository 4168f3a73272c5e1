/** The file of an ecosystem of accounts: what is wrong with it is said, and no party runs on half of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRailSettings } from "../src/index.ts";

const ann = { system: "A", ledger: "C", app: "P", mayPay: true, begins: "1000" };
const shop = { system: "B", ledger: "D", app: "Q", mayReceive: true, most: null };
const good = {
	asset: "JPY",
	addresses: { A: "http://127.0.0.1:9002/" },
	payers: { ann },
	payees: { shop },
	hub: null,
	keys: { A: "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8" },
	rulingKey: null,
	times: { timeout_ms: 1, showing_ms: 1, answer_ms: 1, patience_ms: 1, permit_ms: 1 },
};
const read = (changes: object) => readRailSettings(JSON.stringify({ ...good, ...changes }));

test("a file that is whole is read, addresses without the slash at their end", () => {
	const settings = read({ payers: { ann, bea: ann }, hub: "H" });
	assert.ok(typeof settings !== "string", String(settings));
	assert.deepEqual(settings.addresses, { A: "http://127.0.0.1:9002" });
	assert.equal(settings.payers["bea"]?.begins, 1000n);
});

test("what is no such file is said in words", () => {
	assert.equal(readRailSettings("{"), "is no JSON");
	assert.match(String(read({ more: 1 })), /more/);
	assert.match(String(read({ payers: { ann: { ...ann, begins: "-1" } } })), /begins/);
	assert.match(String(read({ addresses: { A: "file:///etc" } })), /addresses/);
	assert.match(String(read({ keys: { A: "03" } })), /keys/);
});

test("a name plays one part: one machine would run, and messages for the other would be lost", () => {
	for (const [changes, name] of [
		[{ payees: { shop: { ...shop, ledger: "C" } } }, "C"],
		[{ payees: { shop: { ...shop, system: "A" } } }, "A"],
		[{ payers: { ann: { ...ann, app: "A" } } }, "A"],
		[{ hub: "D" }, "D"],
	] as const)
		assert.equal(read(changes), `${name} plays two parts: a party is one machine`);
});

test("a party of exchanges may have accounts that pay and that are paid; it plays no other part, and idles nowhere", () => {
	const exchanges = { P: { isGateway: false, patience_ms: 1_000 } };
	const both = read({ exchanges, payees: { shop, ann_in: { ...shop, app: "P" } } });
	assert.ok(typeof both !== "string", String(both));
	assert.deepEqual(both.exchanges, exchanges);
	assert.equal(
		read({ payees: { shop, ann_in: { ...shop, app: "P" } } }),
		"P plays two parts: a party is one machine",
	);
	assert.equal(
		read({ exchanges, payers: { ann: { ...ann, system: "P" }, bea: ann } }),
		"P plays two parts: a party is one machine",
	);
	assert.equal(read({ exchanges: { X: exchanges.P } }), "X exchanges for no account: it is the app of none");
	assert.match(String(read({ exchanges: { P: { isGateway: true } } })), /patience_ms/);
});
