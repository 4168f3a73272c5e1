/**
 * The outside ledger: the torturer's own record of what it asked, and of what it was told.
 *
 * An operation is written down before it is asked, and again when something is acknowledged: from then on the
 * ledger holds the killed processes to it. While an operation is open, what its wallets may hold is a range;
 * when none is open it is one number. The record is appended to a file, for whoever looks for a loss afterwards.
 */
import { appendFileSync } from "node:fs";
import { jsonLine } from "../output.ts";

export type OperationKind = "pay" | "direct" | "giveUp" | "topUp" | "redeem" | "refresh" | "deposit";

/** How the doubt about an operation ended. */
export type Resolution =
	/** the answer came */
	| "answered"
	/** nothing of it was durable */
	| "never begun"
	/** it was durable and complete, only the answer was lost */
	| "was done"
	/** it was carried to its end by asking the other side again */
	| "completed"
	/** it was given up by its payer */
	| "cancelled";

export type Operation = {
	readonly id: string;
	readonly kind: OperationKind;
	readonly wallet: string;
	/** who is paid; null where it is between a wallet and its account */
	readonly payee: string | null;
	/** minor units */
	readonly amount: bigint;
};

/** What is known of an operation. */
export type Known = {
	readonly operation: Operation;
	/** what the wallet that asked was told */
	readonly payer: "asked" | "spent" | "safe" | "refused";
	/** what whoever is paid was told */
	readonly payee: "nothing" | "owned";
	/** minor units, once it has ended */
	readonly moved: bigint | null;
};

type Entry = { -readonly [K in keyof Known]: Known[K] };

/** Least and most, minor units. */
export type Range = { readonly low: bigint; readonly high: bigint };

export class Ledger {
	readonly #file: string;
	readonly #known = new Map<string, Entry>();
	readonly #base = new Map<string, { purse: bigint; account: bigint }>();
	readonly losses: string[] = [];
	readonly acknowledged: Map<string, number> = new Map<string, number>();
	readonly resolutions: Map<Resolution, number> = new Map<Resolution, number>();
	#operations = 0;
	/** called at each loss */
	lost: () => void = () => undefined;

	/** `file`: where the record is appended */
	constructor(file: string) {
		this.#file = file;
	}

	/** How many operations were asked, ever. */
	get operations(): number {
		return this.#operations;
	}

	asked(operation: Omit<Operation, "id">): Operation {
		const whole = { ...operation, id: `op-${++this.#operations}` };
		this.#write("asked", whole);
		this.#known.set(whole.id, { operation: whole, payer: "asked", payee: "nothing", moved: null });
		return whole;
	}

	/** The wallet that asked was told that it is done, or that nothing moved. */
	told({ id, kind }: Operation, what: "spent" | "safe" | "refused"): void {
		const known = this.#known.get(id);
		this.#write("told", { id, what });
		if (known === undefined) return;
		known.payer = what;
		count(this.acknowledged, `${kind} ${what === "spent" ? "done" : what}`);
	}

	/** A payer was told that its value is gone, before its payment came to an end. */
	toldPayer(id: string): void {
		const known = this.#known.get(id);
		this.#write("released", { id });
		if (known?.payer !== "asked") return;
		known.payer = "spent";
		count(this.acknowledged, `${known.operation.kind} released`);
	}

	/** A payee was told that it owns what was paid. */
	toldPayee(id: string): void {
		const known = this.#known.get(id);
		this.#write("owned", { id });
		if (known === undefined || known.payee === "owned") return;
		known.payee = "owned";
		count(this.acknowledged, `${known.operation.kind} received`);
	}

	/** An operation has ended, and moved this much (minor units). */
	ended({ id, wallet, payee, kind }: Operation, moved: bigint, how: Resolution): void {
		const known = this.#known.get(id);
		if (known === undefined || known.moved !== null) throw new Error(`${id} has ended before`);
		this.#write("ended", { id, moved, how });
		known.moved = moved;
		count(this.resolutions, how);
		const own = this.#baseOf(wallet);
		if (payee !== null) {
			own.purse -= moved;
			this.#baseOf(payee).purse += moved;
		} else if (kind === "topUp") {
			own.purse += moved;
			own.account -= moved;
		} else if (kind === "redeem") {
			own.purse -= moved;
			own.account += moved;
		} else if (kind === "deposit") own.account += moved;
	}

	/** Something that was promised is not so. */
	loss(what: string): void {
		this.#write("loss", { what });
		this.losses.push(what);
		this.lost();
	}

	get open(): readonly Operation[] {
		return [...this.#known.values()].filter(({ moved }) => moved === null).map(({ operation }) => operation);
	}

	/** What is known by now of the operations of which this wallet is a side. */
	about(wallet: string): readonly Known[] {
		return [...this.#known.values()]
			.filter(({ operation }) => operation.wallet === wallet || operation.payee === wallet)
			.map((entry) => ({ ...entry }));
	}

	/** The other side of an operation, seen from one. */
	otherSide(id: string, side: "payer" | "payee"): string | undefined {
		const operation = this.#known.get(id)?.operation;
		return (side === "payee" ? operation?.wallet : operation?.payee) ?? undefined;
	}

	/** What a wallet holds, minor units. */
	purse(wallet: string): Range {
		const { purse } = this.#baseOf(wallet);
		let [low, high] = [purse, purse];
		for (const { wallet: own, payee, kind, amount } of this.open)
			if (own === wallet) {
				if (kind === "topUp") high += amount;
				// The tokens of an order leave whole; the change comes with the answer.
				else if (kind === "redeem" || kind === "refresh") low = 0n;
				else if (payee !== null) low -= amount;
			} else if (payee === wallet) high += amount;
		return { low: low < 0n ? 0n : low, high };
	}

	/** What a wallet's account holds, minor units. */
	account(wallet: string): Range {
		const { account } = this.#baseOf(wallet);
		let [low, high] = [account, account];
		for (const { wallet: own, kind, amount } of this.open) {
			if (own !== wallet) continue;
			if (kind === "topUp") low -= amount;
			else if (kind === "redeem" || kind === "deposit") high += amount;
		}
		return { low, high };
	}

	/** What ended operations left on an account, minor units. */
	settledAccount(wallet: string): bigint {
		return this.#baseOf(wallet).account;
	}

	/** Wallets that were emptied are held to nothing any more. */
	forget(): void {
		this.#write("emptied", {});
		this.#known.clear();
		this.#base.clear();
	}

	#baseOf(wallet: string): { purse: bigint; account: bigint } {
		const base = this.#base.get(wallet) ?? { purse: 0n, account: 0n };
		this.#base.set(wallet, base);
		return base;
	}

	#write(event: string, content: object): void {
		appendFileSync(this.#file, `${jsonLine({ event, ...content })}\n`);
	}
}

export function count<K>(counts: Map<K, number>, key: K): void {
	counts.set(key, (counts.get(key) ?? 0) + 1);
}
