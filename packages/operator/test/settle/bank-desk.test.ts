/** From records of devices to what banks paid: each step once, whoever asks again, and nothing is lost on the way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	assetHash,
	type Bytes,
	isRefusal,
	type PartyStatement,
	serializeProof,
	toHex,
	toUtf8,
	verifyProof,
} from "@tenten/protocol";
import { id, must } from "../../../protocol/test/crossing/support/sides.ts";
import { BankDesk } from "../../src/index.ts";
import { itemProofOf } from "../../src/sealing/proofs.ts";
import type { KeptClaim } from "../../src/settle/claim-rows.ts";
import type { KeptFile } from "../../src/settle/filing.ts";
import type { ResultLine } from "../../src/settle/results.ts";
import { readZengin } from "../../src/settle/zengin/file.ts";
import { createEcosystem } from "../support/ecosystem.ts";
import { beginSealed, sealNow } from "../support/sealed.ts";
import { statusReport } from "./support/answers.ts";
import { answered } from "./support/debit-results.ts";
import {
	accounts,
	chargers,
	codeIn,
	DeskWorld,
	drivers,
	month,
	own,
	recordsOf,
	rules,
	yen,
} from "./support/desk-world.ts";

const { ann, bob, cyd } = drivers;
const { north, south } = chargers;
const secret = new Uint8Array(32).fill(0x77);

/** Of whom nothing is asked. */
const unasked = async (): Promise<never> => assert.fail("an acquirer was asked");
const nobody = { authorise: unasked, capture: unasked, status: unasked };

async function charged(): Promise<DeskWorld> {
	const world = await DeskWorld.open();
	await world.pay([
		[ann, north, 350n],
		[ann, south, 120n],
		[bob, north, 800n],
		[cyd, south, 15n],
		[cyd, south, 85n, 2_000],
	]);
	return world;
}

const became = (lines: unknown): readonly string[] =>
	(must(lines as readonly ResultLine[]) as readonly ResultLine[]).map((line) => line.became);

test("a month of payments is stated, claimed, filed, paid and credited, to the yen", async () => {
	const world = await charged();
	const parties = [ann, bob, cyd, north, south];
	const claims: KeptClaim[] = [];
	for (const party of parties) claims.push(await world.claim(party));
	assert.deepEqual(
		claims.map(({ direction, amount }) => [direction, amount]),
		[
			["debit", 470n],
			["debit", 800n],
			["debit", 15n],
			["credit", 1_150n],
			["credit", 135n],
		],
	);
	const [debits, credits] = [claims.slice(0, 3), claims.slice(3)];
	const [drawn, given] = [
		must(await world.file("2026-11-debit", ...debits)),
		must(await world.file("2026-11-credit", ...credits)),
	];
	const sum = ({ content }: KeptFile): bigint =>
		must(readZengin(content)).lines.reduce((all, { amount }) => all + amount, 0n);
	assert.deepEqual([sum(drawn as KeptFile), sum(given as KeptFile)], [1_285n, 1_285n]);
	assert.deepEqual(
		became(await world.desk.read(answered((drawn as KeptFile).content, ["0", "0", "0"]), yen)),
		["paid", "paid", "paid"],
	);
	for (const claim of debits) assert.equal(await world.stateOf(claim), "paid");
	for (const claim of credits) assert.equal(await world.stateOf(claim), "filed");
});

test("each line of a statement has its record in the log, and the proof of its place", async () => {
	const world = await charged();
	const statement = must(await world.desk.statement({ party: ann, ...month })) as PartyStatement;
	assert.deepEqual([statement.paid, statement.lines.length], [470n, 2]);
	for (const line of statement.lines) {
		const placed = await world.kept.store.read((transaction) =>
			itemProofOf(transaction, "records", line.record, secret),
		);
		assert.ok(placed);
		assert.equal(placed.place, line.place);
		const proved = must(verifyProof(serializeProof(placed.proof)));
		assert.ok(proved.kind === "item" && proved.batch.kind === "records");
		assert.deepEqual([toHex(proved.item.owner), proved.item.amount], [toHex(line.record), line.amount]);
	}
	const totals = (await world.kept.seal()).assets;
	assert.deepEqual(
		totals.filter(({ issued }) => issued > 0n),
		[],
		"records add to no total",
	);
});

