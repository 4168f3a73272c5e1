/** What the simulator may find broken. */
export type ViolationKind =
	| "created"
	| "lost"
	| "two copies"
	| "decided twice"
	| "told before durable"
	| "forgotten"
	| "forked"
	| "accused"
	| "unbound"
	| "over"
	| "old key"
	| "unproven"
	| "paid twice"
	| "too early"
	| "sworn falsely"
	| "books"
	| "answered in two ways"
	| "undecided"
	| "never quiet"
	| "not deterministic"
	| "exception";

export class Violation extends Error {
	readonly kind: ViolationKind;
	constructor(kind: ViolationKind, detail: string) {
		super(detail);
		this.kind = kind;
	}
}
