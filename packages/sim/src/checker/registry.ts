/**
 * What an operator has made durable, read from its tables as they are: issues, payouts, cases and books.
 *
 * Each output is paid once, and no output before or after it; each issue pays at most what it holds; nothing is
 * refunded before redeem until and grace; value that is bound stays so; a case names nobody honest, and is proven by its evidence; and the books
 * balance against the checker's own sums.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
	assetHash,
	type Bytes,
	claim,
	decodeItem,
	type Item,
	isRefusal,
	issueId,
	list,
	outputId,
	parse,
	parseReply,
	parseRulingRequest,
	storedIssue,
	type Token,
	Trust,
	toHex,
	type Verify,
	verifyTrustList,
} from "@tenten/protocol";
import { Violation } from "../violation.ts";
import { Binding } from "./binding.ts";
import { type Case, caseOf, proves } from "./cases.ts";
import type { Checker } from "./checker.ts";
import type { Output } from "./ledger.ts";
import { Payouts } from "./payouts.ts";
import { Tables } from "./tables.ts";

/** Tokens of dishonest claims that are remembered until an operator answers. */
const mostShown = 256;

type Row = Readonly<Record<string, unknown>>;

type Table = "issues" | "claims" | "settlements" | "withdrawals" | "case_files";

const outcomes = ["paid", "burned", "forked"] as const;

/** Positions in a payout record: `packages/operator/src/payout-record.ts`. */
const amountAt = 4;
const outcomeAt = 10;
const refundedSource = 2;

export type RegistryOptions = {
	readonly name: string;
	/** its id */
	readonly operator: Bytes;
	readonly database: DatabaseSync;
	readonly checker: Checker;
	readonly verify: Verify;
	/** unix seconds */
	readonly now: () => number;
	/** seconds after redeem until in which nothing is refunded yet */
	readonly grace: number;
	/** what may be drawn under a certificate, minor units; another operator's may have another limit */
	readonly limitOf: (isOwn: boolean) => bigint;
};

export class Registry {
	readonly #name: string;
	readonly #checker: Checker;
	readonly #operator: Bytes;
	readonly #options: RegistryOptions;
	readonly #tables: Tables;
	readonly #payouts: Payouts;
	readonly #binding: Binding;
	readonly #after = new Map<Table, StatementSync>();
	readonly #last = new Map<Table, bigint>();
	readonly #database: DatabaseSync;
	/** issued amounts by issue, and what of each was paid */
	readonly #issued = new Map<string, bigint>();
	readonly #paid = new Map<string, bigint>();
	readonly #deposited = new Map<string, bigint>();
	/** by metered output: what of it was paid as parts */
	readonly #parts = new Map<string, bigint>();
	readonly #cases: Case[] = [];
	readonly #shown: Token[] = [];
	cases = 0;

