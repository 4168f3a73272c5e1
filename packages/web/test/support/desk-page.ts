/** Put into a wallet's page by a test: a second end of its worker, so that what screens show can be held against it. */
import type { Overview } from "@tenten/wallet/page";
import { wrap } from "comlink";
import type { Opening } from "../../src/worker/opening.ts";

declare const walletWorker: Worker;

const worker = wrap<Opening>(walletWorker);

/** Balances in the order of the desk, as decimal texts by where they are. */
async function balances(): Promise<readonly Readonly<Record<string, string>>[]> {
	const desk = await worker.desk();
	const overview: Overview = await desk.overview();
	return overview.balances.map(({ asset, ...amounts }) => ({
		asset: asset.id,
		...Object.fromEntries(Object.entries(amounts).map(([name, minor]) => [name, String(minor)])),
	}));
}

/** Takes one minor unit of the first asset from the account, that many times. */
async function topUpOften(count: number): Promise<void> {
	const desk = await worker.desk();
	const [first] = (await desk.overview()).balances;
	for (let i = 0; i < count; i++) {
		const refusal = await desk.topUp(first?.asset.id ?? "", 1n);
		if (refusal !== undefined) throw new Error(`${refusal.code} at ${i}: ${refusal.detail}`);
	}
}

/** What the worker does by itself now and then. */
async function tidy(): Promise<void> {
	await (await worker.desk()).tidy();
}

Object.assign(globalThis, { balances, topUpOften, tidy });
