/** The machines of a meter after a restart: both go on at the right tick, and what a crash lost is counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	chainsFrom,
	isTick,
	limits,
	meterStopPayload,
	readTick,
	serializeMeterMessage,
	tickHash,
	tickProof,
	toHex,
	writeTick,
} from "@tenten/protocol";
import { expectValue } from "../../../module/test/support/world.ts";
import {
	alice,
	ask,
	askPayee,
	bob,
	codeOf,
	opened,
	type Scene,
	talk,
	tick,
	ticksOf,
	world,
} from "./support/scene.ts";

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

test("a payee proves to whoever asks how far it has come, and tells no tick", async () => {
	for (const isCounted of [false, true]) {
		const here = await opened({ keepEvery: 100 });
		const { payer, payee } = here;
		for (let i = 0; i < 9; i++) await tick(here);
		const shown = payer.sent.map((frame) => toHex(expectValue(readTick(frame)).preimage));
		await talk(here);
		if (isCounted) await askPayee(here, "count");
		const meter = "meter" in payee.state ? payee.state.meter : new Uint8Array();
		assert.equal(
			codeOf(await payee.run(payee.hear(serializeMeterMessage({ kind: "status", meter })))),
			undefined,
		);
		await askPayee(here, "contact");
		const told = payee.sent.splice(0);
		assert.ok(told.length >= 2);
		assert.deepEqual(
			told.filter((frame) => isTick(frame) || shown.some((preimage) => toHex(frame).includes(preimage))),
			[],
		);
		payer.restart();
		for (const frame of told.slice(0, 1)) assert.equal(codeOf(await payer.run(payer.hear(frame))), undefined);
		assert.equal(isCounted ? payer.state.kind : ticksOf(payer), isCounted ? "closed" : 9);
	}
});

/** What a payer says as it stops, and what a stranger would say without its key. */
const stopOf = (here: Scene, ticks: number, signature: Bytes) => {
	const { state } = here.payer;
	if (!("meter" in state)) throw new Error(state.kind);
	return serializeMeterMessage({ kind: "stop", meter: state.meter, ticks, signature });
};

test("a stranger's stop after a payee's crash ends nothing: no tick that was not kept is left out", async () => {
	const here = await opened({ keepEvery: 100 });
	const { payer, payee } = here;
	for (let i = 0; i < 9; i++) await tick(here);
	const early = payer.sent[3] as Bytes;
	await talk(here);
	payee.restart();
	const meter = "meter" in payee.state ? payee.state.meter : new Uint8Array();
	// It has seen a tick, and signs with a key of its own, or says what the payee has signed.
	assert.equal(codeOf(await payee.run(payee.hear(early))), undefined);
	for (const forged of [
		new Uint8Array(64),
		await bob.signer.sign("meter-stop", meterStopPayload(meter, 4)),
		await alice.signer.sign("meter-stop", meterStopPayload(world.random(), 4)),
		await alice.signer.sign("meter-stop", meterStopPayload(meter, 9)),
	])
		assert.equal(codeOf(await payee.run(payee.hear(stopOf(here, 4, forged)))), "signature-invalid");
	assert.deepEqual([payee.state.kind, payee.sent.splice(0)], ["open", []]);
	await ask(here, "close");
	await talk(here);
	assert.deepEqual([payer.state.kind, payee.state.kind], ["closed", "closed"]);
	assert.equal(payee.worth, 22n);
});

test("a payee that lacks ticks which its payer's stop speaks of asks for them before it counts", async () => {
	const here = await opened({ keepEvery: 100 });
	const { payer, payee } = here;
	for (let i = 0; i < 9; i++) await tick(here);
	await talk(here);
	await ask(here, "close");
	const stop = payer.sent.splice(0).at(-1) as Bytes;
	payee.restart();
	assert.equal(codeOf(await payee.run(payee.hear(stop))), undefined);
	assert.deepEqual([payee.state.kind, payee.sent.length], ["open", 1]);
	await talk(here);
	assert.deepEqual([payer.state.kind, payee.state.kind], ["closed", "closed"]);
	assert.equal(payee.worth, 22n);
});

test("a payer that has signed its stop ticks no more, also after a crash, and says the same again", async () => {
	const here = await opened({ keepEvery: 100 });
	const { payer, payee } = here;
	for (let i = 0; i < 9; i++) await tick(here);
	await talk(here);
	await ask(here, "close");
	const said = payer.sent.splice(0);
	payer.restart();
	assert.equal(payer.state.kind, "stopped");
	assert.equal(codeOf(await tick(here)), "meter-over");
	await ask(here, "contact");
	assert.deepEqual(payer.sent, said);
	await talk(here);
	assert.deepEqual([payer.worth, payee.worth], [978n, 22n]);
});

test("after a far tick that was false no other is hashed within the second, and near ones are taken", async () => {
	const here = await opened({ units: 1n, perTicks: 1000, ticks: 60_000, step: 4 });
	const hear = async (frame: Bytes) => codeOf(await here.payee.run(here.payee.hear(frame)));
	await tick(here, 900);
	const [near] = here.payer.sent.splice(0) as [Bytes];
	await tick(here, 50_000);
	const [far] = here.payer.sent.splice(0) as [Bytes];
	here.payee.restart();
	assert.equal(await hear(writeTick(60_000, world.random())), "tick-invalid");
	await askPayee(here, "contact");
	assert.equal(await hear(far), "tick-invalid");
	await askPayee(here, "contact");
	assert.equal(await hear(near), undefined);
	here.clock.now += 1;
	await askPayee(here, "contact");
	assert.equal(await hear(far), undefined);
	assert.equal(ticksOf(here.payee), 50_900);
});

test("a payer that is asked about one chain after another makes each of them once", () => {
	const meter = world.random();
	const hashed = { times: 0 };
	const hash = tickHash(meter);
	const chains = chainsFrom(meter, world.random(), 4 * limits.ticks, (preimage) => {
		hashed.times++;
		return hash(preimage);
	});
	const places = [0, 1, 2, 3].flatMap((chain) =>
		[1, 257, 300, limits.ticks].map((at) => chain * limits.ticks + at),
	);
	const paid = places.map((ticks) => [ticks, chains.preimage(ticks).slice()] as const);
	hashed.times = 0;
	for (let round = 0; round < 4; round++)
		for (const [ticks, preimage] of [...paid].sort(([a], [b]) => (a % limits.ticks) - (b % limits.ticks))) {
			const proof = tickProof(meter, { ticks, preimage });
			assert.ok(chains.proves(ticks, proof), `${ticks}`);
			assert.ok(!chains.proves(ticks, world.random()));
			assert.ok(!chains.proves(ticks, preimage));
			assert.ok(!chains.proves(ticks === 1 ? 2 : ticks - 1, proof));
		}
	assert.ok(hashed.times < limits.ticks, `${hashed.times} hashes`);
});
