/** Payments between accounts of two operators over HTTP: steps, what is refused, what is asked for again. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { isRefusal, ruleBookHash, type Trust, verifyOutcome } from "@tenten/protocol";
import { verify } from "../../module/test/support/world.ts";
import {
	ask,
	balances,
	type Doors,
	funds,
	openDoors,
	payee,
	payer,
	publish,
	quoted,
	sealAndTell,
	signedBook,
	standings,
	step,
	type Wanted,
	wish,
} from "./support/crossing-doors.ts";

const opened: Doors[] = [];
after(() => Promise.all(opened.map((doors) => doors.close())));

/** Each side has made a seal that the other knows. */
async function open(some: Parameters<typeof openDoors>[0] = {}): Promise<Doors> {
	const doors = await openDoors(some);
	opened.push(doors);
	await sealAndTell(doors.source);
	await sealAndTell(doors.destination);
	return doors;
}

async function mustQuote(
	doors: Doors,
	wanted: Wanted,
): Promise<{ transfer: string; pays: bigint; decides: number }> {
	const { transfer, code, quote } = await quoted(doors, wanted);
	assert.ok(transfer !== null && quote !== null, `${code}`);
	return { transfer, pays: BigInt(`${quote["pays"]}`), decides: Number(quote["decides"]) };
}

async function lockAndReserve(doors: Doors, transfer: string): Promise<void> {
	assert.equal(await step(doors, "locks", transfer), "locked");
	await sealAndTell(doors.source);
	await sealAndTell(doors.destination);
}

async function sealUntil({ source }: Doors, decides: number): Promise<void> {
	for (let seal = 0; seal === 0 || (await source.log.newest()) < decides; seal++) await sealAndTell(source);
}

/** What the source would show the destination again. */
async function untold({ source }: Doors): Promise<number> {
	const { store } = source.ecosystem.operator;
	const rows = await store.read((transaction) =>
		transaction.selectFrom("crossing_untold").select("transfer_id").execute(),
	);
	return rows.length;
}

const unmoved = [funds, 0n, 0n, 0n];

async function keysOf({ source, destination }: Doors) {
	const trust: Trust = source.ecosystem.world.trust;
	const others: Trust = destination.ecosystem.world.trust;
	return {
		verify,
		keysOf: (operator: Uint8Array) => [...trust.keys(operator, "ruling"), ...others.keys(operator, "ruling")],
		logOf: (_: Uint8Array, side: "source" | "destination") =>
			(side === "source" ? source : destination).log.log,
	};
}

test("a card's balance pays a shop of another operator in another currency: quoted, locked, reserved, released, credited, proved", async () => {
	const doors = await open();
	const wanted = wish(doors, 1);
	const { transfer, pays, decides } = await mustQuote(doors, wanted);
	assert.equal(pays, 477n);
	await lockAndReserve(doors, transfer);
	assert.deepEqual(await balances(doors), [funds, pays, 0n, 300n]);
	const { crossing } = (await ask(doors.source, transfer)) as { crossing: { peer: string; proof: string } };
	assert.equal(crossing.peer, "reserved");
	assert.ok(crossing.proof.length > 0);
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "committed");
	const early = (await ask(doors.source, `${transfer}/outcome`)) as { readonly code: string };
	assert.equal(early.code, "crossing-open");
	await sealUntil(doors, decides);
	assert.deepEqual(await standings(doors, transfer), ["committed", "credited"]);
	assert.deepEqual(await balances(doors), [funds - pays, 0n, 300n, 0n]);
	await sealAndTell(doors.destination);
	for (const side of [doors.source, doors.destination]) {
		const file = (await ask(side, `${transfer}/outcome`)) as Uint8Array;
		const read = verifyOutcome(file, await keysOf(doors));
		assert.ok(!isRefusal(read), isRefusal(read) ? read.detail : "");
		assert.deepEqual([read.end.kind, read.duty], ["committed", "met"]);
	}
});

