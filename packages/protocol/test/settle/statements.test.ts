/** Device records and the statements made of them: whose word counts, what is in a period, and what adds up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type DeviceRecordBody,
	keyId,
	makePartyStatement,
	type PartyStatement,
	type PlacedRecord,
	partyStatement,
	readPartyStatement,
	serialize,
	serializePartyStatement,
	signDeviceRecord,
	statementBalance,
	verifyDeviceRecord,
} from "@tenten/protocol";
import fc from "fast-check";
import { verify } from "../../../module/src/index.ts";
import { codeOf, id, must, signerOf } from "../crossing/support/sides.ts";

const [operator, yen, driver, charger] = [id(1), id(0xa0), id(0xd1), id(0xc1)];
const car = signerOf(0x31);
const body: DeviceRecordBody = {
	operator,
	asset: yen,
	amount: 350n,
	payer: driver,
	payee: charger,
	proof: id(0x99),
	paidAt: 1_800_000_000,
};
const answers = (party: Bytes | undefined) => () => party;

test("a record counts by the signature of a device for which the payer answers", async () => {
	const record = must(
		verifyDeviceRecord(await signDeviceRecord(body, car), operator, answers(driver), verify),
	);
	assert.deepEqual([record.body, record.device], [body, keyId(car.key)]);
});

test("a record of another operator, of nobody's device, of another's, changed, or of a party to itself is refused", async () => {
	const signed = await signDeviceRecord(body, car);
	const read = (encoded: Bytes, party: Bytes | undefined = driver, of = operator) =>
		codeOf(verifyDeviceRecord(encoded, of, answers(party), verify));
	assert.equal(read(signed, driver, id(2)), "authority-unknown");
	assert.equal(codeOf(verifyDeviceRecord(signed, operator, answers(undefined), verify)), "authority-unknown");
	assert.equal(read(signed, charger), "authority-unknown");
	assert.equal(read(await signDeviceRecord({ ...body, payee: driver }, car)), "malformed");
	for (const at of signed.keys()) {
		const changed = Uint8Array.from(signed);
		changed[at] = (changed[at] as number) ^ 1;
		assert.notEqual(read(changed), "accepted", `byte ${at}`);
	}
});

const placedOf = (more: Partial<DeviceRecordBody>, record: Bytes): PlacedRecord => ({
	record: { verified: "device-record", id: record, body: { ...body, ...more }, device: id(0x44) },
	batch: id(0x55),
	place: 7,
});
const subject = { operator, party: driver, asset: yen, from: 100, until: 200 };

test("a statement has the party's records of the asset and the period, each with its place, and their sums", () => {
	const kept = [
		placedOf({ paidAt: 150, amount: 10n }, id(3)),
		placedOf({ paidAt: 100, amount: 20n }, id(2)),
		placedOf({ paidAt: 199, amount: 5n, payer: charger, payee: driver }, id(4)),
		placedOf({ paidAt: 150, amount: 40n }, id(1)),
	];
	const left = [
		placedOf({ paidAt: 99 }, id(5)),
		placedOf({ paidAt: 200 }, id(6)),
		placedOf({ paidAt: 150, asset: id(7) }, id(7)),
		placedOf({ paidAt: 150, payer: id(8) }, id(8)),
	];
	const statement = must(makePartyStatement(subject, [...left, ...kept])) as PartyStatement;
	assert.deepEqual(
		statement.lines.map(({ record, side, amount, place }) => [record[0], side, amount, place]),
		[
			[2, "paid", 20n, 7],
			[1, "paid", 40n, 7],
			[3, "paid", 10n, 7],
			[4, "received", 5n, 7],
		],
	);
	assert.deepEqual([statement.paid, statement.received, statementBalance(statement)], [70n, 5n, -65n]);
	assert.deepEqual(readPartyStatement(serializePartyStatement(statement)), statement);
	assert.equal(codeOf(makePartyStatement({ ...subject, until: 100 }, kept)), "malformed");
	const huge = [1, 2].map((fill) => placedOf({ paidAt: 150, amount: 2n ** 63n - 1n }, id(fill)));
	assert.equal(codeOf(makePartyStatement(subject, huge)), "amount-invalid");
});

test("a statement is read only if its lines add up, are in order, once each, and in its period", () => {
	const statement = must(
		makePartyStatement(subject, [placedOf({ paidAt: 150 }, id(1)), placedOf({ paidAt: 151 }, id(2))]),
	) as PartyStatement;
	const [first, second] = statement.lines as [
		PartyStatement["lines"][number],
		PartyStatement["lines"][number],
	];
	const read = (more: Partial<PartyStatement>) =>
		codeOf(readPartyStatement(serialize(partyStatement, { ...statement, ...more })));
	assert.equal(read({}), "accepted");
	assert.equal(read({ paid: statement.paid + 1n }), "sum-mismatch");
	assert.equal(read({ received: 1n }), "sum-mismatch");
	assert.equal(read({ lines: [first] }), "sum-mismatch");
	assert.equal(read({ lines: [second, first] }), "malformed");
	assert.equal(read({ lines: [first, first] }), "malformed");
	assert.equal(read({ until: 151 }), "malformed");
});

test("whatever was paid, by whomever: the statements of all parties together pay what they receive", () => {
	const payment = fc.record({
		payer: fc.integer({ min: 1, max: 4 }),
		step: fc.integer({ min: 1, max: 3 }),
		amount: fc.bigInt(1n, 1_000n),
		paidAt: fc.integer({ min: 90, max: 210 }),
	});
	fc.assert(
		fc.property(fc.array(payment, { maxLength: 30 }), (payments) => {
			const records = payments.map(({ payer, step, amount, paidAt }, at) =>
				placedOf({ payer: id(payer), payee: id(((payer - 1 + step) % 4) + 1), amount, paidAt }, id(100 + at)),
			);
			const statements = [1, 2, 3, 4].map(
				(party) => must(makePartyStatement({ ...subject, party: id(party) }, records)) as PartyStatement,
			);
			const sum = (of: (each: PartyStatement) => bigint) =>
				statements.reduce((all, each) => all + of(each), 0n);
			const inPeriod = payments.filter(({ paidAt }) => paidAt >= 100 && paidAt < 200);
			const meant = inPeriod.reduce((all, { amount }) => all + amount, 0n);
			assert.deepEqual([sum(({ paid }) => paid), sum(({ received }) => received)], [meant, meant]);
		}),
		{ numRuns: 60, seed: 4 },
	);
});
