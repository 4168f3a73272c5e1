/** The checker sees: what is broken by hand in a world that is sound is found, each by its name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, type Caveat, type Condition, encodeItem, type Issue, toHex } from "@tenten/protocol";
import { Binding } from "../src/checker/binding.ts";
import type { PlainWrite } from "../src/checker/checker.ts";
import { checkEnd } from "../src/healing.ts";
import type { ViolationKind } from "../src/violation.ts";
import { Violation } from "../src/violation.ts";
import { begins, pays, type Quiet, quietWorld } from "./support/quiet.ts";

/** The rows that a device holds now, in the clear. */
function rowsOf({ world }: Quiet, device: Quiet["ann"], table: string): readonly PlainWrite[] {
	return [...device.disk.copy()]
		.filter(([key]) => key.startsWith(`${table}/`))
		.map(([key, value]) => ({ key, value: world.computing.unsealed(value) as Bytes }));
}

function finds(kind: ViolationKind, broken: () => void): void {
	assert.throws(broken, (error) => error instanceof Violation && error.kind === kind);
}

function last(rows: readonly PlainWrite[]): PlainWrite {
	const row = rows.at(-1);
	assert.ok(row);
	return row;
}

test("nothing, where nothing is broken", async () => {
	const quiet = await quietWorld();
	await pays(quiet, quiet.ann, quiet.bob, 10n);
	assert.equal(quiet.world.violation, undefined);
	for (const registry of quiet.world.registries) registry.audit("JPY");
});

test("a token in two hands", async () => {
	const quiet = await quietWorld();
	const row = last(rowsOf(quiet, quiet.ann, "token"));
	finds("two copies", () => quiet.world.checker.written("wallet 2", [row]));
});

test("a token that is nowhere", async () => {
	const quiet = await quietWorld();
	const { key } = last(rowsOf(quiet, quiet.ann, "token"));
	finds("lost", () => quiet.world.checker.written("wallet 1", [{ key, value: null }]));
});

test("a token that was spent, and may be spent again", async () => {
	const quiet = await quietWorld();
	const before = rowsOf(quiet, quiet.ann, "token");
	await pays(quiet, quiet.ann, quiet.bob, 10n);
	const after = new Set(rowsOf(quiet, quiet.ann, "token").map(({ key }) => key));
	const spent = before.find(({ key }) => !after.has(key));
	assert.ok(spent);
	finds("created", () => quiet.world.checker.written("wallet 1", [spent]));
});

test("a decision that is taken back", async () => {
	const quiet = await quietWorld();
	const { world, ann, does } = quiet;
	const started = await begins(quiet, ann, quiet.bob, 5n);
	const locked = last(rowsOf(quiet, ann, "payer"));
	await does(async () => ann.wallet?.cancel(started.attempt).then(() => "done"));
	finds("decided twice", () => world.checker.written("wallet 1", [locked]));
});

test("a word that nothing durable stands behind", async () => {
	const { world } = await quietWorld();
	const attempt = new Uint8Array(32);
	const { checker } = world;
	finds("told before durable", () => checker.sent("wallet 1", { kind: "release", attempt, secret: attempt }));
	finds("told before durable", () => checker.sent("wallet 2", { kind: "done", attempt }));
});

test("an honest owner that spends one output twice", async () => {
	const quiet = await quietWorld();
	const { world, ann, bob } = quiet;
	const copy = ann.disk.copy();
	await pays(quiet, ann, bob, 10n);
	ann.crash();
	ann.disk.replace(copy);
	void world.start(ann);
	await world.until(() => ann.wallet !== undefined, 1_000);
	await pays(quiet, ann, bob, 11n).catch(() => undefined);
	assert.ok(["forked", "created", "decided twice"].includes(world.violation?.kind ?? "nothing found"));
});