test("a debit that is refused reopens its claim, suspends the delegation until that is heard, and is filed again", async () => {
	const world = await charged();
	const [first, second] = [await world.claim(ann), await world.claim(bob)];
	const file = must(await world.file("one", first, second)) as KeptFile;
	const result = answered(file.content, ["1", "0"]);
	assert.deepEqual(became(await world.desk.read(result, yen)).toSorted(), ["paid", "reopened"]);
	assert.deepEqual(became(await world.desk.read(result, yen)), ["same", "same"]);
	const [refused] = [first, second].filter(
		({ amount }) => readZengin(result) && amount === must(readZengin(result)).lines[0]?.amount,
	);
	assert.ok(refused);
	assert.equal(await world.stateOf(refused), "reopened: 1 funds insufficient");
	const heard: string[] = [];
	await assert.rejects(
		world.desk.suspendRefused(async () => {
			throw new Error("nobody hears it");
		}),
	);
	const suspend = async (party: Bytes, why: string): Promise<void> => {
		heard.push(`${toHex(party)} ${why}`);
	};
	assert.deepEqual(
		[await world.desk.suspendRefused(suspend), await world.desk.suspendRefused(suspend)],
		[1, 0],
	);
	assert.deepEqual(heard, [`${toHex(refused.party)} 1 funds insufficient`]);
	const again = must(await world.file("two", refused)) as KeptFile;
	assert.deepEqual(
		became(await world.desk.read(result, yen)),
		["same", "same"],
		"the first file's result, once more",
	);
	assert.equal(await world.stateOf(refused), "filed");
	assert.deepEqual(became(await world.desk.read(answered(again.content, ["0"]), yen)), ["paid"]);
	assert.deepEqual(await world.desk.contradictions(), []);
});

test("what contradicts changes no claim, and is shown until somebody has looked", async () => {
	const world = await charged();
	const claim = await world.claim(ann);
	const one = must(await world.file("one", claim)) as KeptFile;
	assert.deepEqual(became(await world.desk.read(answered(one.content, ["1"]), yen)), ["reopened"]);
	const two = must(await world.file("two", claim)) as KeptFile;
	assert.deepEqual(became(await world.desk.read(answered(one.content, ["0"]), yen)), ["contradicts"]);
	assert.equal(await world.stateOf(claim), "filed", "in the second file");
	const more = Uint8Array.from(answered(two.content, ["0"]));
	// One yen more on the line, and in the sums of the trailer.
	for (const at of [122 + 89, 244 + 18, 244 + 36]) more[at] = (more[at] as number) + 1;
	assert.deepEqual(became(await world.desk.read(more, yen)), ["contradicts"]);
	const ofOther = { ...yen, asset: id(9) };
	assert.deepEqual(became(await world.desk.read(answered(two.content, ["1"]), ofOther)), ["contradicts"]);
	const stranger = toUtf8(statusReport("other", [{ reference: "7", status: "RJCT", code: "AM04" }]));
	assert.deepEqual(became(await world.desk.read(stranger, yen)), ["unknown"]);
	const details = (await world.desk.contradictions()).map(({ detail }) => detail).toSorted();
	assert.equal(details.length, 3);
	assert.match(details[0] ?? "", /^471 minor units, asked for 470/);
	assert.match(details[1] ?? "", /^a claim of another asset/);
	assert.match(details[2] ?? "", /refused before/);
	assert.equal(await world.stateOf(claim), "filed");
	const whole = toUtf8(statusReport("two", [], { status: "RJCT", code: "FF01" }));
	assert.deepEqual(became(await world.desk.read(whole, yen)), ["reopened"]);
	assert.equal(await world.stateOf(claim), "reopened: FF01");
});

