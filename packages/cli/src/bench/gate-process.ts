/**
 * The payee of `bench handover-durable` as a process of its own: a wallet on SQLite that is reached by HTTP, as
 * a transit gate or a till is. It ends with its parent.
 */
import { join } from "node:path";
import { type AssetId, type Bytes, isRefusal } from "@tenten/protocol";
import { addRequestRoute, handoverApp, httpOperatorClient, listenOnLoopback } from "@tenten/wallet";
import { must } from "../ecosystem.ts";
import { type Handlers, Line } from "../ipc-line.ts";
import { random } from "../surroundings.ts";
import { type CountedWallet, openCounted, type WorkCounts } from "./counted-wallet.ts";

type GateStart = {
	readonly folder: string;
	readonly operator: { readonly id: Bytes; readonly url: string };
	/** what it asks for; amount in minor units */
	readonly asset: AssetId;
	readonly amount: bigint;
};

export type GateMethods = {
	/** Opens the wallet and serves it; where it is reached. */
	readonly start: (input: GateStart) => Promise<string>;
	/** What it did since it was asked last, and what it holds by now, minor units. */
	readonly counts: (input: null) => Promise<WorkCounts & { readonly available: bigint }>;
};

/** What to start as a child process. */
export const gateProgram: string = import.meta.filename;

if (import.meta.main) serveGate();

function serveGate(): void {
	let counted: CountedWallet;
	let asset: AssetId;
	const methods: GateMethods = {
		start: async ({ folder, operator, amount, ...input }) => {
			asset = input.asset;
			counted = await openCounted(join(folder, "gate.sqlite"), random(32));
			const { wallet } = counted;
			const asked = { role: "holder", class: "business", merchantCategory: null, region: null } as const;
			const refusal = await wallet.join(httpOperatorClient({ url: operator.url }), operator.id, asked);
			if (refusal !== undefined) must(refusal);
			const app = handoverApp(wallet.handle, (error) => console.error(error));
			addRequestRoute(app, async () => {
				const made = await wallet.request({ asset, amount });
				return isRefusal(made) ? made : made.messages;
			});
			return (await listenOnLoopback(app)).url;
		},
		counts: async () => ({ ...counted.counts(), available: counted.wallet.balance(asset).available }),
	};
	new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
