/**
 * An actor: the user of one wallet, who pays, tops up, redeems and refreshes, one thing after another.
 *
 * What it asks is in the ledger before, what it is told after. It knows nothing of kills: an answer that does
 * not come is a doubt, and it goes on when the doubt has ended.
 */
import { isRefusal, type Refusal } from "@tenten/protocol";
import { type Ended, isGone, settleOrder, settlePayment } from "./doubts.ts";
import { count, type Operation, type OperationKind } from "./ledger.ts";
import type { TorturedTown } from "./town.ts";

/** whole numbers from a seed: below the argument */
export type Chance = (below: number) => number;

const wants: readonly (readonly [share: number, kind: OperationKind])[] = [
	[52, "pay"],
	[8, "direct"],
	[8, "giveUp"],
	[14, "topUp"],
	[10, "redeem"],
	[8, "refresh"],
];

/** Minor units that nobody here has: some payments are refused. */
const tooMuch = 1_000_000_000n;

export class Actor {
	readonly wallet: string;
	readonly #town: TorturedTown;
	readonly #chance: Chance;
	/** what is under way, for whoever counts what a kill met */
	underWay: Operation | undefined;

	constructor(town: TorturedTown, wallet: string, chance: Chance) {
		this.#town = town;
		this.wallet = wallet;
		this.#chance = chance;
	}

	/** Does one thing, to its end. */
	async act(): Promise<void> {
		const kind = this.#choose();
		const amount = BigInt(1 + this.#chance(400));
		if (kind === "topUp" || kind === "redeem" || kind === "refresh") return this.order(kind, amount);
		const others = this.#town.wallets.filter((wallet) => wallet !== this.wallet);
		const payee = others[this.#chance(others.length)] as string;
		return this.#pay(kind, payee, this.#chance(40) === 0 ? tooMuch : amount);
	}

	#choose(): OperationKind {
		const { high } = this.#town.ledger.purse(this.wallet);
		if (high === 0n) return "topUp";
		let at = this.#chance(wants.reduce((sum, [share]) => sum + share, 0));
		for (const [share, kind] of wants) {
			if (at < share) return kind;
			at -= share;
		}
		return "pay";
	}

	async #pay(kind: OperationKind, payee: string, amount: bigint): Promise<void> {
		const { wallet } = this;
		const operation = this.#begin({ kind, wallet, payee, amount });
		const ended = await this.#tryPay(operation, payee);
		this.#end(operation, ended ?? (await settlePayment(this.#town, operation)));
	}

	/** How it ended, or undefined where that is in doubt. */
	async #tryPay(operation: Operation, payee: string): Promise<Ended | undefined> {
		const { ledger } = this.#town;
		const { id, kind, amount } = operation;
		try {
			const shop = await this.#town.homeOf(payee).up();
			const isDirect = kind === "direct";
			const request = await shop.call("request", { wallet: payee, amount, operation: id, isDirect });
			const home = await this.#town.homeOf(this.wallet).up();
			const to = this.#town.addressOf(payee);
			const paid = await home.call(kind === "giveUp" ? "giveUp" : "pay", {
				wallet: this.wallet,
				request,
				to,
			});
			if (isRefusal(paid)) {
				if (kind === "giveUp" && paid.code === "attempt-decided") return undefined;
				ledger.told(operation, "refused");
				return { moved: 0n, how: "answered" };
			}
			if (paid.state === "inFlight") return undefined;
			const isSpent = paid.state === "spent";
			ledger.told(operation, isSpent ? "spent" : "safe");
			// The payee may still have to hear of it.
			return paid.isOpen ? undefined : { moved: isSpent ? amount : 0n, how: "answered" };
		} catch (error) {
			if (!isGone(error)) throw error;
			return undefined;
		}
	}

	/** Moves value between the wallet and its account. A redemption of null takes everything. */
	async order(kind: "topUp" | "redeem" | "refresh", wanted: bigint | null): Promise<void> {
		const { ledger } = this.#town;
		const { wallet } = this;
		const everything = ledger.purse(wallet).high;
		const amount = wanted ?? everything;
		const operation = this.#begin({ kind, wallet, payee: null, amount });
		let ended: Ended | undefined;
		try {
			const home = await this.#town.homeOf(wallet).up();
			const split = 1 + this.#chance(4);
			if (kind === "topUp")
				ended = this.#answered(operation, await home.call("topUp", { wallet, amount, split }));
			else if (kind === "refresh") ended = this.#answered(operation, await home.call("refresh", { wallet }));
			else ended = this.#redeemed(operation, await home.call("redeem", { wallet, amount: wanted }));
		} catch (error) {
			if (!isGone(error)) throw error;
		}
		this.#end(operation, ended ?? (await settleOrder(this.#town, operation)));
	}

	#answered(operation: Operation, refusal: Refusal | null): Ended | undefined {
		if (refusal !== null) return this.#refused(operation, refusal);
		this.#town.ledger.told(operation, "spent");
		return { moved: operation.kind === "refresh" ? 0n : operation.amount, how: "answered" };
	}

	#redeemed(operation: Operation, credited: bigint | Refusal): Ended | undefined {
		if (isRefusal(credited)) return this.#refused(operation, credited);
		this.#town.ledger.told(operation, "spent");
		if (credited !== operation.amount)
			this.#town.ledger.loss(`${operation.id}: ${credited} credited of ${operation.amount}`);
		return { moved: credited, how: "answered" };
	}

	/** Refused is over, except where nobody knows whether the operator got it. */
	#refused(operation: Operation, { code }: Refusal): Ended | undefined {
		if (code !== "funds-insufficient") return undefined;
		this.#town.ledger.told(operation, "refused");
		return { moved: 0n, how: "answered" };
	}

	#begin(operation: Omit<Operation, "id">): Operation {
		this.underWay = this.#town.ledger.asked(operation);
		return this.underWay;
	}

	#end(operation: Operation, { moved, how }: Ended): void {
		this.#town.ledger.ended(operation, moved, how);
		this.underWay = undefined;
	}
}

/** What is under way at these actors, by kind. */
export function underWay(actors: readonly Actor[], counts: Map<string, number>): void {
	const kinds = new Set(actors.flatMap(({ underWay }) => (underWay === undefined ? [] : [underWay.kind])));
	for (const kind of kinds.size === 0 ? ["nothing"] : kinds) count(counts, kind);
}
