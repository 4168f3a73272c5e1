/** One seed: a world is made, lives through its faults, heals, and is judged. */
import { Askers } from "./askers.ts";
import { Backups } from "./backups.ts";
import { Chance } from "./chance.ts";
import type { Ended } from "./checker/ends.ts";
import type { Registry } from "./checker/registry.ts";
import type { Counts } from "./counts.ts";
import type { Suite } from "./cryptography.ts";
import { checkEnd, heal } from "./healing.ts";
import { Metering } from "./metering.ts";
import { ample, drawReserve } from "./reserve.ts";
import { Slander } from "./slander.ts";
import { Strikes } from "./strike.ts";
import { drawTerms, noTerms } from "./terms.ts";
import { Trace } from "./trace.ts";
import type { Trait } from "./trait.ts";
import { Traitors } from "./traitors.ts";
import type { ViolationKind } from "./violation.ts";
import { People } from "./workload.ts";
import { assets, beginning, World } from "./world.ts";

export type SeedOptions = {
	readonly seed: number;
	readonly suite: Suite;
	/** effects before healing */
	readonly steps: number;
	/** what this world has not */
	readonly without?: readonly Trait[];
	/** whether the world shall end where it is */
	readonly isStopped?: () => boolean;
	/** told of every event, in words */
	readonly say?: (line: string) => void;
};

export type FoundViolation = {
	readonly seed: number;
	readonly step: number;
	readonly kind: ViolationKind;
	readonly detail: string;
};

/** How many were begun, and how many of them ended how. */
export type Payments = { readonly begun: number } & Readonly<Record<Ended, number>>;

export type SeedResult = {
	readonly seed: number;
	readonly steps: number;
	readonly payments: Payments;
	readonly counts: Counts;
	readonly violation: FoundViolation | undefined;
	readonly traceHash: string;
};

/** steps between two looks at all the books */
const auditEvery = 500;

export async function runSeed(options: SeedOptions): Promise<SeedResult> {
	const { seed, suite, steps, without = [], isStopped = () => false, say } = options;
	const chance = new Chance(seed, "size");
	const trace = new Trace(say);
	const devices = chance.between(2, 6);
	const operators = chance.happens(0.3) ? 2 : 1;
	const terms = without.includes("terms") ? noTerms : drawTerms(new Chance(seed, "terms"), beginning);
	const reserve = without.includes("reserve") ? ample : drawReserve(new Chance(seed, "reserve"));
	const world = new World({ seed, suite, trace, devices, operators, terms, reserve, isStopped });
	if (reserve !== ample) world.counts.add("terms", "small reserve");
	for (const { code } of assets)
		for (const { kind } of terms.conditionsOf(code)) world.counts.add("terms", `asset with ${kind}`);
	const people = new People(world, seed);
	const strikes = new Strikes(world, seed);
	const traitors = new Traitors(world, seed);
	const slander = without.includes("slander") ? undefined : new Slander(world, seed);
	const askers = without.includes("askers") ? undefined : new Askers(world, seed);
	const backups = without.includes("backups") ? undefined : new Backups(world, people, seed);
	const isPeaceful = traitors.isIdle && (backups?.isIdle ?? true);
	const metering = without.includes("meters") || !isPeaceful ? undefined : new Metering(world, seed);
	await begin(world, people);
	traitors.turn();
	world.isHealed = false;
	for (let step = 0; step < steps && !world.isOver; step++) {
		strikes.strike();
		traitors.strike();
		slander?.strike();
		askers?.strike();
		backups?.strike();
		metering?.strike();
		people.act();
		if (!(await world.step())) await world.scheduler.settle();
		if (step % auditEvery === 0) audit(world);
	}
	traitors.deny();
	slander?.end();
	const healedAt = await heal(world, people, metering);
	try {
		if (!world.isOver) checkEnd(world, healedAt);
	} catch (error) {
		world.broken(error);
	}
	return resultOf(seed, world, people.begun);
}

/** Everyone is on and has money before anything goes wrong. */
async function begin(world: World, people: People): Promise<void> {
	world.isHealed = true;
	for (const each of [...world.operators, ...world.devices]) void world.start(each);
	const areOn = (): boolean =>
		world.devices.every(({ wallet }) => wallet !== undefined) && world.operators.every(({ isOn }) => isOn);
	await world.until(areOn, 2_000);
	await people.begin();
}

function audit(world: World): void {
	try {
		for (const [position, registry] of world.registries.entries())
			if (world.operators[position]?.database.isTransaction === false) auditOne(registry);
	} catch (error) {
		world.broken(error);
	}
}

function auditOne(registry: Registry): void {
	for (const { code } of assets) registry.audit(code);
	registry.auditRows();
}

function resultOf(seed: number, world: World, begun: number): SeedResult {
	const { violation, scheduler, trace, counts } = world;
	for (const host of world.operators) host.crash();
	for (const [position, registry] of world.registries.entries())
		trace.event(world.operators[position]?.name ?? "", "holds", registry.digest());
	for (const host of world.operators) host.database.close();
	return {
		seed,
		steps: scheduler.steps,
		payments: { begun, ...world.checker.ends.counts() },
		counts,
		violation: violation && {
			seed,
			step: scheduler.steps,
			kind: violation.kind,
			detail: violation.message,
		},
		traceHash: trace.digest(),
	};
}
