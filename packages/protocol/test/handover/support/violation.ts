/** What a test world may find broken. */
export type Invariant =
	| "created"
	| "lost"
	| "two copies"
	| "decided twice"
	| "released too late"
	| "left by itself"
	| "undecided"
	| "inconsistent"
	| "never quiet"
	| "paid twice"
	| "robbed"
	| "accused"
	| "changed by a refusal";

export class Violation extends Error {
	readonly invariant: Invariant;
	constructor(invariant: Invariant, detail: string) {
		super(`${invariant}: ${detail}`);
		this.invariant = invariant;
	}
}
