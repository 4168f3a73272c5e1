/** A wallet as the purse of exchanges: it decides once, for the payment it is told, and takes nothing else for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PurseCommand, PurseReport } from "@tenten/protocol/rail";
import { WalletPurse } from "@tenten/wallet";
import { openTown } from "./support/town.ts";

const payment = "withdraw-7";

async function twoPurses() {
	const town = await openTown();
	const [giver, taker] = [await town.wallet(0n), await town.wallet(0n)];
	await town.fund(giver, 1_000n, town.asset.code, 2);
	const balance = () => [giver.balance(town.asset), taker.balance(town.asset)] as const;
	return {
		giver: new WalletPurse(giver, town.asset),
		taker: new WalletPurse(taker, town.asset),
		other: new WalletPurse(giver, { ...town.asset, code: "USD" }),
		balance,
	};
}

/** What a purse reports, which must be of this kind. */
async function act<K extends PurseReport["kind"]>(
	purse: WalletPurse,
	kind: K,
	command: PurseCommand,
	of = payment,
): Promise<Extract<PurseReport, { kind: K }>> {
	const report = await purse.act(of, command);
	assert.equal(report.kind, kind);
	return report as Extract<PurseReport, { kind: K }>;
}

/** Requested, locked and reserved. */
async function heldByBoth(giver: WalletPurse, taker: WalletPurse, of = payment) {
	const { request, messages } = await act(taker, "requested", { kind: "makeRequest", amount: 300n }, of);
	const locked = await act(giver, "locked", { kind: "lock", amount: 300n, messages }, of);
	const holding = await act(taker, "holding", { kind: "reserve", request, messages: locked.messages }, of);
	assert.equal(holding.lock, locked.lock);
	return { request, locked, offer: messages, receipt: holding.messages };
}

test("a purse answers as it stands, and locks, releases and cancels once", async () => {
	const { giver, taker, balance } = await twoPurses();
	const { request, locked, offer, receipt } = await heldByBoth(giver, taker);
	assert.deepEqual(await giver.act(payment, { kind: "lock", amount: 300n, messages: offer }), locked);
	const release = { kind: "release", request, messages: receipt } as const;
	const released = await act(giver, "released", release);
	assert.deepEqual(await giver.act(payment, release), released);
	assert.deepEqual(await giver.act(payment, { kind: "cancel", request }), released, "what is decided stays");
	const taken = { kind: "take", request, messages: [], release: released.release, mayFree: false } as const;
	await act(taker, "owned", taken);
	await act(taker, "owned", { ...taken, messages: released.messages, release: null });
	const [gives, gets] = balance();
	assert.deepEqual([gives.available, gives.locked, gets.available], [700n, 0n, 300n]);
});

test("a purse locks for a request of this payment, of this amount and of its own asset alone", async () => {
	const { giver, taker, other, balance } = await twoPurses();
	const { messages } = await act(taker, "requested", { kind: "makeRequest", amount: 300n });
	const nothing: PurseReport = { kind: "cancelled", messages: [] };
	assert.deepEqual(await giver.act("another", { kind: "lock", amount: 300n, messages }), nothing);
	assert.deepEqual(await giver.act(payment, { kind: "lock", amount: 299n, messages }), nothing);
	assert.deepEqual(await other.act(payment, { kind: "lock", amount: 300n, messages }), nothing);
	assert.deepEqual(await giver.act(payment, { kind: "lock", amount: 300n, messages: ["AAAA"] }), nothing);
	const [{ available, locked }] = balance();
	assert.deepEqual([available, locked], [1_000n, 0n]);
});

test("a purse releases by the receipt of this very payment: with another's it cancels, and the other stays locked", async () => {
	const { giver, taker, balance } = await twoPurses();
	const one = await heldByBoth(giver, taker);
	const two = await heldByBoth(giver, taker, "withdraw-8");
	await act(giver, "cancelled", { kind: "release", request: one.request, messages: two.receipt });
	const [{ available, locked }] = balance();
	assert.equal(available + locked, 1_000n, "nothing is released");
	assert.equal(two.locked.kind, "locked");
	await act(giver, "locked", { kind: "lock", amount: 300n, messages: two.offer }, "withdraw-8");
	await act(giver, "cancelled", { kind: "release", request: one.request, messages: one.receipt });
});

test("a purse takes the other side's cancel where it may, and a release always", async () => {
	const { giver, taker, balance } = await twoPurses();
	const { request } = await heldByBoth(giver, taker);
	const { messages } = await act(giver, "cancelled", { kind: "cancel", request });
	const taken = { kind: "take", request, messages, release: null, mayFree: false } as const;
	await act(taker, "waiting", taken);
	assert.equal(balance()[1].reserved, 300n);
	await act(taker, "waiting", { ...taken, messages: [], release: "00".repeat(32) });
	await act(taker, "freed", { ...taken, mayFree: true });
	assert.deepEqual([balance()[0].available, balance()[1].reserved], [1_000n, 0n]);
});
