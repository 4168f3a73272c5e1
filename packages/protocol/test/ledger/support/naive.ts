/**
 * A ledger as a list of what was done, and nothing else: every sum is counted anew from the list each time.
 *
 * Written from docs/spec/ledger.md, to be compared with the machine: slow, and without a thing in common with it.
 */
import { type AccountTerms, type LedgerTransfer, limits, toHex } from "@tenten/protocol";

export type Done = { readonly asked: LedgerTransfer; readonly debit: string; readonly credit: string };

export class NaiveLedger {
	readonly terms: ReadonlyMap<string, AccountTerms>;
	done: readonly Done[] = [];

	constructor(accounts: readonly AccountTerms[]) {
		this.terms = new Map(accounts.map((account) => [toHex(account.id), account]));
	}

	/** `done`, `exists` or a code, of each. */
	take(linked: readonly LedgerTransfer[], now: number): readonly string[] {
		const before = this.done;
		const said: string[] = [];
		for (const asked of linked) said.push(this.#one(asked, now));
		if (linked.length === 1) return said;
		const refused = said.findIndex((word) => word !== "done" && word !== "exists");
		if (refused === -1 && new Set(said).size === 1) return said;
		this.done = before;
		return said.map((word, position) => {
			if (position === refused) return word;
			return refused === -1 && word === "exists" ? "exists-apart" : "linked-refused";
		});
	}

	find(id: Uint8Array): Done | undefined {
		return this.done.find(({ asked }) => toHex(asked.id) === toHex(id));
	}

	endOf(id: Uint8Array): Done | undefined {
		return this.done.find(({ asked }) => "reservation" in asked && toHex(asked.reservation) === toHex(id));
	}

	/** pending and posted of one side of an account */
	sums(account: string, side: "debit" | "credit"): { readonly pending: bigint; readonly posted: bigint } {
		let pending = 0n;
		let posted = 0n;
		for (const one of this.done) {
			if (one[side] !== account) continue;
			if (one.asked.kind === "move" || one.asked.kind === "post") posted += one.asked.amount;
			if (one.asked.kind === "reserve" && this.endOf(one.asked.id) === undefined) pending += one.asked.amount;
		}
		return { pending, posted };
	}

	#one(asked: LedgerTransfer, now: number): string {
		const known = this.find(asked.id);
		if (known !== undefined) return difference(known.asked, asked);
		if ("debit" in asked) return this.#fresh(asked, now);
		if (asked.kind === "post" && (asked.amount < 1n || asked.amount > limits.amount)) return "amount-invalid";
		const reservation = this.find(asked.reservation);
		if (reservation === undefined) return "reservation-unknown";
		if (reservation.asked.kind !== "reserve") return "reservation-is-none";
		const end = this.endOf(asked.reservation)?.asked.kind;
		if (end !== undefined)
			return { post: "reservation-posted", void: "reservation-voided", expire: "reservation-expired" }[
				end as "post" | "void" | "expire"
			];
		const isOver = reservation.asked.until !== null && reservation.asked.until <= now;
		if (isOver && asked.kind !== "expire") return "reservation-expired";
		if (!isOver && asked.kind === "expire") return "reservation-not-due";
		if (asked.kind === "post" && asked.amount > reservation.asked.amount) return "amount-exceeds-reservation";
		this.done = [...this.done, { asked, debit: reservation.debit, credit: reservation.credit }];
		return "done";
	}

	#fresh(asked: Extract<LedgerTransfer, { readonly debit: Uint8Array }>, now: number): string {
		const { amount } = asked;
		const [debit, credit] = [toHex(asked.debit), toHex(asked.credit)];
		if (amount < 1n || amount > limits.amount) return "amount-invalid";
		if (debit === credit) return "accounts-same";
		const [payer, payee] = [this.terms.get(debit), this.terms.get(credit)];
		if (payer === undefined) return "debit-account-unknown";
		if (payee === undefined) return "credit-account-unknown";
		if (toHex(payer.asset) !== toHex(payee.asset)) return "assets-differ";
		if (asked.kind === "reserve" && asked.until !== null && asked.until <= now) return "time-limit-past";
		const [out, into] = [this.sums(debit, "debit"), this.sums(credit, "credit")];
		if (out.pending + out.posted + amount > limits.amount) return "sum-exceeded";
		if (into.pending + into.posted + amount > limits.amount) return "sum-exceeded";
		const left = this.sums(debit, "credit").posted - out.posted - out.pending - amount;
		if (payer.least !== null && left < payer.least) return "funds-insufficient";
		const kept = into.posted + into.pending - this.sums(credit, "debit").posted + amount;
		if (payee.most !== null && kept > payee.most) return "ceiling-exceeded";
		this.done = [...this.done, { asked, debit, credit }];
		return "done";
	}
}

function difference(known: LedgerTransfer, asked: LedgerTransfer): string {
	if (known.kind !== asked.kind) return "exists-with-different-kind";
	const fields = [
		["debit", "debit-account"],
		["credit", "credit-account"],
		["amount", "amount"],
		["reservation", "reservation"],
		["until", "time-limit"],
		["reference", "reference"],
	] as const;
	for (const [field, word] of fields) {
		const [one, other] = [known, asked].map((transfer) => (transfer as Record<string, unknown>)[field]);
		if (text(one) !== text(other)) return `exists-with-different-${word}`;
	}
	return "exists";
}

function text(value: unknown): string {
	return value instanceof Uint8Array ? toHex(value) : String(value);
}
