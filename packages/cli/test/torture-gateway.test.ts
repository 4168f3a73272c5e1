/** A short torture of a gateway: devices pay by meter over it while its operator is gone and it is killed; nothing is lost. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { toHex } from "@tenten/protocol";
import { noMosquitto, startMosquitto } from "../../../test/support/mosquitto.ts";
import { ran } from "../../../test/support/ran.ts";
import { tortureGateway } from "../src/torture/gateway/gateway-torture.ts";
import { memoryFigures, notFlat, watchedMemory } from "../src/torture/gateway/memory.ts";
import { ProcessorTimes, processorTimeOf } from "../src/torture/gateway/processor-time.ts";
import { type AtTheEnd, verdict } from "../src/torture/gateway/verdict.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-torture-gateway-"));
after(() => rmSync(root, { recursive: true, force: true }));
const folder = (): string => mkdtempSync(join(root, "run-"));

test("a gateway whose operator is gone and that is killed itself loses no tick and no record, and doubles none", async (t) => {
	const tortured = await tortureGateway({
		folder: folder(),
		devices: 40,
		seconds: 12,
		outage_s: 4,
		kills: 1,
		seed: 1,
	});
	ran(t, "kills", { "kills of a gateway": tortured.kills, ticks: tortured.ticks });
	assert.deepEqual(tortured.losses, []);
	const { ticks, meters, kept, there, waitingMost, cuts, reconnects, parties, kills, gone_s, memory } =
		tortured;
	assert.ok(
		parties > 2 && kills === 1 && gone_s >= 4,
		`${parties} parties, ${kills} kills, gone ${gone_s} s`,
	);
	assert.equal(memory.quarters.length, 4);
	assert.ok(memory.quarters.every(({ held_MiB, resident_MiB }) => held_MiB > 1 && resident_MiB > held_MiB));
	assert.ok(ticks >= 80 && meters >= 40, `${ticks} ticks, ${meters} meters`);
	const { asked_ticksPerSecond, ticksPerSecond, processor_msPerTick } = tortured;
	// At the edges of the time there may be one more of each.
	assert.ok(asked_ticksPerSecond === 40 && ticksPerSecond > 0 && ticksPerSecond < 44, `${ticksPerSecond}`);
	const isSaid = processorTimeOf(process.pid) !== undefined;
	const processes = isSaid ? ["devices-1", "devices-2", "gateway", "operator"] : [];
	assert.deepEqual(Object.keys(processor_msPerTick).sort(), processes);
	assert.ok(
		kept > 0 && kept === there && waitingMost > 0,
		`${kept} kept, ${there} there, ${waitingMost} waited`,
	);
	assert.ok(cuts > 0 && reconnects > 0, `${cuts} cuts, ${reconnects} reconnects`);
});

test("nor does one at a broker of others", { skip: noMosquitto }, async () => {
	const mosquitto = await startMosquitto();
	const options = { folder: folder(), devices: 8, seconds: 6, outage_s: 2, kills: 0, seed: 2 };
	const tortured = await tortureGateway({ ...options, broker: mosquitto.url });
	await mosquitto.stop();
	assert.deepEqual(tortured.losses, []);
	assert.ok(tortured.ticks > 4 && tortured.kept > 0 && tortured.kept === tortured.there);
});

test("memory is flat where a process holds as much last as first, whatever it held between", () => {
	const mebibyte = 2 ** 20;
	const samples = (sizes: readonly number[]) =>
		sizes.map((size, at) => ({ at_s: 60 * at, bytes: size * mebibyte }));
	assert.deepEqual(memoryFigures(samples([100, 102, 104, 106])), {
		samples: 4,
		first_MiB: 100,
		last_MiB: 106,
		max_MiB: 106,
		grown_MiB: 6,
		some_MiB: [100, 102, 104, 106],
		slope_MiBPerMinute: 2,
	});
	const flat = memoryFigures(samples([180, 100, 100, 120, 110, 130, 180, 90]));
	assert.deepEqual([flat?.grown_MiB, flat?.max_MiB], [0, 180]);
	assert.equal(memoryFigures(samples([100])), null);
});

test("a gateway that holds more after a collection at the end of its life than at its half is not flat", () => {
	const mebibyte = 2 ** 20;
	const holding = (sizes: readonly number[]) =>
		sizes.map((size, at) => ({ at_s: 150 * (at + 1), held: size * mebibyte, resident: 2 * size * mebibyte }));
	const samples = [60, 100, 200, 350].map((at_s) => ({ at_s, bytes: 200 * mebibyte }));
	const flat = watchedMemory(samples, holding([60, 70, 90, 81]), 1_000);
	assert.deepEqual([flat.heldMore_MiB, flat.heldMoreMost_MiB, notFlat(flat)], [11, 4 + 7.8125, []]);
	assert.deepEqual(
		flat.quarters.map(({ peak_MiB }) => peak_MiB),
		[200, 200, 200, 162],
	);
	assert.equal(notFlat(watchedMemory(samples, holding([60, 70, 80, 82]), 1_000)).length, 1);
	assert.equal(notFlat(watchedMemory(samples, holding([60, 70, 80]), 1_000)).length, 1, "not weighed");
	const swollen = [100, 100, 100, 133].map((size, at) => ({ at_s: 150 * at, bytes: size * mebibyte }));
	assert.equal(notFlat(watchedMemory(swollen, holding([60, 70, 70, 70]), 1_000)).length, 1);
});

test("processor time is that of all processes of a name since the first look, those that were killed as well", () => {
	const used = new Map([
		[7, 2],
		[9, 5],
	]);
	const times = new ProcessorTimes((pid) => used.get(pid));
	const look = (): void => {
		times.look("gateway", used.has(7) ? 7 : 8);
		times.look("operator", 9);
	};
	look();
	used.set(7, 3.5).set(9, 5.25);
	look();
	used.delete(7);
	look();
	used.set(8, 0.5);
	look();
	times.look("gateway", undefined);
	assert.deepEqual(times.spent(), { gateway: 2, operator: 0.25 });
	assert.equal(processorTimeOf(2 ** 30), undefined);
});

test("whatever is lost, doubled or another's is found at the end", () => {
	const [payer, payee] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
	const records = [3, 4].map((byte) => new Uint8Array(32).fill(byte));
	const line = (record: Uint8Array, side: "paid" | "received", other: Uint8Array) => ({
		...{ record, side, other, amount: 5n, paidAt: 1 },
		...{ device: payer, batch: payer, place: 0 },
	});
	const of = (party: Uint8Array, side: "paid" | "received", ids: readonly Uint8Array[]) => ({
		...{ operator: payer, asset: payer, from: 0, until: 9, party, paid: 0n, received: 0n },
		[side]: 5n * BigInt(ids.length),
		lines: ids.map((id) => line(id, side, side === "paid" ? payee : payer)),
	});
	const sums = (party: Uint8Array, due: bigint) => new Map([[toHex(party), due]]);
	const report = {
		...{ ticks: 8, counted: 8, meters: 2, due: 10n, worth: 100n, kept: records.map(toHex), losses: [] },
		...{ paid: sums(payer, 10n), received: sums(payee, 10n), refusals: new Map() },
		...{ reconnects: 0, unanswered: 0, cuts: 0 },
	};
	const whole: AtTheEnd = {
		reports: [report],
		records: { kept: 2, waiting: 0, refused: 0, letGo: 0 },
		statements: [of(payer, "paid", records), of(payee, "received", records)],
		rows: 2,
		issued: 100n,
	};
	assert.deepEqual(verdict(whole), []);
	const found = (over: Partial<AtTheEnd>): number => verdict({ ...whole, ...over }).length;
	const [first = payer, second = payer] = records;
	const received = of(payee, "received", records);
	// A record lost: on no statement of its payer, and its party's sum and all sums are other ones.
	assert.equal(found({ statements: [of(payer, "paid", [first]), received] }), 3);
	assert.equal(found({ statements: [of(payer, "paid", [first, second, second]), received] }), 3);
	assert.equal(found({ statements: [of(payer, "paid", [first, payee]), received] }), 2, "one for another");
	assert.equal(found({ reports: [{ ...report, received: sums(payee, 9n) }] }), 1, "a party's sum");
	assert.equal(found({ reports: [{ ...report, paid: sums(payee, 10n) }] }), 2, "another party's");
	assert.equal(found({ reports: [{ ...report, due: 11n }] }), 1);
	assert.equal(found({ reports: [{ ...report, losses: ["a tick"] }] }), 1);
	assert.equal(found({ records: { kept: 2, waiting: 1, refused: 0, letGo: 0 } }), 1);
	assert.equal(found({ records: { kept: 3, waiting: 0, refused: 0, letGo: 0 } }), 1);
	assert.equal(found({ records: { kept: 2, waiting: 0, refused: 1, letGo: 0 } }), 1);
	assert.equal(found({ rows: 3 }), 1);
	assert.equal(found({ issued: 99n }), 1);
});
