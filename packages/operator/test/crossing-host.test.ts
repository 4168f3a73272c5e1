/** Payments across operators over stores: each step is one durable write, refusals change nothing, contenders follow one another. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
	type Bytes,
	isRefusal,
	type OutcomeKeys,
	parseLeaf,
	sealHash,
	serializeOutcome,
	type VerifiedSeal,
	verifyOutcome,
} from "@tenten/protocol";
import { start } from "../../protocol/test/crossing/support/scene.ts";
import { id, must } from "../../protocol/test/crossing/support/sides.ts";
import { CrossingHost } from "../src/crossing/host.ts";
import { keepPeerSeal, newestOf } from "../src/crossing/peer-rows.ts";
import type { CrossingAnswer } from "../src/crossing/steps.ts";
import { makeSeal, sealsAfter } from "../src/seal/last-seal.ts";
import { agreed, exposure, funds, Party, type Payment, payment, scene } from "./support/crossing-world.ts";
import { databaseForTest, repeats } from "./support/database.ts";

const parties: Party[] = [];
after(() => Promise.all(parties.map((party) => party.close())));

async function open() {
	const clock = { now: start };
	const [databaseOfS, databaseOfD] = [await databaseForTest(), await databaseForTest()];
	const source = await Party.source(databaseOfS, clock);
	const destination = await Party.destination(databaseOfD, clock);
	parties.push(source, destination);
	const isShared = databaseOfS !== ":memory:";
	const beside = async (party: Party): Promise<Party> => {
		if (!isShared) return party;
		const other = await party.beside();
		parties.push(other);
		return other;
	};
	return { clock, source, destination, beside };
}
type World = Awaited<ReturnType<typeof open>>;

const said = (answer: CrossingAnswer): string =>
	answer.kind === "stands" ? answer.state.state : answer.code;

/** As far as both sides hold it. */
async function reserved({ source, destination }: World, made: Payment): Promise<void> {
	assert.equal(said(await source.host.lock(made.signed)), "locked");
	await source.seal();
	const shown = await source.mustShow(made.transfer);
	assert.equal(said(await destination.host.reserve(made.signed, shown)), "reserved");
	await destination.seal();
}

async function release({ source, destination }: World, made: Payment, by = source): Promise<string> {
	const shown = await destination.mustShow(made.transfer);
	return said(await by.host.release(made.transfer, made.secret, shown));
}

async function sealUntil(source: Party, number: number): Promise<void> {
	while ((await source.lastSeal()) < number) await source.seal();
}

test("a payment locks, is reserved, committed and credited: ledgers, maps, what is at risk, and its file say so", async () => {
	const world = await open();
	const { source, destination } = world;
	const made = await payment(1);
	const { transfer, signed } = made;
	await reserved(world, made);
	assert.deepEqual(await destination.risk(), { kept: [300n, 0n], counted: [300n, 0n] });
	assert.equal(await release(world, made), "committed");
	await sealUntil(source, signed.body.decides);
	const decided = await source.mustShow(transfer);
	assert.equal(decided.number, signed.body.decides);
	const promised = await destination.mustShow(transfer);
	assert.equal(said(await source.host.decided(transfer, decided)), "committed");
	assert.equal(said(await destination.host.decided(transfer, decided)), "credited");
	await destination.seal();
	const { pays, fee } = signed.body;
	assert.deepEqual(await source.money(), [
		[funds - pays, 0n],
		[pays - fee, 0n],
		[fee, 0n],
	]);
	assert.deepEqual(await destination.money(), [
		[300n, 0n],
		[-300n, 0n],
	]);
	assert.deepEqual(await destination.risk(), { kept: [0n, 300n], counted: [0n, 300n] });
	const agreement = await scene.agreement();
	for (const [duty, meant] of [
		[promised, "stands"],
		[await destination.mustShow(transfer), "met"],
	] as const) {
		const file = serializeOutcome({ agreement, quote: signed, decided, duty });
		const read = verifyOutcome(file, scene.keys as OutcomeKeys);
		assert.ok(!isRefusal(read));
		assert.deepEqual([read.end.kind, read.duty], ["committed", meant]);
	}
	// Later seals show nothing more of it, and what was shown stays.
	await source.seal();
	await destination.seal();
	assert.equal((await source.mustShow(transfer)).number, signed.body.decides);
	assert.equal(said(await destination.host.decided(transfer, decided)), "credited");
});

