/**
 * Payouts: what every settled record of an operator came to, read from its rows once more and from the start.
 *
 *   account   holds what was brought, less what was withdrawn, and what orders for it redeemed and did not get anew
 *   reserve   under one culprit draws what results say, never more than its limit; and who is honest and lost an
 *             output to a fork is paid in full, until that limit is reached
 *
 * Orders are known by their digests, which their holders signed.
 */
import type { DatabaseSync } from "node:sqlite";
import {
	assetHash,
	type Bytes,
	decodeItem,
	encodeItem,
	type Item,
	isRefusal,
	list,
	type Order,
	order,
	orderDigest,
	parse,
	parseReply,
	signedOrder,
	storedIssue,
	storedResult,
	toHex,
} from "@tenten/protocol";
import { Violation } from "../violation.ts";

type Row = Readonly<Record<string, unknown>>;

/** Positions in a payout record: `packages/operator/src/payout-record.ts`. */
const place = { order: 0, amount: 4, redeemer: 8, outcome: 10 };
const [burned, forked] = [2, 3];

/** One payout that was settled. */
type Payout = {
	readonly settlement: string;
	readonly order: Order;
	readonly issue: string;
	readonly amount: bigint;
	readonly paid: bigint;
	/** certificate of whoever asked */
	readonly redeemer: string;
	/** certificate of whoever made the fork that it lost by */
	readonly culprit: string | null;
};

export type Reserve = {
	/** what may be drawn under a certificate, minor units */
	readonly limitOf: (culprit: string, isOwn: boolean) => bigint;
	/** whether a certificate is of somebody of whom something is promised */
	readonly isHonest: (certificate: string) => boolean;
	/** whether what was issued may burn at its expiry */
	readonly mayBurn: (issue: string) => boolean;
};

export class Payouts {
	readonly #name: string;
	readonly #database: DatabaseSync;
	readonly #reserve: Reserve;
	/** by account and asset */
	readonly #deposited = new Map<string, bigint>();
	/** orders to withdraw that were ever shown, by digest */
	readonly #withdrawals = new Map<string, Order>();

	constructor(name: string, database: DatabaseSync, reserve: Reserve) {
		this.#name = name;
		this.#database = database;
		this.#reserve = reserve;
	}

	deposited(account: Bytes, asset: Bytes, amount: bigint): void {
		add(this.#deposited, accountKey(account, asset), amount);
	}

	/** Somebody asks to withdraw. */
	asked(body: Bytes): void {
		const asked = parse(signedOrder, body);
		if (!isRefusal(asked)) this.#withdrawals.set(toHex(orderDigest(asked.order)), asked.order);
	}

	check(): void {
		const payouts = this.#all("claims where settlement_id is not null").map((row) => this.#payout(row));
		this.#checkAccounts(payouts);
		this.#checkReserve(payouts);
	}

	#all(from: string): readonly Row[] {
		return this.#database.prepare(`select * from ${from}`).all() as readonly Row[];
	}

