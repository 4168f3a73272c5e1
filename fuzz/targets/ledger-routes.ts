/** What the fuzzer begins with at the routes of the ledger: accounts, a reservation, and everything that may end it. */

import type { Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";
import { type Bytes, toHex } from "../../packages/protocol/src/index.ts";
import type { HttpSeed } from "./http-input.ts";

const id = (fill: number): Bytes => new Uint8Array(32).fill(fill);
const hex = (fill: number): string => toHex(id(fill));
const [outside, alice, bob] = [1, 2, 3];

type Headers = Readonly<Record<string, string>>;
export type LedgerSeeds = (ecosystem: Ecosystem, admin: Headers) => Promise<readonly HttpSeed[]>;

/** Alice holds 100, of which 40 are reserved for Bob. */
export async function fillLedger({ operator: { ledger } }: Ecosystem): Promise<void> {
	const limits = [null, 0n, 0n] as const;
	await ledger.open(
		limits.map((least, i) => ({ id: id(i + 1), asset: id(9), least, most: i === 2 ? 80n : null })),
	);
	const own = { reference: null, credit: id(alice), debit: id(outside) };
	await ledger.post([[{ kind: "move", id: id(11), ...own, amount: 100n }]]);
	const reserved = {
		id: id(12),
		reference: id(8),
		debit: id(alice),
		credit: id(bob),
		amount: 40n,
		until: null,
	};
	await ledger.post([[{ kind: "reserve", ...reserved }]]);
}

const read =
	(paths: readonly string[]): LedgerSeeds =>
	async (ecosystem, admin) => {
		await fillLedger(ecosystem);
		return paths.map((path) => ({ path: `/v1/ledger/${path}`, headers: admin }));
	};

const posted =
	(path: string, bodies: readonly object[]): LedgerSeeds =>
	async (ecosystem, admin) => {
		await fillLedger(ecosystem);
		const headers = { ...admin, "content-type": "application/json" };
		return bodies.map((body) => ({ path: `/v1/ledger/${path}`, headers, body: JSON.stringify(body) }));
	};

const own = (fill: number) => ({ id: hex(fill), reference: null });
const sides = { debit: hex(alice), credit: hex(bob), amount: "30" };
const until = "2099-01-01T00:00:00Z";
const transfers: readonly object[] = [
	{ kind: "move", ...own(21), ...sides },
	{ kind: "reserve", ...own(22), ...sides, until },
	{ kind: "post", ...own(23), reservation: hex(12), amount: "40" },
	{ kind: "void", ...own(24), reservation: hex(22) },
	{ kind: "expire", ...own(25), reservation: hex(12) },
];

/** Asked once a seal has the accounts. */
export const ledgerLine = `/v1/ledger/accounts/${hex(alice)}/line`;

export const ledgerRoutes: Readonly<Record<string, LedgerSeeds>> = {
	"POST /v1/ledger/accounts": posted("accounts", [
		{ accounts: [{ id: hex(4), asset: hex(9), least: "-50", most: "100" }] },
		{ accounts: [{ id: hex(bob), asset: hex(9), least: "0", most: null }] },
	]),
	"GET /v1/ledger/accounts/:id": read([`accounts/${hex(alice)}`, `accounts/${hex(77)}`]),
	"POST /v1/ledger/transfers": posted("transfers", [
		...transfers.map((one) => ({ batch: [[one]] })),
		{ batch: transfers.map((one) => [one]) },
		{ batch: [transfers] },
	]),
	"GET /v1/ledger/transfers/:id": read([`transfers/${hex(12)}`]),
	"GET /v1/ledger/accounts/:id/entries": read([`accounts/${hex(alice)}/entries`]),
	"GET /v1/ledger/accounts/:id/statement": read([
		`accounts/${hex(alice)}/statement?from=2020-01-01T00:00:00Z&until=${until}`,
	]),
};
