/** What the routes of the ledger answer: an operator's ledger, as JSON. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import {
	availableOf,
	type Bytes,
	balanceOf,
	fromHex,
	heldOf,
	type KeptTransfer,
	type LedgerAccount,
	type LedgerTransfer,
	ledgerRefusals,
	type OpeningResult,
	type TransferResult,
	toHex,
} from "@tenten/protocol";
import type { HistoryLine } from "../ledger/history.ts";
import type { Operator } from "../operator.ts";
import { cursorAfter, nextAfter, positionIn } from "./cursor.ts";
import { given } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { mostTogether, type TransferBody } from "./ledger-endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";
import { secondsOf, timeOf } from "./times.ts";

const pageLength = 100;

export function addLedgerRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { openLedgerAccounts, postLedgerTransfers, ledgerTransfer } = endpoints;
	const { ledgerAccount, ledgerEntries, ledgerStatement } = endpoints;
	serve(app, openLedgerAccounts, gate, async ({ body }) => {
		const asked = body.accounts.map(({ id, asset, least, most }) => ({
			id: bytesOf(id),
			asset: bytesOf(asset),
			least: least === null ? null : BigInt(least),
			most: most === null ? null : BigInt(most),
		}));
		return given({ results: toldResults(body.accounts, await operator.ledger.open(asked)) });
	});
	serve(app, postLedgerTransfers, gate, async ({ body }) => {
		const asked = body.batch.flat();
		if (asked.length > mostTogether) return problem("too-many", `${asked.length} transfers`);
		const results = await operator.ledger.post(body.batch.map((linked) => linked.map(transferIn)));
		return given({ results: toldResults(asked, results) });
	});
	serve(app, ledgerTransfer, gate, async ({ params }) => {
		const found = await operator.ledger.transfer(bytesOf(params.id));
		return found === undefined
			? problem("ledger-transfer-unknown")
			: given({ transfer: toldTransfer(found) });
	});
	serve(app, ledgerAccount, gate, async ({ params }) => {
		const found = await operator.ledger.account(bytesOf(params.id));
		return found === undefined ? problem("ledger-account-unknown") : given({ account: toldAccount(found) });
	});
	serve(app, ledgerEntries, gate, async ({ params, query }) => {
		const list = listOf(params.id);
		const after = positionIn(list, query.cursor, 0);
		if (after === undefined) return problem("malformed", "cursor");
		const account = bytesOf(params.id);
		const lines = await operator.ledger.entries(account, after, pageLength);
		if (lines.length === 0 && (await operator.ledger.account(account)) === undefined)
			return problem("ledger-account-unknown");
		const cursor = nextAfter(list, lines, ({ entry }) => `${entry.number}`);
		return given({ entries: lines.map(toldLine), cursor });
	});
	serve(app, ledgerStatement, gate, async ({ params, query }) => {
		const from_s = query.from === undefined ? 0 : secondsOf(query.from);
		const until_s = query.until === undefined ? operator.now() + 1 : secondsOf(query.until);
		if (from_s > until_s) return problem("malformed", "a period that ends before it begins");
		const statement = await operator.ledger.statement(bytesOf(params.id), from_s, until_s);
		if (statement === undefined) return problem("ledger-account-unknown");
		const { from, until, opening, debits, credits, closing, first, beyond } = statement;
		return given({
			statement: {
				from: timeOf(from),
				until: timeOf(until),
				opening: `${opening}`,
				debits: `${debits}`,
				credits: `${credits}`,
				closing: `${closing}`,
				cursor: cursorAfter(listOf(params.id), `${first - 1}`),
				entries: beyond - first,
			},
		});
	});
}

/** A cursor of one account's entries is none of another's. */
function listOf(account: string): string {
	return `entries ${account.slice(0, 16)}`;
}

function bytesOf(text: string): Bytes {
	// The route's description lets nothing else through.
	return fromHex(text) as Bytes;
}

function transferIn(body: TransferBody): LedgerTransfer {
	const own = { id: bytesOf(body.id), reference: body.reference === null ? null : bytesOf(body.reference) };
	switch (body.kind) {
		case "move":
		case "reserve": {
			const sides = { debit: bytesOf(body.debit), credit: bytesOf(body.credit), amount: BigInt(body.amount) };
			if (body.kind === "move") return { ...own, kind: "move", ...sides };
			return { ...own, kind: "reserve", ...sides, until: body.until === null ? null : secondsOf(body.until) };
		}
		case "post":
			return { ...own, kind: "post", reservation: bytesOf(body.reservation), amount: BigInt(body.amount) };
		case "void":
		case "expire":
			return { ...own, kind: body.kind, reservation: bytesOf(body.reservation) };
		default:
			return body satisfies never;
	}
}

function toldResults(
	asked: readonly { readonly id: string }[],
	results: readonly (TransferResult | OpeningResult)[],
) {
	return results.map((result, position) => {
		const id = asked[position]?.id ?? "";
		if (result.kind !== "refused")
			return { id, outcome: result.kind, code: null, retryable: false, nextAction: "" };
		const [persistence, nextAction] = ledgerRefusals[result.code];
		return {
			id,
			outcome: result.kind,
			code: result.code,
			retryable: persistence === "transient",
			nextAction,
		};
	});
}

function toldAccount(account: LedgerAccount) {
	const { id, asset, least, most, entries } = account;
	return {
		id: toHex(id),
		asset: toHex(asset),
		least: least === null ? null : `${least}`,
		most: most === null ? null : `${most}`,
		debitsPending: `${account.debitsPending}`,
		debitsPosted: `${account.debitsPosted}`,
		creditsPending: `${account.creditsPending}`,
		creditsPosted: `${account.creditsPosted}`,
		balance: `${balanceOf(account)}`,
		available: `${availableOf(account)}`,
		held: `${heldOf(account)}`,
		entries,
	};
}

function toldTransfer({ id, kind, debit, credit, amount, ending, ...rest }: KeptTransfer) {
	const { reservation, reference, until, at } = rest;
	return {
		id: toHex(id),
		kind,
		debit: toHex(debit),
		credit: toHex(credit),
		amount: `${amount}`,
		reservation: reservation === null ? null : toHex(reservation),
		until: until === null ? null : timeOf(until),
		reference: reference === null ? null : toHex(reference),
		at: timeOf(at),
		ending,
	};
}

function toldLine({ entry, transfer }: HistoryLine) {
	const { number, side, pending, posted, balance, at } = entry;
	return {
		number,
		side,
		pending: `${pending}`,
		posted: `${posted}`,
		balance: `${balance}`,
		at: timeOf(at),
		transfer: toldTransfer(transfer),
	};
}
