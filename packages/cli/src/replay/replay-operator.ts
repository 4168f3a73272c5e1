/**
 * The operator of a replay behind its gate: what wallets ask passes the gate, and value from outside comes onto
 * accounts by deposits, which no wallet can make.
 *
 * At the end of every window the books must balance, and what is outstanding must be what wallets hold.
 */
import { type AssetId, type Bytes, isRefusal, type Totals } from "@tenten/protocol";
import { type DrivenOperator, type OperatorTerms, openDrivenHere } from "./driven-operator.ts";
import { OperatorGate, type Route } from "./gate.ts";
import { openDrivenOverHttp } from "./operator-over-http.ts";

export type ReplayOperatorOptions = OperatorTerms & {
	/** whether it is a process of its own, asked over HTTP */
	readonly isOverHttp: boolean;
	/** hears of every call that reached the operator */
	readonly called: (route: Route) => void;
	/** hears of every commit of its books, where it is in this process */
	readonly committed: () => void;
};

export class ReplayOperator {
	readonly gate: OperatorGate;
	readonly asset: AssetId;
	readonly #driven: DrivenOperator;

	private constructor(driven: DrivenOperator, { asset, called }: ReplayOperatorOptions) {
		this.#driven = driven;
		this.gate = new OperatorGate(driven.wallets, called);
		this.asset = { operator: driven.id, code: asset.code };
	}

	static async open(options: ReplayOperatorOptions): Promise<ReplayOperator> {
		const { database, asset, now, forkLimit, isOverHttp, committed } = options;
		const terms = { database, asset, now, forkLimit };
		const driven = isOverHttp ? await openDrivenOverHttp(terms) : await openDrivenHere(terms, committed);
		return new ReplayOperator(driven, options);
	}

	/** Lets wallets reach it, at this time. */
	async openWindow(now: number): Promise<void> {
		await this.#driven.setClock(now);
		this.gate.open();
	}

	shutWindow(): void {
		this.gate.shut();
	}

	/** Brings value from outside onto an account. Minor units. */
	deposit(account: Bytes, amount: bigint): Promise<void> {
		return this.#driven.deposit(account, amount);
	}

	/** Minor units on an account, read from the books. */
	balance(account: Bytes): Promise<bigint> {
		return this.#driven.balance(account);
	}

	async trustList(): Promise<Bytes> {
		const list = await this.#driven.wallets.trustList();
		if (isRefusal(list)) throw new Error(`no trust list: ${list.code} ${list.detail}`);
		return list;
	}

	/** The totals, checked: every invariant holds, and `outstanding` is what wallets hold by another count. */
	async checkedTotals(outstanding: bigint): Promise<Totals> {
		const { totals, broken } = await this.#driven.audit();
		if (broken.length > 0) throw new Error(`the operator's books: ${broken.join("; ")} does not hold`);
		if (totals.outstanding !== outstanding)
			throw new Error(`${totals.outstanding} outstanding, but wallets hold ${outstanding}`);
		return totals;
	}

	close(): Promise<void> {
		return this.#driven.close();
	}
}
