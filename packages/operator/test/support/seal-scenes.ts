/** What a sealer is asked while power fails: a log beside the operator's database, opened again after each cut. */
import assert from "node:assert/strict";
import { type AssetTotals, isRefusal, parseLeaf } from "@tenten/protocol";
import type { Operator } from "../../src/index.ts";
import type { Scene } from "./claim-scenes.ts";
import { enrolHolder, redeem, withdrawTo } from "./ecosystem.ts";
import { assertRules } from "./sealed.ts";
import { freshLog, openLog, withSealer } from "./sealer-log.ts";

/** Seals what was done; what the log says then, in which every seal keeps every rule. */
async function sealAll(operator: Operator, folder: string): Promise<readonly AssetTotals[]> {
	const { assets } = await withSealer(operator, folder, (sealer) => sealer.seal());
	await assertLogged(operator, folder);
	return assets;
}

/** The log as whoever reads it finds it: every leaf a batch or a seal, every seal after its batches, each rule kept. */
export async function assertLogged(operator: Operator, folder: string): Promise<number> {
	const log = await openLog(folder);
	const reader = log.reader();
	const leaves = [];
	for (let place = 0; place < reader.size; place++) {
		const entry = await reader.entry(place);
		assert.ok(!isRefusal(entry));
		const leaf = parseLeaf(entry);
		assert.ok(!isRefusal(leaf));
		leaves.push(leaf);
	}
	await log.close();
	return assertRules(leaves, operator.id);
}

const worked: Scene = async (ecosystem) => {
	const folder = await freshLog();
	const alice = await enrolHolder(ecosystem);
	const [first, second] = await withdrawTo(ecosystem, alice, 30n, 12n);
	assert.ok(first && second);
	await redeem(ecosystem, alice, first);
	return {
		ask: (opened) => sealAll(opened, folder),
		check: (reply) => {
			const [assets] = reply as readonly AssetTotals[];
			assert.ok(assets);
			const { issued, redeemed, outstanding, held } = assets;
			assert.deepEqual([issued, redeemed, outstanding, held], [42n, 30n, 12n, 30n]);
		},
	};
};

export const sealScenes: Readonly<Record<string, Scene>> = { "an epoch": worked };
export const firstSeals: Scene = worked;
