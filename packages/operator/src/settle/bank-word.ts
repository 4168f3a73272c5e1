/** What a bank says of a line, or of a whole file, of ours: whichever file it came in. */

/** `line`: by the reference that we gave it. `file`: by its message id, all that is in it. */
type About =
	| { readonly kind: "line"; readonly reference: string }
	| { readonly kind: "file"; readonly message: string };

export type BankWord = {
	readonly about: About;
	/**
	 * `credited` and `debited`: money came onto our account, or left it; what that means follows from what was asked for.
	 * `refused`: with the bank's code in `why`.
	 */
	readonly says: "settled" | "refused" | "credited" | "debited";
	readonly why: string;
	/** minor units; null where the bank does not say */
	readonly amount: bigint | null;
};