test("an honest party that an operator accuses", async () => {
	const { world, ann } = await quietWorld();
	const [host, registry] = [world.operators[0], world.registries[0]];
	const culprit = ann.wallet?.module.certificates()[0]?.hash as Bytes;
	host?.database
		.prepare("insert into case_files values (?, 'fork', ?, ?, 0)")
		.run(new Uint8Array(32), culprit, new Uint8Array(1));
	finds("accused", () => registry?.committed());
});

test("an issue that pays more than it holds", async () => {
	const quiet = await quietWorld();
	const { world, ann, does } = quiet;
	const [host, registry] = [world.operators[0], world.registries[0]];
	assert.ok(host);
	await does(async () => ann.wallet?.redeem(world.assetOf(host, "JPY")));
	host.database
		.prepare(
			"insert into claims select issue_id, zeroblob(32), order_digest, record, settlement_id, result from claims limit 1",
		)
		.run();
	finds("paid twice", () => registry?.committed());
});

test("books that do not balance", async () => {
	const { world } = await quietWorld();
	world.operators[0]?.database.exec("update balances set amount = amount + 1 where book = 'holder'");
	finds("books", () => world.registries[0]?.audit("JPY"));
});

test("an account that was credited with what is another's", async () => {
	const { world, ann, does } = await quietWorld();
	const [host, registry] = [world.operators[0], world.registries[0]];
	assert.ok(host && registry);
	await does(async () => ann.wallet?.redeem(world.assetOf(host, "JPY")));
	registry.auditRows();
	host.database.exec("update balances set owner = zeroblob(32) where book = 'holder' and amount > 0");
	registry.audit("JPY");
	finds("books", () => registry.auditRows());
});

test("a row that is changed, or taken away, after it was written", async () => {
	for (const wrong of ["update lines set made_at = made_at + 1", "delete from certificates"]) {
		const { world } = await quietWorld();
		world.registries[0]?.auditRows();
		world.operators[0]?.database.exec(wrong);
		finds("books", () => world.registries[0]?.auditRows());
	}
});

test("a reserve that paid what no result says", async () => {
	const { world } = await quietWorld();
	world.operators[0]?.database.exec("insert into draws values (zeroblob(32), zeroblob(32), 1)");
	finds("books", () => world.registries[0]?.auditRows());
});

test("news of what is not durable", async () => {
	const { world } = await quietWorld();
	const attempt = new Uint8Array(32);
	const { decisions } = world.checker;
	for (const news of ["owned", "reserved"])
		finds("told before durable", () => decisions.told("wallet 1", { news, attempt, side: "payee" }));
});

test("value that nobody was ever paid", async () => {
	const { world } = await quietWorld();
	finds("lost", () => checkEnd(world, world.now));
});

test("a token in the hands of somebody who may not have it", async () => {
	const quiet = await quietWorld();
	const { checker } = quiet.world;
	await pays(quiet, quiet.ann, quiet.bob, 10n);
	const row = rowsOf(quiet, quiet.bob, "token").find(({ key }) => pathOf(key.slice("token/".length)) > 1);
	assert.ok(row);
	const root = checker.ledger.outputs.get(row.key.slice("token/".length))?.root as string;
	const again = (...conditions: readonly Condition[]) => {
		checker.ledger.conditions.set(root, conditions);
		checker.written("wallet 2", [row]);
	};
	const none = { merchantCategories: null, regions: null, operators: null, certificates: null };
	again({ kind: "payees", classes: ["person"], ...none }, { kind: "transferCap", amount: 10n });
	again({ kind: "hopLimit", hops: 1 });
	finds("unbound", () => again({ kind: "payees", classes: ["shop"], ...none }));
	finds("unbound", () => again({ kind: "transferCap", amount: 9n }));
	finds("unbound", () => again({ kind: "hopLimit", hops: 0 }));

	function pathOf(id: string): number {
		const output = checker.ledger.outputs.get(id);
		return output === undefined ? 0 : [...checker.ledger.ancestors(output)].length;
	}
});

