/** Recorded payments, carried out whole: by processes of their own, offline between windows, to the unit. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const bin = join(import.meta.dirname, "../src/bin.ts");
const folder = mkdtempSync(join(tmpdir(), "tenten-replay-test-"));
after(() => rmSync(folder, { recursive: true }));

type Result = {
	readonly payments: number;
	readonly refunds: number;
	readonly netToPayee: number;
	readonly issued: number;
	readonly redeemed: number;
	readonly outstanding: number;
	readonly operatorCalls: number;
	readonly paymentsPerSecond: number;
	readonly hops: { readonly mean: number; readonly max: number };
	readonly bytes: { readonly mean: number; readonly max: number };
	readonly forks: { readonly made: number; readonly proven: number; readonly wronglyAccused: number };
	readonly withChange: number;
	readonly withSeveralTokens: number;
	readonly betweenProcesses: number;
	readonly turnedAway: number;
	readonly reserve: { readonly drawn: number; readonly debts: number };
};

function tenten<T = Result>(...args: readonly string[]) {
	const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args, "--json"], {
		encoding: "utf8",
	});
	const last = stdout.trim().split("\n").at(-1) ?? "";
	assert.notEqual(last, "", stderr);
	return { status, stderr, result: JSON.parse(last) as T };
}

/** Whole numbers below `below`, the same in every run (Park and Miller's minimal standard generator). */
function seeded(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state * 48_271) % 2_147_483_647;
		return state % below;
	};
}

const day_s = 86_400;
const isoTime = (time: number): string => new Date(time * 1000).toISOString().replace(".000Z", "Z");

/** Files in the shape of the online shop's: 200 invoices of 25 customers over five weeks, one in eight a refund. */
function makeShopFiles(): { readonly invoices: string; readonly net: number; readonly refunds: number } {
	const pick = seeded(7);
	const invoices = ["time,invoice,customer,country,amount_pence,lines"];
	const lines = ["InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"];
	let time = Date.UTC(2024, 0, 1, 9) / 1000;
	let net = 0;
	let refunds = 0;
	for (let i = 0; i < 200; i++) {
		time += pick(day_s / 3);
		// Windows are on Sundays at three: nobody trades then.
		if (new Date(time * 1000).getUTCHours() < 9) time += 9 * 3600;
		const isRefund = i > 20 && pick(8) === 0;
		const number = isRefund ? `C${1000 + i}` : `${1000 + i}`;
		const customer = 100 + pick(25);
		const count = 1 + pick(6);
		let amount = 0;
		for (let line = 0; line < count; line++) {
			const [quantity, pence] = [1 + pick(9), 50 + pick(900)];
			const signed = isRefund ? -quantity : quantity;
			amount += signed * pence;
			const price = `${Math.floor(pence / 100)}.${`${pence % 100}`.padStart(2, "0")}`;
			lines.push(`${number},S${line},item ${line},${signed},${isoTime(time)},${price},${customer},Nowhere`);
		}
		invoices.push(`${isoTime(time)},${number},${customer},Nowhere,${amount},${count}`);
		net += amount;
		if (isRefund) refunds++;
	}
	writeFileSync(join(folder, "made-invoices.csv"), `${invoices.join("\n")}\n`);
	writeFileSync(join(folder, "made-lines.csv"), `${lines.join("\n")}\n`);
	return { invoices: join(folder, "made-invoices.csv"), net, refunds };
}

test("a shop with four tills: to the unit, offline between windows, forks proven by the trust list alone", () => {
	const { invoices, net, refunds } = makeShopFiles();
	const kept = join(folder, "kept");
	const { status, stderr, result } = tenten("replay", invoices, "--forks", "6", "--keep", kept);
	assert.equal(status, 0, stderr);
	assert.deepEqual([result.payments, result.refunds], [200, refunds]);
	assert.deepEqual([result.netToPayee, result.outstanding], [net, 0]);
	assert.equal(result.issued, result.redeemed);
	const { made, proven, wronglyAccused } = result.forks;
	assert.deepEqual({ made, proven, wronglyAccused }, { made: 6, proven: 6, wronglyAccused: 0 });
	// Forged tokens of 1000, 2000, 3000, 4000, 5000 and 1000 again, each paid up to 3000 by the reserve.
	assert.deepEqual(result.reserve, { drawn: 13_000, debts: 13_000 });
	assert.ok(result.betweenProcesses >= 200, "every hand-over is between two processes");
	assert.equal(result.turnedAway, 0, "nobody asked the operator outside its windows");
	assert.ok(result.withChange >= 0.9, `${result.withChange}`);
	assert.ok(result.withSeveralTokens >= 0.2, `${result.withSeveralTokens}`);
	assert.ok(result.operatorCalls > 0 && result.paymentsPerSecond > 0 && result.bytes.mean > 0);
	const cases = readdirSync(kept).filter((file) => file.startsWith("case-"));
	assert.equal(cases.length, 6);
	const trustList = join(kept, "trust-list.cbor");
	const culprits = cases.map((file) => {
		const asked = ["evidence", "verify", join(kept, file), "--trust-list", trustList];
		const verdict = tenten<{ readonly culprit: string }>(...asked);
		assert.equal(verdict.status, 0);
		return verdict.result.culprit;
	});
	assert.equal(new Set(culprits).size, 6);
});

test("payments between anybody: value moves on through many hands, and everybody ends where the file says", () => {
	const pick = seeded(11);
	const people = Array.from({ length: 12 }, (_, i) => `person ${i}`);
	const rows = Array.from({ length: 300 }, (_, i) => {
		const payer = pick(people.length);
		const payee = (payer + 1 + pick(people.length - 1)) % people.length;
		return `${1_700_000_000 + i * 600},${people[payer]},${people[payee]},${1 + pick(5_000)}`;
	});
	const file = join(folder, "people.csv");
	writeFileSync(file, `time,payer,payee,amount\n${rows.join("\n")}\n`);
	const { status, stderr, result } = tenten("replay", file);
	assert.equal(status, 0, stderr);
	assert.deepEqual([result.payments, result.refunds, result.outstanding], [300, 0, 0]);
	assert.ok(result.hops.max >= 5, `${result.hops.max} hops`);
	assert.ok(result.operatorCalls < 300, `${result.operatorCalls} calls for 300 payments`);
});

test("forks without tills, invoices without lines and counts that are none are bad input", () => {
	const file = join(folder, "two.csv");
	writeFileSync(file, "time,payer,payee,amount\n1,ann,bob,5\n2,bob,cy,3\n");
	assert.equal(tenten("replay", file, "--forks", "1").status, 2);
	assert.equal(tenten("replay", file, "--limit", "0").status, 2);
	const invoices = join(folder, "alone.csv");
	writeFileSync(
		invoices,
		"time,invoice,customer,country,amount_pence,lines\n2024-01-02T10:00:00Z,1,7,X,5,1\n",
	);
	assert.equal(tenten("replay", invoices).status, 2);
	assert.equal(tenten("replay", file, "--limit", "1").result.payments, 1);
});

const recorded = join(import.meta.dirname, "../../../../shared/data/online-retail-invoices.csv.gz");
const whyNot = existsSync(recorded) ? false : "the recorded invoices are not beside this repository";

test("the first 300 recorded invoices", { skip: whyNot }, () => {
	const { status, stderr, result } = tenten("replay", recorded, "--limit", "300");
	assert.equal(status, 0, stderr);
	assert.deepEqual([result.payments, result.refunds, result.outstanding], [300, 33, 0]);
	assert.equal(result.netToPayee, 9_467_986);
});
