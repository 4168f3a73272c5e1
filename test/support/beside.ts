/** A gateway beside a town: real, over HTTP and MQTT, with the town's operator behind a line that can be cut. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { verify } from "@tenten/module";
import { FogStore, type RunningFog, startFog } from "@tenten/operator/fog";
import { type FogOperator, fogOperator } from "../../packages/operator/test/support/fog-operator.ts";
import { statusListOf } from "./robots.ts";
import { newSigner, ok, openTown, type Town } from "./town.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-gateway-"));
after(() => rmSync(folder, { recursive: true }));
const quiet = { info: () => undefined, error: (fields: object) => assert.fail(JSON.stringify(fields)) };

export type Beside = { readonly town: Town; readonly operator: FogOperator; readonly fog: RunningFog };

/** A gateway beside a town whose operator has shown it its lists. */
export async function besideTown(name: string): Promise<Beside> {
	const town = await openTown();
	const operator = await fogOperator(town);
	operator.statuses.push(await statusListOf(town));
	const signer = newSigner();
	const file = join(folder, name);
	FogStore.create(file, signer.key);
	const terms = { gateway: signer.key, each: 200n, total: 500n, code: town.asset.code };
	const until = town.clock.now + 86_400;
	const fog = ok(
		await startFog({
			file,
			signer,
			verify,
			operator: { url: operator.server.url, id: town.operator.id },
			broker: { kind: "embedded", port: 0 },
			mandates: [ok(await town.operator.mandate({ ...terms, from: town.clock.now, until }))],
			...{ pause_ms: 20, pauseMost_ms: 100, port: 0, log: quiet, now: () => town.clock.now },
		}),
	);
	await fog.subscribed;
	await eventually(() => fog.standing().lists.freezeList !== null && fog.standing().lists.statusLists === 1);
	return { town, operator, fog };
}

export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = Date.now() + 60_000;
	while (!(await isSo())) {
		if (Date.now() > deadline) assert.fail("it never came");
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
