/**
 * `tenten demo disaster` as its users meet it: operator, relay and gateway, each a process, are killed in the middle of
 * payments, and in the end every unit is where both sides' books say.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openShell } from "./support/tenten.ts";

test("everything goes dark in the middle of payments, they end another way, and the books agree to the unit", async (t) => {
	const shell = openShell();
	t.after(shell.close);
	const { scenes, folder } = await shell.well("demo", "disaster", "--data", "played");
	assert.deepEqual(
		scenes.map(({ scene, ok }: { readonly scene: string; readonly ok: boolean }) => [scene, ok]),
		[
			...["stolen", "lightsOut", "chargingStops", "otherWay", "chargingGoesOn", "onward", "batteryDies"],
			...["refused", "twice", "lightsOn", "newPhone", "convicted", "claimed", "reconciled", "claimPaid"],
			"reconciled",
		].map((scene) => [scene, true]),
	);
	const counted = scenes.filter(({ scene }: { readonly scene: string }) => scene === "reconciled");
	for (const sums of counted) {
		const { issued, redeemed, refunded, inWallets, inMeters, deposited, held, drawn, debts } = sums;
		assert.equal(issued, redeemed + refunded + inWallets + inMeters);
		assert.equal(held, deposited - issued + redeemed + refunded + drawn);
		assert.deepEqual([drawn, debts], [400, 400]);
	}
	const [first, last] = counted;
	assert.deepEqual([first.inMeters, first.refunded, last.inMeters, last.refunded], [300, 0, 0, 300]);
	assert.deepEqual([first.inWallets, last.inWallets], [3_470, 3_470]);
	const [evidence, list] = [join(folder, "case.cbor"), join(folder, "trust-list.cbor")];
	const { ok, kind } = await shell.well("evidence", "verify", evidence, "--trust-list", list);
	assert.deepEqual([ok, kind], [true, "fork"]);
});
