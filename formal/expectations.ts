/**
 * What each model must show: which properties hold of the sound rules, which one each broken variant violates,
 * and what must be able to happen, so that nothing holds of an empty world.
 */
export type Variant = {
	readonly name: string;
	/** -D flags of the model */
	readonly flags: readonly string[];
	readonly about: string;
	/** properties that hold in every reachable state, or at the end of every run */
	readonly holds: readonly string[];
	/** properties that must be violated */
	readonly fails: readonly string[];
	/** `can_…` properties, whose violation shows that something happens */
	readonly happens: readonly string[];
	/** the rules as they should be: every run ends, and every step of the model is taken in some run */
	readonly isSound: boolean;
	/** a flag takes steps away: not every step that is left can be taken */
	readonly mayMiss: boolean;
	/** the rules as built, and what is known not to hold of them */
	readonly isOpen: boolean;
};

export type Model = { readonly name: string; readonly variants: readonly Variant[] };

type Sound = Pick<Variant, "name" | "flags" | "about" | "holds"> & {
	readonly happens?: readonly string[];
	readonly mayMiss?: boolean;
};
type Open = Pick<Variant, "name" | "flags" | "about" | "fails">;
type Broken = Pick<Variant, "about" | "fails"> & {
	readonly flags: readonly string[];
	readonly holds?: readonly string[];
};

function sound(variant: Sound): Variant {
	return { fails: [], happens: [], isSound: true, isOpen: false, mayMiss: false, ...variant };
}

/** Named by its last flag: PAYEE_TIMER is payee-timer. */
function broken(variant: Broken): Variant {
	const name = (variant.flags.at(-1) ?? "").toLowerCase().replaceAll("_", "-");
	return { name, holds: [], happens: [], isSound: false, isOpen: false, mayMiss: false, ...variant };
}

function open(variant: Open): Variant {
	return { holds: [], happens: [], isSound: false, isOpen: true, mayMiss: false, ...variant };
}

const handOver = ["nocreate", "paysonce", "noloss", "oneword", "oneeffective", "noframe", "settles"];

const twoPhase: Model = {
	name: "two-phase",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about: "two attempts at one token, change, a second hop at once, redemption, rulings, one crash",
			holds: handOver,
			happens: [
				"can_pay_on",
				"can_pay_second",
				"can_refund",
				"can_refund_hop",
				"can_claim_in_grace",
				"can_resolve",
				"can_end_even",
			],
		}),
		sound({
			name: "same",
			flags: ["SAME"],
			about: "both attempts at one request of the same payee",
			holds: ["nocreate", "noloss", "oneword"],
		}),
		sound({
			name: "lost",
			flags: ["LOST"],
			about: "one party is lost for good, at any moment",
			holds: ["nocreate", "noloss", "settles"],
		}),
		broken({
			flags: ["PAYEE_TIMER"],
			about: "the payee deletes its reservation on a timer",
			fails: ["noloss"],
		}),
		broken({
			flags: ["RELEASE_BY_TOKEN"],
			about: "a release is matched by its token only",
			fails: ["nocreate"],
		}),
		broken({
			flags: ["TOLD_BEFORE_DURABLE"],
			about: "a release is sent before it is durable",
			fails: ["nocreate", "oneword"],
		}),
		broken({
			flags: ["GIVES_UP_RESERVED"],
			about: "the payee gives up after it has reserved",
			fails: ["noloss"],
		}),
		broken({
			flags: ["PRESUMES_RELEASE"],
			about: "the operator presumes a release",
			fails: ["nocreate"],
		}),
		broken({
			flags: ["ROLLED_BACK"],
			about: "A's module is rolled back from a backup: created, and then proven by the fork",
			fails: ["nocreate"],
			holds: ["proven"],
		}),
	],
};

const cheated = ["paysonce", "notboth", "noframe", "named", "notfooled", "notrobbed", "keepsown", "settles"];

