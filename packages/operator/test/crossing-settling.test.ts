/** Settlements between two operators: both count the same payments, and what was settled is at risk no more. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
	type CrossingReply,
	crossingQuestion,
	crossingReply,
	parse,
	type RuleBookBody,
	type SettlementBody,
	serialize,
	signAgreement,
	signSettlement,
} from "@tenten/protocol";
import { must } from "../../protocol/test/crossing/support/sides.ts";
import { peerAccount } from "../src/crossing/money.ts";
import { positionsIn } from "../src/crossing/positions.ts";
import { settledAccount } from "../src/crossing/settling.ts";
import { type Doors, openDoors, publish, quoted, sealAndTell, step, wish } from "./support/crossing-doors.ts";

const opened: Doors[] = [];
after(() => Promise.all(opened.map((doors) => doors.close())));

async function open(): Promise<Doors> {
	const doors = await openDoors({ settlement: 100 });
	opened.push(doors);
	for (const { ecosystem } of [doors.source, doors.destination]) ecosystem.clock.now += 1;
	await sealAndTell(doors.source);
	await sealAndTell(doors.destination);
	return doors;
}

/** As far as the source has committed it; the number of the seal that decides. */
async function commit(doors: Doors, n: number): Promise<number> {
	const wanted = wish(doors, n);
	const { transfer, quote, code } = await quoted(doors, wanted);
	assert.ok(transfer !== null, `${code}`);
	await step(doors, "locks", transfer);
	await sealAndTell(doors.source);
	await sealAndTell(doors.destination);
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "committed");
	return Number(quote?.["decides"]);
}

async function sealUntil({ source }: Doors, decides: number): Promise<void> {
	while ((await source.log.newest()) < decides) await sealAndTell(source);
}

async function unsettled({ destination }: Doors): Promise<bigint> {
	const { store } = destination.ecosystem.operator;
	const row = await store.read((transaction) =>
		transaction.selectFrom("crossing_agreements").select("unsettled").executeTakeFirstOrThrow(),
	);
	return row.unsettled;
}

/** What stands with the other side, and what of it was settled: at the source, then at the destination. */
async function positions({ source, destination, agreed }: Doors): Promise<readonly bigint[]> {
	const { paid, credited, source: S, destination: D } = agreed.body;
	const of = async (operator: typeof source.ecosystem.operator, id: Uint8Array): Promise<bigint> => {
		const account = await operator.ledger.account(id);
		return account === undefined ? 0n : account.creditsPosted - account.debitsPosted;
	};
	const [west, east] = [source.ecosystem.operator, destination.ecosystem.operator];
	return [
		await of(west, peerAccount(D, paid)),
		await of(west, settledAccount(D, paid)),
		await of(east, peerAccount(S, credited)),
		await of(east, settledAccount(S, credited)),
	];
}

test("what crossed is counted by both, countersigned, and moved from what is at risk to what is to be paid", async () => {
	const doors = await open();
	await sealUntil(doors, await commit(doors, 1));
	assert.deepEqual([await unsettled(doors), await positions(doors)], [300n, [465n, 0n, -300n, 0n]]);
	await doors.destination.ecosystem.operator.crossings.tell();
	assert.deepEqual([await unsettled(doors), await positions(doors)], [0n, [0n, 465n, 0n, -300n]]);
	// The next one is due after the agreed time, and counts what came since.
	await sealUntil(doors, await commit(doors, 2));
	await doors.destination.ecosystem.operator.crossings.tell();
	assert.equal(await unsettled(doors), 300n);
	for (const { ecosystem } of [doors.source, doors.destination]) ecosystem.clock.now += 100;
	await doors.destination.ecosystem.operator.crossings.tell();
	assert.deepEqual([await unsettled(doors), await positions(doors)], [0n, [0n, 930n, 0n, -600n]]);
});

test("a source that is away countersigns the very same later, once, whatever came since", async () => {
	const doors = await open();
	await sealUntil(doors, await commit(doors, 1));
	await doors.source.server?.close();
	await doors.destination.ecosystem.operator.crossings.tell();
	assert.equal(await unsettled(doors), 300n);
	for (const { ecosystem } of [doors.source, doors.destination]) ecosystem.clock.now += 50;
	await doors.source.serve();
	for (let again = 0; again < 3; again++) await doors.destination.ecosystem.operator.crossings.tell();
	assert.deepEqual([await unsettled(doors), await positions(doors)], [0n, [0n, 465n, 0n, -300n]]);
});

