/**
 * The operator of a replay: a real one, on an SQLite file, on the file's time, behind a gate.
 *
 * Value from outside comes onto accounts by deposits, which no wallet can make; what wallets ask passes the
 * gate. At the end of every window the books must balance, and what is outstanding must be what wallets hold.
 */
import { join } from "node:path";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { Operator } from "@tenten/operator";
import type { AssetId, Bytes, Signer, Totals } from "@tenten/protocol";
import { must, random } from "../ecosystem.ts";
import { OperatorGate, type Route } from "./gate.ts";

const week_s = 7 * 86_400;
/** Longer than any file: one certificate and one trust list for the whole run. */
const validity_s = 100 * 365 * 86_400;

/** A quarter: short enough to bound doubt, long enough that a wallet at rest is rarely woken. */
export const spendWindow_s: number = 13 * week_s;

export type ReplayOperatorOptions = {
	readonly folder: string;
	readonly asset: { readonly code: string; readonly scale: number };
	/** seconds since 1970 */
	readonly now: number;
	/** minor units that the fork reserve pays under one culprit */
	readonly forkLimit: bigint;
	/** hears of every call that reached the operator */
	readonly called: (route: Route) => void;
	/** hears of every commit of the operator's books */
	readonly committed?: () => void;
};

export class ReplayOperator {
	readonly gate: OperatorGate;
	readonly asset: AssetId;
	readonly #operator: Operator;
	readonly #clock: { now: number };

	private constructor(operator: Operator, { asset, called }: ReplayOperatorOptions, clock: { now: number }) {
		this.#operator = operator;
		this.#clock = clock;
		this.gate = new OperatorGate(operator, called);
		this.asset = { operator: operator.id, code: asset.code };
	}

	static async open(options: ReplayOperatorOptions): Promise<ReplayOperator> {
		const { folder, asset, now, forkLimit, committed } = options;
		const clock = { now };
		const [root, authority, issuing, ruling, desk] = [signer(), signer(), signer(), signer(), signer()];
		const windows = { spendWindow: spendWindow_s, redeemWindow: spendWindow_s + 4 * week_s, grace: week_s };
		const operator = await Operator.open({
			database: join(folder, "operator.sqlite"),
			keys: { root, authority, issuing, ruling, desk },
			policy: {
				name: "Replay",
				url: "https://operator.example",
				assets: [{ ...asset, name: asset.code, ...windows }],
				certificateValidity: validity_s,
				trustListValidity: validity_s,
				forkLimit,
				admit: (asked) => ({ ...asked, assurance: "software", limits: null, responsible: null }),
				licensing: { kind: "none" },
				conditionsOf: () => [],
			},
			verify,
			now: () => clock.now,
			entropy: random,
			store: { onCommit: (point) => (point === "afterCommit" ? committed?.() : undefined) },
		});
		return new ReplayOperator(operator, options, clock);
	}

	/** Lets wallets reach it, at this time. */
	openWindow(now: number): void {
		this.#clock.now = now;
		this.gate.open();
	}

	shutWindow(): void {
		this.gate.shut();
	}

	/** Brings value from outside onto an account. Minor units. */
	async deposit(account: Bytes, amount: bigint): Promise<void> {
		const refusal = await this.#operator.deposit(random(32), account, this.asset.code, amount);
		if (refusal !== undefined) must(refusal);
	}

	/** Minor units on an account, read from the books. */
	balance(account: Bytes): Promise<bigint> {
		return this.#operator.balance(account, this.asset.code);
	}

	trustList(): Promise<Bytes> {
		return this.#operator.trustList();
	}

	/** The totals, checked: every invariant holds, and `outstanding` is what wallets hold by another count. */
	async checkedTotals(outstanding: bigint): Promise<Totals> {
		const { totals, broken } = await this.#operator.audit(this.asset.code);
		if (broken.length > 0) throw new Error(`the operator's books: ${broken.join("; ")} does not hold`);
		if (totals.outstanding !== outstanding)
			throw new Error(`${totals.outstanding} outstanding, but wallets hold ${outstanding}`);
		return totals;
	}

	close(): Promise<void> {
		return this.#operator.close();
	}
}

function signer(): Signer {
	return signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
}
