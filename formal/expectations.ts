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
};

export type Model = { readonly name: string; readonly variants: readonly Variant[] };

type Sound = Pick<Variant, "name" | "flags" | "about" | "holds"> & { readonly happens?: readonly string[] };
type Broken = Pick<Variant, "about" | "fails"> & {
	readonly flags: readonly string[];
	readonly holds?: readonly string[];
};

function sound(variant: Sound): Variant {
	return { fails: [], happens: [], isSound: true, ...variant };
}

/** Named by its last flag: PAYEE_TIMER is payee-timer. */
function broken(variant: Broken): Variant {
	const name = (variant.flags.at(-1) ?? "").toLowerCase().replaceAll("_", "-");
	return { name, holds: [], happens: [], isSound: false, ...variant };
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
			holds: handOver,
		}),
		sound({
			name: "lost",
			flags: ["LOST"],
			about: "one party is lost for good, at any moment",
			holds: handOver,
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
			holds: ["proven", "paysonce"],
		}),
	],
};

export const models: readonly Model[] = [twoPhase];
