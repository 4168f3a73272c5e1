/** A payment from one wallet's folder to another's, both opened for it, as shells make them. */
import { type AssetId, isRefusal } from "@tenten/protocol";
import { inProcessChannel } from "@tenten/wallet";
import { must } from "../../src/ecosystem.ts";
import { passphraseCost, WalletFolder } from "../../src/wallet/folder.ts";
import { withReasons } from "../../src/wallet/paying.ts";
import { passphrase } from "./tenten.ts";

export const unlock = { kind: "passphrase", passphrase, cost: passphraseCost } as const;

/** What became of a payment for charging, or why its payer or its payee refused it. Minor units. */
export async function pays(payer: string, payee: string, asset: AssetId, amount: bigint): Promise<string> {
	const from = must(await WalletFolder.open(payer, { unlock }));
	const to = must(await WalletFolder.open(payee, { unlock }));
	try {
		const request = must(await to.wallet.request({ asset, amount, purpose: "charging" }));
		const { channel, last } = withReasons(inProcessChannel(to.wallet.handle));
		const paid = await from.wallet.pay({ request: request.encoded }, channel);
		if (isRefusal(paid)) return paid.code;
		const said = last()?.code ?? paid.fundsState;
		if (paid.fundsState === "inFlight") await from.wallet.cancel(paid.attempt, channel);
		return said;
	} finally {
		await from.close();
		await to.close();
	}
}
