/** What is said of a model: variants as they should be, broken on purpose, and as built. */
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
	/** so many states that a slower compiler pays */
	readonly isLarge: boolean;
};

export type Model = { readonly name: string; readonly variants: readonly Variant[] };

type Sound = Pick<Variant, "name" | "flags" | "about" | "holds"> & {
	readonly happens?: readonly string[];
	readonly mayMiss?: boolean;
	readonly isLarge?: boolean;
};
type Open = Pick<Variant, "name" | "flags" | "about" | "fails">;
type Broken = Pick<Variant, "about" | "fails"> & {
	readonly flags: readonly string[];
	readonly holds?: readonly string[];
	readonly isLarge?: boolean;
};

export function sound(variant: Sound): Variant {
	const kind = { isSound: true, isOpen: false, mayMiss: false, isLarge: false };
	return { fails: [], happens: [], ...kind, ...variant };
}

/** Named by its last flag: PAYEE_TIMER is payee-timer. */
export function broken(variant: Broken): Variant {
	const name = (variant.flags.at(-1) ?? "").toLowerCase().replaceAll("_", "-");
	const kind = { isSound: false, isOpen: false, mayMiss: false, isLarge: false };
	return { name, holds: [], happens: [], ...kind, ...variant };
}

export function open(variant: Open): Variant {
	const kind = { isSound: false, isOpen: true, mayMiss: false, isLarge: false };
	return { holds: [], happens: [], ...kind, ...variant };
}