test("without a commit in the seal that decides both give back, and a secret after it changes nothing", async () => {
	const world = await open();
	const { source, destination } = world;
	const made = await payment(2);
	await reserved(world, made);
	await sealUntil(source, made.signed.body.decides);
	const before = await source.rows();
	assert.equal(await release(world, made), "seal-decided");
	assert.deepEqual(await source.rows(), before);
	const decided = await source.mustShow(made.transfer);
	assert.equal(said(await source.host.decided(made.transfer, decided)), "returned");
	assert.equal(said(await destination.host.decided(made.transfer, decided)), "voided");
	assert.equal(await release(world, made), "seal-decided");
	assert.deepEqual((await source.money())[0], [funds, 0n]);
	assert.deepEqual((await destination.money())[0], [0n, 0n]);
	assert.deepEqual(await destination.risk(), { kept: [0n, 0n], counted: [0n, 0n] });
});

test("no time ends a lock or a reservation on the ledgers", async () => {
	const world = await open();
	const { clock, source, destination } = world;
	await reserved(world, await payment(9));
	clock.now += 10 * 365 * 86_400;
	assert.deepEqual([await source.expire(), await destination.expire()], [0, 0]);
	assert.deepEqual((await destination.money())[0], [0n, 300n]);
});

test("each step asked for again answers the same, and changes nothing", async () => {
	const world = await open();
	const { source, destination } = world;
	const made = await payment(3);
	await reserved(world, made);
	const shown = await source.mustShow(made.transfer);
	assert.equal(await release(world, made), "committed");
	const before = [await source.rows(), await destination.rows()];
	assert.equal(said(await source.host.lock(made.signed)), "committed");
	assert.equal(said(await destination.host.reserve(made.signed, shown)), "reserved");
	assert.equal(await release(world, made), "committed");
	assert.deepEqual([await source.rows(), await destination.rows()], before);
});

test("what is refused is refused by its code, and leaves every row as it was", async () => {
	const world = await open();
	const { clock, source, destination } = world;
	const made = await payment(4);
	await reserved(world, made);
	const { transfer, signed, secret } = made;
	const [lock, duty] = [await source.mustShow(transfer), await destination.mustShow(transfer)];
	const unknown = await payment(5);
	const stranger = await payment(6, { payer: id(0x77) });
	const rich = await payment(7, { credits: funds });
	// What crosses is all that the payer has: it is the fee that cannot be taken.
	const feeless = await payment(10, { credits: 645_000n });
	const other = await payment(11, { agreement: id(0x66) });
	const foreign = { ...signed, bySource: signed.byDestination };
	const before = [await source.rows(), await destination.rows()];
	const refused = async (answer: Promise<CrossingAnswer>, code: string): Promise<void> => {
		assert.equal(said(await answer), code);
		assert.deepEqual([await source.rows(), await destination.rows()], before, code);
	};
	await refused(source.host.lock(foreign), "signature-invalid");
	await refused(source.host.lock(stranger.signed), "debit-account-unknown");
	await refused(source.host.lock(rich.signed), "funds-insufficient");
	await refused(source.host.lock(feeless.signed), "funds-insufficient");
	await refused(source.host.lock(other.signed), "agreement-unknown");
	await refused(source.host.reserve(signed, lock), "agreement-unknown");
	await refused(destination.host.lock(signed), "agreement-unknown");
	await refused(source.host.lock((await payment(8, { decides: 2 })).signed), "seal-decided");
	await refused(destination.host.reserve(unknown.signed, lock), "proof-invalid");
	await refused(source.host.release(unknown.transfer, secret, duty), "attempt-unknown");
	await refused(source.host.release(transfer, unknown.secret, duty), "release-mismatch");
	await refused(source.host.release(transfer, secret, lock), "proof-invalid");
	await refused(destination.host.release(transfer, secret, duty), "attempt-unknown");
	await refused(destination.host.decided(transfer, lock), "proof-invalid");
	await refused(source.host.decided(transfer, { ...lock, words: [] }), "quorum-missing");
	clock.now += 1_000;
	await refused(source.host.lock(unknown.signed), "quote-expired");
	const keys: OutcomeKeys = { ...scene.keys, logOf: () => undefined };
	const blind = new CrossingHost(source.store, { operator: agreed.body.source, now: () => clock.now, keys });
	await refused(blind.decided(transfer, lock), "authority-unknown");
	const apart = new CrossingHost(source.store, { operator: id(9), now: () => clock.now, keys: scene.keys });
	const adopted = await apart.adopt(await scene.agreement());
	assert.ok(isRefusal(adopted) && adopted.code === "agreement-unknown");
});

