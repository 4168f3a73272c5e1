/**
 * The processes' world: each party of a cell a process with a store of its own, HTTP through a proxy that fails as the
 * cell says, `SIGKILL`, and a real clock that runs fast.
 *
 * It injects by the same table and writes the same trace as the virtual world, so the same judge reads it. Where a cell
 * ends is when no message is under way and every party says, twice with nothing between, that it has nothing to do.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
	type Cell,
	type CellTrace,
	type Fate,
	type Flow,
	Injection,
	type Message,
	Recorder,
	type State,
} from "@tenten/sim";
import { type Clock, readClock } from "./clock.ts";
import { deliver, FaultProxy, type Passing } from "./fault-proxy.ts";
import type { Cast, Member } from "./member.ts";

/** What a party tells the stage of, before anybody else hears of it. */
export type StageMethods = {
	readonly taken: (told: { readonly message: Message; readonly state: State }) => Promise<void>;
	readonly tapped: (told: { readonly message: Message; readonly state: State }) => Promise<void>;
	readonly acknowledged: (told: { readonly message: Message }) => Promise<void>;
	readonly woke: (told: { readonly party: string; readonly state: State }) => Promise<void>;
	readonly failed: (told: { readonly party: string; readonly reason: string }) => Promise<void>;
};

/** One life of a party in this cell. */
type Role = { readonly member: Member; readonly life: number; readonly address: string; isOver: boolean };

const look_ms = 10;
/** Real milliseconds after which a cell that goes on is called endless. */
const endless_ms = 60_000;

export class ProcessesWorld {
	readonly #flow: Flow;
	readonly #cell: Cell | undefined;
	readonly #seed: number;
	readonly #cast: Cast;
	readonly #injection: Injection;
	readonly #recorder = new Recorder();
	readonly #roles = new Map<string, Role>();
	readonly #restarts = new Set<Promise<void>>();
	readonly #folder = mkdtempSync(join(tmpdir(), "tenten-faults-"));
	readonly #clock: Clock;
	readonly #now: () => number;
	readonly #taps: Message[] = [];
	readonly #problems: string[] = [];
	/** of acknowledgements, by message */
	readonly #fates = new Map<string, Fate>();
	#proxy: FaultProxy | undefined;
	#underWay = 0;
	#events = 0;
	#release: Promise<void> | undefined;
	#isOver = false;

	/** `haste`: milliseconds of its clock in one of this machine */
	constructor(cast: Cast, flow: Flow, cell: Cell | undefined, seed: number, haste: number) {
		this.#cast = cast;
		this.#flow = flow;
		this.#cell = cell;
		this.#seed = seed;
		this.#injection = new Injection(flow, cell);
		this.#clock = { began_ms: Date.now(), haste };
		this.#now = readClock(this.#clock);
	}