test("settlements of one asset under two agreements follow one another, and both sides have one position", async () => {
	const doors = await open();
	const { source, destination, agreed } = doors;
	const body = { ...agreed.body, version: 2 };
	const bySource = await signAgreement(body, source.ecosystem.means.keys.ruling);
	const byDestination = await signAgreement(body, destination.ecosystem.means.keys.ruling);
	const entries: RuleBookBody["agreements"][number][] = [{ agreement: agreed.id, rate: null }];
	for (const { ecosystem } of [source, destination]) {
		const newer = must(await ecosystem.operator.crossings.adopt({ body, bySource, byDestination }));
		if (ecosystem === source.ecosystem) entries.push({ agreement: newer.id, rate: null });
		const isSource = ecosystem === source.ecosystem;
		const rate = isSource ? null : { credited: 100n, paid: 155n };
		const before = (await ecosystem.operator.crossings.ruleBook())?.body ?? assert.fail();
		const agreements = entries.map(({ agreement }) => ({ agreement, rate }));
		agreements.sort((a, b) => Buffer.compare(a.agreement, b.agreement));
		await publish(ecosystem, agreements, before);
	}
	const decided: number[] = [];
	for (const [at, { agreement }] of entries.entries()) {
		const wanted = wish(doors, at + 1, { agreement });
		const { transfer, quote, code } = await quoted(doors, wanted);
		assert.ok(transfer !== null, `${code}`);
		await step(doors, "locks", transfer);
		await sealAndTell(source);
		await sealAndTell(destination);
		assert.equal(await step(doors, "releases", transfer, wanted.secret), "committed");
		decided.push(Number(quote?.["decides"]));
	}
	await sealUntil(doors, Math.max(...decided));
	await source.server?.close();
	const proposed = (): Promise<readonly unknown[]> =>
		destination.ecosystem.operator.store.read((transaction) =>
			transaction.selectFrom("crossing_settlements").selectAll().execute(),
		);
	for (let again = 0; again < 2; again++) await destination.ecosystem.operator.crossings.tell();
	assert.equal((await proposed()).length, 1);
	await source.serve();
	for (let again = 0; again < 2; again++) await destination.ecosystem.operator.crossings.tell();
	assert.equal((await proposed()).length, 2);
	const sides = [source, destination].map(async ({ ecosystem }) => {
		const found = await ecosystem.operator.store.read(positionsIn);
		return found.map(({ settlement, owes, isOwed }) => [settlement, owes, isOwed]);
	});
	assert.deepEqual(await Promise.all(sides), [[[2, 930n, 0n]], [[2, 0n, 930n]]]);
	assert.deepEqual(await positions(doors), [0n, 930n, 0n, -600n]);
});

test("a source signs no other count, none of another's, and none of what has not ended; nothing changes", async () => {
	const doors = await open();
	const { source, destination, agreed } = doors;
	const decides = await commit(doors, 1);
	await sealUntil(doors, decides);
	const before = await positions(doors);
	const body: SettlementBody = {
		agreement: agreed.id,
		number: 1,
		previous: null,
		through: decides,
		count: 1,
		credits: 300n,
		crosses: 465n,
		position: { settlement: 1, owes: 465n },
		at: source.ecosystem.clock.now,
	};
	const asked = async (wrong: Partial<SettlementBody>, by = destination): Promise<string> => {
		const changed = { ...body, ...wrong };
		const byDestination = await signSettlement(changed, by.ecosystem.means.keys.ruling);
		const question = serialize(crossingQuestion, { kind: "settlement", body: changed, byDestination });
		const reply = must(
			await source.ecosystem.operator.crossings.hear(destination.ecosystem.operator.id, question),
		);
		const read: CrossingReply = must(parse(crossingReply, reply));
		return read.kind === "refused" ? read.code : read.kind;
	};
	assert.equal(await asked({ credits: 301n }), "proof-invalid");
	assert.equal(await asked({ count: 2 }), "proof-invalid");
	assert.equal(await asked({ through: decides - 1 }), "proof-invalid");
	assert.equal(await asked({ number: 2 }), "proof-invalid");
	assert.equal(await asked({ position: { settlement: 1, owes: 464n } }), "proof-invalid");
	assert.equal(await asked({ position: { settlement: 2, owes: 465n } }), "proof-invalid");
	assert.equal(await asked({ previous: agreed.id }), "proof-invalid");
	assert.equal(await asked({ through: decides + 100 }), "attempt-pending");
	assert.equal(await asked({ agreement: source.ecosystem.operator.id }), "agreement-unknown");
	assert.equal(await asked({}, source), "signature-invalid");
	const { transfer, quote } = await quoted(doors, wish(doors, 2));
	await step(doors, "locks", `${transfer}`);
	const { host } = source.ecosystem.operator.crossings;
	const empty = { assets: [], reserves: [], positions: [], checkpoints: [] };
	while ((await source.log.newest()) < Number(quote?.["decides"]))
		source.log.append(await host.seal({ sealedAt: source.ecosystem.clock.now, ...empty }));
	assert.equal(await asked({ through: Number(quote?.["decides"]) }), "attempt-pending");
	assert.deepEqual(await positions(doors), before);
	assert.equal(await asked({}), "settlement");
	assert.equal(await asked({}), "settlement");
	assert.deepEqual((await positions(doors)).slice(0, 2), [0n, 465n]);
});
