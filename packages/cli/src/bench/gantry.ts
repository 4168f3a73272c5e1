/**
 * `bench gantry`: cars pay at a gantry while they pass below it, two-phase, over a radio contact of 450 ms.
 *
 *   an antenna ahead announces the car: an order, its request ─▶ contact ─▶ connect, ask, pay ─▶ Done ─▶ the contact ends
 *   no Done by then: a miss ─▶ taken up at the next gantry, by the road's network behind it, or by a line at the end
 *
 * Cars come as a Poisson process, whatever earlier ones do, several at once. What can be done before a contact is: the
 * wallets are open, the tolls' certificates known, a token of the fare waits for each passage, and its request at the
 * toll. Two-phase, because until it has released the car can call a passage off, and afterwards either side knows for
 * good; direct would spare a round trip and is irrevocable when it is signed. Some contacts are cut short, as by a
 * lorry between. At the end both sides' books are counted: every passage is paid, once.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { startServer } from "@tenten/operator";
import { httpOperatorClient } from "@tenten/wallet";
import { must, random } from "../ecosystem.ts";
import { type Handlers, Line } from "../ipc-line.ts";
import type { Output } from "../output.ts";
import { now } from "../surroundings.ts";
import { seededChance } from "../torture/chance.ts";
import { Car, type Step } from "./gantry/car.ts";
import { type GantryMethods, gantryProgram } from "./gantry/gantry-process.ts";
import { type RadioMethods, radioProgram } from "./gantry/radio-process.ts";
import { assetCode, openOperator } from "./pair.ts";
import { percentile } from "./percentile.ts";
import type { BenchResult } from "./result.ts";
import { diskSyncResult } from "./sync.ts";

export type GantryOptions = {
	readonly passages?: number;
	/** cars that come in a second, on all lanes */
	readonly perSecond?: number;
	readonly cars?: number;
	/** of a thousand contacts, those that are cut short */
	readonly cutOfThousand?: number;
	readonly seed?: number;
};

/** minor units */
const fare = 320n;
/** milliseconds */
const contact_ms = 450;
const roundTrip_ms = { from: 5, to: 30 } as const;
const lostOfThousand = 20;
const gantryNames = ["gantry-north", "gantry-south"] as const;
/** milliseconds that an exchange by a line may take */
const line_ms = 10_000;

export async function benchGantry(
	output: Output,
	{ passages = 400, perSecond = 8, cars = 40, cutOfThousand = 50, seed = 1 }: GantryOptions = {},
): Promise<readonly BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-bench-"));
	const road = await openRoad(folder, cars, Math.ceil(passages / cars));
	try {
		output.say(
			`gantry: ${passages} passages of ${cars} cars, ${perSecond} a second, ${contact_ms} ms of contact, ` +
				`${roundTrip_ms.from} to ${roundTrip_ms.to} ms there and back, ${lostOfThousand / 10} % of frames lost …`,
		);
		const plan = planOf({ passages, perSecond, cutOfThousand, seed });
		const from_ms = performance.now();
		const done = await drive(road, plan);
		const elapsed_s = (performance.now() - from_ms) / 1000;
		const byLine = await settleByLine(road);
		await checkBooks(road, passages);
		return [...rows(done, { elapsed_s, perSecond, byLine }), diskSyncResult("gantry", folder)];
	} finally {
		await road.close();
		rmSync(folder, { recursive: true });
	}
}

type Gantry = { readonly line: Line<GantryMethods>; readonly url: string };

/** A car, with what it has not paid yet. */
type Driver = { readonly car: Car; readonly due: Passage[]; passed: number };

type Road = {
	readonly drivers: readonly Driver[];
	readonly gantries: readonly Gantry[];
	readonly radio: Line<RadioMethods>;
	readonly close: () => Promise<void>;
};

