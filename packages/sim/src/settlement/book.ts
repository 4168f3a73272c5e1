/**
 * The checker of a settlement world: from what devices signed and what the bank did it says what claims there may be, and
 * how each may stand. It reads what the operator tells anybody, and shares nothing with how that was decided.
 */
import type { KeptClaim } from "@tenten/operator";
import {
	type Bytes,
	type ClaimState,
	concatBytes,
	type Debt,
	fromHex,
	netBilaterally,
	netMultilaterally,
	type PartyStatement,
	sha256,
	toHex,
} from "@tenten/protocol";
import { must } from "../must.ts";
import { Violation } from "../violation.ts";
import type { SettlementBank } from "./bank.ts";
import type { SettlementCards } from "./cards.ts";
import type { Signed } from "./people.ts";

type Means = {
	readonly asset: Bytes;
	readonly signed: ReadonlyMap<string, Signed>;
	readonly bank: SettlementBank;
	readonly cards: SettlementCards;
};

type Known = { readonly party: string; readonly balance: bigint; readonly length: number };

export class SettlementBook {
	readonly #means: Means;
	readonly #claims = new Map<string, Known>();
	/** records by the party on whose claims they are */
	readonly #counted = new Map<string, Set<string>>();

	constructor(means: Means) {
		this.#means = means;
	}

	/** Every claim as it stands; `statementOf` is asked for those that are new. */
	async inspect(
		claims: readonly KeptClaim[],
		statementOf: (claim: Bytes) => Promise<PartyStatement | undefined>,
	): Promise<void> {
		for (const claim of claims) {
			const id = toHex(claim.id);
			const known = this.#claims.get(id) ?? this.#add(claim, await statementOf(claim.id));
			for (let at = Math.max(1, known.length); at < claim.history.length; at++)
				this.#step(claim.id, claim.history[at - 1] as ClaimState, claim.history[at] as ClaimState);
			this.#claims.set(id, { ...known, length: claim.history.length });
		}
		if (claims.length !== this.#claims.size) throw new Violation("forgotten", "a claim is gone");
		for (const { id } of claims) this.#askedOnce(toHex(id));
	}

	#add(claim: KeptClaim, statement: PartyStatement | undefined): Known {
		const [id, party] = [toHex(claim.id), toHex(claim.party)];
		if (statement === undefined || toHex(statement.party) !== party)
			throw new Violation("unproven", `claim ${id}`);
		const counted = this.#counted.get(party) ?? new Set<string>();
		this.#counted.set(party, counted);
		let balance = 0n;
		for (const line of statement.lines) {
			const record = toHex(line.record);
			const own = this.#lineOf(record, party);
			const isAsSigned =
				own.amount === line.amount &&
				own.side === line.side &&
				own.other === toHex(line.other) &&
				own.paidAt === line.paidAt &&
				own.device === toHex(line.device);
			if (!isAsSigned) throw new Violation("books", `record ${record} on claim ${id}`);
			if (line.paidAt < statement.from || line.paidAt >= statement.until)
				throw new Violation("books", `record ${record} is out of the period of claim ${id}`);
			if (counted.has(record)) throw new Violation("two copies", `record ${record} in two claims`);
			counted.add(record);
			balance += own.side === "paid" ? -own.amount : own.amount;
		}
		const says = claim.direction === "debit" ? -claim.amount : claim.amount;
		if (says !== balance || balance === 0n) throw new Violation("books", `claim ${id}: ${says}, ${balance}`);
		return { party, balance, length: 0 };
	}