test("the same again gets the same answer, from another process too, and changes nothing", async () => {
	const world = await charged();
	const [claim, file] = [await world.claim(bob), async () => world.file("one", await world.claim(bob))];
	const written = must(await file()) as KeptFile;
	const before = await world.rows();
	assert.deepEqual((await world.claim(bob)).id, claim.id);
	assert.deepEqual(must(await file()), { ...written, ...(must(await file()) as KeptFile) });
	assert.deepEqual(await world.rows(), before);
	const others = [world.desk, await world.another()];
	const both = await Promise.all(others.map((desk) => desk.claim({ party: ann, ...month })));
	assert.deepEqual(...(both.map((each) => toHex((must(each) as KeptClaim).id)) as [string, string]));
	assert.equal((await world.desk.claims()).length, 2);
});

test("a record is claimed once for each of its parties, and one that comes late is in the period's next claim", async () => {
	const world = await charged();
	const first = await world.claim(ann);
	assert.equal(codeIn(await world.desk.claim({ party: ann, ...month, until: 1_600 })), "amount-invalid");
	await world.pay([[ann, north, 7n, 1_100]]);
	const late = await world.claim(ann);
	assert.deepEqual([first.amount, late.amount], [470n, 7n]);
	assert.equal(toHex((await world.claim(ann)).id), toHex(late.id));
	const statement = must(await world.desk.statement({ party: ann, ...month })) as PartyStatement;
	assert.equal(statement.paid, first.amount + late.amount);
	assert.equal((await world.desk.claimed(late.id))?.paid, 7n);
	assert.equal(await world.desk.claimed(id(9)), undefined);
});

test("who records another's proof first owes by it, and keeps no device from its own record", async () => {
	const world = await DeskWorld.open();
	const [taken] = await recordsOf(world.kept.id, [[bob, north, 1n]], 500);
	const [own] = await recordsOf(world.kept.id, [[ann, north, 350n]], 500);
	for (const record of [taken, own]) must(await world.desk.take(record as Bytes, rules));
	await world.kept.seal();
	const claims = await Promise.all([bob, ann, north].map((party) => world.claim(party)));
	assert.deepEqual(
		claims.map(({ direction, amount }) => [direction, amount]),
		[
			["debit", 1n],
			["debit", 350n],
			["credit", 351n],
		],
	);
});

test("no file says anything else than the records behind it: one that was changed stops it", async () => {
	const world = await charged();
	const claim = await world.claim(ann);
	const [other] = await recordsOf(world.kept.id, [[ann, north, 350n]], 77);
	await world.kept.store.run((transaction) =>
		transaction
			.updateTable("recorded_payments")
			.set({ encoded: other as Bytes })
			.where("payer", "=", ann)
			.where("payee", "=", north)
			.execute(),
	);
	const before = await world.rows();
	assert.equal(codeIn(await world.file("one", claim)), "sum-mismatch");
	assert.deepEqual(await world.rows(), before);
	const whole = await world.claim(bob);
	assert.equal(codeIn(await world.file("two", whole, claim)), "sum-mismatch", "not even with others");
	assert.equal(await world.stateOf(whole), "claimed");
});

