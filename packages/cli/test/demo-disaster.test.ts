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
		["lightsOut", "otherWays", "onward", "twice", "lightsOn", "newPhone", "convicted", "reconciled"].map(
			(scene) => [scene, true],
		),
	);
	const { issued, redeemed, inWallets, deposited, held, drawn, debts } = scenes.at(-1);
	assert.equal(issued, redeemed + inWallets);
	assert.equal(held, deposited - issued + redeemed + drawn);
	assert.deepEqual([drawn, debts], [400, 400]);
	assert.ok(inWallets > 0 && redeemed > 0);
	const [evidence, list] = [join(folder, "case.cbor"), join(folder, "trust-list.cbor")];
	const { ok, kind } = await shell.well("evidence", "verify", evidence, "--trust-list", list);
	assert.deepEqual([ok, kind], [true, "fork"]);
});
