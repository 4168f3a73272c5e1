/**
 * Both machines in random runs: seals, proofs and the secret late, repeated, lost and out of order, and
 * clocks that jump. Whatever happens on the way, nothing is made, nothing is lost, and
 * both end alike once the seal that decides is there.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type CrossingState,
	type Destination,
	type DestinationEvent,
	destinationState,
	isRefusal,
	noPositions,
	type Positions,
	type Source,
	type SourceEvent,
	sourceState,
	stepDestination,
	stepSource,
	type VerifiedQuote,
	type VerifiedState,
} from "@tenten/protocol";
import fc from "fast-check";
import { Scene, secret, start } from "./support/scene.ts";

const quote: VerifiedQuote = await new Scene().quote();
const { decides, credits } = quote.body;
const { source: S, destination: D } = quote.agreement.body;

type Kind = "lock" | "sealS" | "sealD" | "reserve" | "release" | "decideS" | "decideD" | "wait";
type Act = { readonly kind: Kind; readonly at: number };
/** `at`: which of the seals that were ever made it is shown, or how long it waits */
const act: fc.Arbitrary<Act> = fc.record({
	kind: fc.oneof(
		{ weight: 1, arbitrary: fc.constantFrom<Kind[]>("sealS", "wait", "decideS", "decideD") },
		{ weight: 3, arbitrary: fc.constantFrom<Kind[]>("lock", "reserve", "sealD", "release") },
	),
	at: fc.nat(4),
});

class Run {
	source: Source | undefined;
	destination: Destination | undefined;
	positions: Positions = noPositions;
	now = start;
	/** money: what the payer has, what stands reserved at S, what S owes; the same of D */
	payer = 1;
	held = 0;
	paid = 0;
	payeeHeld = 0;
	payee = 0;
	/** what every seal shows, from the first on: messages that are never unsaid */
	readonly sealsOfS: (CrossingState | null)[] = [];
	readonly sealsOfD: (CrossingState | null)[] = [];

	step({ kind, at }: Act): void {
		const seen = (seals: readonly (CrossingState | null)[], operator: Uint8Array): VerifiedState => {
			const number = 1 + (at % Math.max(1, seals.length));
			const state = seals[number - 1] ?? null;
			const { transfer } = quote;
			return { verified: "state", operator, transfer, number, state, since: this.now };
		};
		const ofS = { now: this.now, lastSeal: this.sealsOfS.length };
		// D is told of seals as they reach it: it may know none.
		const ofD = { now: this.now, lastSeal: 0, positions: this.positions };
		const atS = (event: SourceEvent): void => this.#source(stepSource(this.source, event, ofS));
		const atD = (event: DestinationEvent): void =>
			this.#destination(stepDestination(this.destination, event, ofD));
		const steps: Readonly<Record<Act["kind"], () => void>> = {
			lock: () => atS({ kind: "lock", quote }),
			sealS: () => this.sealsOfS.push(this.source === undefined ? null : sourceState(this.source)),
			sealD: () =>
				this.sealsOfD.push(this.destination === undefined ? null : destinationState(this.destination)),
			reserve: () => atD({ kind: "reserve", quote, shown: seen(this.sealsOfS, S) }),
			release: () => atS({ kind: "release", release: secret, shown: seen(this.sealsOfD, D) }),
			decideS: () => atS({ kind: "decided", shown: seen(this.sealsOfS, S) }),
			decideD: () => atD({ kind: "decided", shown: seen(this.sealsOfS, S) }),
			wait: () => {
				this.now += at * 40;
			},
		};
		steps[kind]();
	}

	#source(step: ReturnType<typeof stepSource>): void {
		if (isRefusal(step)) return;
		this.source = step.kept;
		if (step.movement === "reserve") [this.payer, this.held] = [this.payer - 1, this.held + 1];
		if (step.movement === "void") [this.payer, this.held] = [this.payer + 1, this.held - 1];
		if (step.movement === "post") [this.paid, this.held] = [this.paid + 1, this.held - 1];
	}

	#destination(step: ReturnType<typeof stepDestination>): void {
		if (isRefusal(step)) return;
		this.destination = step.kept;
		this.positions = step.positions;
		if (step.movement === "reserve") this.payeeHeld++;
		if (step.movement === "void") this.payeeHeld--;
		if (step.movement === "post") [this.payee, this.payeeHeld] = [this.payee + 1, this.payeeHeld - 1];
	}

	check(): void {
		assert.equal(this.payer + this.held + this.paid, 1);
		assert.ok(
			[this.payer, this.held, this.paid, this.payee, this.payeeHeld].every((n) => n === 0 || n === 1),
		);
		assert.ok(this.payer + this.payee <= 1, "the payer and the payee both have it");
		const { open, unsettled } = this.positions;
		assert.deepEqual([open, unsettled], [credits * BigInt(this.payeeHeld), credits * BigInt(this.payee)]);
	}

	/** Seals go on, and what decides reaches both in the end. */
	finish(): void {
		while (this.sealsOfS.length < decides) this.step({ kind: "sealS", at: 0 });
		for (const kind of ["decideS", "decideD"] as const) this.step({ kind, at: decides - 1 });
		this.check();
		assert.equal(this.held + this.payeeHeld, 0, "something stays open");
		assert.equal(this.payer + this.payee, 1, "nobody has it");
	}
}

const counted = { paid: 0, returned: 0, unlocked: 0 };

test("in every run nothing is made or lost, and both sides end alike", () => {
	fc.assert(
		fc.property(fc.array(act, { minLength: 10, maxLength: 60 }), (acts) => {
			const run = new Run();
			for (const each of acts) {
				run.step(each);
				run.check();
			}
			run.finish();
			counted[run.payee === 1 ? "paid" : run.source === undefined ? "unlocked" : "returned"]++;
		}),
		{ numRuns: 3_000, seed: 58 },
	);
	assert.ok(counted.paid > 50 && counted.returned > 500, JSON.stringify(counted));
});

test("the usual order of things pays", () => {
	const run = new Run();
	for (const kind of ["lock", "sealS", "reserve", "sealD", "release"] as const) run.step({ kind, at: 0 });
	run.finish();
	assert.equal(run.payee, 1);
});
