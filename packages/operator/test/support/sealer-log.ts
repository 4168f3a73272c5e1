/** Logs in folders of their own, and sealers over them. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { isRefusal, type Signer } from "@tenten/protocol";
import { memoryFolder } from "../../../../test/support/memory-folder.ts";
import { LogWriter, type Operator } from "../../src/index.ts";
import type { LogOptions } from "../../src/log/writer.ts";
import { openSealer, type Sealer, type SealerOptions } from "../../src/sealing/sealer.ts";
import type { Transaction } from "../../src/store/store.ts";
import { saltSecret } from "./balanced.ts";
import { logSigner, reservesIn, sealOrigin } from "./sealed.ts";

const folders: string[] = [];
process.on("exit", () => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with a log of no entries. */
export async function freshLog(origin = sealOrigin, signer: Signer = logSigner): Promise<string> {
	const folder = memoryFolder("tenten-log-");
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

/** A sealer over the log in a folder, until it is closed. */
export async function openSealed(
	operator: Operator,
	folder: string,
	options: Partial<SealerOptions> = {},
): Promise<{ readonly sealer: Sealer; readonly log: LogWriter; readonly close: () => Promise<void> }> {
	const log = await openLog(folder);
	const close = (): Promise<void> => log.close();
	try {
		const sealer = await openSealer({ ...usualSealer(operator, log), ...options });
		assert.ok(!isRefusal(sealer), String(isRefusal(sealer) && sealer.detail));
		return { sealer, log, close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** A sealer over a log, for as long as the work takes. */
export async function withSealer<T>(
	operator: Operator,
	folder: string,
	work: (sealer: Sealer, log: LogWriter) => Promise<T>,
): Promise<T> {
	const { sealer, log, close } = await openSealed(operator, folder);
	try {
		return await work(sealer, log);
	} finally {
		await close();
	}
}
