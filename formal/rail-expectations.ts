/** What the models of the account rail must show: flow 25, and tokens for money on an account. */
import { broken, type Model, sound } from "./variant.ts";

const accountHolds = ["nocreate", "noloss", "settles", "paysonce", "shownispaid", "oneword"];

export const account: Model = {
	name: "account",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about:
				"flow 25 from ⑧ on: messages late, repeated and out of order; the payer may pay in cash at any moment",
			holds: accountHolds,
			happens: ["can_use", "can_recredit", "can_free"],
			mayMiss: true,
		}),
		sound({
			name: "lost",
			flags: ["LOST"],
			about: "A is gone for good at any moment, and its word is ruled",
			holds: accountHolds,
			happens: ["can_end_early", "can_rule"],
		}),
		broken({
			flags: ["C_FREES_BY_TIME"],
			about: "C gives back by a timer after ⑪: made, or stranded at D",
			fails: ["nocreate", "settles"],
		}),
		broken({
			flags: ["D_VOIDS_BY_TIME"],
			about: "D's reservation is voided by a timer: what was shown as paid is not",
			fails: ["shownispaid"],
		}),
		broken({
			flags: ["D_LIFTS_BY_TIME"],
			about: "D's reservation is lifted by a timer: who paid in cash has paid twice",
			fails: ["paysonce"],
		}),
		broken({
			flags: ["ANSWERS_TWICE"],
			about: "A says abandoned where it has heard nothing, and notified when it has",
			fails: ["oneword", "shownispaid"],
		}),
		broken({
			flags: ["LOST", "RULES_BLINDLY"],
			about: "a ruling in A's place asks nobody whether the payer paid otherwise",
			fails: ["paysonce"],
		}),
	],
};

export const bound: Model = {
	name: "bound",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about:
				"tokens for money on an account: messages late, repeated and out of order; T may cancel at any moment",
			holds: ["nocreate", "noloss", "giverkeeps", "settles"],
			happens: ["can_both", "can_neither", "can_be_refused", "can_learn_of_d"],
		}),
		sound({
			name: "lost",
			flags: ["LOST"],
			about: "whoever gives the tokens is gone for good at any moment, and it is ruled",
			holds: ["nocreate", "noloss", "settles"],
			happens: ["can_both", "can_rule"],
		}),
		sound({
			name: "cheat",
			flags: ["CHEAT"],
			about: "T says that it has cancelled, and shows D the release: M has the tokens",
			holds: ["nocreate", "noloss", "settles"],
			happens: ["can_learn_of_d"],
		}),
		broken({
			flags: ["DECIDES_IN_TWO_PLACES"],
			about: "the release decides for the tokens, and M's side gives up for the money: M has both",
			fails: ["nocreate", "giverkeeps"],
		}),
		broken({
			flags: ["RELEASES_EARLY"],
			about: "T releases before D holds the money, which then never comes",
			fails: ["nocreate", "giverkeeps"],
		}),
		broken({
			flags: ["D_VOIDS_BY_TIME"],
			about: "D's reservation is voided by a timer, while T releases",
			fails: ["nocreate", "giverkeeps"],
		}),
		broken({
			flags: ["CHEAT", "CANCEL_AT_ONCE"],
			about: "M takes T's cancel before its money is back, and T shows D the release",
			fails: ["noloss"],
		}),
		broken({
			flags: ["LOST", "RULES_BLINDLY"],
			about: "the money is ruled back without a look for a release that M has used",
			fails: ["nocreate"],
		}),
	],
};
