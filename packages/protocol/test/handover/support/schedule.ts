/** Random schedules: a list of numbers becomes payments, deliveries, losses, crashes and impatience. */
import type { AssetId, Mode } from "@tenten/protocol";
import type { Durable } from "./durable.ts";
import { points, tickets, yen } from "./ecosystem.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machines.ts";
import type { World } from "./world.ts";

export type Scenario = {
	readonly modes: readonly Mode[];
	/** payments that are begun in one run */
	readonly payments: number;
	/** attempts at one request */
	readonly attempts?: number;
	/** requests that let the payer choose the amount, and static ones */
	readonly open?: boolean;
	/** how often, of 100, the payer gives up */
	readonly cancels?: number;
	readonly resolves?: number;
	readonly returns?: number;
	/** the first host pays, the others are paid; without it anyone pays anyone */
	readonly oneWay?: boolean;
	/** how often, of 100, a dishonest payer releases what it cancelled */
	readonly betrayals?: number;
	/** how often, of 100, the first host is put back to an old copy of itself */
	readonly rollbacks?: number;
	/** one step in so many may crash between its effects */
	readonly crashes?: number;
	/** unix seconds at which the run begins */
	readonly startsAt?: number;
	readonly exchanges?: readonly (readonly [AssetId, AssetId])[];
};

/** A number of the list, split into as many choices as a step needs. */
export class Choice {
	#seed: number;
	constructor(seed: number) {
		this.#seed = seed >>> 0;
	}

	below(bound: number): number {
		// xorshift32 (Marsaglia 2003), so that neighbouring seeds differ in every choice
		this.#seed = Math.imul(this.#seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
		this.#seed = (this.#seed ^ (this.#seed >>> 13)) >>> 0;
		return this.#seed % bound;
	}

	of<T>(items: readonly T[]): T | undefined {
		return items[this.below(Math.max(1, items.length))];
	}
}

type Begun = { readonly payer: Host; readonly payee: Host; readonly pay: () => boolean; attempts: number };

export class Schedule {
	readonly world: World;
	readonly #scenario: Scenario;
	readonly #begun: Begun[] = [];
	#copy: Durable | undefined;

	constructor(world: World, scenario: Scenario) {
		this.world = world;
		this.#scenario = scenario;
		world.now = scenario.startsAt ?? world.now;
	}

	run(numbers: readonly number[]): void {
		for (const number of numbers) {
			this.#step(new Choice(number));
			this.world.check();
		}
	}