const rulings: Model = {
	name: "rulings",
	variants: [
		sound({
			name: "honest",
			flags: [],
			about: "everybody is honest",
			holds: cheated,
			mayMiss: true,
		}),
		sound({
			name: "bad-a",
			flags: ["BAD_A"],
			about: "A locks twice, cancels and releases, states falsely, redeems what it spent",
			holds: cheated,
			happens: ["can_fork", "can_refund", "can_late_lie", "can_late_ruling"],
			mayMiss: true,
		}),
		sound({
			name: "bad-b",
			flags: ["BAD_B"],
			about: "B hides the release, passes on, claims, spends twice, states falsely",
			holds: cheated,
			happens: ["can_refuse_cheat"],
			mayMiss: true,
		}),
		broken({
			flags: ["BAD_A", "LATE_WHILE_RESOLVING"],
			about: "a payee that has asked takes a late release without the operator",
			fails: ["notfooled"],
		}),
		broken({
			flags: ["BAD_A", "RULES_EARLY"],
			about: "a statement is paid before redeem until and grace",
			fails: ["notboth"],
		}),
		broken({
			flags: ["BAD_A", "TAKES_NO_ROWS"],
			about: "a ruling does not take the registry rows",
			fails: ["paysonce", "notboth"],
		}),
		broken({
			flags: ["BAD_A", "KEEPS_NOTHING"],
			about: "the row of a refund keeps nothing against who lied for it (before ADR 0018)",
			fails: ["notrobbed"],
		}),
		broken({
			flags: ["BAD_A", "OWNS_WHEN_OVER"],
			about: "a release ruled after redeem until and grace makes an owner (as built before this model)",
			fails: ["notfooled"],
		}),
	],
};

const swapped = ["nocreate", "noframe", "named", "fairforx", "noloss", "oneword", "notboth"];
const swappedFairly = [...swapped, "fairfory", "getsback"];

const exchange: Model = {
	name: "exchange",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about: "two operators, each of which rules its own leg",
			holds: swappedFairly,
			happens: ["can_swap", "can_cancel_and_pay", "can_refund_both"],
			mayMiss: true,
		}),
		sound({
			name: "one-operator",
			flags: ["ONE_OPERATOR"],
			about: "one operator issued both assets",
			holds: swappedFairly,
			mayMiss: true,
		}),
		sound({
			name: "bad-x",
			flags: ["BAD_X"],
			about: "the decider cancels and releases, states falsely, keeps the release to itself, shows it late",
			holds: swappedFairly,
			happens: ["can_learn", "can_convict_decider"],
			mayMiss: true,
		}),
		sound({
			name: "bad-y",
			flags: ["BAD_Y"],
			about: "the other side spends what it gave, and states falsely",
			holds: swapped,
			happens: ["can_convict_other"],
			mayMiss: true,
		}),
		sound({
			name: "bad-x-one-operator",
			flags: ["BAD_X", "ONE_OPERATOR"],
			about: "the same, of two assets of one operator",
			holds: swappedFairly,
			mayMiss: true,
		}),
		sound({
			name: "bad-y-one-operator",
			flags: ["BAD_Y", "ONE_OPERATOR"],
			about: "the other side does the same as bad-y, of two assets of one operator",
			holds: swapped,
			mayMiss: true,
		}),
		broken({
			flags: ["BAD_X", "COUNTS_WHENEVER"],
			about:
				"the decider publishes and claims in the last moment of grace: the other side has none left (before ADR 0025)",
			fails: ["fairfory", "getsback"],
		}),
		broken({
			flags: ["BAD_X", "CLAIMS_WHENEVER"],
			about: "a release published in grace counts in a claim, and the other side learns of it too late",
			fails: ["fairfory"],
		}),
		broken({
			flags: ["BAD_X", "ANSWERS_WHENEVER"],
			about: "a release handed over after grace blocks the refund of the other side",
			fails: ["getsback"],
		}),
		broken({
			flags: ["BAD_X", "NO_AFTER"],
			about: "an exchange is freed by a cancel that is not carried in after",
			fails: ["noframe"],
		}),
		broken({
			flags: ["OTHER_HAS_A_TIMER"],
			about: "the side that does not decide cancels on its timer",
			fails: ["nocreate", "noframe"],
		}),
		broken({
			flags: ["ONE_OPERATOR", "RULED_FOR_BOTH"],
			about: "a refund of the decider's leg ends the other's too (as built before this model)",
			fails: ["getsback"],
		}),
		broken({
			flags: ["BAD_X", "CANCELS_LATE"],
			about: "the other side takes a cancel after redeem until (as built before this model)",
			fails: ["fairfory"],
		}),
	],
};

const direct: Model = {
	name: "direct",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about: "sent, taken, paid on, returned, or refunded when no word came",
			holds: ["nocreate", "paysonce", "noframe", "noloss"],
			happens: ["can_return", "can_refund", "can_pay_on"],
			mayMiss: true,
		}),
		broken({
			flags: ["FREED_BY_STATEMENT"],
			about: "a direct link is freed by a mere statement of its payee: an honest payer is convicted",
			fails: ["noframe"],
		}),
		open({
			name: "accomplice",
			flags: ["ACCOMPLICE"],
			about:
				"the payer says no word came, its accomplice had paid on: a late claimant finds the row taken (ADR 0018)",
			fails: ["someoneconvicted"],
		}),
	],
};

export const models: readonly Model[] = [twoPhase, rulings, exchange, direct];
