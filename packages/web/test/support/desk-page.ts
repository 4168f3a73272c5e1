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

Object.assign(globalThis, { balances });
