/**
 * One random run of two operators that pay one another's customers: seals at any moment, messages lost, repeated and
 * late, either side cut off, and power that fails on either side of any commit. `wrong` plants a mistake.
 */
import assert from "node:assert/strict";
import { isRefusal, type ShownState, type VerifiedState } from "@tenten/protocol";
import fc from "fast-check";
import { start } from "../../../protocol/test/crossing/support/scene.ts";
import { type CrossingAnswer, destinationIn, sourceIn } from "../../src/crossing/steps.ts";
import type { FailPoint } from "../../src/store/store.ts";
import { agreed, exposure, funds, Party, type Payment, PowerCut, payment } from "./crossing-world.ts";

export type Wrong = "none" | "commits-late" | "voids-by-clock" | "credits-by-release";

const kinds = ["lock", "sealS", "sealD", "tellS", "tellD", "deliver", "wait", "cut", "power"] as const;
export type Act = {
	readonly kind: (typeof kinds)[number];
	/** of whom, of what, how long */
	readonly at: number;
	/** which message, which side of a commit */
	readonly flag: boolean;
};

export const acts: fc.Arbitrary<readonly Act[]> = fc.array(
	fc.record({
		kind: fc.oneof(
			{ weight: 6, arbitrary: fc.constantFrom("tellS", "tellD") },
			{ weight: 8, arbitrary: fc.constant("deliver") },
			{ weight: 3, arbitrary: fc.constantFrom("lock", "sealS", "sealD") },
			{ weight: 1, arbitrary: fc.constantFrom("wait", "cut", "power") },
		),
		at: fc.nat(1_000),
		flag: fc.boolean(),
	}) as fc.Arbitrary<Act>,
	{ minLength: 150, maxLength: 220 },
);

type Message = {
	readonly to: "S" | "D";
	readonly made: Payment;
	readonly kind: "reserve" | "release" | "decided";
	readonly shown: ShownState;
};

const mostPayments = 10;
/** the newest payments, of which both sides tell */
const lively = 3;
const ahead_s = 60;
/** each tenth message is lost, each third comes again */
const [lost, repeated] = [10, 3];

export type Counts = Record<"committed" | "returned" | "stayed" | "exceeded" | "late" | "cuts", number>;

export class Run {
	readonly #clock = { now: start };
	readonly #source: Party;
	readonly #destination: Party;
	readonly #payments: Payment[] = [];
	readonly #messages: Message[] = [];
	readonly #isCutOff = { S: false, D: false };
	readonly #wrong: Wrong;
	readonly #counts: Counts;

	private constructor(
		source: Party,
		destination: Party,
		clock: { now: number },
		wrong: Wrong,
		counts: Counts,
	) {
		[this.#source, this.#destination, this.#clock] = [source, destination, clock];
		[this.#wrong, this.#counts] = [wrong, counts];
	}

	static async open(databases: readonly [string, string], wrong: Wrong, counts: Counts): Promise<Run> {
		const clock = { now: start };
		const source = await Party.source(databases[0], clock);
		return new Run(source, await Party.destination(databases[1], clock), clock, wrong, counts);
	}

	async close(): Promise<void> {
		await this.#source.close();
		await this.#destination.close();
		this.#counts.cuts += this.#source.cuts + this.#destination.cuts;
	}

	/** What power interrupts is opened again; nobody is told what became of it. */
	async act(act: Act): Promise<void> {
		try {
			await this.#do(act);
		} catch (error) {
			if (!(error instanceof PowerCut)) throw error;
			await this.#source.open();
			await this.#destination.open();
		}
		await this.#checkRisk();
	}

	async #do({ kind, at, flag }: Act): Promise<void> {
		const made = this.#payments.at(-1 - (at % Math.max(1, Math.min(lively, this.#payments.length))));
		const side = at % 2 === 0 ? this.#source : this.#destination;
		switch (kind) {
			case "lock":
				return this.#lock(at);
			case "sealS":
				if (this.#wrong === "voids-by-clock") await this.#voidByClock();
				return void (await this.#source.seal());
			case "sealD":
				return void (await this.#destination.seal());
			case "tellS":
				return made && this.#tellOfSource(made);
			case "tellD":
				return made && this.#tellOfDestination(made);
			case "deliver":
				return this.#deliver(at, flag);
			case "wait":
				this.#clock.now += at % 40;
				return;
			case "cut":
				this.#isCutOff[flag ? "S" : "D"] = at % 3 === 0;
				return;
			case "power":
				side.arm(flag ? "beforeCommit" : "afterCommit", at % 3);
				return;
			default:
				kind satisfies never;
		}
	}

	/** A new payment; or an old one is locked again. */
	async #lock(at: number): Promise<void> {
		if (this.#payments.length < mostPayments) {
			const decides = (await this.#source.lastSeal()) + 3 + (at % 4);
			const expiresAt = this.#clock.now + 50 + (at % 150);
			const n = this.#payments.length;
			this.#payments.push(await payment(n, { decides, expiresAt, credits: BigInt(100 + (at % 300)) }));
		}
		const { signed } = this.#payments.at(at % 4 === 0 ? -2 : -1) ?? (this.#payments[0] as Payment);
		await this.#source.host.lock(signed);
	}

	async #tellOfSource(made: Payment): Promise<void> {
		const shown = await this.#source.show(made.transfer);
		if (shown === undefined) return;
		if (shown.number < made.signed.body.decides) this.#send({ to: "D", made, kind: "reserve", shown });
		else for (const to of ["S", "D"] as const) this.#send({ to, made, kind: "decided", shown });
	}

	/** To the payer, whose device gives the secret to the source, with the proof, once it sees the reservation. */
	async #tellOfDestination(made: Payment): Promise<void> {
		const shown = await this.#destination.show(made.transfer);
		if (shown?.state?.state === "reserved") this.#send({ to: "S", made, kind: "release", shown });
	}

	#send(message: Message): void {
		this.#messages.push(message);
	}

	/** The newest, or any. */
	async #deliver(at: number, isNewest: boolean): Promise<void> {
		const place = isNewest ? this.#messages.length - 1 : at % Math.max(1, this.#messages.length);
		const message = this.#messages[place];
		if (message === undefined || this.#isCutOff[message.to]) return;
		if (at % repeated !== 0) this.#messages.splice(place, 1);
		if (at % lost !== 0) await this.#take(message);
	}

	async #take({ to, made, kind, shown }: Message): Promise<void> {
		const { signed, transfer, secret } = made;
		const { host } = to === "S" ? this.#source : this.#destination;
		switch (kind) {
			case "reserve":
				this.#note(await host.reserve(signed, shown));
				return;
			case "release":
				if (this.#wrong === "credits-by-release") await this.#endAtDestination(made, "committed");
				if (this.#wrong === "commits-late") await this.#commitLate(made);
				else this.#note(await host.release(transfer, secret, shown));
				return;
			case "decided":
				this.#note(await host.decided(transfer, shown));
				return;
			default:
				kind satisfies never;
		}
	}

	#note(answer: CrossingAnswer): void {
		if (answer.kind === "stands") return;
		if (answer.code === "exposure-exceeded") this.#counts.exceeded++;
		if (answer.code === "seal-decided") this.#counts.late++;
	}

	async #checkRisk(): Promise<void> {
		const { kept, counted } = await this.#destination.quietly(() => this.#destination.risk());
		assert.deepEqual(kept, counted, "what is at risk is not what is reserved and credited");
		assert.ok((kept[0] ?? 0n) + (kept[1] ?? 0n) <= exposure, "more is at risk than agreed");
	}