test("without a release both give back, and whoever releases after the seal is told so", async () => {
	const doors = await open();
	const wanted = wish(doors, 2);
	const { transfer, decides } = await mustQuote(doors, wanted);
	await lockAndReserve(doors, transfer);
	await sealUntil(doors, decides);
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "seal-decided");
	assert.deepEqual(await standings(doors, transfer), ["returned", "voided"]);
	assert.deepEqual(await balances(doors), unmoved);
	const read = verifyOutcome(
		(await ask(doors.destination, `${transfer}/outcome`)) as Uint8Array,
		await keysOf(doors),
	);
	assert.ok(!isRefusal(read));
	assert.equal(read.end.kind, "aborted");
});

test("a payment that is released before its reservation is shown waits, and nothing moves", async () => {
	const doors = await open();
	const wanted = wish(doors, 3);
	const { transfer } = await mustQuote(doors, wanted);
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "attempt-unknown");
	assert.equal(await step(doors, "locks", transfer), "locked");
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "attempt-pending");
	assert.equal((await balances(doors))[0], funds);
});

test("a stale quorum: nothing is quoted, nothing is reserved, and both balances are as before", async () => {
	const doors = await open();
	const { source, destination } = doors;
	const wanted = wish(doors, 4);
	const { transfer, decides } = await mustQuote(doors, wanted);
	assert.equal(await step(doors, "locks", transfer), "locked");
	// Seals go on, and too few witnesses speak: what was cosigned grows old.
	destination.server?.close();
	await sealAndTell(source);
	for (const side of [source, destination]) side.ecosystem.clock.now += 120;
	await destination.serve();
	await source.ecosystem.operator.crossings.tell();
	assert.deepEqual(await standings(doors, transfer), ["locked", "crossing-unknown"]);
	const { crossing } = (await ask(source, transfer)) as { crossing: { refused: string } };
	assert.equal(crossing.refused, "quorum-stale");
	assert.equal((await quoted(doors, wish(doors, 5))).code, "quorum-stale");
	assert.deepEqual(await balances(doors), [funds, 477n, 0n, 0n]);
	await sealUntil(doors, decides);
	assert.deepEqual(await standings(doors, transfer), ["returned", "crossing-unknown"]);
	assert.deepEqual(await balances(doors), unmoved);
	assert.equal(await untold(doors), 0);
});

test("too few witnesses: nothing is shown to anybody, and nothing begins upon it", async () => {
	const doors = await openDoors();
	opened.push(doors);
	doors.destination.log.witnessesUp = 1;
	await sealAndTell(doors.source);
	await sealAndTell(doors.destination);
	assert.equal((await quoted(doors, wish(doors, 6))).code, "quorum-missing");
	assert.deepEqual(await balances(doors), unmoved);
});

test("an exposure that is exceeded: refused at the quote, and at the reservation, and both balances are as before", async () => {
	const doors = await open({ exposure: 500n });
	const [first, second] = [wish(doors, 7), wish(doors, 8)];
	const one = await mustQuote(doors, first);
	const two = await mustQuote(doors, second);
	for (const { transfer } of [one, two]) assert.equal(await step(doors, "locks", transfer), "locked");
	await sealAndTell(doors.source);
	await sealAndTell(doors.destination);
	const states = [await standings(doors, one.transfer), await standings(doors, two.transfer)].sort();
	assert.deepEqual(states, [
		["locked", "crossing-unknown"],
		["locked", "reserved"],
	]);
	assert.equal((await quoted(doors, wish(doors, 9))).code, "exposure-exceeded");
	await sealUntil(doors, two.decides);
	assert.deepEqual(await balances(doors), unmoved);
	assert.equal(await untold(doors), 0, "nobody is told for ever what can begin no more");
});

test("each step asked for again answers the same; another question under its nonce is refused", async () => {
	const doors = await open();
	const wanted = wish(doors, 10);
	const { transfer } = await mustQuote(doors, wanted);
	assert.deepEqual(await quoted(doors, wanted), await quoted(doors, wanted));
	assert.equal((await quoted(doors, { ...wanted, credits: 301n })).code, "quote-invalid");
	await lockAndReserve(doors, transfer);
	assert.equal(await step(doors, "locks", transfer), "locked");
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "committed");
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "committed");
	assert.equal(await step(doors, "locks", transfer), "committed");
	assert.equal(await step(doors, "releases", transfer, payer), "release-mismatch");
});