	constructor(options: RegistryOptions) {
		const { name, operator, database, checker, limitOf } = options;
		this.#options = options;
		this.#name = name;
		this.#operator = operator;
		this.#checker = checker;
		this.#database = database;
		this.#tables = new Tables(name, database);
		this.#binding = new Binding(checker.ledger, options.now);
		this.#payouts = new Payouts(name, database, {
			limitOf: (_, isOwn) => limitOf(isOwn),
			isHonest: (certificate) => checker.isHonest(certificate),
			mayBurn: (issue) =>
				(checker.ledger.conditions.get(issue) ?? []).some(
					(condition) => condition.kind === "expires" && condition.atExpiry === "burn",
				),
		});
	}

	/** Rows that came since the last look. */
	#new(table: Table): readonly Row[] {
		const statement =
			this.#after.get(table) ??
			this.#database.prepare(`select rowid as place, * from ${table} where rowid > ? order by rowid`);
		this.#after.set(table, statement);
		const rows = statement.all(this.#last.get(table) ?? 0n) as readonly Row[];
		const last = rows.at(-1);
		if (last !== undefined) this.#last.set(table, last["place"] as bigint);
		return rows;
	}

	/** Money from outside came onto an account. */
	deposited(account: Bytes, code: string, amount: bigint): void {
		this.#payouts.deposited(account, assetHash({ operator: this.#operator, code }), amount);
		this.#deposited.set(code, (this.#deposited.get(code) ?? 0n) + amount);
	}

	/** Looks at what was committed since. */
	committed(): void {
		for (const row of this.#new("issues")) this.#issued.set(hex(row["issue_id"]), row["issued"] as bigint);
		for (const row of this.#new("case_files")) this.#case(row);
		for (const row of this.#new("claims")) this.#claim(row);
		for (const row of this.#new("withdrawals")) this.#withdrawal(row);
		for (const row of this.#new("settlements")) {
			const issues = parse(list(storedIssue, 1 << 16), row["issues"] as Bytes, 1 << 28);
			if (isRefusal(issues)) throw new Violation("books", "a settlement that nobody reads");
			const roots = issues.map(({ proof }) => toHex(outputId(issueId(proof.issue), 0)));
			this.#checker.issuedFor(hex(row["order_digest"]), roots);
			this.#binding.issued(
				hex(row["order_digest"]),
				issues.map(({ proof }) => proof.issue),
			);
		}
		this.#checker.check();
	}

	/** `[1, reply]`, or `[2, code, detail]`. */
	#withdrawal(row: Row): void {
		const [kind, content] = decodeItem(row["answer"] as Bytes) as readonly Item[];
		if (kind !== 1) return;
		const reply = parseReply(content as Bytes);
		if (isRefusal(reply)) throw new Violation("books", "an answer that nobody reads");
		const roots = reply.issues.map(({ proof }) => toHex(outputId(issueId(proof.issue), 0)));
		this.#checker.issuedFor(hex(row["order_digest"]), roots);
	}

	#case(row: Row): void {
		this.cases++;
		const culprit = hex(row["culprit"]);
		const device = this.#checker.owners.get(culprit);
		const kind = String(row["kind"]);
		if (device === undefined || !this.#checker.dishonest.has(device))
			throw new Violation("accused", `${this.#name} accuses ${device ?? "nobody"} of ${kind}`);
		const { ledger } = this.#checker;
		const reading = { operator: this.#operator, trust: this.#trust(), ledger };
		this.#cases.push(caseOf({ kind, culprit, encoded: row["evidence"] as Bytes }, reading));
	}

	/** Whom this operator has certified and listed by now. */
	#trust(): Trust {
		const { operator: pinnedSigner, verify, now } = this.#options;
		const row = this.#database.prepare("select encoded from trust_lists order by version desc limit 1").get();
		const context = { verify, pinnedSigner, minimumVersion: 0, now: now() };
		const list = verifyTrustList((row as { readonly encoded: Bytes }).encoded, context);
		if (isRefusal(list)) throw new Violation("books", `${this.#name} has no trust list: ${list.code}`);
		return new Trust(list, verify);
	}

	#claim(row: Row): void {
		const { ledger } = this.#checker;
		const id = hex(row["output_id"]);
		if (!ledger.outputs.has(id)) this.#findClaimed(id);
		const record = decodeItem(row["record"] as Bytes) as readonly Item[];
		const output = this.#paidOutput(id, BigInt(record[amountAt] as number | bigint));
		const [kind, source] = record[outcomeAt] as readonly Item[];
		const outcome = outcomes[Number(kind) - 1];
		if (outcome === undefined) throw new Violation("books", "a payout that nobody reads");
		const { now, grace } = this.#options;
		const isRefund = outcome === "paid" && source === refundedSource;
		this.#binding.claimed(hex(row["order_digest"]), output, isRefund ? "refunded" : outcome);
		const isMeters =
			ledger.parts.has(id) || (output?.maker != null && ledger.metered.has(output.maker.input));
		if (isRefund && output && !isMeters && now() < output.redeemUntil + grace)
			throw new Violation("too early", `${this.#name} refunds ${id.slice(0, 8)}`);
		if (outcome !== "forked")
			this.#pay(hex(row["issue_id"]), BigInt(record[amountAt] as number | bigint), output);
		if (output === undefined) return;
		if (outcome === "forked") output.paid ??= "forked";
		else output.paid = source === refundedSource ? "refunded" : "paid";
		ledger.touched.add(output.id);
	}

	/**
	 * The output that a payout is for. A part of a meter is no output: the payee's is that of a Close where one counts,
	 * and the payer's ends the metered output; no part is paid before `until` and grace, and both no more than it holds.
	 */
	#paidOutput(id: string, amount: bigint): Output | undefined {
		const { ledger } = this.#checker;
		const part = ledger.parts.get(id);
		if (part === undefined) return ledger.outputs.get(id);
		const output = ledger.outputs.get(part.meter);
		const until = ledger.metered.get(part.meter)?.until ?? 0;
		const { now, grace } = this.#options;
		if (now() < until + grace) throw new Violation("too early", `${this.#name} pays ${id.slice(0, 8)}`);
		const before = this.#parts.get(part.meter) ?? 0n;
		this.#parts.set(part.meter, before + amount);
		if (output === undefined || before + amount > output.amount)
			throw new Violation("paid twice", `${before + amount} of a meter that held ${output?.amount}`);
		const [close] = output.consumers;
		if (part.part === "payee") {
			const paid = close === undefined ? undefined : ledger.outputs.get(close.outputs[0] ?? "");
			if (paid !== undefined && paid.amount === amount) paid.paid ??= "refunded";
			return undefined;
		}
		if (output.paid !== null) throw new Violation("paid twice", `the rest of ${output.id.slice(0, 8)}`);
		output.paid = "refunded";
		ledger.touched.add(output.id);
		return undefined;
	}

	/** An issue pays at most what it holds, and of outputs on one path one. */
	#pay(issue: string, amount: bigint, output: Output | undefined): void {
		const paid = (this.#paid.get(issue) ?? 0n) + amount;
		this.#paid.set(issue, paid);
		if (paid > (this.#issued.get(issue) ?? 0n))
			throw new Violation("paid twice", `${paid} of ${this.#issued.get(issue)} issued`);
		if (output === undefined) return;
		if (amount !== output.amount) throw new Violation("paid twice", `${amount} for ${output.amount}`);
		const { ledger } = this.#checker;
		for (const path of [ledger.ancestors(output), ledger.descendants(output)])
			for (const { paid: before, id } of path)
				if (before === "paid" || before === "refunded")
					throw new Violation("paid twice", `${id.slice(0, 8)} was ${before} before`);
	}

	/** A question reaches this operator. */
	asked(route: string, body: Bytes): void {
		this.#binding.asked();
		if (route === "withdraw") this.#payouts.asked(body);
		if (this.#checker.dishonest.size === 0) return;
		const claimed = route === "claim" ? parse(claim, body) : undefined;
		if (claimed !== undefined && !isRefusal(claimed)) this.#shows(claimed.tokens);
		const stated = route === "rule" ? parseRulingRequest(body) : undefined;
		if (stated !== undefined && !isRefusal(stated) && stated.kind === "statement") this.#shows(stated.tokens);
	}

	/** Its answer leaves. */
	answered(): void {
		this.#binding.answered();
	}

	/** This operator begins another life. */
	restarted(): void {
		this.#binding.restarted();
	}

	/** Tokens that somebody dishonest showed: what an operator took of them is as good as signed. */
	#shows(tokens: readonly Token[]): void {
		this.#shown.push(...tokens);
		if (this.#shown.length > mostShown) this.#shown.splice(0, this.#shown.length - mostShown);
	}

	#findClaimed(output: string): void {
		for (const token of this.#shown) {
			const path = this.#checker.ledger.pathOf(token);
			if (!path.includes(output)) continue;
			// A refund pays the input of a link that never counted.
			const hops = path[0] === output ? token.hops : token.hops.slice(0, -1);
			this.#checker.ledger.walk({ ...token, hops });
			return;
		}
	}

	/** The books of one asset against the checker's own sums. */
	audit(code: string): void {
		const asset = assetHash({ operator: this.#operator, code });
		const one = (sql: string): bigint =>
			(this.#database.prepare(sql).get(asset) as { readonly sum: bigint }).sum;
		const held = one(
			"select coalesce(sum(amount), 0) as sum from balances where book = 'holder' and asset = ?",
		);
		const issued = one("select coalesce(sum(issued), 0) as sum from issues where asset = ?");
		const paid = one("select coalesce(sum(paid), 0) as sum from issues where asset = ?");
		const drawn = one("select coalesce(sum(drawn), 0) as sum from draws where asset = ?");
		const lines = one("select coalesce(sum(amount), 0) as sum from lines where asset = ?");
		const burned = -one(
			"select coalesce(sum(amount), 0) as sum from balances where book = 'burned' and asset = ?",
		);
		const gone = one(
			"select coalesce(sum(-amount), 0) as sum from balances where book in ('redeemed', 'refunded', 'burned') and asset = ?",
		);
		// What is recorded and not settled yet is paid of its issue, and not yet on any account.
		const owed = paid - gone;
		const deposited = this.#deposited.get(code) ?? 0n;
		if (lines !== 0n) throw new Violation("books", `${this.#name}: lines add up to ${lines}`);
		if (deposited + drawn !== held + (issued - paid) + owed + burned)
			throw new Violation(
				"books",
				`${this.#name} ${code}: ${deposited} deposited, ${drawn} drawn; ${held} held, ${issued - paid} out, ${owed} owed, ${burned} burned`,
			);
	}

	/** Whether a case says who spent this output twice. */
	proves(output: Output): boolean {
		return this.#cases.some((each) => proves(each, output));
	}

	/** Rows that came before, accounts and the reserve; nothing may be under way. */
	auditRows(): void {
		this.#tables.check();
		this.#payouts.check();
	}

	/** Of all that this operator holds. */
	digest(): Bytes {
		return this.#tables.digest();
	}
}

function hex(value: unknown): string {
	return toHex(value as Bytes);
}
