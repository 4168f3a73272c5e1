/** The machines of a meter after a restart: both go on at the right tick, and what a crash lost is counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "@tenten/protocol";
import { ask, askPayee, codeOf, opened, type Scene, talk, tick, ticksOf } from "./support/scene.ts";

test("what is far ahead is taken after a restart, and after a word with the payer, and at no other time", async () => {
	for (const [happens, code] of [
		[() => undefined, "tick-invalid"],
		[(here: Scene) => here.payee.restart(), undefined],
		[(here: Scene) => askPayee(here, "contact"), undefined],
	] as const) {
		const here = await opened();
		for (let i = 0; i < 9; i++) await tick(here);
		const last = here.payer.sent.splice(0).at(-1) as Bytes;
		await happens(here);
		assert.equal(codeOf(await here.payee.run(here.payee.hear(last))), code);
	}
});

test("after a crash of either side both go on at the right tick", async () => {
	const here = await opened({ keepEvery: 100 });
	const { payer, payee } = here;
	for (let i = 0; i < 9; i++) await tick(here);
	await talk(here);
	payee.restart();
	assert.equal(ticksOf(payee), 0);
	await askPayee(here, "contact");
	await talk(here);
	assert.equal(ticksOf(payee), 9);
	payer.restart();
	assert.equal(ticksOf(payer), 0);
	await ask(here, "contact");
	await talk(here);
	assert.equal(ticksOf(payer), 9);
	await tick(here);
	await talk(here);
	assert.equal(ticksOf(payee), 10);
});

test("a payer that closes shows its last tick again: a payee that lost it in a crash counts it", async () => {
	const here = await opened({ keepEvery: 100 });
	for (let i = 0; i < 9; i++) await tick(here);
	await talk(here);
	here.payee.restart();
	await ask(here, "close");
	await talk(here);
	assert.deepEqual([here.payer.state.kind, here.payee.state.kind], ["closed", "closed"]);
	assert.deepEqual([here.payer.worth, here.payee.worth], [978n, 22n]);
});