async function openRoad(folder: string, cars: number, passagesEach: number): Promise<Road> {
	const operator = await openOperator("Ed25519", now);
	const server = await startServer({
		operator,
		port: 0,
		log: { info: () => undefined, error: console.error },
	});
	const asset = { operator: operator.id, code: assetCode };
	const radio = startChild<RadioMethods>(radioProgram);
	const boxes = gantryNames.map((name) => ({ name, ...startChild<GantryMethods>(gantryProgram) }));
	const gantries: Gantry[] = [];
	for (const { name, line } of boxes) {
		const known = { id: operator.id, url: server.url };
		gantries.push({ line, url: await line.call("start", { folder, name, operator: known, asset, fare }) });
	}
	const drivers: Driver[] = [];
	for (let i = 0; i < cars; i++) {
		const car = new Car({ folder, name: `car-${i}`, asset, fare });
		await car.on();
		await car.join(httpOperatorClient({ url: server.url }), operator.id);
		// One passage at each gantry before it counts, and some cars come by more often than others.
		const tokens = gantries.length + 2 * passagesEach + 4;
		must((await operator.deposit(random(32), car.account, assetCode, fare * BigInt(tokens))) ?? null);
		await car.draw(tokens);
		const driver = { car, due: [], passed: 0 };
		for (const gantry of gantries) await warmUp(driver, gantry);
		drivers.push(driver);
	}
	const close = async (): Promise<void> => {
		for (const { car } of drivers) await car.off();
		for (const { end } of [...boxes, radio]) await end();
		await server.close();
		await operator.close();
	};
	return { drivers, gantries, radio: radio.line, close };
}

/** Both sides know each other's certificates then. */
async function warmUp({ car }: Driver, { line, url }: Gantry): Promise<void> {
	const passage = `${car.name}/entry/${url.split(":").at(-1)}`;
	await line.call("expect", car.announce(passage));
	if ((await car.pay(passage, url, line_ms)) !== "paid") throw new Error(`${passage} is not paid`);
}