	#step(choice: Choice): void {
		const { world } = this;
		const { cancels = 1, resolves = 1, returns = 0, betrayals = 0, rollbacks = 0 } = this.#scenario;
		if (choice.below(this.#scenario.crashes ?? 12) === 0)
			for (const host of world.hosts) host.crashAfter(choice.below(4));
		const moves: readonly (readonly [number, () => void])[] = [
			[this.#begun.length < this.#scenario.payments ? 12 : 0, () => this.#begin(choice)],
			[(this.#scenario.attempts ?? 1) > 1 ? 6 : 1, () => this.#again(choice)],
			[42, () => this.#deliver(choice)],
			[22, () => this.#sign(choice)],
			[10, () => this.#answer(choice)],
			[6, () => this.#event(choice, { kind: "contact" })],
			[cancels, () => this.#event(choice, { kind: "cancel" }, "payer")],
			[resolves, () => this.#event(choice, { kind: "resolve" }, "payee")],
			[returns, () => this.#sendBack(choice)],
			[betrayals, () => this.#betray(choice)],
			[rollbacks, () => this.#rollBack()],
			[2, () => choice.of(world.hosts)?.crash()],
			[3, () => this.#wait(choice)],
		];
		let left = choice.below(moves.reduce((sum, [weight]) => sum + weight, 0));
		for (const [weight, move] of moves) {
			if (left < weight) {
				move();
				break;
			}
			left -= weight;
		}
		// A crash that found no event is not kept for later.
		for (const host of world.hosts) host.crashAfter(Number.POSITIVE_INFINITY);
	}

	#begin(choice: Choice): void {
		const { world } = this;
		const { hosts } = world;
		const { modes, oneWay, open, exchanges = [[yen, tickets]] } = this.#scenario;
		const payer = oneWay ? hosts[0] : choice.of(hosts);
		const payee = oneWay ? choice.of(hosts.slice(1)) : choice.of(hosts.filter((host) => host !== payer));
		if (payer === undefined || payee === undefined) return;
		const mode = choice.of(modes) ?? "twoPhase";
		const amount = BigInt(1 + choice.below(150));
		const pair = choice.of(exchanges) ?? [yen, tickets];
		const [asset, otherAsset] = mode === "exchange" ? pair : [choice.below(8) === 0 ? points : yen, tickets];
		const against = mode === "exchange" ? { asset: otherAsset, amount: BigInt(1 + choice.below(3)) } : null;
		const isOpen = open === true && choice.below(2) === 0;
		const isStatic = isOpen && mode === "direct";
		const request = world.request(payee, { mode, asset, against, isStatic, amount: isOpen ? 0n : amount });
		const document = choice.below(4) === 0 ? "an order" : null;
		const patience = 50 + choice.below(400);
		const from = choice.below(4);
		const pay = (): boolean => world.pay(payer, payee, request, amount, { document, patience, from });
		const begun = { payer, payee, pay, attempts: 1 };
		if (pay()) this.#begun.push(begun);
	}

	/** Another attempt at a request, once the first was cancelled; a hasty payer does not wait for that. */
	#again(choice: Choice): void {
		const begun = choice.of(this.#begun);
		if (begun === undefined || begun.attempts >= (this.#scenario.attempts ?? 1)) return;
		if (begun.pay()) begun.attempts++;
	}

	#deliver(choice: Choice): void {
		const { sent } = this.world;
		if (sent.length === 0) return;
		const fresh = sent.filter(({ deliveries }) => deliveries === 0);
		// One in five has arrived before; one in thirty goes to somebody else.
		const message = choice.below(5) === 0 ? choice.of(sent) : (choice.of(fresh) ?? choice.of(sent));
		if (message === undefined) return;
		const to = choice.below(30) === 0 ? choice.of(this.world.hosts)?.name : message.to;
		this.world.deliver(message, choice.below(6) > 0, to);
	}

	#machines(accept: (machine: Machine) => boolean): readonly (readonly [Host, string, Machine])[] {
		return this.world.hosts.flatMap((host) =>
			[...host.machines]
				.filter(([, machine]) => accept(machine))
				.map(([key, machine]) => [host, key, machine] as const),
		);
	}

	#sign(choice: Choice): void {
		const found = choice.of(this.#machines(({ signing }) => signing !== null));
		if (found !== undefined) found[0].sign(found[1]);
	}

	#answer(choice: Choice): void {
		const found = choice.of(this.#machines(({ asks }) => asks));
		if (found === undefined) return;
		const [host, key, { state }] = found;
		const isDirect = state.kind === "asked" && state.offer.accepted.lock === null;
		// A direct transfer is taken, and sent back where it is not wanted.
		if (choice.below(8) === 0 && !isDirect) this.world.decline(host, key);
		else this.world.answer(host, key, choice.below(4) === 0 ? "a ticket" : null);
	}

	#event(
		choice: Choice,
		event: { readonly kind: "contact" | "cancel" | "resolve" },
		role?: Machine["role"],
	): void {
		const found = choice.of(this.#machines((machine) => role === undefined || machine.role === role));
		if (found !== undefined) found[0].event(found[1], event as { readonly kind: "contact" });
	}

	#sendBack(choice: Choice): void {
		const found = choice.of(this.#machines(({ role, state }) => role === "payee" && state.kind === "owned"));
		if (found !== undefined) found[0].sendBack(found[1]);
	}

	#betray(choice: Choice): void {
		const host = choice.of(this.world.hosts.filter(({ name }) => this.world.ledger.dishonest.has(name)));
		const cancelled = choice.of(host?.payers().filter(({ kind }) => kind === "cancelled") ?? []);
		if (cancelled !== undefined) host?.betray(cancelled.terms.attempt);
	}

	#rollBack(): void {
		const [host] = this.world.hosts;
		if (this.#copy !== undefined) host?.restore(this.#copy);
		this.#copy = host?.backup();
	}

	#wait(choice: Choice): void {
		this.world.now += choice.below(200);
		for (const host of this.world.hosts) host.tick();
	}
}
