/** Banks and branches of Japan, by the codes of the Bankers Association: `zengin-code` keeps the list. */
import { createRequire } from "node:module";
import { type Refusal, refuse } from "@tenten/protocol";

type Named = { readonly kana: string };
type Bank = Named & { readonly branches: Readonly<Record<string, Named>> };

const require = createRequire(import.meta.url);
let banks: Readonly<Record<string, Bank>> | undefined;

export type BankNames = { readonly bank: string; readonly branch: string };

/** The names of a bank and its branch, in kana; `bank-unknown` says which of the codes nobody has. */
export function bankNames(bank: string, branch: string, of: string): BankNames | Refusal {
	// Five megabytes, which most processes never look at.
	banks ??= require("zengin-code") as Readonly<Record<string, Bank>>;
	const found = Object.hasOwn(banks, bank) ? banks[bank] : undefined;
	if (found === undefined) return refuse("bank-unknown", `${of}: no bank ${bank}`);
	const its = Object.hasOwn(found.branches, branch) ? found.branches[branch] : undefined;
	if (its === undefined) return refuse("bank-unknown", `${of}: bank ${bank} has no branch ${branch}`);
	return { bank: found.kana, branch: its.kana };
}