function startChild<Methods extends Handlers>(program: string) {
	const child: ChildProcess = fork(program, [], {
		serialization: "advanced",
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	const line = new Line<Methods>(child, {});
	const ended = once(child, "exit").then(([code, signal]) => line.end(`ended with ${signal ?? code}`));
	const end = async (): Promise<void> => {
		child.disconnect();
		await ended;
	};
	return { line, end };
}

type Passing = {
	/** seconds after the one before */
	readonly after_s: number;
	readonly roundTrip_ms: number;
	/** when the contact ends, milliseconds */
	readonly lasts_ms: number;
	readonly seed: number;
};

type Planned = Required<Pick<GantryOptions, "passages" | "perSecond" | "cutOfThousand" | "seed">>;

/** The same road from the same seed: when each car comes, and what its contact is like. */
function planOf({ passages, perSecond, cutOfThousand, seed }: Planned): readonly Passing[] {
	const chance = seededChance(seed);
	const share = (): number => (1 + chance(1_000_000)) / 1_000_001;
	return Array.from({ length: passages }, () => ({
		after_s: -Math.log(share()) / perSecond,
		roundTrip_ms: roundTrip_ms.from + share() * (roundTrip_ms.to - roundTrip_ms.from),
		lasts_ms: chance(1_000) < cutOfThousand ? chance(contact_ms) : contact_ms,
		seed: chance(2 ** 31),
	}));
}

type Passage = { readonly id: string; readonly gantry: number };

type Tried = {
	readonly step: Step;
	/** from when the contact began until the car had `Done`, or gave up */
	readonly took_ms: number;
	readonly isWhole: boolean;
	/** of earlier passages that this car paid now */
	readonly recovered: number;
};

async function drive(road: Road, plan: readonly Passing[]): Promise<readonly Tried[]> {
	const free = [...road.drivers];
	const passing: Promise<Tried>[] = [];
	for (const [number, each] of plan.entries()) {
		await pause(1_000 * each.after_s);
		let driver = free.shift();
		// Where all are on the road, the achieved rate says so.
		for (; driver === undefined; driver = free.shift()) await pause(1);
		const own = driver;
		const tried = pass(road, own, number, each);
		passing.push(tried);
		void tried.then(
			() => free.push(own),
			() => undefined,
		);
	}
	return Promise.all(passing);
}

/** One car below one gantry: first what it owes there, then what it still owes elsewhere. */
async function pass(road: Road, driver: Driver, number: number, air: Passing): Promise<Tried> {
	const { car, due } = driver;
	const gantry = driver.passed++ % road.gantries.length;
	const passage = { id: `${car.name}/${number}`, gantry };
	await road.gantries[gantry]?.line.call("expect", car.announce(passage.id));
	const tolls = road.gantries.map(({ url }) => url);
	const from_ms = performance.now();
	const ends = { after_ms: air.lasts_ms };
	const { contact, urls } = await road.radio.call("open", { tolls, air: { ...air, lostOfThousand, ends } });
	const step = await car.pay(passage.id, urls[gantry] as string, contact_ms);
	const took_ms = performance.now() - from_ms;
	const before = due.length;
	if (step === "paid")
		for (const earlier of due.splice(0))
			if ((await car.pay(earlier.id, urls[earlier.gantry] as string, contact_ms)) !== "paid")
				due.push(earlier);
	const recovered = before - due.length;
	if (step !== "paid") due.push(passage);
	await road.radio.call("over", contact);
	return { step, took_ms, isWhole: air.lasts_ms === contact_ms, recovered };
}

/** What no gantry has met again is paid over a line; how many. */
async function settleByLine({ drivers, gantries }: Road): Promise<number> {
	let settled = 0;
	for (const { car, due } of drivers)
		for (const { id, gantry } of due.splice(0)) {
			const step = await car.pay(id, gantries[gantry]?.url as string, line_ms);
			if (step !== "paid") throw new Error(`${id} is ${step} after all`);
			settled++;
		}
	return settled;
}

/** Every passage is paid once, in the books of both sides, and nothing is anywhere else. */
async function checkBooks({ drivers, gantries }: Road, passages: number): Promise<void> {
	const all = passages + drivers.length * gantries.length;
	const tolls = await Promise.all(gantries.map(({ line }) => line.call("books", null)));
	const cars = drivers.map(({ car }) => car.books());
	const sum = <T>(of: readonly T[], amount: (each: T) => bigint): bigint =>
		of.reduce((total, each) => total + amount(each), 0n);
	const paidOnce = cars.flatMap(({ payments }) => [...payments.values()]).filter((times) => times === 1);
	const owed = fare * BigInt(all);
	const found = {
		placed: tolls.reduce((total, { placed }) => total + placed, 0) === all,
		paid: tolls.reduce((total, { paid }) => total + paid, 0) === all,
		once: paidOnce.length === all,
		atTolls: sum(tolls, ({ available }) => available) === owed,
		reserved: sum(tolls, ({ reserved }) => reserved) === 0n,
		fromCars: sum(cars, ({ drawn, available }) => drawn - available) === owed,
		locked: sum(cars, ({ locked }) => locked) === 0n,
	};
	const wrong = Object.entries(found).filter(([, holds]) => !holds);
	if (wrong.length > 0) throw new Error(`the books do not agree: ${wrong.map(([name]) => name).join(", ")}`);
}

const common = { name: "gantry", limit: null, peer: null, ratio: null, spread: null } as const;

type Around = { readonly elapsed_s: number; readonly perSecond: number; readonly byLine: number };

function rows(all: readonly Tried[], { elapsed_s, perSecond, byLine }: Around): readonly BenchResult[] {
	const whole = all.filter(({ isWhole }) => isWhole);
	const paid_ms = whole.filter(({ step }) => step === "paid").map(({ took_ms }) => took_ms);
	const latency = (metric: string, rank: number, target: BenchResult["target"]): BenchResult => ({
		...common,
		metric: `${metric}, from contact to paid`,
		unit: "ms",
		ours: percentile(paid_ms, rank),
		rounds: paid_ms.length,
		target,
	});
	const misses = all.filter(({ step }) => step !== "paid");
	const missesOf = (contacts: string, of: readonly Tried[]): BenchResult => ({
		...common,
		metric: `misses: ${of.filter(({ step }) => step !== "paid").length} of ${of.length} contacts ${contacts}`,
		unit: "%",
		ours: (100 * of.filter(({ step }) => step !== "paid").length) / Math.max(1, of.length),
		rounds: of.length,
		target: of === whole ? { of: "ours", atMost: 1 } : null,
	});
	const steps = (["nothing", "locked", "released"] as const).map(
		(step) => `${misses.filter((each) => each.step === step).length} ${step}`,
	);
	const atGantries = all.reduce((sum, { recovered }) => sum + recovered, 0);
	return [
		latency("p50", 50, null),
		latency("p95", 95, null),
		latency("p99", 99, { of: "ours", atMost: contact_ms }),
		latency("max", 100, null),
		missesOf(`of ${contact_ms} ms`, whole),
		missesOf(
			"that were cut short",
			all.filter(({ isWhole }) => !isWhole),
		),
		{
			...common,
			metric: `recovered: ${atGantries} at the next gantry, ${byLine} by a line (${steps.join(", ")} at the car)`,
			unit: "of the misses",
			ours: atGantries + byLine,
			limit: misses.length,
			ratio: misses.length === 0 ? 1 : (atGantries + byLine) / misses.length,
			rounds: misses.length,
			target: { of: "ratio", atLeast: 1, atMost: 1 },
		},
		{
			...common,
			metric: `cars, of ${perSecond} a second offered`,
			unit: "a second",
			ours: all.length / elapsed_s,
			rounds: all.length,
			target: null,
		},
	];
}
