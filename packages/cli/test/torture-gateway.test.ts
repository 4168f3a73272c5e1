/** A short torture of a gateway: devices pay by meter over it while its operator is gone and it is killed; nothing is lost. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { noMosquitto, startMosquitto } from "../../../test/support/mosquitto.ts";
import { ran } from "../../../test/support/ran.ts";
import { tortureGateway } from "../src/torture/gateway/gateway-torture.ts";
import { memoryFigures } from "../src/torture/gateway/memory.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-torture-gateway-"));
after(() => rmSync(root, { recursive: true, force: true }));
const folder = (): string => mkdtempSync(join(root, "run-"));

test("a gateway whose operator is gone and that is killed itself loses no tick and no record, and doubles none", async (t) => {
	const tortured = await tortureGateway({
		folder: folder(),
		devices: 40,
		seconds: 12,
		outage_s: 4,
		kills: 1,
		seed: 1,
	});
	ran(t, "kills", { "kills of a gateway": tortured.kills, ticks: tortured.ticks });
	assert.deepEqual(tortured.losses, []);
	const { ticks, meters, kept, there, waitingMost, cuts, reconnects } = tortured;
	assert.ok(ticks >= 40 && meters >= 20, `${ticks} ticks, ${meters} meters`);
	assert.ok(
		kept > 0 && kept === there && waitingMost > 0,
		`${kept} kept, ${there} there, ${waitingMost} waited`,
	);
	assert.ok(cuts > 0 && reconnects > 0, `${cuts} cuts, ${reconnects} reconnects`);
});

test("nor does one at a broker of others", { skip: noMosquitto }, async () => {
	const mosquitto = await startMosquitto();
	const options = { folder: folder(), devices: 8, seconds: 6, outage_s: 2, kills: 0, seed: 2 };
	const tortured = await tortureGateway({ ...options, broker: mosquitto.url });
	await mosquitto.stop();
	assert.deepEqual(tortured.losses, []);
	assert.ok(tortured.ticks > 4 && tortured.kept > 0 && tortured.kept === tortured.there);
});

test("memory is flat where a process holds as much last as first, whatever it held between", () => {
	const mebibyte = 2 ** 20;
	const samples = (sizes: readonly number[]) =>
		sizes.map((size, at) => ({ at_s: 60 * at, bytes: size * mebibyte }));
	assert.deepEqual(memoryFigures(samples([100, 102, 104, 106])), {
		samples: 4,
		first_MiB: 100,
		last_MiB: 106,
		max_MiB: 106,
		grown_MiB: 6,
		some_MiB: [100, 102, 104, 106],
		slope_MiBPerMinute: 2,
	});
	const flat = memoryFigures(samples([180, 100, 100, 120, 110, 130, 180, 90]));
	assert.deepEqual([flat?.grown_MiB, flat?.max_MiB], [0, 180]);
	assert.equal(memoryFigures(samples([100])), null);
});
