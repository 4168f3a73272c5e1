/**
 * What a machine of the account rail has posted, as transfers of the ledger, in the transaction of the event.
 *
 * Ids of accounts and transfers follow from their names, so that whoever posts again posts the same. A refusal that a
 * machine expects is told to it; any other is a bug, and nothing is written.
 */
import { type Bytes, type LedgerCode, type LedgerTransfer, taggedHash } from "@tenten/protocol";
import type { Posting, RailRefusal } from "@tenten/protocol/rail";
import { openAccountsIn, postIn } from "../ledger/posting.ts";
import { accountsAmong } from "../ledger/rows.ts";
import type { Transaction } from "../store/store.ts";

/** The id of the account of this name. */
function railAccount(name: string): Bytes {
	return taggedHash("account", name);
}

function transferId(payment: string, name: string): Bytes {
	return taggedHash("transfer", [payment, name]);
}

/** Posts; the refusal, where nothing was posted. `now` in milliseconds. */
export async function postForRail(
	transaction: Transaction,
	payment: string,
	posting: Posting,
	now: number,
): Promise<RailRefusal | null> {
	const [result] = await postIn(transaction, [[transferOf(payment, posting)]], Math.floor(now / 1000));
	if (result?.kind !== "refused") return null;
	const code = expected[result.code];
	if (code === undefined) throw new Error(`a posting that nobody expects to be refused was: ${result.code}`);
	return code;
}

const expected: Readonly<Partial<Record<LedgerCode, RailRefusal>>> = {
	"funds-insufficient": "funds-insufficient",
	"ceiling-exceeded": "ceiling-exceeded",
	"sum-exceeded": "limit-exceeded",
	"debit-account-unknown": "account-unknown",
	"credit-account-unknown": "account-unknown",
	"assets-differ": "account-unknown",
};

function transferOf(payment: string, posting: Posting): LedgerTransfer {
	const named = { id: transferId(payment, posting.name), reference: transferId(payment, "") };
	switch (posting.kind) {
		case "transfer":
		case "reserve": {
			const sides = { debit: railAccount(posting.from), credit: railAccount(posting.to) };
			return posting.kind === "transfer"
				? { ...named, kind: "move", ...sides, amount: posting.amount }
				: { ...named, kind: "reserve", ...sides, amount: posting.amount, until: null };
		}
		case "post":
			return {
				...named,
				kind: "post",
				reservation: transferId(payment, posting.reservation),
				amount: posting.amount,
			};
		case "void":
			return { ...named, kind: "void", reservation: transferId(payment, posting.reservation) };
		default:
			return posting satisfies never;
	}
}

/** An account as it is set up: what it begins with comes from the account of outside. */
export type RailAccount = {
	readonly name: string;
	/** minor units; what another ledger owes, and outside, may go below zero */
	readonly mayOwe: boolean;
	/** the holding ceiling, minor units; null: none */
	readonly most: bigint | null;
	/** minor units */
	readonly begins: bigint;
};

const outside = "outside";

/** Opens accounts of an asset (see `assetHash`), each with what it begins with, once. `now` in milliseconds. */
export async function openRailAccounts(
	transaction: Transaction,
	asset: Bytes,
	accounts: readonly RailAccount[],
	now: number,
): Promise<void> {
	const at = Math.floor(now / 1000);
	const all = [...accounts, { name: outside, mayOwe: true, most: null, begins: 0n }];
	const terms = all.map(({ name, mayOwe, most }) => ({
		id: railAccount(name),
		asset,
		least: mayOwe ? null : 0n,
		most,
	}));
	const deposits = accounts.flatMap(({ name, begins }) => {
		if (begins === 0n) return [];
		const sides = { debit: railAccount(outside), credit: railAccount(name) };
		const id = transferId(outside, name);
		return [[{ id, reference: null, kind: "move" as const, ...sides, amount: begins }]];
	});
	const results = [
		...(await openAccountsIn(transaction, terms, at)),
		...(await postIn(transaction, deposits, at)),
	];
	for (const result of results)
		if (result.kind === "refused") throw new Error(`an account cannot be set up so: ${result.code}`);
}

/** Names of all accounts that there are once these were opened. */
export function accountNames(accounts: readonly RailAccount[]): readonly string[] {
	return accounts.length === 0 ? [] : [...accounts.map(({ name }) => name), outside];
}

export type RailBalance = {
	readonly name: string;
	/** minor units, below zero where the account may owe */
	readonly balance: bigint;
	readonly debitsPending: bigint;
	readonly creditsPending: bigint;
};

export async function railBalances(
	transaction: Transaction,
	names: readonly string[],
): Promise<readonly RailBalance[]> {
	const balances: RailBalance[] = [];
	for (const name of names) {
		const { posted: balance, ...pending } = await railBalance(transaction, name);
		balances.push({ name, balance, ...pending });
	}
	return balances;
}

/** Sums of an account, minor units; zeros where it is not open. */
export async function railBalance(
	transaction: Transaction,
	name: string,
): Promise<{ readonly posted: bigint; readonly debitsPending: bigint; readonly creditsPending: bigint }> {
	const [account] = await accountsAmong(transaction, [railAccount(name)]);
	if (account === undefined) return { posted: 0n, debitsPending: 0n, creditsPending: 0n };
	const { creditsPosted, debitsPosted, debitsPending, creditsPending } = account;
	return { posted: creditsPosted - debitsPosted, debitsPending, creditsPending };
}
