/** Accounts, a reservation that is posted in part, one that expires, and all that is asked about them. */
import assert from "node:assert/strict";
import type { LedgerTransfer } from "@tenten/protocol";
import { Ledger, type Operator } from "../../src/index.ts";
import type { Scene } from "./claim-scenes.ts";
import type { Ecosystem } from "./ecosystem.ts";

const id = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const [outside, alice, bob, asset] = [id(1), id(2), id(3), id(9)];
const own = (fill: number) => ({ id: id(fill), reference: null });
const between = { debit: alice, credit: bob };

export async function ledgerScene({ clock, world }: Ecosystem): ReturnType<Scene> {
	const start = clock.now;
	const until = start + 60;
	const transfers: readonly LedgerTransfer[] = [
		{ kind: "move", ...own(11), debit: outside, credit: alice, amount: 100n },
		{ kind: "reserve", ...own(12), ...between, amount: 60n, until: null },
		{ kind: "reserve", ...own(13), ...between, amount: 30n, until },
	];
	const ask = async ({ ledger, store }: Operator): Promise<readonly unknown[]> => {
		clock.now = start;
		const unlimited = { asset, most: null };
		await ledger.open(
			[outside, alice, bob].map((one) => ({ ...unlimited, id: one, least: one === outside ? null : 0n })),
		);
		for (const transfer of transfers) await ledger.post([[transfer]]);
		// Another over the same accounts: what the first knows of them is old by then.
		const other = new Ledger(store, { now: () => clock.now, random: world.random });
		await other.post([[{ kind: "move", ...own(14), ...between, amount: 1n }]]);
		await ledger.post([[{ kind: "post", ...own(15), reservation: id(12), amount: 20n }]]);
		clock.now = until;
		await ledger.expire();
		const account = await ledger.account(alice);
		const endings = [await ledger.transfer(id(12)), await ledger.transfer(id(13))].map((one) => one?.ending);
		const entries = await ledger.entries(alice, 0, 10);
		const statement = await ledger.statement(alice, start, until + 1);
		const { broken } = await ledger.examine();
		return [
			account?.debitsPosted,
			account?.debitsPending,
			...endings,
			entries.length,
			statement?.closing,
			broken,
		];
	};
	return {
		ask,
		check: (reply) => assert.deepEqual(reply, [21n, 0n, "posted", "expired", 6, 79n, []]),
	};
}
