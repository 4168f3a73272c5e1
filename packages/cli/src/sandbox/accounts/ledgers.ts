/**
 * What the two ledgers of Mise Pay hold, as they answer over HTTP; and whether it adds up.
 *
 *   in C:  you + transit D + outside = 0        in D:  hanaya + transit C + outside = 0
 *
 * So what was put in is with the customers or between the ledgers. D is asked first: what it says it has for good, C
 * had given before.
 */
import { z } from "zod";
import { type Parties, payee, payer } from "./parties.ts";

const minor = z
	.string()
	.regex(/^-?[0-9]{1,19}$/)
	.transform(BigInt);
const answer = z.object({
	accounts: z.array(
		z.object({ name: z.string(), balance: minor, debitsPending: minor, creditsPending: minor }),
	),
	sum: minor,
});

type Answer = z.infer<typeof answer>;

/** Strings of minor units. */
export type LedgersView = {
	/** null where the ledger does not answer */
	readonly payer: { readonly available: string; readonly setAside: string } | null;
	readonly payee: { readonly usable: string; readonly reserved: string } | null;
	/** all there is, and where; null where one of the ledgers does not answer */
	readonly all: {
		readonly putIn: string;
		readonly between: string;
		/** each ledger's balances add up to nothing, and so does what each says of the other once nothing is under way */
		readonly stands: boolean;
	} | null;
};

export async function ledgersNow(parties: Parties): Promise<LedgersView> {
	const d = await ask(parties, "D");
	const c = await ask(parties, "C");
	const own = c && named(c, payer);
	const theirs = d && named(d, payee);
	return {
		payer: own && {
			available: String(own.balance - own.debitsPending),
			setAside: String(own.debitsPending),
		},
		payee: theirs && { usable: String(theirs.balance), reserved: String(theirs.creditsPending) },
		all: c && d && allOf(c, d),
	};
}

function allOf(c: Answer, d: Answer): LedgersView["all"] {
	const between = named(c, "transit D").balance + named(d, "transit C").balance;
	const putIn = -named(c, "outside").balance - named(d, "outside").balance;
	const held = named(c, payer).balance + named(d, payee).balance;
	const stands = c.sum === 0n && d.sum === 0n && held + between === putIn && between >= 0n;
	return { putIn: String(putIn), between: String(between), stands };
}

function named({ accounts }: Answer, name: string): Answer["accounts"][number] {
	const found = accounts.find((each) => each.name === name);
	if (found === undefined) throw new Error(`a ledger without ${name}`);
	return found;
}

async function ask(parties: Parties, ledger: "C" | "D"): Promise<Answer | null> {
	const said = await parties.get(ledger, "/v1/accounts");
	return said === undefined ? null : answer.parse(said);
}
