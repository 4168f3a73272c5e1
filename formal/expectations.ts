/**
 * What each model must show: which properties hold of the sound rules, which one each broken variant violates,
 * and what must be able to happen, so that nothing holds of an empty world.
 */
import { account, bound } from "./rail-expectations.ts";
import { settlement } from "./settle-expectations.ts";
import { broken, type Model, open, sound } from "./variant.ts";

const handOver = ["nocreate", "paysonce", "noloss", "oneword", "oneeffective", "noframe", "settles"];

const twoPhase: Model = {
	name: "two-phase",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about: "two attempts at one token, change, a second hop at once, redemption, rulings, two crashes",
			isLarge: true,
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
			isLarge: true,
		}),
		sound({
			name: "lost",
			flags: ["CRASHES=1", "LOST"],
			about: "one party is lost for good, at any moment",
			holds: ["nocreate", "noloss", "settles", "noframe"],
			isLarge: true,
		}),
		sound({
			name: "skew",
			flags: ["CRASHES=0", "SKEW"],
			about: "one clock is wrong for a while, ahead or behind; records are forgotten",
			holds: handOver,
			happens: ["can_state_early", "can_forget", "can_wait_for_the_clock"],
			isLarge: true,
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
			isLarge: true,
		}),
		broken({
			flags: ["CRASHES=0", "SKEW", "STATES_AND_CANCELS"],
			about: "a payer whose clock was ahead states, and then cancels and spends",
			fails: ["nocreate", "settles"],
		}),
		broken({
			flags: ["CRASHES=0", "SKEW", "STATES_AND_RELEASES"],
			about: "a payer whose clock was ahead states, and then releases: its own word convicts it",
			fails: ["nocreate", "noframe"],
		}),
		broken({
			flags: ["CRASHES=0", "SKEW", "OVER_BY_OWN_CLOCK"],
			about: "a payee gives up what was ruled released by its own clock, which was ahead (seed 100067)",
			fails: ["noloss"],
		}),
		broken({
			flags: ["CRASHES=0", "SKEW", "FORGETS_BY_OWN_CLOCK"],
			about: "records go by one's own clock, which was ahead: the release is lost with them (toy seed 5094)",
			fails: ["noloss", "noframe"],
		}),
	],
};

const cheated = ["paysonce", "notboth", "noframe", "named", "notfooled", "notrobbed", "getsback", "settles"];

const rulings: Model = {
	name: "rulings",
	variants: [
		sound({
			name: "honest",
			flags: [],
			about: "everybody is honest",
			holds: [...cheated, "keepsown"],
			mayMiss: true,
		}),
		sound({
			name: "bad-a",
			flags: ["BAD_A"],
			about: "A locks twice, cancels and releases, states falsely, redeems what it spent",
			holds: cheated,
			isLarge: true,
			happens: ["can_fork", "can_refund", "can_late_lie", "can_late_ruling", "can_prune"],
			mayMiss: true,
		}),
		sound({
			name: "bad-b",
			flags: ["BAD_B"],
			about: "B hides the release, passes on, claims, spends twice, states falsely",
			holds: [...cheated, "keepsown"],
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
			flags: ["BAD_A", "RULES_FOR_EVER"],
			about: "a statement is paid whenever it comes, while the operator prunes (before ADR 0040)",
			fails: ["paysonce", "notboth"],
		}),
		broken({
			flags: ["BAD_A", "TAKES_NO_ROWS"],
			about: "a ruling does not take the registry rows",
			fails: ["paysonce", "notboth"],
		}),
		broken({
			flags: ["BAD_A", "KEEPS_NOTHING"],
			about: "the row of a refund keeps nothing against who lied for it (before ADR 0018)",
			fails: ["getsback"],
		}),
		broken({
			flags: ["BAD_A", "OWNS_WHEN_OVER"],
			about: "a release ruled after redeem until and grace makes an owner (as built before this model)",
			fails: ["notfooled"],
		}),
		broken({
			flags: ["BAD_A", "CANCELLED_OWNS_WHEN_OVER"],
			about: "the same, of a payee that had read a cancel (as built before this model could see it)",
			fails: ["notfooled"],
		}),
	],
};

const swapped = ["nocreate", "noframe", "fairforw"];
const swappedHonestly = [
	...swapped,
	...["onecopy", "noloss", "nodraw", "fairforx", "fairfory", "getsback", "oneword", "settles"],
];
const badX = [...swapped, "named", "fairfory", "getsback"];
const badY = [...swapped, "named", "fairforx", "oneword"];

