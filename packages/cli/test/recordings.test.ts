/** What is read from files: every shape, plain and gzipped, and bad rows with their line. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { BadInput } from "../src/bad-input.ts";
import { openFares } from "../src/replay/read-fares.ts";
import { InvoiceLines, sumOfLines } from "../src/replay/read-lines.ts";
import { openRecording, type RecordedPayment } from "../src/replay/recording.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-recordings-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
	const path = join(folder, name);
	writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
	return path;
}

async function read(path: string): Promise<readonly RecordedPayment[]> {
	const payments: RecordedPayment[] = [];
	for await (const payment of (await openRecording(path)).payments) payments.push(payment);
	return payments;
}

const invoiceHeader = "time,invoice,customer,country,amount_pence,lines\n";

test("an invoice is paid by its customer, and a refund by the shop", async () => {
	const rows =
		"2010-12-01T08:26:00Z,536365,17850,United Kingdom,13912,7\n2010-12-01T09:41:00Z,C536379,14527,United Kingdom,-2750,1\n";
	const path = file("invoices.csv.gz", invoiceHeader + rows);
	assert.equal((await openRecording(path)).kind, "invoices");
	assert.deepEqual(await read(path), [
		{
			line: 2,
			time: Date.UTC(2010, 11, 1, 8, 26) / 1000,
			payer: "customer 17850",
			payee: "shop",
			amount: 13912n,
			invoice: { number: "536365", isRefund: false, lines: 7 },
		},
		{
			line: 3,
			time: Date.UTC(2010, 11, 1, 9, 41) / 1000,
			payer: "shop",
			payee: "customer 14527",
			amount: 2750n,
			invoice: { number: "C536379", isRefund: true, lines: 1 },
		},
	]);
});

test("plain payments are read whatever the order of their columns, times in seconds or with a zone", async () => {
	const path = file(
		"payments.csv",
		"\uFEFFpayer,payee,amount,time\nann,bob,5,1970-01-01T01:00:00+01:00\nbob,cy,7,60\n",
	);
	assert.deepEqual(
		(await read(path)).map(({ time, payer, payee, amount }) => [time, payer, payee, amount]),
		[
			[0, "ann", "bob", 5n],
			[60, "bob", "cy", 7n],
		],
	);
});

test("charging sessions in dollars: free ones are no payments, and 0014 is 2014", async () => {
	const header = "sessionId,kwhTotal,dollars,created,ended,userId,stationId\n";
	const rows = "1,7.78,0,0014-11-18 15:40:26,x,35,58\n2,6.76,0.5,0014-11-21 12:05:46,x,35,12\n";
	assert.deepEqual(
		(await read(file("dollars.csv", header + rows))).map(({ time, payee, amount }) => [time, payee, amount]),
		[[Date.UTC(2014, 10, 21, 12, 5, 46) / 1000, "station 12", 50n]],
	);
});

test("charging sessions in kilowatt-hours: semicolons, decimal commas, days before months", async () => {
	const header = "session_ID;Garage_ID;User_ID;Start_plugin;El_kWh\n";
	const path = file("energy.csv", `${header}1;AdO3;AdO3-4;21.12.2018 10:20;29,8\n`);
	assert.deepEqual((await openRecording(path)).asset, { code: "KWH", scale: 2 });
	assert.deepEqual(
		(await read(path)).map(({ time, payer, amount }) => [time, payer, amount]),
		[[Date.UTC(2018, 11, 21, 10, 20) / 1000, "driver AdO3-4", 2980n]],
	);
});

const badRows: readonly (readonly [name: string, text: string, message: RegExp])[] = [
	[
		"an amount with a point",
		"time,payer,payee,amount\n1,a,b,5\n2,a,b,1.5\n",
		/:3: amount: expected a whole number, found "1.5"/,
	],
	[
		"an amount of zero",
		"time,payer,payee,amount\n1,a,b,0\n",
		/:2: amount: expected a whole amount above zero/,
	],
	["too many digits", `time,payer,payee,amount\n1,a,b,${"9".repeat(30)}\n`, /:2: amount/],
	["no such day", "time,payer,payee,amount\n2010-13-01,a,b,5\n", /:2: time: expected a time/],
	["a missing field", "time,payer,payee,amount\n1,a,b\n", /:2: 3 fields where 4 are expected/],
	["a payment to oneself", "time,payer,payee,amount\n1,a,a,5\n", /:2: payee: expected someone other/],
	["a nameless payer", "time,payer,payee,amount\n1,,a,5\n", /:2: payer: expected a name/],
	["an invoice of nothing", `${invoiceHeader}1,536365,1,UK,0,1\n`, /:2: amount_pence/],
	["an open quote", 'time,payer,payee,amount\n1,"a,b,5\n', /bad\.csv/],
	["a header of no known shape", "a,b\n1,2\n", /:1: columns a,b are of no known shape/],
	["nothing at all", "", /:1: no header line/],
];
for (const [name, text, message] of badRows)
	test(`${name} is refused with its place`, async () => {
		await assert.rejects(read(file("bad.csv", text)), (error) => {
			assert.ok(error instanceof BadInput, String(error));
			assert.match(error.message, message);
			return true;
		});
	});

test("a cut gzip file is bad input, and so is a file that is not there", async () => {
	const path = file("cut.csv.gz", "");
	writeFileSync(path, gzipSync(`time,payer,payee,amount\n${"1,a,b,5\n".repeat(9999)}`).subarray(0, 60));
	await assert.rejects(read(path), BadInput);
	await assert.rejects(read(join(folder, "absent.csv")), BadInput);
});

const lineHeader = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

test("lines find their invoice out of order, without those of nobody, and add up below a penny", async () => {
	const rows = ["A,1,x,2,t,1.5,7,UK", "B,1,x,-1,t,0.05,7,UK", "Z,1,x,1,t,9,NA,UK", "A,2,x,1,t,0.001,7,UK"];
	const lines = new InvoiceLines(file("lines.csv", `${lineHeader}${rows.join("\n")}\n`));
	assert.deepEqual(sumOfLines(await lines.take("A", 2)), { minor: 300n, tenths: 1n });
	assert.deepEqual(sumOfLines(await lines.take("B", 1)), { minor: -5n, tenths: 0n });
	await assert.rejects(lines.take("C", 1), /invoice C has 0 of its 1 lines/);
});

test("fares come from four columns under a header that names two", async () => {
	file("agency.txt", 'agency_id,agency_name\n"1","山梨交通グループ"\n');
	file("routes.txt", 'route_id,agency_id\n"36_1201","1"\n');
	file("fare_attributes.txt", 'fare_id,price,currency_type\n5,150,"JPY"\n');
	file("fare_rules.txt.gz", "fare_id,route_id\n5,36_1201,P1,P2\n6,36_1201,P1,P3\n");
	const { currency, fares } = await openFares(folder);
	assert.equal(currency, "JPY");
	const reader = fares()[Symbol.asyncIterator]();
	assert.deepEqual((await reader.next()).value, {
		agency: { id: "1", name: "山梨交通グループ" },
		price: 150n,
		route: "36_1201",
		origin: "P1",
		destination: "P2",
	});
	await assert.rejects(reader.next(), /:3: fare_id: expected an id that another table names/);
});