	/** Everything is on again: seals go on, and what decides reaches both. */
	async finish(): Promise<void> {
		for (const party of [this.#source, this.#destination]) await party.open();
		const last = Math.max(0, ...this.#payments.map(({ signed }) => signed.body.decides));
		while ((await this.#source.lastSeal()) < last) await this.#source.seal();
		for (const made of this.#payments) {
			const decided = await this.#source.show(made.transfer);
			if (decided === undefined) continue;
			for (const to of ["S", "D"] as const) await this.#take({ to, made, kind: "decided", shown: decided });
		}
		await this.#checkRisk();
		await this.#checkEnds();
	}

	async #checkEnds(): Promise<void> {
		let [pays, crosses, credits] = [0n, 0n, 0n];
		for (const { transfer, signed } of this.#payments) {
			const atSource = await this.#source.stateOf(transfer);
			const atDestination = await this.#destination.stateOf(transfer);
			const ends = [atSource ?? "nothing", atDestination ?? "nothing"].join(", ");
			const alike = ["committed, credited", "returned, voided", "returned, nothing", "nothing, nothing"];
			assert.ok(alike.includes(ends), `the sides did not end alike: ${ends}`);
			this.#counts[ends === "committed, credited" ? "committed" : atDestination ? "returned" : "stayed"]++;
			if (ends !== "committed, credited") continue;
			pays += signed.body.pays;
			crosses += signed.body.pays - signed.body.fee;
			credits += signed.body.credits;
		}
		assert.deepEqual(await this.#source.money(), [
			[funds - pays, 0n],
			[crosses, 0n],
			[pays - crosses, 0n],
		]);
		assert.deepEqual(await this.#destination.money(), [
			[credits, 0n],
			[-credits, 0n],
		]);
		for (const party of [this.#source, this.#destination]) assert.deepEqual(await party.broken(), []);
	}

	/** Planted: the row of the last seal is not what is read. */
	async #commitLate(made: Payment): Promise<void> {
		const shown = forged(made, agreed.body.destination, "reserved", 1, this.#clock.now);
		const event = { kind: "release", release: made.secret, shown } as const;
		await this.#source.store.run(async (transaction) => {
			const [last] = await transaction.selectFrom("last_seal").selectAll().execute();
			assert.ok(last);
			await transaction.updateTable("last_seal").set({ number: 0 }).execute();
			const asked = { transfer: made.transfer, event, signed: null, now: this.#clock.now };
			await sourceIn(transaction, asked);
			await transaction.updateTable("last_seal").set({ number: last.number }).execute();
		});
	}

	/** Planted: the destination ends what its own clock, which is ahead, says is over. */
	async #voidByClock(): Promise<void> {
		for (const made of this.#payments)
			if (made.signed.body.expiresAt <= this.#clock.now + ahead_s) await this.#endAtDestination(made, null);
	}

	async #endAtDestination(made: Payment, state: "committed" | null): Promise<void> {
		const shown = forged(made, agreed.body.source, state, made.signed.body.decides, this.#clock.now);
		const event = { kind: "decided", shown } as const;
		const asked = { transfer: made.transfer, event, signed: null, now: this.#clock.now };
		const answer = await this.#destination.store.run((transaction) => destinationIn(transaction, asked));
		assert.ok(answer.kind === "stands" || isRefusal(answer));
	}
}

function forged(
	{ transfer, secret }: Payment,
	operator: Uint8Array,
	state: "committed" | "reserved" | null,
	number: number,
	since: number,
): VerifiedState {
	const release = state === "committed" ? secret : null;
	return {
		verified: "state",
		operator,
		transfer,
		number,
		state: state === null ? null : { transfer, state, release },
		since,
	};
}

/** Where power fails. */
export const points: readonly FailPoint[] = ["beforeCommit", "afterCommit"];
