/**
 * A car that pays at a gantry, with the contact cut after every frame: whatever had passed, the passage is paid once,
 * at the next gantry. No clock decides here: frames are counted.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Car } from "../src/bench/gantry/car.ts";
import { openContact } from "../src/bench/gantry/radio.ts";
import { Toll } from "../src/bench/gantry/toll.ts";
import { benchGantry } from "../src/bench/gantry.ts";
import { assetCode, openOperator } from "../src/bench/pair.ts";
import { must, random } from "../src/ecosystem.ts";
import { makeOutput } from "../src/output.ts";
import { now } from "../src/surroundings.ts";

const fare = 320n;
const tokens = 60;
const line_ms = 60_000;
const unending = Number.MAX_SAFE_INTEGER;

async function openRoad(folder: string) {
	const operator = await openOperator("Ed25519", now);
	const asset = { operator: operator.id, code: assetCode };
	const known = { id: operator.id, client: operator };
	const [north, south] = [
		await Toll.open({ folder, name: "north", operator: known, asset, fare }),
		await Toll.open({ folder, name: "south", operator: known, asset, fare }),
	] as const;
	const car = new Car({ folder, name: "car", asset, fare });
	await car.on();
	await car.join(operator, operator.id);
	must((await operator.deposit(random(32), car.account, assetCode, fare * BigInt(tokens))) ?? null);
	await car.draw(tokens);
	const close = async (): Promise<void> => {
		await car.off();
		await north.close();
		await south.close();
		await operator.close();
	};
	return { north, south, car, close };
}

const air = (frames: number) => ({
	roundTrip_ms: 0,
	lostOfThousand: 0,
	seed: frames,
	ends: { afterFrames: frames },
});

test("a contact cut after any frame is a miss that loses nothing, and the next gantry recovers it", async (t) => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-gantry-"));
	const { north, south, car, close } = await openRoad(folder);
	t.after(async () => {
		await close();
		rmSync(folder, { recursive: true });
	});
	const missed = new Set<string>();
	let passages = 0;
	for (let frames = 0; ; frames++) {
		const [missing, next] = [`car/missed-${frames}`, `car/next-${frames}`];
		await north.expect(car.announce(missing));
		const short = await openContact([north.url], air(frames));
		const step = await car.pay(missing, short.urls[0] as string, line_ms);
		short.end();
		missed.add(`${step}, the toll ${north.stateOf(missing)}`);
		// The car forgets what it had not made durable.
		await car.off();
		await car.on();
		await south.expect(car.announce(next));
		const long = await openContact([south.url, north.url], air(unending));
		assert.equal(await car.pay(next, long.urls[0] as string, line_ms), "paid");
		assert.equal(await car.pay(missing, long.urls[1] as string, line_ms), "paid", `after ${frames} frames`);
		long.end();
		passages++;
		if (step === "paid") break;
	}
	assert.deepEqual(
		missed,
		new Set([
			"nothing, the toll issued",
			"locked, the toll issued",
			"locked, the toll reserved",
			"released, the toll reserved",
			"released, the toll paid",
			"paid, the toll paid",
		]),
	);
	for (const toll of [north, south])
		assert.deepEqual(toll.books(), {
			placed: passages,
			paid: passages,
			available: fare * BigInt(passages),
			reserved: 0n,
		});
	const books = car.books();
	assert.equal(books.drawn - books.available, fare * BigInt(2 * passages));
	assert.equal(books.locked, 0n);
	assert.deepEqual([...new Set(books.payments.values())], [1]);
	assert.equal(books.payments.size, 2 * passages);
});

test("a passage that is paid costs nothing again, whoever asks for it", async (t) => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-gantry-"));
	const { north, car, close } = await openRoad(folder);
	t.after(async () => {
		await close();
		rmSync(folder, { recursive: true });
	});
	await north.expect(car.announce("car/1"));
	for (let times = 0; times < 3; times++) assert.equal(await car.pay("car/1", north.url, line_ms), "paid");
	assert.equal(north.books().available, fare);
	assert.equal(car.books().drawn - car.books().available, fare);
});

test("several cars at once, in real contacts: what is missed is recovered, and the books are counted", async () => {
	const silent = { ...makeOutput(true), say: () => {} };
	const results = await benchGantry(silent, { passages: 12, perSecond: 20, cars: 6, cutOfThousand: 500 });
	const of = (start: string) => results.find(({ metric }) => metric.startsWith(start));
	assert.deepEqual(
		["p50", "p95", "p99", "max"].map((rank) => of(rank)?.unit),
		["ms", "ms", "ms", "ms"],
	);
	const recovered = of("recovered");
	assert.equal(recovered?.ratio, 1);
	assert.ok((recovered?.ours ?? 0) > 0, "some contacts end before anything could pass");
	assert.equal(results.at(-1)?.metric, "one disk sync");
});