test("what many reserve at once stays within the exposure", async () => {
	const world = await open();
	const { source, destination, beside } = world;
	const count = 6;
	const all = await Promise.all(Array.from({ length: count }, (_, n) => payment(20 + n)));
	for (const { signed } of all) assert.equal(said(await source.host.lock(signed)), "locked");
	await source.seal();
	const shown = await Promise.all(all.map(({ transfer }) => source.mustShow(transfer)));
	const other = await beside(destination);
	const answers = await Promise.all(
		all.map(({ signed }, at) =>
			(at % 2 === 0 ? destination : other).host.reserve(signed, shown[at] as (typeof shown)[number]),
		),
	);
	const most = Number(exposure / 300n);
	assert.deepEqual(answers.map(said).sort(), [
		...Array<string>(count - most).fill("exposure-exceeded"),
		...Array<string>(most).fill("reserved"),
	]);
	const open_ = 300n * BigInt(most);
	assert.deepEqual(await destination.risk(), { kept: [open_, 0n], counted: [open_, 0n] });
	assert.deepEqual((await destination.money())[0], [0n, open_]);
});

test("a commit and the seal that decides exclude each other: what the seal shows is what the source did", async () => {
	for (let round = 0; round < repeats(12); round++) {
		const world = await open();
		const { source, destination, beside } = world;
		const made = await payment(40 + round);
		await reserved(world, made);
		await sealUntil(source, made.signed.body.decides - 1);
		const other = await beside(source);
		const sealed = () => other.seal();
		const released = () => release(world, made);
		const [first, second] = round % 2 === 0 ? [sealed, released] : [released, sealed];
		await Promise.all([first(), second()]);
		const decided = await source.mustShow(made.transfer);
		const end = decided.state?.state === "committed" ? ["committed", "credited"] : ["returned", "voided"];
		const ended = [source, destination].map(async ({ host }) =>
			said(await host.decided(made.transfer, decided)),
		);
		assert.deepEqual(await Promise.all(ended), end);
	}
});

test("a commit that is asked for while the seal that decides is being made finds it made", async () => {
	const world = await open();
	const { source, beside } = world;
	const made = await payment(60);
	await reserved(world, made);
	await sealUntil(source, made.signed.body.decides - 1);
	const other = await beside(source);
	const content = { sealedAt: start, assets: [], reserves: [], positions: [], checkpoints: [] };
	let released: Promise<string> | undefined;
	await source.store.run(async (transaction) => {
		const { number } = await makeSeal(transaction, { operator: agreed.body.source, ...content });
		assert.equal(number, made.signed.body.decides);
		released ??= release(world, made, other);
		// Long enough for one that does not wait to be wrong; one that waits is right however long this is.
		await pause(200);
	});
	assert.equal(await released, "seal-decided");
	assert.equal(await source.stateOf(made.transfer), "locked");
});

test("seals have one number each, without gaps, and each names the one before, whoever makes them at once", async () => {
	const { source, beside } = await open();
	const other = await beside(source);
	await Promise.all(Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? source : other).seal()));
	const leaves = await source.store.read((transaction) => sealsAfter(transaction, 0, 100));
	let previous: Uint8Array | null = null;
	for (const [at, leaf] of leaves.entries()) {
		const read = must(parseLeaf(leaf));
		assert.ok(read.kind === "seal");
		assert.equal(read.seal.number, at + 1);
		assert.deepEqual(read.seal.previous, previous);
		previous = sealHash(read.seal);
	}
	assert.equal(leaves.length, 8);
});

test("of seals of a peer that come at once the newest is kept, whichever is written last", async () => {
	const { source, beside } = await open();
	const other = await beside(source);
	const peer = id(0x44);
	const keep = (party: Party, number: number, since: number | null, hold_ms = 0) =>
		party.store.run(async (transaction) => {
			await keepPeerSeal(transaction, sealOf(peer, number, since), null);
			await pause(hold_ms);
		});
	const newest = () => source.store.read((transaction) => newestOf(transaction, peer));
	const later = keep(source, 6, null, 300);
	await pause(100);
	await Promise.all([later, keep(other, 5, 9)]);
	assert.deepEqual(await newest(), { number: 6, since: null });
	await keep(source, 6, 12);
	await keep(source, 6, 11);
	await keep(source, 5, 99);
	assert.deepEqual(await newest(), { number: 6, since: 12 });
});

function sealOf(operator: Bytes, number: number, since: number | null): VerifiedSeal {
	const [state, previous] = [id(1), id(2)];
	const nothing = { assets: [], reserves: [], positions: [], checkpoints: [] };
	return {
		verified: "seal",
		seal: { operator, number, previous, sealedAt: start, state, ...nothing },
		since,
	};
}
