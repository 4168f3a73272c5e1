/**
 * Do the random tests see? Each variant that handover.md lists as broken on purpose is run under them, and
 * must be caught by what becomes of the value, with the watch over the machines' moves switched off.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type Effect,
	lockHash,
	type Message,
	type Payee,
	type PayeeEvent,
	type Payer,
	type PayerEvent,
	type Step,
	stepPayee,
	stepPayer,
	type TokenChanges,
	toHex,
	type VerifiedToken,
	verifyParsedToken,
} from "@tenten/protocol";
import fc from "fast-check";
import { checkEvidence } from "./support/accusations.ts";
import { epoch, grace, must, points, redeemWindow, trust, yen } from "./support/ecosystem.ts";
import { type OperatorRules, soundOperator } from "./support/operator.ts";
import { type Scenario, Schedule } from "./support/schedule.ts";
import { type Rules, soundRules } from "./support/steps.ts";
import { type Invariant, Violation } from "./support/violation.ts";
import { World } from "./support/world.ts";

type Variant = {
	readonly rules?: Partial<Rules>;
	/** made anew for each run, where a broken host remembers something */
	readonly makeRules?: () => Partial<Rules>;
	readonly operator?: Partial<OperatorRules>;
	readonly scenario: Scenario;
	readonly dishonest?: readonly string[];
	/** after the schedule, instead of healing */
	readonly afterwards?: (world: World) => void;
	readonly caughtAs: readonly Invariant[];
};

const nothing: TokenChanges = { add: [], remove: [], hold: [], free: [] };
const persist = (changes: Partial<TokenChanges>): Effect => ({
	kind: "persist",
	changes: { ...nothing, ...changes },
});
const isRelease = (effect: Effect): boolean =>
	effect.kind === "send" && effect.messages[0]?.kind === "release";
const twoPhase: Scenario = { modes: ["twoPhase"], payments: 4, cancels: 5, resolves: 5 };
const exchange: Scenario = { modes: ["exchange"], payments: 4, cancels: 5, exchanges: [[yen, points]] };

type Waiting = Extract<Payee, { readonly kind: "reserved" | "lockedForeign" | "resolving" }>;

/** The reservation is dropped, as if it had never been. */
function drop({ terms, answer }: Waiting, effects: readonly Effect[] = []): Step<Payee> {
	const ruling: Message = { kind: "done", attempt: terms.attempt };
	return { state: { kind: "ruled", terms, answer, ruling }, effects: [persist({}), ...effects] };
}

/** The reservation is spendable, whatever its lock says. */
function force({ terms, tokens, answer }: Waiting): Step<Payee> {
	const add = tokens.map((token): VerifiedToken => {
		const kept = must(verifyParsedToken(token, trust, { signatures: false }));
		return { ...kept, pending: null };
	});
	return { state: { kind: "owned", terms, answer, secret: terms.attempt }, effects: [persist({ add })] };
}

function payeeThat(breaks: (state: Payee, event: PayeeEvent) => Step<Payee> | undefined): Partial<Rules> {
	return { stepPayee: (state, event, context) => breaks(state, event) ?? stepPayee(state, event, context) };
}

/** A direct payment is taken back when it was not acknowledged. */
function takesDirectBack(): Partial<Rules> {
	const inputs = new Map<string, readonly VerifiedToken[]>();
	return {
		stepPayer: (state: Payer, event: PayerEvent, context): Step<Payer> => {
			const step = stepPayer(state, event, context);
			if (state.kind === "signing" && step.state.kind === "sent")
				inputs.set(
					toHex(step.state.terms.attempt),
					state.plan.inputs.map(({ token }) => token),
				);
			if (state.kind !== "sent" || event.kind !== "cancel") return step;
			const add = inputs.get(toHex(state.terms.attempt)) ?? [];
			return {
				state: { ...state, kind: "ruled", ruling: state.transfer },
				effects: [persist({ add })],
			};
		},
	};
}

/** As it should be, but for reservations whose owner has asked: those take any release at any time. */
const takesLateReleases = payeeThat((state, event) => {
	if (state.kind !== "resolving" || event.kind !== "received" || event.message.kind !== "release")
		return undefined;
	const { terms, tokens, answer } = state;
	const reserved: Payee = { kind: "reserved", terms, tokens, answer };
	return stepPayee(reserved, event, { trust, now: epoch });
});

/** A dishonest payer says that it never released what it did. */
function statesThatNothingWasReleased(world: World): void {
	for (const host of world.hosts)
		for (const state of host.payers())
			if (state.kind === "released")
				world.operator.refund(state, undefined, host.keptTransfer(state.terms.attempt));
}

/** Everybody redeems what they have; before its time is over nobody honest is refused. */
function redeemAll(world: World): void {
	for (const host of world.hosts)
		for (const [id, { heldBy }] of [...host.durable.tokens]) {
			if (heldBy !== null || world.operator.redeem(host, id) || world.now >= epoch + redeemWindow) continue;
			if (!world.ledger.dishonest.has(host.name)) throw new Violation("robbed", host.name);
		}
}