	async run(paysAgain: boolean): Promise<CellTrace> {
		try {
			this.#proxy = await FaultProxy.open((message, life, passing) => this.#pass(message, life, passing));
			const names = (await this.#flow.parties(this.#seed)).map(({ name }) => name);
			for (const name of names) this.#recorder.begins(name, await this.#open(name, 1));
			await Promise.all([...this.#roles.values()].map(({ member }) => member.line.call("go", null)));
			await this.#act(paysAgain);
			const isAtRest = await this.#rest(performance.now() + endless_ms);
			if (this.#problems.length > 0) throw new Error(this.#problems.join("\n"));
			return this.#recorder.trace({ isAtRest, hasStruck: this.#injection.hasStruck });
		} finally {
			await this.#end();
		}
	}

	/** What people do: tap, wait until their patience ends, and perhaps pay again. */
	async #act(paysAgain: boolean): Promise<void> {
		const { payer, payee, patience_ms } = this.#flow;
		const { payment, first } = this.#flow.begin(this.#seed);
		const until_ms = this.#now() + patience_ms;
		this.#recorder.starts(this.#now());
		await this.#tap(first);
		await this.#wait(until_ms - this.#now());
		const [ofPayer, ofPayee] = [await this.#read(payer), await this.#read(payee)];
		const where = { step: 0, from: payer, to: payee };
		this.#note("patience-ended", where, { [payer]: ofPayer, [payee]: ofPayee });
		const isSettled = this.#recorder.hasSeen(payer, "paid") || this.#recorder.hasSeen(payee, "received");
		if (!paysAgain || isSettled) return;
		this.#note("cash", where);
		const again = this.#flow.paidAgain(payment);
		if (again !== undefined) await this.#tap(again);
	}

	#note(...event: Parameters<Recorder["event"]> extends [number, ...infer Rest] ? Rest : never): void {
		this.#events++;
		this.#recorder.event(this.#now(), ...event);
	}

	/** Milliseconds of the world's clock. */
	async #wait(ms: number): Promise<void> {
		await pause(Math.max(0, ms / this.#clock.haste));
	}

	async #open(name: string, life: number, member = this.#cast.hire()): Promise<State> {
		const { seed, path } = { seed: this.#seed, path: `/${name}/${this.#seed}/${life}` };
		const { port, state } = await member.line.call("open", {
			flow: this.#flow.name,
			party: name,
			seed,
			folder: this.#folder,
			proxy: this.#proxy?.url ?? "",
			clock: this.#clock,
			life,
			cell: this.#injection.hasStruck ? undefined : this.#cell,
		});
		const role: Role = { member, life, address: `http://127.0.0.1:${port}${path}`, isOver: false };
		this.#roles.set(name, role);
		member.handlers = this.#handlersOf(role);
		void member.gone.then(() => this.#ended(name, role));
		return state;
	}

	/** What a party tells: nothing is believed of a life that is over. */
	#handlersOf(role: Role): StageMethods {
		return {
			taken: async ({ message, state }) => {
				if (role.isOver) return;
				this.#note("taken", message, { [message.to]: state });
				const { down, fate } = this.#injection.taken(message);
				this.#fates.set(message.id, fate);
				await this.#goesDown(down);
			},
			tapped: async ({ message, state }) => {
				if (role.isOver) return;
				this.#taps.splice(this.#taps.indexOf(message), 1);
				this.#note("tapped", message, { [message.to]: state });
				await this.#goesDown(this.#injection.taken(message).down);
			},
			acknowledged: async ({ message }) => {
				if (!role.isOver) this.#note("acknowledged", message);
			},
			woke: async ({ party, state }) => {
				if (!role.isOver) this.#note("woke", { step: 0, from: party, to: party }, { [party]: state });
			},
			failed: async ({ party, reason }) => {
				if (!role.isOver) this.#problems.push(`${party}: ${reason}`);
			},
		};
	}

	/** Its process ended: by its own hand in a durable write, or by ours. */
	#ended(name: string, role: Role): void {
		if (role.isOver || this.#isOver) return;
		this.#injection.struck();
		this.#isDown(name, role);
	}

	#isDown(name: string, role: Role): void {
		role.isOver = true;
		const state: State = { ...this.#recorder.lastOf(name), isUp: false, sees: undefined };
		this.#note("down", { step: 0, from: name, to: name }, { [name]: state });
		const restarted = this.#restart(name, role.life + 1).catch((error: unknown) => {
			this.#problems.push(`${name} does not come back: ${error}`);
		});
		this.#restarts.add(restarted);
		void restarted.then(() => this.#restarts.delete(restarted));
	}

	async #restart(name: string, life: number): Promise<void> {
		// Its next process starts while it is out: an outage is as long as the flow says, not as a start takes.
		const member = this.#cast.hire();
		await this.#wait(this.#flow.outage_ms);
		if (this.#isOver) return this.#cast.dismiss(member);
		const state = await this.#open(name, life, member);
		this.#note("up", { step: 0, from: name, to: name }, { [name]: state });
		await this.#roles.get(name)?.member.line.call("go", null);
		for (const tap of this.#taps.filter(({ to }) => to === name)) await this.#tap(tap);
	}

	async #goesDown(name: string | undefined): Promise<void> {
		const role = name === undefined ? undefined : this.#roles.get(name);
		if (name === undefined || role === undefined || role.isOver) return;
		this.#isDown(name, role);
		await role.member.kill();
	}

	async #read(name: string): Promise<State> {
		const role = this.#roles.get(name);
		if (role === undefined || role.isOver) return this.#recorder.lastOf(name);
		return role.member.line.call("read", null).then(
			({ state }) => state,
			() => this.#recorder.lastOf(name),
		);
	}

	/** A person's hand: done again when the party is up again, until it is done. */
	async #tap(tap: Message): Promise<void> {
		if (!this.#taps.some(({ id }) => id === tap.id)) this.#taps.push(tap);
		const { downBefore, downAfter } = this.#injection.leaving(tap);
		await this.#goesDown(downBefore);
		const role = this.#roles.get(tap.to);
		if (role === undefined || role.isOver) return;
		await role.member.line.call("tap", tap).catch((error: unknown) => {
			// Its power failed: the tap is done again when it is back.
			if (!role.isOver && !role.member.isGone) throw error;
		});
		await this.#goesDown(downAfter);
	}

	/** One transmission, from a sender that has it durably to a receiver that takes it, as the fault has it. */
	async #pass(message: Message, life: number, passing: Passing): Promise<void> {
		const sender = this.#roles.get(message.from);
		if (this.#isOver || sender === undefined || sender.isOver || sender.life !== life) return passing.drop();
		this.#underWay++;
		try {
			const { downBefore, downAfter, fate } = this.#injection.leaving(message);
			await this.#goesDown(downBefore);
			if (sender.isOver) return passing.drop();
			this.#events++;
			this.#recorder.sent(this.#now(), message);
			if (downAfter === undefined) passing.accept();
			await this.#goesDown(downAfter);
			if (fate === "lost") {
				this.#note("lost", message);
				return passing.drop();
			}
			if (fate === "twice") this.#note("doubled", message);
			if (fate === "held") {
				this.#note("held", message);
				await this.#released();
			}
			const copies =
				fate === "twice" ? [this.#arrive(message), this.#arrive(message)] : [this.#arrive(message)];
			const arrived = (await Promise.all(copies)).includes(true);
			if (!arrived || this.#isOver) return passing.drop();
			await this.#answer(message, passing);
		} finally {
			this.#underWay--;
		}
	}

	async #arrive(message: Message): Promise<boolean> {
		const receiver = this.#roles.get(message.to);
		const isUp = receiver !== undefined && !receiver.isOver;
		if (isUp && (await deliver(message, receiver.address))) return true;
		if (!isUp) this.#note("missed", message);
		return false;
	}

	async #answer(message: Message, passing: Passing): Promise<void> {
		const fate = this.#fates.get(message.id) ?? "arrives";
		if (fate === "lost") {
			this.#note("acknowledgement-lost", message);
			return passing.drop();
		}
		if (fate === "held") {
			this.#note("acknowledgement-held", message);
			await this.#released();
		}
		passing.acknowledge();
		if (fate === "twice") await this.#roles.get(message.from)?.member.line.call("delivered", message.id);
	}

	#released(): Promise<void> {
		this.#release ??= this.#wait(this.#flow.outage_ms).then(() => this.#injection.release());
		return this.#release;
	}

	/** Waits until nothing is left to do; false where that never comes. */
	async #rest(until_ms: number): Promise<boolean> {
		for (let calm = 0, seen = -1; performance.now() < until_ms; await pause(look_ms)) {
			if (this.#problems.length > 0) return false;
			const isQuiet = this.#underWay === 0 && this.#restarts.size === 0 && this.#taps.length === 0;
			const isIdle = isQuiet && (await this.#allIdle());
			calm = isIdle && seen === this.#events ? calm + 1 : 0;
			seen = this.#events;
			if (calm >= 2) return true;
		}
		return false;
	}

	async #allIdle(): Promise<boolean> {
		for (const { member, isOver } of this.#roles.values()) {
			if (isOver) return false;
			const told = await member.line.call("read", null).catch(() => undefined);
			if (told?.isIdle !== true) return false;
		}
		return true;
	}

	async #end(): Promise<void> {
		this.#isOver = true;
		await Promise.all(
			[...this.#roles.values()].map(async ({ member, isOver }) => {
				if (isOver) return;
				await member.line.call("close", null).catch(() => member.kill());
				this.#cast.dismiss(member);
			}),
		);
		await Promise.all(this.#restarts);
		await this.#proxy?.close();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