test("what is refused is refused by its code, and leaves every row as it was", async () => {
	const world = await charged();
	const { desk } = world;
	const [debit, credit] = [await world.claim(ann), await world.claim(north)];
	const filed = await world.claim(bob);
	must(await world.file("taken", filed));
	const before = await world.rows();
	const filing = { name: "one", claims: [debit.id], own, accounts, money: yen, date: "2026-11-27" };
	const [known] = await recordsOf(world.kept.id, [[ann, north, 351n]]);
	const [same] = await recordsOf(world.kept.id, [[ann, north, 350n]]);
	assert.ok(known && same);
	assert.deepEqual(
		[
			codeIn(await desk.take(known, rules)),
			codeIn(await desk.take(same, rules)),
			codeIn(await desk.take(same, { ...rules, answers: async () => undefined })),
			codeIn(await desk.take(same.subarray(1), rules)),
			codeIn(await desk.claim({ party: id(7), ...month })),
			codeIn(await desk.claim({ party: cyd, ...month, from: 1_501, until: 1_501 })),
			codeIn(await desk.file({ ...filing, name: "taken" })),
			codeIn(await desk.file({ ...filing, claims: [id(7)] })),
			codeIn(await desk.file({ ...filing, claims: [debit.id, debit.id] })),
			codeIn(await desk.file({ ...filing, claims: [debit.id, credit.id] })),
			codeIn(await desk.file({ ...filing, money: { ...yen, asset: id(9) } })),
			codeIn(await desk.file({ ...filing, claims: [filed.id] })),
			codeIn(await desk.file({ ...filing, accounts: {} })),
			codeIn(await desk.file({ ...filing, name: "a b" })),
			codeIn(await desk.file({ ...filing, claims: [] })),
			codeIn(await desk.file({ ...filing, date: "soon" })),
			codeIn(await desk.read(toUtf8("<x/>"), yen)),
		],
		[
			"record-known",
			"done",
			"authority-unknown",
			"malformed",
			"amount-invalid",
			"amount-invalid",
			"order-mismatch",
			"claim-unknown",
			"malformed",
			"asset-mismatch",
			"asset-mismatch",
			"claim-filed",
			"bank-unknown",
			"text-refused",
			"malformed",
			"text-refused",
			"type-unknown",
		],
	);
	assert.deepEqual(await world.rows(), before);
	assert.ok(!isRefusal(await world.file("fine", debit)));
});

test("amounts of an asset have the decimals that the operator's list says, whatever money is named", async () => {
	const { operator } = await createEcosystem();
	await beginSealed(operator);
	const { id: operatorId, store } = operator;
	const desk = new BankDesk({ id: operatorId, store, now: () => operator.now() });
	const asset = assetHash({ operator: operatorId, code: "JPY" });
	const [record] = await recordsOf(operatorId, [[ann, north, 350n]], 0, asset);
	must(await desk.take(record as Bytes, rules));
	await sealNow(operator);
	const { id: claim } = must(await desk.claim({ party: ann, ...month, asset })) as KeptClaim;
	const [money, wrong] = [
		{ ...yen, asset },
		{ ...yen, asset, scale: 2 },
	];
	const filing = { name: "one", claims: [claim], own, accounts, money, date: "2026-11-27" };
	assert.equal(codeIn(await desk.file({ ...filing, money: wrong })), "asset-mismatch");
	assert.equal(codeIn(await desk.charge({ claim, money: wrong, card: "card" }, nobody)), "asset-mismatch");
	const { content } = must(await desk.file(filing)) as KeptFile;
	assert.equal(codeIn(await desk.read(answered(content, ["0"]), wrong)), "asset-mismatch");
	assert.deepEqual(became(await desk.read(answered(content, ["0"]), money)), ["paid"]);
});

test("what others pay a party stops no seal and no claim: what one batch or statement cannot hold is in the next", async () => {
	const world = await DeskWorld.open();
	const most = 2n ** 63n - 1n;
	await world.pay([
		[ann, north, most, 1_500],
		[bob, north, most, 1_501],
		[cyd, north, 7n, 1_502],
	]);
	const stated: bigint[] = [];
	for (let claims = 0; claims < 3; claims++) stated.push((await world.claim(north)).amount);
	assert.deepEqual(stated, [most, most, 7n]);
});

test("what comes to nothing in the part that one statement holds keeps nobody from claiming what comes after it", async () => {
	const world = await DeskWorld.open();
	const most = 2n ** 63n - 1n;
	await world.pay([
		[ann, bob, most, 1_500],
		[bob, ann, most, 1_501],
		[ann, bob, 7n, 1_502],
	]);
	const claims: KeptClaim[] = [];
	for (let made = 0; made < 4; made++) claims.push(await world.claim(made < 2 ? ann : bob));
	assert.deepEqual(
		claims.map(({ direction, amount }) => [direction, amount]),
		[
			["debit", most],
			["credit", most - 7n],
			["credit", most],
			["debit", most - 7n],
		],
	);
});
