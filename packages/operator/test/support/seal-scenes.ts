/** What a sealer is asked while power fails: a log beside the operator's database, opened again after each cut. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type AssetTotals, isRefusal, parseLeaf, type Signer } from "@tenten/protocol";
import { LogWriter, type Operator } from "../../src/index.ts";
import type { LogOptions } from "../../src/log/writer.ts";
import { openSealer, type Sealer } from "../../src/sealing/sealer.ts";
import type { Transaction } from "../../src/store/store.ts";
import { saltSecret } from "./balanced.ts";
import type { Scene } from "./claim-scenes.ts";
import { enrolHolder, redeem, withdrawTo } from "./ecosystem.ts";
import { assertRules, logSigner, reservesIn, sealOrigin } from "./sealed.ts";

const folders: string[] = [];
after(() => {
	for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder with a log of no entries. */
export async function freshLog(origin = sealOrigin, signer: Signer = logSigner): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-log-"));
	folders.push(folder);
	const log = await LogWriter.begin(folder, origin, signer);
	assert.ok(!isRefusal(log));
	await log.close();
	return folder;
}

export async function openLog(folder: string, options: LogOptions = {}): Promise<LogWriter> {
	const log = await LogWriter.open(folder, logSigner, options);
	assert.ok(!isRefusal(log));
	return log;
}

export const usualSealer = (operator: Operator, log: LogWriter) => ({
	operator,
	log,
	secret: saltSecret,
	epoch_ms: 5,
	around: async (transaction: Transaction) => ({
		reserves: await reservesIn(transaction, { id: operator.id, now: operator.now() }),
	}),
});

/** A sealer over a log, for as long as the work takes. */
export async function withSealer<T>(
	operator: Operator,
	folder: string,
	work: (sealer: Sealer, log: LogWriter) => Promise<T>,
): Promise<T> {
	const log = await openLog(folder);
	try {
		const sealer = await openSealer(usualSealer(operator, log));
		assert.ok(!isRefusal(sealer), String(isRefusal(sealer) && sealer.detail));
		return await work(sealer, log);
	} finally {
		await log.close();
	}
}

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
