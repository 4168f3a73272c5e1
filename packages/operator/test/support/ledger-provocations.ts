/** How each code is provoked of the routes of the ledger. */
import type { ApiRole } from "../../src/access.ts";
import { guarded, readOnly } from "./guarded.ts";
import type { Provocations } from "./message-provocations.ts";
import { manage } from "./served.ts";

const nowhere = "0".repeat(64);
const accounts = "/v1/ledger/accounts";
const transfers = "/v1/ledger/transfers";
const terms = { id: nowhere, asset: nowhere, least: "0", most: null };
const move = { kind: "move", id: nowhere, reference: null, debit: nowhere, credit: nowhere, amount: "1" };
const period = "from=2027-01-01T00:00:00Z&until=2027-02-01T00:00:00Z";

/** What a route refuses that takes JSON. `good` is a body that it takes, `bad` one that it does not. */
export function withBody(path: string, good: object, bad: object, role: ApiRole = "viewer"): Provocations {
	return {
		...guarded((s, headers) => manage(s, "POST", path, good, headers), role),
		malformed: (s) => manage(s, "POST", path, bad),
		"too-large": (s) => manage(s, "POST", path, "1".repeat(70_000)),
		"content-type-unknown": (s) => manage(s, "POST", path, good, { "content-type": "text/plain" }),
	};
}

function aboutOne(path: string, code: "ledger-account-unknown" | "ledger-transfer-unknown"): Provocations {
	return {
		...readOnly(path),
		malformed: (s) => manage(s, "GET", path.replace(nowhere, "none")),
		[code]: (s) => manage(s, "GET", path),
	};
}

export const byLedger: Readonly<Record<string, Provocations>> = {
	openLedgerAccounts: withBody(accounts, { accounts: [terms] }, { accounts: [{ ...terms, least: "none" }] }),
	ledgerAccount: aboutOne(`${accounts}/${nowhere}`, "ledger-account-unknown"),
	ledgerLine: {
		...aboutOne(`${accounts}/${nowhere}/line`, "ledger-account-unknown"),
		"not-logged": async (s) => {
			const id = "1".repeat(64);
			await manage(s, "POST", accounts, { accounts: [{ ...terms, id }] });
			return manage(s, "GET", `${accounts}/${id}/line`);
		},
	},
	postLedgerTransfers: {
		...withBody(transfers, { batch: [[move]] }, { batch: [[{ ...move, amount: "-1" }]] }),
		"too-many": (s) => manage(s, "POST", transfers, { batch: [Array(101).fill(move)] }),
	},
	ledgerTransfer: aboutOne(`${transfers}/${nowhere}`, "ledger-transfer-unknown"),
	ledgerEntries: aboutOne(`${accounts}/${nowhere}/entries`, "ledger-account-unknown"),
	ledgerStatement: aboutOne(`${accounts}/${nowhere}/statement?${period}`, "ledger-account-unknown"),
};