test("whoever is out of reach is shown it later; whoever waits asks for what it missed", async () => {
	const doors = await open();
	const { source, destination } = doors;
	const wanted = wish(doors, 11);
	const { transfer, decides } = await mustQuote(doors, wanted);
	await lockAndReserve(doors, transfer);
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "committed");
	await destination.server?.close();
	await sealUntil(doors, decides);
	await destination.serve();
	assert.deepEqual(await standings(doors, transfer), ["committed", "reserved"]);
	await source.ecosystem.operator.crossings.tell();
	assert.deepEqual(await standings(doors, transfer), ["committed", "credited"]);
});

test("what the source believes it has told is told again to a destination that waits", async () => {
	const doors = await open();
	const { source, destination } = doors;
	const wanted = wish(doors, 12);
	const { transfer, decides } = await mustQuote(doors, wanted);
	await lockAndReserve(doors, transfer);
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "committed");
	await destination.server?.close();
	await sealUntil(doors, decides);
	// A restored source: it knows that it told, and the destination never heard.
	await source.ecosystem.operator.store.run((transaction) =>
		transaction.deleteFrom("crossing_untold").execute(),
	);
	await destination.serve();
	await sealAndTell(source);
	assert.deepEqual(await standings(doors, transfer), ["committed", "reserved"]);
	await destination.ecosystem.operator.crossings.tell();
	await source.ecosystem.operator.crossings.tell();
	assert.deepEqual(await standings(doors, transfer), ["committed", "credited"]);
});

test("nothing is quoted but under an agreement that both rule books in force name, with a rate", async () => {
	const doors = await open();
	const { source, destination, agreed } = doors;
	const codes: (string | null)[] = [];
	const quote = async (n: number, some = {}) => codes.push((await quoted(doors, wish(doors, n, some))).code);
	await quote(20, { agreement: payer });
	await quote(21, { payee: payer });
	const first = await destination.ecosystem.operator.crossings.ruleBook();
	assert.ok(first);
	const without = await publish(destination.ecosystem, [{ agreement: agreed.id, rate: null }], first.body);
	await quote(22);
	await publish(destination.ecosystem, [{ agreement: agreed.id, rate: { credited: 1n, paid: 2n } }], without);
	assert.equal((await mustQuote(doors, wish(doors, 23))).pays, 600n + 10n + 2n);
	const own = await source.ecosystem.operator.crossings.ruleBook();
	assert.ok(own);
	await publish(source.ecosystem, [], own.body);
	await quote(24);
	assert.deepEqual(codes, [
		"agreement-unknown",
		"credit-account-unknown",
		"agreement-unknown",
		"agreement-unknown",
	]);
	assert.deepEqual(await balances(doors), unmoved);
});

test("a rule book follows the one before, is signed, and names only agreements that are kept", async () => {
	const doors = await open();
	const { ecosystem } = doors.source;
	const { crossings } = ecosystem.operator;
	const book = await crossings.ruleBook();
	assert.ok(book);
	const next = { ...book.body, version: 2, previous: ruleBookHash(book.body) };
	const entry = (agreement: Uint8Array) => ({ agreement, rate: null });
	for (const [code, wrong] of [
		["malformed", { version: 3 }],
		["malformed", { previous: payee }],
		["malformed", { from: next.from - 1 }],
		["malformed", { agreements: [entry(doors.agreed.id), entry(doors.agreed.id)] }],
		["agreement-unknown", { agreements: [entry(payee)] }],
	] as const) {
		const refused = await crossings.adoptRuleBook(await signedBook(ecosystem, { ...next, ...wrong }));
		assert.equal(isRefusal(refused) ? refused.code : "adopted", code, JSON.stringify(wrong));
	}
	const others = await crossings.adoptRuleBook(await signedBook(doors.destination.ecosystem, next));
	assert.equal(isRefusal(others) ? others.code : "adopted", "signature-invalid");
	assert.deepEqual(await crossings.ruleBook(), book);
	const signed = await signedBook(ecosystem, next);
	assert.deepEqual(await crossings.adoptRuleBook(signed), next);
	assert.deepEqual(await crossings.adoptRuleBook(signed), next);
	assert.deepEqual(await crossings.ruleBook(), signed);
});