	#wrong(detail: string): Violation {
		return new Violation("books", `${this.#name}: ${detail}`);
	}

	#payout(row: Row): Payout {
		const record = decodeItem(row["record"] as Bytes) as readonly Item[];
		const ordered = parse(order, encodeItem(record[place.order] as Item));
		const result = parse(storedResult, row["result"] as Bytes, 1 << 24);
		if (isRefusal(ordered) || isRefusal(result)) throw this.#wrong("a payout that nobody reads");
		if (toHex(orderDigest(ordered)) !== hex(row["order_digest"]))
			throw this.#wrong("a payout of another order");
		const amount = BigInt(record[place.amount] as number | bigint);
		const [kind, , culprit] = record[place.outcome] as readonly Item[];
		const drawn = result.kind === "forked" ? result.drawn : 0n;
		return {
			settlement: hex(row["settlement_id"]),
			order: ordered,
			issue: hex(row["issue_id"]),
			amount,
			paid: kind === forked ? drawn : kind === burned ? 0n : amount,
			redeemer: hex(record[place.redeemer]),
			culprit: kind === forked ? hex(culprit) : null,
		};
	}

	#checkAccounts(payouts: readonly Payout[]): void {
		const expected = new Map(this.#deposited);
		for (const row of this.#all("withdrawals")) this.#withdraw(expected, row);
		const orders = new Map<string, Order>();
		const left = new Map<string, bigint>();
		for (const { settlement, order: its, paid } of payouts) {
			orders.set(settlement, its);
			add(left, settlement, paid);
		}
		for (const row of this.#all("settlements")) {
			const issues = parse(list(storedIssue, 1 << 16), row["issues"] as Bytes, 1 << 28);
			if (isRefusal(issues)) throw this.#wrong("a settlement that nobody reads");
			for (const { proof } of issues) add(left, hex(row["settlement_id"]), 0n - proof.issue.amount);
		}
		for (const [settlement, amount] of left) {
			const its = orders.get(settlement);
			if (its?.action.kind === "account")
				add(expected, accountKey(its.action.account, assetHash(its.asset)), amount);
			else if (amount !== 0n) throw this.#wrong(`${amount} of a settlement went nowhere`);
		}
		for (const row of this.#all("balances where book = 'holder'"))
			add(expected, accountKey(row["owner"] as Bytes, row["asset"] as Bytes), -(row["amount"] as bigint));
		for (const [account, difference] of expected)
			if (difference !== 0n)
				throw this.#wrong(`account ${account.slice(0, 8)} holds ${-difference} too much`);
	}

	/** `[1, reply]`, or `[2, code, detail]`. */
	#withdraw(expected: Map<string, bigint>, row: Row): void {
		const [kind, content] = decodeItem(row["answer"] as Bytes) as readonly Item[];
		const its = this.#withdrawals.get(hex(row["order_digest"]));
		if (kind !== 1) return;
		const reply = parseReply(content as Bytes);
		if (isRefusal(reply) || its?.action.kind !== "withdraw")
			throw this.#wrong("a withdrawal that nobody asked for");
		const { account } = its.action;
		for (const { proof } of reply.issues)
			add(expected, accountKey(account, assetHash(its.asset)), 0n - proof.issue.amount);
	}

	#checkReserve(payouts: readonly Payout[]): void {
		const drawn = new Map<string, bigint>();
		const under = (culprit: string, asset: string): string => `${culprit} ${asset}`;
		for (const { culprit, order: its, paid } of payouts)
			if (culprit !== null) add(drawn, under(culprit, toHex(assetHash(its.asset))), paid);
		for (const row of this.#all("draws")) add(drawn, under(hex(row["culprit"]), hex(row["asset"])), 0n);
		const own = new Set(this.#all("certificates").map((row) => hex(row["certificate_hash"])));
		const limitOf = (culprit: string): bigint => this.#reserve.limitOf(culprit, own.has(culprit));
		const kept = new Map(
			this.#all("draws").map((row) => [
				under(hex(row["culprit"]), hex(row["asset"])),
				row["drawn"] as bigint,
			]),
		);
		for (const [key, sum] of drawn) {
			const culprit = key.slice(0, key.indexOf(" "));
			if (sum !== (kept.get(key) ?? 0n))
				throw this.#wrong(`${kept.get(key)} drawn by its own account, ${sum} paid`);
			if (sum > limitOf(culprit)) throw this.#wrong(`${sum} drawn under one culprit, of ${limitOf(culprit)}`);
		}
		const { isHonest, mayBurn } = this.#reserve;
		for (const { culprit, redeemer, amount, paid, issue, order: its } of payouts) {
			if (culprit === null || paid === amount || !isHonest(redeemer) || mayBurn(issue)) continue;
			if ((drawn.get(under(culprit, toHex(assetHash(its.asset)))) ?? 0n) < limitOf(culprit))
				throw new Violation(
					"lost",
					`${this.#name} drew ${paid} of ${amount} for somebody honest who lost by a fork`,
				);
		}
	}
}

function add(sums: Map<string, bigint>, key: string, amount: bigint): void {
	sums.set(key, (sums.get(key) ?? 0n) + amount);
}

function accountKey(account: Bytes, asset: Bytes): string {
	return `${toHex(account)} ${toHex(asset)}`;
}

function hex(value: unknown): string {
	return toHex(value as Bytes);
}
