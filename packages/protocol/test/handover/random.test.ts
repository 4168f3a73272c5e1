/**
 * Whatever the network, the crashes and the users do, no unit is created and none is lost, and once both
 * sides have spoken again every hand-over is decided and both tell the same story.
 *
 * HANDOVER_RUNS sets the runs of each scenario, HANDOVER_SEED the seed that a failure printed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkEvidence } from "./support/accusations.ts";
import { epoch, points, spendWindow, tickets, yen } from "./support/ecosystem.ts";
import { type Scenario, Schedule } from "./support/schedule.ts";
import { type HostPlan, World } from "./support/world.ts";

const { HANDOVER_RUNS, HANDOVER_SEED: seed } = process.env;
const runs = Number(HANDOVER_RUNS ?? 40);

const purse = [
	[100n, yen],
	[30n, yen],
	[7n, yen],
	[50n, points],
	[2n, tickets],
	[3n, tickets],
] as const;
const three: readonly HostPlan[] = ["alice", "bob", "carol"].map((name) => ({ name, tokens: purse }));

const scenarios: Readonly<Record<string, Scenario>> = {
	"two-phase, anyone pays anyone": { modes: ["twoPhase"], payments: 4, open: true },
	"direct, with returns": { modes: ["direct"], payments: 4, open: true, returns: 6 },
	"exchange, two operators": { modes: ["exchange"], payments: 3 },
	"exchange, one operator": { modes: ["exchange"], payments: 3, exchanges: [[yen, points]] },
	"several attempts at one request": { modes: ["twoPhase"], payments: 2, attempts: 3, cancels: 10 },
	"concurrent attempts to two payees": { modes: ["twoPhase"], payments: 5, oneWay: true, attempts: 2 },
	"a cancel races the reservation": { modes: ["twoPhase", "exchange"], payments: 3, cancels: 10 },
	"the payee asks the operator": { modes: ["twoPhase", "exchange"], payments: 3, resolves: 12 },
	"the last minutes before spend until": {
		modes: ["twoPhase", "exchange"],
		payments: 4,
		startsAt: epoch + spendWindow - 400,
	},
	"everything together": {
		modes: ["twoPhase", "direct", "exchange"],
		payments: 6,
		attempts: 2,
		open: true,
		returns: 3,
		resolves: 3,
		exchanges: [
			[yen, tickets],
			[tickets, yen],
			[yen, points],
		],
	},
};

const numbers = fc.array(fc.nat(0xffff_ffff), { minLength: 30, maxLength: 160, size: "max" });
const settings = { numRuns: runs, endOnFailure: seed === undefined, ...(seed ? { seed: Number(seed) } : {}) };

/** What a test went through, in one line. */
class Counts {
	readonly #sums = new Map<string, number>();

	add(what: string, count = 1): void {
		this.#sums.set(what, (this.#sums.get(what) ?? 0) + count);
	}

	of(what: string): number {
		return this.#sums.get(what) ?? 0;
	}

	world(world: World): void {
		this.add("runs");
		this.add("steps", world.steps);
		this.add("deliveries", world.delivered);
		for (const host of world.hosts) {
			this.add("crashes", host.crashes);
			for (const { kind } of host.payers()) this.add(`payers ${kind}`);
			for (const { kind } of host.payees()) this.add(`payees ${kind}`);
		}
	}

	toString(): string {
		return [...this.#sums].map(([what, count]) => `${count} ${what}`).join(", ");
	}
}

for (const [name, scenario] of Object.entries(scenarios))
	test(`nothing is created or lost: ${name}`, (t) => {
		const counts = new Counts();
		fc.assert(
			fc.property(numbers, numbers, (first, second) => {
				const world = new World(three);
				const schedule = new Schedule(world, scenario);
				schedule.run(first);
				world.heal();
				// What was received is passed on.
				schedule.run(second);
				world.heal();
				counts.world(world);
			}),
			settings,
		);
		t.diagnostic(`${counts}`);
	});

test("a side that is gone for good takes nothing from the others that a ruling does not give back", (t) => {
	const counts = new Counts();
	const scenario: Scenario = { modes: ["twoPhase", "direct", "exchange"], payments: 5, resolves: 3 };
	fc.assert(
		fc.property(numbers, fc.nat(2), (list, lost) => {
			const world = new World(three);
			new Schedule(world, { ...scenario, exchanges: [[yen, tickets]] }).run(list);
			world.lose(three[lost]?.name ?? "");
			world.heal();
			world.ruleOnTheRest();
			world.ledger.check(world.hosts);
			for (const host of world.hosts.filter(({ name }) => name !== world.ledger.gone)) {
				for (const { kind } of host.payers()) assert.notEqual(kind, "locked");
				for (const { kind } of host.payees()) assert.notEqual(kind, "lockedForeign");
			}
			counts.world(world);
		}),
		settings,
	);
	t.diagnostic(`${counts}`);
});

test("what nobody decided in time is refunded to both sides, each on its own statement", (t) => {
	const counts = new Counts();
	const scenario: Scenario = { modes: ["exchange", "twoPhase"], payments: 5, resolves: 3 };
	fc.assert(
		fc.property(numbers, fc.boolean(), (list, isOneOperator) => {
			const world = new World(three);
			const pair = [yen, isOneOperator ? points : tickets] as const;
			new Schedule(world, { ...scenario, exchanges: [pair] }).run(list);
			world.ruleOnTheRest();
			// The ruling on a lock may have come before one's own statement.
			world.ruleOnTheRest();
			world.ledger.check(world.hosts);
			for (const host of world.hosts)
				for (const { heldBy } of host.durable.tokens.values()) assert.equal(heldBy, null);
			counts.add("outputs refunded", world.ledger.paidOutputs.size);
			counts.world(world);
		}),
		settings,
	);
	t.diagnostic(`${counts}`);
});

test("a payer that cancels and releases is convicted, and nobody honest is ever accused", (t) => {
	const counts = new Counts();
	const plans = three.map((plan) => ({ ...plan, dishonest: plan.name === "alice" }));
	const scenario: Scenario = {
		modes: ["twoPhase", "exchange", "direct"],
		payments: 8,
		cancels: 12,
		betrayals: 12,
		exchanges: [[yen, points]],
	};
	fc.assert(
		fc.property(numbers, (list) => {
			const world = new World(plans);
			new Schedule(world, scenario).run(list);
			world.heal();
			counts.add("forks", checkEvidence(world.ledger));
			counts.world(world);
		}),
		settings,
	);
	assert.ok(counts.of("forks") > 0 || runs < 40, "no fork came about");
	t.diagnostic(`${counts}`);
});