const exchange: Model = {
	name: "exchange",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about: "two operators, each of which rules its own leg",
			holds: swappedHonestly,
			happens: ["can_swap", "can_cancel_and_pay", "can_refund_both"],
			mayMiss: true,
		}),
		sound({
			name: "one-operator",
			flags: ["ONE_OPERATOR"],
			about: "one operator issued both assets",
			holds: swappedHonestly,
			mayMiss: true,
		}),
		sound({
			name: "bad-x",
			flags: ["BAD_X"],
			about: "the decider cancels and releases, states falsely, keeps the release to itself, shows it late",
			holds: badX,
			happens: ["can_learn", "can_convict_decider"],
			mayMiss: true,
		}),
		sound({
			name: "bad-y",
			flags: ["BAD_Y"],
			about: "the other side spends what it gave, and states falsely",
			holds: badY,
			happens: ["can_convict_other"],
			mayMiss: true,
		}),
		sound({
			name: "bad-x-one-operator",
			flags: ["BAD_X", "ONE_OPERATOR"],
			about: "the same, of two assets of one operator",
			holds: badX,
			mayMiss: true,
		}),
		sound({
			name: "bad-y-one-operator",
			flags: ["BAD_Y", "ONE_OPERATOR"],
			about: "the other side does the same as bad-y, of two assets of one operator",
			holds: badY,
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
			about: "the side that does not decide cancels on its timer: created, and an honest side convicted",
			fails: ["onecopy", "nodraw", "noframe"],
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
			about: "sent, taken, paid on, come round, returned, or refunded when no word came",
			holds: ["nocreate", "paysonce", "noframe", "noloss", "truthful"],
			happens: ["can_return", "can_refund", "can_come_round", "can_pay_on"],
			mayMiss: true,
		}),
		broken({
			flags: ["FREED_BY_STATEMENT"],
			about: "a direct link is freed by a mere statement of its payee: an honest payer is convicted",
			fails: ["noframe", "nocreate", "paysonce"],
		}),
		broken({
			flags: ["DEAF_TO_ARRIVAL"],
			about: "what comes round is no word of arrival: its payer states that none came",
			fails: ["truthful"],
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

const meter: Model = {
	name: "meter",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about: "ticked, closed by both, or by the operator on the word of either side, with a Close or without",
			holds: ["nocreate", "noloss", "noframe", "fair", "whole"],
			happens: ["can_close", "can_claim", "can_yield", "can_lose"],
			mayMiss: true,
		}),
		broken({
			flags: ["TICKS_AFTER_COUNT"],
			about: "the payee takes ticks after it has signed its count, and claims them",
			fails: ["noframe"],
		}),
		broken({
			flags: ["STOPS_FOR_ANYBODY"],
			about: "a stranger's stop right after a crash has the payee count without what it had not kept",
			fails: ["whole"],
		}),
		broken({
			flags: ["CLAIMS_AND_CLOSES"],
			about: "the payee that has claimed takes a Close as well, and spends it",
			fails: ["noframe"],
		}),
		broken({
			flags: ["REST_AFTER_CLOSE"],
			about: "the payer claims the rest although it has closed",
			fails: ["noframe"],
		}),
		broken({
			flags: ["PAID_EARLY"],
			about: "the operator pays the rest before until and grace",
			fails: ["nocreate"],
		}),
		broken({
			flags: ["GIVES_UP_COUNTED"],
			about: "the payee that has counted and got no Close claims nothing",
			fails: ["fair"],
		}),
	],
};

const crossing: Model = {
	name: "crossing",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about:
				"S's seal of the agreed number decides; seals, proofs and the release come late and out of order",
			holds: ["nocreate", "noloss", "settles", "agrees", "consents", "dutyismet"],
			happens: ["can_pay", "can_come_late", "can_refuse"],
		}),
		sound({
			name: "stalls",
			flags: ["STALLS"],
			about: "S stops for good before the seal that decides: what D reserved stays open, and nothing else",
			holds: ["nocreate", "agrees", "consents"],
			happens: ["can_pay", "can_strand"],
		}),
		broken({
			flags: ["BY_TIMESTAMPS"],
			about: "each side decides by its own clock: S commits what D voids",
			fails: ["noloss", "agrees", "dutyismet"],
		}),
		broken({
			flags: ["CREDITS_BY_RELEASE"],
			about: "D credits by the release, which came too late for S: both have it",
			fails: ["nocreate"],
		}),
		broken({
			flags: ["COMMITS_LATE"],
			about: "S commits after the seal that decides: nobody has it",
			fails: ["noloss", "agrees", "dutyismet"],
		}),
		broken({
			flags: ["TWO_VIEWS"],
			about: "two seals of one number, since no honest witness is in both quorums",
			fails: ["nocreate", "noloss", "agrees", "consents"],
		}),
	],
};

export const models: readonly Model[] = [
	twoPhase,
	rulings,
	exchange,
	direct,
	account,
	bound,
	crossing,
	meter,
	settlement,
];
