/**
 * A reservation that two processes end at once on PostgreSQL ends once. Every interleaving of their statements is made:
 * one of them is held at each of its statements in turn, until the other is done or waits for its rows.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { LedgerTransfer } from "@tenten/protocol";
import pg from "pg";
import { Ledger } from "../src/ledger/ledger.ts";
import { openStore } from "../src/store/open-store.ts";
import type { Store } from "../src/store/store.ts";
import { postgresForTests } from "./support/postgres.ts";

const stores: Store[] = [];
const onlookers: pg.Client[] = [];
after(async () => {
	await Promise.all(stores.map((store) => store.close()));
	await Promise.all(onlookers.map((client) => client.end()));
});

// After the hook above: connections end before their server.
const server = await postgresForTests();
const options = typeof server === "string" ? { skip: server } : {};
const fresh = async (): Promise<string> => (typeof server === "string" ? "" : server.fresh());

const newId = (): Uint8Array => new Uint8Array(randomBytes(32));
const [outside, alice, bob] = [newId(), newId(), newId()];
const own = () => ({ id: newId(), reference: null });
const move = (debit: Uint8Array, credit: Uint8Array, amount: bigint): LedgerTransfer => ({
	kind: "move",
	...own(),
	debit,
	credit,
	amount,
});

async function said(ledger: Ledger, ...transfers: readonly LedgerTransfer[]): Promise<string> {
	const results = await ledger.post(transfers.map((one) => [one]));
	return results.map((result) => ("code" in result ? result.code : result.kind)).join();
}

async function ledgerOver(url: string): Promise<Ledger> {
	const store = await openStore(url, {});
	stores.push(store);
	return new Ledger(store, { now: () => 1_000, random: (length) => randomBytes(length) });
}

/** Alice holds 100. */
async function openAccounts(ledger: Ledger): Promise<void> {
	const asset = newId();
	await ledger.open(
		[outside, alice, bob].map((id) => ({ id, asset, least: id === outside ? null : 0n, most: null })),
	);
	assert.equal(await said(ledger, move(outside, alice, 100n)), "done");
}

/** Somebody who looks on: how many of these connections wait for another's rows. */
async function onlooker(url: string) {
	const name = new URL(url).searchParams.get("application_name");
	const address = new URL(url);
	address.searchParams.delete("schema");
	address.searchParams.set("application_name", "onlooker");
	const client = new pg.Client({ connectionString: address.href });
	await client.connect();
	const waiting = async (): Promise<number> => {
		const { rows } = await client.query<{ count: string }>(
			"select count(*) from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'",
			[name],
		);
		return Number(rows[0]?.count);
	};
	onlookers.push(client);
	return {
		/** or until something else is done */
		until: async (count: number, other: Promise<unknown> = new Promise(() => {})) => {
			let isDone = false;
			void other.then(() => {
				isDone = true;
			});
			while (!isDone && (await waiting()) !== count) await pause(2);
		},
	};
}

/** A gate: whoever comes first waits at it, until it is opened. */
function gate() {
	let reach = (): void => {};
	let open = (): void => {};
	const reached = new Promise<void>((resolve) => {
		reach = resolve;
	});
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	let isFirst = true;
	const pass = async (): Promise<boolean> => {
		if (!isFirst) return false;
		isFirst = false;
		reach();
		await opened;
		return true;
	};
	return { reached, open, pass };
}

/** Holds connections of this name at their statement of this number, counted from now; answers a gate. */
function holdStatement(name: string, number: number) {
	const held = gate();
	const { query } = pg.Client.prototype;
	let left = number;
	pg.Client.prototype.query = function (this: pg.Client & Named, ...given: unknown[]) {
		if (this.connectionParameters.application_name !== name || left-- !== 0)
			return Reflect.apply(query, this, given);
		return held.pass().then(() => Reflect.apply(query, this, given));
	} as typeof query;
	return {
		...held,
		/** whether there was such a statement */
		isHeld: () => left < 0,
		restore: () => {
			pg.Client.prototype.query = query;
		},
	};
}

type Named = { readonly connectionParameters: { readonly application_name: string } };

test("a reservation that two processes end at once ends once, wherever one is held", options, async () => {
	const url = await fresh();
	const late = new URL(url);
	late.searchParams.set("application_name", "late");
	const prompt = await ledgerOver(url);
	const watching = await onlooker(url);
	await openAccounts(prompt);
	let statements = 0;
	for (; ; statements++) {
		const reservation: LedgerTransfer = {
			kind: "reserve",
			...own(),
			debit: alice,
			credit: bob,
			amount: 1n,
			until: null,
		};
		const ending = (): LedgerTransfer => ({ kind: "void", ...own(), reservation: reservation.id });
		assert.equal(await said(prompt, reservation), "done");
		// It knows nothing of the accounts, and has a connection.
		const ledger = await ledgerOver(late.href);
		await ledger.account(alice);
		const held = holdStatement("late", statements);
		const first = said(ledger, ending());
		await Promise.race([held.reached, first]);
		const second = said(prompt, ending());
		if (held.isHeld()) await watching.until(1, second);
		held.open();
		const words = await Promise.all([first, second]);
		held.restore();
		assert.deepEqual(words.toSorted(), ["done", "reservation-voided"], `held at statement ${statements}`);
		assert.deepEqual((await prompt.examine()).broken, []);
		if (!held.isHeld()) break;
	}
	assert.ok(statements >= 7, `${statements} statements`);
});
