/** The machines of a meter: each step as its page says, and whatever the network and the power do, no unit is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	acceptMeter,
	type Bytes,
	decodeItem,
	draftMeter,
	encodeItem,
	isRefusal,
	isTick,
	limits,
	meterPayeeWakesAt,
	meterPayerWakesAt,
	parseMeterMessage,
	type RefusalCode,
	readTick,
	serialize,
	serializeToken,
	signedMeter,
	stepMeterPayee,
	stepMeterPayer,
	type Token,
	token as tokenShape,
	writeTick,
} from "@tenten/protocol";
import fc from "fast-check";
import { openMeter } from "../../../module/test/support/meter.ts";
import { day, expectRefusal, expectValue, issueTo } from "../../../module/test/support/world.ts";
import {
	alice,
	ask,
	askPayee,
	bob,
	codeOf,
	opened,
	scene,
	started,
	talk,
	tick,
	ticksOf,
	world,
} from "./support/scene.ts";

test("a meter is opened, ticked and closed, and both have what is theirs", async () => {
	const here = await opened();
	const { payer, payee } = here;
	assert.equal(payer.worth, 850n);
	const writes = payer.writes;
	for (let i = 0; i < 13; i++) await tick(here);
	await talk(here);
	assert.equal(payer.writes, writes, "a tick writes nothing");
	await ask(here, "close");
	await talk(here);
	assert.deepEqual([payer.state.kind, payee.state.kind], ["closed", "closed"]);
	assert.deepEqual([payer.worth, payee.worth], [968n, 32n]);
});

test("a tick is at most 40 bytes, and its payee writes once for as many as it chose", async () => {
	const here = await opened({ units: 1n, perTicks: 1000, ticks: 70_000, keepEvery: 10 });
	const { payer, payee } = here;
	const writes = payee.writes;
	for (let i = 0; i < 30; i++) await tick(here);
	assert.ok(payer.sent.every((frame) => frame.length <= 40));
	await talk(here);
	assert.equal(payee.writes - writes, 3);
	assert.ok(writeTick(limits.ticks * limits.chains, world.random()).length <= 40);
});

test("nothing due: the payer has all of it back", async () => {
	const here = await opened();
	await ask(here, "close");
	await talk(here);
	assert.deepEqual([here.payer.worth, here.payee.worth], [1000n, 0n]);
});

test("either side ends it at any tick, and neither ticks on after the count", async () => {
	const here = await opened();
	const { payer, payee } = here;
	await tick(here);
	await tick(here);
	await talk(here);
	// The payee counts while a third tick is on its way.
	await tick(here);
	await askPayee(here, "count");
	await talk(here);
	assert.deepEqual([payer.state.kind, payee.state.kind], ["closed", "closed"]);
	assert.deepEqual([payer.worth, payee.worth], [995n, 5n]);
	assert.equal(codeOf(await tick(here)), "meter-over");
});

test("a step pays several ticks by one preimage, and none longer than its payee chose", async () => {
	const here = await opened({ step: 4 });
	await tick(here, 4);
	await talk(here);
	assert.equal(ticksOf(here.payee), 4);
	await tick(here, 5);
	const [frame] = here.payer.sent.splice(0);
	assert.equal(codeOf(await here.payee.run(here.payee.hear(frame as Bytes))), "tick-invalid");
	assert.equal(ticksOf(here.payee), 4);
});

test("a tick that was not paid changes nothing, and one that comes again neither", async () => {
	const here = await opened();
	await tick(here, 2);
	const [good] = here.payer.sent as [Bytes];
	await talk(here);
	const hear = async (frame: Bytes) => codeOf(await here.payee.run(here.payee.hear(frame)));
	const again = here.payee.hear(good);
	assert.deepEqual([again.refusal, again.effects], [undefined, []]);
	const { preimage } = expectValue(readTick(good));
	assert.equal(await hear(writeTick(3, preimage)), "tick-invalid");
	assert.equal(await hear(writeTick(3, world.random())), "tick-invalid");
	assert.equal(await hear(writeTick(61, world.random())), "tick-invalid");
	assert.equal(ticksOf(here.payee), 2);
	await tick(here);
	await talk(here);
	const before = here.payee.hear(good);
	assert.deepEqual([before.refusal, before.effects, before.state], [undefined, [], here.payee.state]);
});

test("a chain that is longer than its meter pays no tick more", async () => {
	const options = { ticks: 60, chained: 70 };
	const { meter, token, chains } = await openMeter(
		world,
		await issueTo(world, alice, 1000n),
		alice,
		bob,
		options,
	);
	const open = { kind: "open", meter: meter.id, token: token.token, ticks: 0, preimage: null } as const;
	const policy = { step: 70, keepEvery: 70 };
	const heard = (ticks: number) =>
		stepMeterPayee(
			{ ...open, kept: 0, isBehind: false, missedAt: undefined },
			{ kind: "ticked", tick: { ticks, preimage: chains.preimage(ticks) } },
			policy,
			{ trust: world.trust, now: world.now },
		);
	assert.equal(heard(60).refusal, undefined);
	assert.equal(codeOf(heard(61).refusal), "tick-invalid");
});

test("a payer ticks while it is open, at least once, to the end of its meter and no later than until", async () => {
	const here = await opened();
	assert.equal(codeOf(await tick(here, 0)), "meter-over");
	assert.equal(codeOf(await tick(here, 61)), "meter-over");
	assert.equal(await tick(here, 60), undefined);
	const late = await opened();
	late.clock.now += 2 * day - 1;
	assert.equal(await tick(late), undefined);
	late.clock.now += 1;
	assert.equal(codeOf(await tick(late)), "meter-over");
	const stopped = await opened();
	await ask(stopped, "close");
	assert.equal(stopped.payer.state.kind, "stopped");
	assert.equal(codeOf(await tick(stopped)), "meter-over");
});

test("a chain that is used up is followed by the next", async () => {
	const here = await opened({ units: 1n, perTicks: 1000, ticks: limits.ticks + 10, step: limits.ticks });
	await tick(here, limits.ticks - 1);
	await tick(here);
	await tick(here);
	await tick(here, 3);
	await talk(here);
	assert.equal(ticksOf(here.payee), limits.ticks + 4);
	here.payee.restart();
	await askPayee(here, "contact");
	await talk(here);
	assert.equal(ticksOf(here.payee), limits.ticks + 4);
});

test("a payer whose payee does not answer cancels, and has its token back", async () => {
	const here = await scene();
	const { payer, clock } = here;
	await payer.run(started(here));
	assert.equal(payer.held.size, 1);
	assert.equal(meterPayerWakesAt(payer.state, payer.context()), clock.now + 60);
	const opening = payer.sent.splice(0);
	await ask(here, "cancel");
	assert.deepEqual([payer.state.kind, payer.held.size, payer.worth], ["cancelled", 0, 1000n]);
	payer.sent.push(...opening);
	await talk(here);
	assert.deepEqual([payer.state.kind, here.payee.state.kind], ["cancelled", "reserved"]);
	assert.equal(codeOf(await tick(here)), "meter-over");
	const late = await opened();
	await ask(late, "cancel");
	assert.deepEqual([late.payer.state.kind, late.payer.worth], ["open", 850n]);
});

test("who has claimed closes no more", async () => {
	const here = await opened();
	const { payer, payee, clock } = here;
	assert.equal(codeOf(await askPayee(here, "claim")), "meter-over");
	await tick(here);
	await talk(here);
	assert.equal(codeOf(await ask(here, "claim")), "ruling-early");
	assert.equal(meterPayeeWakesAt(payee.state), world.now + 2 * day);
	assert.equal(meterPayerWakesAt(payer.state, payer.context()), world.now + 3 * day);
	await askPayee(here, "claim");
	await ask(here, "close");
	await talk(here);
	assert.deepEqual([payer.state.kind, payee.state.kind], ["stopped", "claimed"]);
	clock.now += 3 * day;
	await ask(here, "claim");
	assert.equal(payer.state.kind, "claimed");
	// A count that comes late is closed by nobody.
	const other = await opened();
	await tick(other);
	await talk(other);
	await askPayee(other, "count");
	other.clock.now += 3 * day;
	await ask(other, "claim");
	await talk(other);
	assert.equal(other.payer.state.kind, "claimed");
});

test("a payer closes only what it has paid, by the word of its payee", async () => {
	const here = await opened();
	const { payer } = here;
	await tick(here, 2);
	await talk(here);
	await askPayee(here, "count");
	const [frame] = here.payee.sent.splice(0) as [Bytes];
	const count = expectValue(parseMeterMessage(frame));
	assert.ok(count.kind === "count");
	const said = { ...count, changeRequest: world.random(), counts: new Map() };
	const wrong = [
		[{ ...count, ticks: 3 }, "tick-invalid"],
		[{ ...count, proof: world.random() }, "tick-invalid"],
		[{ ...count, proof: null }, "tick-invalid"],
		[{ ...count, signature: new Uint8Array(64) }, "signature-invalid"],
		[{ kind: "reached", meter: count.meter, ticks: 2, proof: world.random() }, "tick-invalid"],
		[{ kind: "reached", meter: count.meter, ticks: 3, proof: count.proof as Bytes }, "tick-invalid"],
	] as const;
	for (const [message, code] of wrong) {
		const event = { ...said, kind: "received", message } as const;
		assert.equal(codeOf(await payer.run(stepMeterPayer(payer.state, event, payer.context()))), code);
		assert.equal(payer.state.kind, "open");
	}
	await payer.run(payer.hear(frame));
	assert.equal(payer.state.kind, "closed");
});

test("a payee takes the Close of its own count, and no other", async () => {
	const here = await opened();
	const other = await opened();
	for (const one of [here, other]) {
		await tick(one, 2);
		await talk(one);
		await askPayee(one, "count");
	}
	const frames = other.payee.sent.splice(0);
	for (const frame of frames) await other.payer.run(other.payer.hear(frame));
	const [strange] = other.payer.sent.splice(0) as [Bytes];
	assert.equal(codeOf(await here.payee.run(here.payee.hear(strange))), "meter-mismatch");
	await talk(here);
	assert.deepEqual([here.payee.state.kind, here.payee.worth], ["closed", 5n]);
});

test("a payee opens nothing but what it asked for", async () => {
	const here = await scene();
	const { payer, payee } = here;
	await payer.run(started(here));
	const [frame] = payer.sent as [Bytes];
	const message = expectValue(parseMeterMessage(frame));
	assert.ok(message.kind === "open");
	const event = { kind: "opened", message, request: payee.request, everOwned: () => false } as const;
	const judged = (change: object, now = here.clock.now) =>
		stepMeterPayee(payee.state, { ...event, ...change } as never, payee.policy, { trust: world.trust, now });
	const another = (await scene()).payee.request;
	const cases: readonly (readonly [object, RefusalCode, number?])[] = [
		[{ request: another }, "request-mismatch"],
		[{ everOwned: () => true }, "request-reused"],
		[{ message: { ...message, meter: world.random() } }, "request-mismatch"],
		[{}, "request-expired", world.now + 600],
	];
	for (const [change, code, now] of cases) {
		const step = judged(change, now);
		expectRefusal(step.refusal, code);
		assert.deepEqual([step.state.kind, step.effects], ["idle", []]);
	}
	assert.equal(judged({}).state.kind, "answering");
});

test("a meter leaves room for its Close and the way back, to the byte, for either side", async () => {
	const here = await scene();
	await here.payer.run(started(here));
	const message = expectValue(parseMeterMessage(here.payer.sent[0] as Bytes));
	assert.ok(message.kind === "open");
	// What is no certificate is found only where its size was none to refuse.
	const padded = (token: Token, bytes: number): Token => {
		const whole = Array.from({ length: Math.floor(bytes / 1000) - 1 }, () => new Uint8Array(997));
		const certificates = [...token.certificates, ...whole];
		const rest = bytes - serialize(tokenShape, { ...token, certificates }).length;
		return { ...token, certificates: [...certificates, new Uint8Array(rest - 3)] };
	};
	const most = limits.message - limits.redeemingBytes - limits.closingBytes;
	for (const [bytes, code] of [
		[most, "malformed"],
		[most + 1, "too-large"],
	] as const) {
		const token = padded(message.token, bytes);
		assert.equal(serialize(tokenShape, token).length, bytes);
		const { request } = here.payee;
		expectRefusal(
			acceptMeter(token, request, () => false, here.payee.context()),
			code,
		);
	}
	const input = await issueTo(world, alice, 1000n);
	const entropy = { release: world.random(), seed: world.random(), changeRequest: world.random() };
	const made = (bytes: number) => {
		const plan = { request: here.payee.request, patience: 60 };
		const large = { ...input, token: padded(input.token, bytes) };
		const context = here.payer.context();
		const draft = expectValue(draftMeter({ ...plan, input: { token: large, after: [] } }, entropy, context));
		return signedMeter(draft, new Uint8Array(64));
	};
	const more = serializeToken(expectValue(made(40_000)).token).length - 40_000;
	assert.equal(serializeToken(expectValue(made(most - more)).token).length, most);
	expectRefusal(made(most - more + 1), "too-large");
});

test("ticks are read and written as the library would", () => {
	const ticks = fc.oneof(
		fc.integer({ min: 1, max: limits.ticks * limits.chains }),
		fc.constantFrom(23, 24, 255, 256, 65_535, 65_536),
	);
	fc.assert(
		fc.property(ticks, fc.uint8Array({ minLength: 32, maxLength: 32 }), (count, preimage) => {
			const frame = writeTick(count, preimage);
			assert.deepEqual(frame, encodeItem([preimage, count]));
			assert.deepEqual(expectValue(readTick(frame)), { ticks: count, preimage });
			assert.ok(isTick(frame) && isRefusal(parseMeterMessage(frame)));
		}),
		{ numRuns: 300 },
	);
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 42 }), fc.nat(4), (tail, kind) => {
			const bytes = Uint8Array.from([
				0x82,
				0x58,
				0x20,
				...tail.subarray(0, 32 + kind),
				...tail.subarray(32 + kind),
			]);
			const read = readTick(bytes);
			const item = decodeItem(bytes);
			assert.equal(isRefusal(read), isRefusal(item) || !isTickItem(item));
		}),
		{ numRuns: 500 },
	);
});

function isTickItem(item: unknown): boolean {
	if (!Array.isArray(item) || item.length !== 2) return false;
	const [preimage, count] = item as readonly unknown[];
	const isCount = typeof count === "number" && count >= 1 && count <= limits.ticks * limits.chains;
	return preimage instanceof Uint8Array && preimage.length === 32 && isCount;
}
