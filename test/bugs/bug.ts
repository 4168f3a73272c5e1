/** What a seeded bug is: where it goes, which promise it breaks, and who must see it. */

/** One exact piece of source, found once in its file, and what stands there instead. */
export type Edit = { readonly file: string; readonly find: string; readonly put: string };

export type Bug = {
	readonly name: string;
	/** the wrong that it does to whoever relies on the rule */
	readonly why: string;
	/** the promise of the design that it breaks: see `promises` */
	readonly promise: Promise;
	readonly edits: readonly Edit[];
	/** a test that fails with it; `…` in its name stands for anything */
	readonly test: { readonly file: string; readonly name: string };
	/** the broken variant of a model in `formal/` that says the same */
	readonly model?: string;
	/** why the simulator does not see it, where it does not */
	readonly blind?: string;
};

export const promises = {
	1: "no value created",
	2: "no value lost",
	3: "one spendable copy",
	4: "never both release and cancel",
	5: "a fork names its culprit, nobody honest is accused",
	6: "a redemption pays once",
	7: "what was acknowledged survives",
	8: "bad input changes nothing",
} as const;
export type Promise = keyof typeof promises;