const variants: Readonly<Record<string, Variant>> = {
	"the payee deletes its reservation on a timer": {
		rules: payeeThat((state, event) =>
			event.kind === "contact" && state.kind === "reserved" ? drop(state) : undefined,
		),
		scenario: twoPhase,
		caughtAs: ["lost"],
	},
	"a release is matched by its token only": {
		rules: {
			...payeeThat((state, event) => {
				if (state.kind !== "reserved" || event.kind !== "received" || event.message.kind !== "release")
					return undefined;
				const isOwn = toHex(lockHash(event.message.secret)) === toHex(state.terms.lock as Bytes);
				return isOwn ? undefined : force(state);
			}),
			route: (message, found, all) =>
				message.kind === "release" ? all.filter((key) => key.startsWith("payee/")) : found,
		},
		scenario: twoPhase,
		caughtAs: ["created"],
	},
	"a release is sent before it is durable": {
		rules: {
			order: (effects) => [...effects.filter(isRelease), ...effects.filter((effect) => !isRelease(effect))],
		},
		scenario: { ...twoPhase, crashes: 3 },
		caughtAs: ["created", "decided twice"],
	},
	"the payee gives up after it has reserved": {
		rules: payeeThat((state, event) => {
			if (event.kind !== "resolve" || state.kind !== "reserved") return undefined;
			const message: Message = { kind: "refused", about: state.terms.attempt, code: "expired", detail: "" };
			return drop(state, [{ kind: "send", messages: [message], manifest: null }]);
		}),
		scenario: twoPhase,
		caughtAs: ["lost"],
	},
	"the operator presumes a release": {
		rules: payeeThat((state, event) =>
			event.kind === "resolve" && state.kind === "reserved" ? force(state) : undefined,
		),
		scenario: twoPhase,
		caughtAs: ["created"],
	},
	"a late release is taken while resolving": {
		rules: takesLateReleases,
		scenario: { ...twoPhase, oneWay: true, resolves: 20 },
		dishonest: ["alice"],
		afterwards: (world) => {
			world.now = epoch + redeemWindow + grace;
			statesThatNothingWasReleased(world);
			world.quiet();
		},
		caughtAs: ["created"],
	},
	"a ruling without evidence before redeem until and grace": {
		operator: { waits: false },
		scenario: { ...twoPhase, oneWay: true },
		dishonest: ["alice"],
		afterwards: (world) => {
			statesThatNothingWasReleased(world);
			world.heal();
			redeemAll(world);
		},
		caughtAs: ["robbed", "created"],
	},
	"a ruling that does not take the registry rows": {
		operator: { takesRows: false },
		scenario: { ...twoPhase, oneWay: true },
		dishonest: ["alice"],
		afterwards: (world) => {
			world.heal();
			redeemAll(world);
			world.now = epoch + redeemWindow + grace;
			statesThatNothingWasReleased(world);
		},
		caughtAs: ["paid twice"],
	},
	"a direct link is freed by a mere statement": {
		makeRules: takesDirectBack,
		scenario: { modes: ["direct"], payments: 4, cancels: 10 },
		caughtAs: ["created", "two copies"],
	},
	"an exchange is freed by a cancel that is not carried in `after`": {
		rules: {
			changes: (changes) => ({
				...changes,
				free: changes.free.map(({ output }) => ({ output, after: null })),
			}),
		},
		scenario: { ...exchange, modes: ["exchange", "direct"], payments: 8, cancels: 12, betrayals: 12 },
		dishonest: ["alice"],
		afterwards: (world) => {
			world.heal();
			checkEvidence(world.ledger);
		},
		caughtAs: ["accused", "created"],
	},
	"the other side of an exchange cancels on its timer": {
		rules: payeeThat((state, event) => {
			if (event.kind !== "contact" || state.kind !== "lockedForeign") return undefined;
			const free = state.counter.inputs.map((output) => ({ output, after: null }));
			const ruling: Message = { kind: "done", attempt: state.terms.attempt };
			const { terms, answer } = state;
			return { state: { kind: "ruled", terms, answer, ruling }, effects: [persist({ free })] };
		}),
		scenario: exchange,
		caughtAs: ["created", "lost"],
	},
	"the payer's module is rolled back from a backup": {
		scenario: { ...twoPhase, oneWay: true, rollbacks: 6 },
		caughtAs: ["created", "decided twice", "two copies"],
	},
};

const purse = [
	[100n, yen],
	[40n, yen],
	[50n, points],
] as const;

function run(variant: Variant, numbers: readonly number[], sound = false): void {
	const broken = sound ? {} : { ...variant.rules, ...variant.makeRules?.() };
	const plans = ["alice", "bob", "carol"].map((name) => {
		const isDishonest = variant.dishonest?.includes(name) ?? false;
		return { name, tokens: purse, rules: { ...soundRules, ...broken }, dishonest: isDishonest };
	});
	const world = new World(plans, { ...soundOperator, ...(sound ? {} : variant.operator) });
	world.ledger.watchesMoves = false;
	new Schedule(world, variant.scenario).run(numbers);
	if (variant.afterwards === undefined) world.heal();
	else variant.afterwards(world);
	world.ledger.check(world.hosts);
}

const lists = fc.array(fc.nat(0xffff_ffff), { minLength: 60, maxLength: 160, size: "max" });

for (const [name, variant] of Object.entries(variants))
	test(`caught: ${name}`, (t) => {
		let caught: Violation | undefined;
		const property = fc.property(lists, (numbers) => {
			try {
				run(variant, numbers);
			} catch (error) {
				if (!(error instanceof Violation)) throw error;
				caught = error;
			}
			return caught === undefined;
		});
		const { numRuns } = fc.check(property, { numRuns: 400, seed: 1, endOnFailure: true });
		assert.ok(caught, `not caught in ${numRuns} runs`);
		assert.ok(variant.caughtAs.includes(caught.invariant), caught.message);
		t.diagnostic(`after ${numRuns} runs: ${caught.message}`);
	});

/** The same cheats among sound hosts and a sound operator. */
for (const [name, variant] of Object.entries(variants))
	if (variant.dishonest !== undefined)
		test(`harmless among sound hosts: ${name}`, () => {
			fc.assert(
				fc.property(lists, (numbers) => run(variant, numbers, true)),
				{ numRuns: 30, endOnFailure: true },
			);
		});