	/** A record as a statement of this party must say it. */
	#lineOf(record: string, party: string) {
		const signed = this.#means.signed.get(record);
		if (signed === undefined || signed.word === "record-known")
			throw new Violation("created", `record ${record} on a claim`);
		const { payer, payee } = signed;
		if (payer !== party && payee !== party) throw new Violation("created", `record ${record} of others`);
		return payer === party
			? { ...signed, side: "paid", other: payee }
			: { ...signed, side: "received", other: payer };
	}

	/** Whether a claim may have come from the one state to the other. */
	#step(claim: Bytes, before: ClaimState, now: ClaimState): void {
		const isSame =
			before.kind !== "claimed" && now.kind !== "claimed" && toHex(before.file) === toHex(now.file);
		const may =
			now.kind === "filed"
				? before.kind === "claimed" || (before.kind === "reopened" && !isSame)
				: isSame && (before.kind === "filed" || (before.kind === "paid" && now.kind === "reopened"));
		if (!may || now.kind === "claimed")
			throw new Violation("decided twice", `claim ${toHex(claim)}: ${before.kind}, then ${now.kind}`);
		if (now.kind === "filed") return;
		const state = this.#truth(now.file, claim);
		const isTrue = now.kind === "paid" ? /settled|returned/ : /refused|returned/;
		if (!isTrue.test(state))
			throw new Violation("sworn falsely", `claim ${toHex(claim)} is ${now.kind}, and was ${state}`);
	}

	/** What became of a claim in a file, or of the charge that stands for one. */
	#truth(file: Bytes, claim: Bytes): string {
		const { bank, cards } = this.#means;
		const first = sha256(concatBytes(file, claim)).subarray(0, 8);
		const reference = `${BigInt(`0x${toHex(first)}`)}`.padStart(20, "0");
		const line = bank.lines.get(reference);
		if (line !== undefined && line.claim !== toHex(claim))
			throw new Violation("books", `${reference} is of another claim`);
		return line?.state ?? cards.stateOf(reference) ?? "nothing";
	}

	/** Two lines, or a line and a charge, that can both be paid would take the money twice. */
	#askedOnce(claim: string): void {
		const { bank, cards } = this.#means;
		const lines = [...bank.lines.values()].filter(
			(line) => line.claim === claim && (line.state === "pending" || line.state === "settled"),
		);
		if (lines.length + cards.liveOf(claim) > 1) throw new Violation("paid twice", `claim ${claim}`);
	}

	/** Minor units that a party is owed by all that was taken; below zero it owes. */
	position(party: string): bigint {
		let sum = 0n;
		for (const { payer, payee, amount, word } of this.#means.signed.values()) {
			if (word !== "taken") continue;
			if (payee === party) sum += amount;
			if (payer === party) sum -= amount;
		}
		return sum;
	}

	/** What of a party's records is in no claim of its own must come to nothing, as nobody claims that. */
	assertClaimed(party: string): void {
		let left = 0n;
		for (const { id, payer, payee, amount, word } of this.#means.signed.values()) {
			if (word !== "taken" || (payer !== party && payee !== party)) continue;
			if (!this.#counted.get(party)?.has(id)) left += payee === party ? amount : -amount;
		}
		if (left !== 0n)
			throw new Violation("forgotten", `${left} minor units of party ${party} are in no claim`);
	}

	/** Once for each taken record of the party's, on its side, and nothing else. */
	assertStated(statement: PartyStatement): void {
		const party = toHex(statement.party);
		const stated = statement.lines.map(({ record }) => toHex(record));
		const taken = [...this.#means.signed.values()]
			.filter(({ payer, payee, word }) => word === "taken" && (payer === party || payee === party))
			.map(({ id }) => id);
		if (stated.toSorted().join() !== taken.toSorted().join())
			throw new Violation("books", `the statement of party ${party}`);
		if (statement.received - statement.paid !== this.position(party))
			throw new Violation("books", `the sums of party ${party}`);
	}

	/** Netted either way, every party is left where the bank left it. */
	assertNetted(parties: readonly string[], moved: (party: string) => bigint): void {
		const debts: Debt[] = [];
		for (const { payer, payee, amount, word } of this.#means.signed.values())
			if (word === "taken")
				debts.push({ from: bytesIn(payer), to: bytesIn(payee), asset: this.#means.asset, amount });
		for (const netted of [must(netBilaterally(debts)), must(netMultilaterally(debts))] as (readonly Debt[])[])
			for (const party of parties) {
				const net = netted.reduce((sum, { from, to, amount }) => {
					if (toHex(to) === party) return sum + amount;
					return toHex(from) === party ? sum - amount : sum;
				}, 0n);
				if (net !== moved(party))
					throw new Violation("lost", `party ${party}: ${net}, and by the bank ${moved(party)}`);
			}
	}
}

function bytesIn(hex: string): Bytes {
	const bytes = fromHex(hex);
	if (bytes === undefined) throw new Error(`no hexadecimal: ${hex}`);
	return bytes;
}
