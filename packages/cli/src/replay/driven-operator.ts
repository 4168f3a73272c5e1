/**
 * An operator as a replay drives it: in this process, or in one of its own and asked over HTTP.
 *
 * A real one, on the file's time. What wallets ask of it, deposits and totals pass over HTTP where it is served;
 * its clock and the accounts' balances belong to the replay, and no client of an operator could have them.
 */
import { generateKey, signerFrom, verify } from "@tenten/module";
import { Operator } from "@tenten/operator";
import type { Bytes, OperatorClient, Signer, Totals } from "@tenten/protocol";
import { must, random } from "../ecosystem.ts";

export type DrivenOperator = {
	readonly id: Bytes;
	/** what wallets ask of it */
	readonly wallets: OperatorClient;
	/** unix seconds */
	readonly setClock: (now: number) => Promise<void>;
	/** Brings value from outside onto an account. Minor units. */
	readonly deposit: (account: Bytes, amount: bigint) => Promise<void>;
	/** Minor units on an account, read from the books. */
	readonly balance: (account: Bytes) => Promise<bigint>;
	/** Where every minor unit is, counted anew, and every equality that does not hold. */
	readonly audit: () => Promise<Audited>;
	readonly close: () => Promise<void>;
};

export type Audited = { readonly totals: Totals; readonly broken: readonly string[] };

export type OperatorTerms = {
	/** a file, or the address of a PostgreSQL database */
	readonly database: string;
	readonly asset: { readonly code: string; readonly scale: number };
	/** seconds since 1970 */
	readonly now: number;
	/** minor units that the fork reserve pays under one culprit */
	readonly forkLimit: bigint;
};

const week_s = 7 * 86_400;
/** Longer than any file: one certificate and one trust list for the whole run. */
const validity_s = 100 * 365 * 86_400;

/** A quarter: short enough to bound doubt, long enough that a wallet at rest is rarely woken. */
export const spendWindow_s: number = 13 * week_s;

export type Clocked = { readonly operator: Operator; readonly clock: { now: number } };

/** Opens a fresh operator. `committed` hears of every commit of its books. */
export async function openClocked(
	{ database, asset, now, forkLimit }: OperatorTerms,
	committed: () => void = () => undefined,
): Promise<Clocked> {
	const clock = { now };
	const [root, authority, issuing, ruling, desk] = [signer(), signer(), signer(), signer(), signer()];
	const windows = { spendWindow: spendWindow_s, redeemWindow: spendWindow_s + 4 * week_s, grace: week_s };
	const operator = await Operator.open({
		database,
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
		store: { onCommit: (point) => (point === "afterCommit" ? committed() : undefined) },
	});
	return { operator, clock };
}

/** One in this process, asked by function calls. */
export async function openDrivenHere(terms: OperatorTerms, committed: () => void): Promise<DrivenOperator> {
	const { operator, clock } = await openClocked(terms, committed);
	const { code } = terms.asset;
	return {
		id: operator.id,
		wallets: operator,
		setClock: async (now) => {
			clock.now = now;
		},
		deposit: async (account, amount) => {
			const refusal = await operator.deposit(random(32), account, code, amount);
			if (refusal !== undefined) must(refusal);
		},
		balance: (account) => operator.balance(account, code),
		audit: () => operator.audit(code),
		close: () => operator.close(),
	};
}

function signer(): Signer {
	return signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
}
