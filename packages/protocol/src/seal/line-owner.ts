/** Whose line it is: owners of lines are ids, of accounts of two kinds. */
import { type Bytes, equalBytes } from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";

/** The owner of a line of the ledger: an account there may have the id of one of the books, which own their lines by it. */
export function ledgerOwner(account: Bytes): Bytes {
	return taggedHash("account", ["ledger", account]);
}

/** Whether a line is that of the account of this id, in the books or on the ledger. */
export function isLineOf(line: { readonly owner: Bytes }, account: Bytes): boolean {
	return equalBytes(line.owner, account) || equalBytes(line.owner, ledgerOwner(account));
}
