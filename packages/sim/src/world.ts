/**
 * A world of one seed: operators, devices, their disks and clocks, a network, and the checker that watches them.
 *
 *   step:  an effect that waits happens, or time passes, or somebody does something, or a fault strikes
 *
 * All of it follows from the seed. The world only makes things happen; what people want is in `workload.ts`,
 * what goes wrong in `faults.ts`, what must hold in `checker/`.
 */
import type { OperatorPolicy } from "@tenten/operator";
import {
	type AssetDefinition,
	type AssetId,
	type Bytes,
	isRefusal,
	isTick,
	keyId,
	type MeterBundle,
	parseMessage,
	parseMeterMessage,
	type Refusal,
	readMeterBundle,
} from "@tenten/protocol";
import { Chance } from "./chance.ts";
import { Checker } from "./checker/checker.ts";
import { Registry } from "./checker/registry.ts";
import { Counts } from "./counts.ts";
import { type Computing, computing, type Suite } from "./cryptography.ts";
import { type Bundle, Device } from "./device.ts";
import { Disk, DiskFault } from "./disk.ts";
import { drawFaults, type Faults, noFaults } from "./faults.ts";
import { Network } from "./network.ts";
import { OperatorHost } from "./operator-host.ts";
import type { Overheard } from "./overheard.ts";
import { ample, limitOf, type Reserve } from "./reserve.ts";
import { Scheduler } from "./scheduler.ts";
import { drawDocuments, noTerms, type Terms } from "./terms.ts";
import type { Trace } from "./trace.ts";
import { Violation } from "./violation.ts";

const day = 86_400;
const year = 365 * day;

const grace = 7 * day;

/** unix seconds */
export const beginning = 1_800_000_000;

export const assets: readonly AssetDefinition[] = ["JPY", "SEAT"].map((code) => ({
	code,
	scale: 0,
	name: code,
	spendWindow: 30 * day,
	redeemWindow: 60 * day,
	grace,
}));

export type WorldOptions = {
	readonly seed: number;
	readonly suite: Suite;
	readonly trace: Trace;
	readonly devices: number;
	readonly operators: number;
	readonly faults?: Faults;
	/** free of any without */
	readonly terms?: Terms;
	/** ample without */
	readonly reserve?: Reserve;
	/** whether nobody waits for this world any more: then it ends where it is */
	readonly isStopped?: () => boolean;
};

export class World {
	readonly chance: Chance;
	readonly trace: Trace;
	readonly counts: Counts = new Counts();
	readonly scheduler: Scheduler;
	readonly checker: Checker = new Checker();
	readonly network: Network;
	readonly computing: Computing;
	readonly operators: readonly OperatorHost[];
	readonly registries: readonly Registry[];
	readonly devices: readonly Device[];
	readonly faults: Faults;
	readonly terms: Terms;
	readonly #isStopped: () => boolean;
	/** unix seconds, as operators and honest clocks have it */
	now: number = beginning;
	#isHealed = false;
	/** the first thing found broken */
	violation: Violation | undefined;
	/** hears all that is said, where somebody does */
	listener: Overheard | undefined;
	readonly #skew = new Map<string, number>();
	/** something runs that has not come to wait yet */
	#hasBegun = false;

	constructor({ seed, suite, trace, devices, operators, faults, terms = noTerms, ...rest }: WorldOptions) {
		this.#isStopped = rest.isStopped ?? (() => false);
		this.terms = terms;
		const { reserve = ample } = rest;
		this.trace = trace;
		this.chance = new Chance(seed, "world");
		this.faults = faults ?? drawFaults(new Chance(seed, "faults"));
		this.scheduler = new Scheduler(new Chance(seed, "scheduler"));
		this.computing = computing(suite, (work) => this.scheduler.offThread(work));
		const current = (): Faults => (this.isHealed ? noFaults : this.faults);
		const happened = (fault: string): void => this.counts.add("faults", fault);
		this.network = new Network({
			scheduler: this.scheduler,
			chance: new Chance(seed, "network"),
			faults: current,
			happened,
			failed: (peer, error) => this.failed(peer, error),
		});
		this.operators = Array.from({ length: operators }, (_, i) => this.#operator(seed, i, reserve));
		this.registries = this.operators.map(
			({ name, id, database }) =>
				new Registry({
					name,
					operator: id,
					database,
					checker: this.checker,
					verify: this.computing.verify,
					now: () => this.now,
					grace,
					limitOf: (isOwn) => limitOf(reserve, isOwn),
				}),
		);
		for (const host of this.operators) this.checker.ledger.authority(keyId(host.authority));
		this.devices = Array.from({ length: devices }, (_, i) =>
			this.#device(seed, `wallet ${i + 1}`, current, happened),
		);
	}

	#operator(seed: number, position: number, reserve: Reserve): OperatorHost {
		const name = `operator ${position + 1}`;
		const policy: Omit<OperatorPolicy, "name" | "url"> = {
			assets,
			certificateValidity: 5 * year,
			trustListValidity: 120 * day,
			forkLimit: reserve.forkLimit,
			admit: (asked) => ({ ...asked, assurance: "software", limits: reserve.limits, responsible: null }),
			licensing: { kind: "none" },
			conditionsOf: this.terms.conditionsOf,
		};
		return new OperatorHost({
			name,
			scheduler: this.scheduler,
			computing: this.computing,
			random: new Chance(seed, name).bytes,
			now: () => this.now,
			policy,
			asked: (route, body) => this.#watch(() => this.#asked(position, route, body)),
			answered: (route, answer) => {
				this.registries[position]?.answered();
				this.#answered(name, route, answer);
			},
			committed: () => this.#watch(() => this.registries[position]?.committed()),
		});
	}