test("a reservation of what was over when its payee's trust list was signed", async () => {
	const quiet = await quietWorld();
	const { world, ann, bob, does } = quiet;
	const started = await begins(quiet, ann, bob, 5n);
	await does(async () => bob.wallet?.handle(started.messages));
	const row = last(rowsOf(quiet, bob, "payee"));
	const [trust] = [...bob.disk.copy()].filter(([key]) => key === "trust");
	assert.ok(trust);
	const list = { key: "trust", value: world.computing.unsealed(trust[1]) as Bytes };
	world.checker.written("wallet 3", [list, row]);
	for (const output of world.checker.ledger.outputs.values())
		Object.assign(output, { redeemUntil: world.now });
	finds("over", () => world.checker.written("wallet 4", [list, row]));
});

test("a payment by a key of before a backup was restored", async () => {
	const quiet = await quietWorld();
	await pays(quiet, quiet.ann, quiet.bob, 10n);
	const { checker } = quiet.world;
	const row = last(rowsOf(quiet, quiet.ann, "payer"));
	checker.written("wallet 3", [row]);
	checker.loses("wallet 1");
	finds("old key", () => checker.written("wallet 4", [row]));
});

test("a payer that releases or cancels what it stated to be undecided", async () => {
	const quiet = await quietWorld();
	const { world, ann, does } = quiet;
	const started = await begins(quiet, ann, quiet.bob, 5n);
	const key = `question/${toHex(started.attempt)}`;
	world.checker.written("wallet 1", [{ key, value: encodeItem([]) }]);
	await does(async () => ann.wallet?.cancel(started.attempt).then(() => "done"));
	assert.equal(world.violation?.kind, "sworn falsely");
});

test("a caveat that was broken, and one that its class had lifted", async () => {
	const quiet = await quietWorld();
	const { checker } = quiet.world;
	await pays(quiet, quiet.ann, quiet.bob, 10n);
	const row = rowsOf(quiet, quiet.bob, "token").find(({ key }) => at(key)?.maker != null);
	assert.ok(row);
	const held = at(row.key);
	const first = held && checker.ledger.outputs.get(held.maker?.input ?? "");
	assert.ok(first);
	const again = (caveat: Caveat) => {
		Object.assign(first, { caveats: [caveat] });
		Object.assign(held, { isBound: true });
		checker.written("wallet 2", [row]);
	};
	const condition = { kind: "transferCap", amount: 9n } as const;
	again({ condition: { ...condition, amount: 10n }, liftedBy: null });
	again({ condition, liftedBy: "person" });
	finds("unbound", () => again({ condition, liftedBy: "shop" }));
	finds("unbound", () => again({ condition, liftedBy: null }));

	function at(key: string) {
		return checker.ledger.outputs.get(key.slice("token/".length));
	}
});

test("value that burned and is paid, that is burned too soon, and that is issued under other terms", async () => {
	const { world } = await quietWorld();
	const [token] = [...world.checker.ledger.outputs.values()];
	assert.ok(token);
	const { conditions } = world.checker.ledger;
	const binding = new Binding(world.checker.ledger, () => world.now);
	const burns = { kind: "expires", time: world.now, atExpiry: "burn" } as const;
	binding.claimed("redeemed", token, "paid");
	finds("lost", () => binding.claimed("redeemed", token, "burned"));
	conditions.set(token.root, [burns]);
	binding.claimed("redeemed", token, "burned");
	finds("unbound", () => binding.claimed("redeemed", token, "paid"));
	// What was asked before it burned may be judged by then.
	binding.asked();
	world.now += 1;
	conditions.set(token.root, [{ ...burns, time: world.now }]);
	binding.claimed("refreshed", token, "paid");
	const issue = { caveats: [] } as unknown as Issue;
	binding.issued("refreshed", [{ ...issue, conditions: [{ ...burns, time: world.now }] }]);
	finds("unbound", () => binding.issued("refreshed", [{ ...issue, conditions: [] }]));
	finds("unbound", () => {
		binding.restarted();
		binding.claimed("redeemed", token, "paid");
	});
});
