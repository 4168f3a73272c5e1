/** Meters whose chains were hashed as before ADR 0080: a wallet that was paid by one says that its ticks prove nothing now. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openSoftwareKeyStore, openState } from "@tenten/module";
import { type Bytes, isRefusal, parseOwn, type Refusal, serialize, toHex } from "@tenten/protocol";
import { inProcessChannel, memoryStore, Wallet } from "@tenten/wallet";
import { Outdated } from "../packages/module/src/metering/outdated.ts";
import { payeeMeterRow } from "../packages/module/src/metering/rows.ts";
import { openMeter } from "./support/open-meter.ts";
import { ok, openTown, random, asset as yen } from "./support/town.ts";

const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "taken");

/** A meter of 250 yen for a hundred ticks, and its payee's wallet, closed after forty, with its row of it. */
async function kept() {
	const town = await openTown();
	const [payer, store] = [await town.wallet(500n), memoryStore()];
	const unlock = { kind: "device", key: random(32) } as const;
	const open = async () => {
		const wallet = ok(await Wallet.open({ store, unlock, now: () => town.clock.now, random }));
		wallet.connect(town.operator.id, town.operator);
		return wallet;
	};
	const payee = await open();
	assert.equal(await payee.join(town.operator, town.operator.id, asked), undefined);
	const { meter, until } = await openMeter({ town, payer, payee, ticked: 40 });
	await payee.close();
	const { stateKey } = ok(await openSoftwareKeyStore(await store.load(), unlock));
	const state = ok(await openState(store, stateKey));
	const key = `meter-payee/${toHex(meter)}`;
	const row = ok(parseOwn(payeeMeterRow, state.rows.get(key) as Bytes));
	assert.ok(row.state.kind === "open" && row.state.ticks === 40);
	return { town, payer, meter, until, open, row, state, key };
}

/** Its preimage leads elsewhere. */
async function outdated() {
	const { row, state, key, ...rest } = await kept();
	assert.ok(row.state.kind === "open");
	const before = { ...row, state: { ...row.state, preimage: random(32) } };
	await state.commit([{ key, value: serialize(payeeMeterRow, before) }]);
	return { ...rest, row: before };
}

test("a meter of before is listed as outdated, waits for nothing, and is neither counted, ticked nor claimed", async () => {
	const { town, payer, meter, until, open } = await outdated();
	const payee = await open();
	const [shown] = payee.meters.list();
	assert.deepEqual([shown?.state, shown?.isOpen, shown?.claimsAt], ["outdated", false, null]);
	assert.deepEqual(payee.meters.get(meter), shown);
	const channel = inProcessChannel(payee.handle);
	assert.equal((await payer.meters.tick(meter, channel))?.code, "tick-invalid");
	for (const refused of [await payee.meters.close(meter), await payee.meters.claim(meter)])
		assert.equal(codeOf(refused), "tick-invalid");
	town.clock.now = until;
	assert.deepEqual(payee.module.meters.dueClaims(), []);
	// What its payer held comes back whole.
	town.clock.now = until + yen.grace;
	ok(await payer.meters.claim(meter));
	assert.equal(ok(await payer.account(town.asset)), 250n);
	await payee.close();
	await town.close();
});

test("a meter of now goes on as it was", async () => {
	const { town, payer, meter, open } = await kept();
	const payee = await open();
	assert.deepEqual([payee.meters.get(meter)?.state, payee.meters.get(meter)?.ticks], ["open", 40]);
	const channel = inProcessChannel(payee.handle);
	assert.equal(await payer.meters.tick(meter, channel), undefined);
	assert.equal(payee.meters.get(meter)?.ticks, 41);
	await payee.close();
	await town.close();
});

test("who looks at many meters hashes so many ticks at most, and who acts on one all of its own", async () => {
	const { town, meter, row } = await outdated();
	const rows = [[toHex(meter), row]] as const;
	assert.equal(new Outdated(rows, 40).looks(meter), true);
	const dear = new Outdated(rows, 39);
	assert.equal(dear.looks(meter), false);
	assert.equal(dear.has(meter), true);
	assert.equal(dear.looks(meter), true);
	assert.equal(new Outdated([[toHex(meter), { ...row, isOver: true }]]).has(meter), false);
	await town.close();
});