	#device(seed: number, name: string, faults: () => Faults, happened: (fault: string) => void): Device {
		const chance = new Chance(seed, name);
		const disk = new Disk({
			scheduler: this.scheduler,
			chance,
			faults,
			happened,
			written: (writes) =>
				this.#watch(() => {
					const plain = writes.map(({ key, value }) => ({
						key,
						value: value && (this.computing.unsealed(value) ?? null),
					}));
					this.trace.durable(name, plain);
					this.checker.written(name, plain);
				}),
		});
		const wishes = new Chance(seed, `${name} replies`);
		const wrong = chance.happens(this.faults.wrongClocks);
		if (wrong) {
			this.counts.add("faults", "wrong clock");
			const most = chance.happens(0.5) ? 10 * year : 2 * day;
			this.#skew.set(name, chance.between(-most, most));
		}
		return new Device({
			name,
			disk,
			computing: this.computing,
			random: new Chance(seed, `${name} entropy`).bytes,
			now: () => this.now + (this.isHealed ? 0 : (this.#skew.get(name) ?? 0)),
			scheduler: this.scheduler,
			network: this.network,
			operators: this.operators,
			replies: () => {
				if (!wishes.happens(this.terms.replies)) return [];
				this.counts.add("terms", "reply");
				return drawDocuments(wishes);
			},
			told: (told) => this.#watch(() => this.checker.decisions.told(name, told)),
			sent: (messages) => this.#watch(() => this.#sent(name, messages)),
		});
	}

	/** No faults from now on, or again. */
	set isHealed(isHealed: boolean) {
		this.#isHealed = isHealed;
		this.scheduler.isPatient = isHealed;
	}

	get isHealed(): boolean {
		return this.#isHealed;
	}

	/** Makes a clock jump by so many seconds. */
	skew(name: string, seconds: number): void {
		this.#skew.set(name, (this.#skew.get(name) ?? 0) + seconds);
	}

	assetOf(operator: OperatorHost, code: string): AssetId {
		return { operator: operator.id, code };
	}

	#sentOfMeter(name: string, { frames }: MeterBundle): void {
		for (const frame of frames) {
			const message = isTick(frame) ? undefined : parseMeterMessage(frame);
			const kind = message === undefined || isRefusal(message) ? "tick" : `meter ${message.kind}`;
			this.trace.event(name, `says ${kind}`, frame);
			this.counts.add("messages", kind);
			if (message !== undefined && !isRefusal(message)) this.checker.decisions.sentOfMeter(name, message);
		}
	}

	#sent(name: string, messages: Bundle): void {
		const metered = readMeterBundle(messages);
		if (metered !== undefined) {
			this.#sentOfMeter(name, metered);
			return;
		}
		for (const encoded of messages) {
			const message = parseMessage(encoded);
			if (isRefusal(message)) continue;
			// A document is sealed under real chance: its place and length are all that follows from the seed.
			const isDocument = message.kind === "document";
			const digest = isDocument ? undefined : encoded;
			this.trace.event(name, `says ${message.kind}${isDocument ? ` ${encoded.length}` : ""}`, digest);
			this.counts.add("messages", message.kind);
			this.checker.sent(name, message);
			this.listener?.said(message);
		}
	}

	#asked(position: number, route: string, body: Bytes): void {
		this.trace.event(this.operators[position]?.name ?? "", `is asked to ${route}`, body);
		this.listener?.asked(route, body);
		this.registries[position]?.asked(route, body);
	}

	#answered(name: string, route: string, answer: Bytes | Refusal): void {
		if (isRefusal(answer)) this.trace.event(name, `refuses to ${route}: ${answer.code}`);
		else this.trace.event(name, `answers ${route}`, answer);
	}

	#watch(work: () => void): void {
		try {
			work();
		} catch (error) {
			this.broken(error);
		}
	}

	/** Something is broken, or nobody waits any more. */
	get isOver(): boolean {
		return this.violation !== undefined || this.#isStopped();
	}

	/** Notes the first thing that is broken; the run ends after this step. Of a world that was stopped half-way nothing counts. */
	broken(error: unknown): void {
		if (this.#isStopped()) return;
		this.violation ??=
			error instanceof Violation
				? error
				: new Violation("exception", error instanceof Error ? (error.stack ?? error.message) : String(error));
	}

	/** Something that a device did ended in an error: of a write that failed, or a bug. */
	failed(name: string, error: unknown): void {
		const device = this.devices.find((each) => each.name === name);
		const isStopped = error instanceof Error && /open it again/.test(error.message);
		const isExpected = error instanceof DiskFault || isStopped;
		if (device === undefined || (!isExpected && this.isHonest(device))) this.broken(error);
		else this.restart(device);
	}

	/** A module that stopped is started again. */
	restart(device: Device): void {
		device.crash();
		void this.start(device);
	}

	async start(device: Device | OperatorHost): Promise<void> {
		this.#hasBegun = true;
		this.trace.event(device.name, "starts");
		try {
			if (device instanceof OperatorHost) this.registries[this.operators.indexOf(device)]?.restarted();
			await device.start();
			if (device instanceof OperatorHost && device.isOn) this.#introduce();
		} catch (error) {
			const isOwn = device instanceof Device && (error instanceof DiskFault || !this.isHonest(device));
			if (isOwn) this.restart(device);
			else this.broken(error);
		}
	}

	/** Operators that are on list each other. */
	#introduce(): void {
		for (const host of this.operators) {
			const others = this.operators.filter((other) => other !== host);
			if (others.every(({ isOn }) => isOn) && host.isOn)
				host.operator.setPeers(others.map(({ operator }) => operator.entry));
		}
	}

	/** A device that is gone for good. */
	leave(device: Device): void {
		this.counts.add("faults", "gone for good");
		this.trace.event(device.name, "is gone for good");
		this.checker.gone.add(device.name);
		if (!device.isOff) device.crash();
	}

	isGone({ name }: Device): boolean {
		return this.checker.gone.has(name);
	}

	isHonest({ name }: Device): boolean {
		return !this.checker.dishonest.has(name);
	}

	/** Those who are there, and of whom something is promised. */
	get honest(): readonly Device[] {
		return this.devices.filter((device) => this.isHonest(device) && !this.isGone(device));
	}

	/** Runs something on a device in its present life. What it was answered goes into the trace. */
	run(device: Device, what: string, work: () => Promise<unknown>): Promise<void> {
		const { life } = device;
		this.#hasBegun = true;
		this.trace.event(device.name, what);
		this.counts.add("actions", what.split(" ")[0] ?? what);
		return work().then(
			(result) => {
				if (life.isOver) return;
				const said = isRefusal(result) ? result.code : "done";
				if (isRefusal(result)) this.refused(result);
				this.trace.event(device.name, `${what}: ${said}`);
				if (isRefusal(result)) this.trace.note(result.detail);
			},
			(error: unknown) => {
				if (!life.isOver) this.failed(device.name, error);
			},
		);
	}

	refused({ code }: Refusal): void {
		this.counts.add("refusals", code);
	}

	/** One parked effect happens; false where nothing waits. */
	async step(): Promise<boolean> {
		// What was begun since comes to wait first: then it can be chosen, too.
		if (this.#hasBegun) await this.scheduler.settle();
		this.#hasBegun = false;
		const done = await this.scheduler.step();
		if (done === undefined) return false;
		this.trace.event("step", done);
		return true;
	}

	/** Lets the world go on until this life's work is done, or `steps` have passed. */
	async until(done: () => boolean, steps: number): Promise<boolean> {
		await this.scheduler.settle();
		for (let i = 0; i < steps && !this.isOver; i++) {
			if (done()) return true;
			if (!(await this.step())) return done();
		}
		return done();
	}

	certificatesOf(device: Device): readonly Bytes[] {
		return [...this.checker.owners]
			.filter(([, owner]) => owner === device.name)
			.map(([hash]) => Buffer.from(hash, "hex"));
	}
}
