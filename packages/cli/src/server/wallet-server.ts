/**
 * A wallet that answers over HTTP: it takes payments, and gives requests to whoever wants to pay it.
 *
 * Loopback only; a proxy in front of it brings TLS. Requests are rows in the wallet's file, so a stranger who
 * asks for ever is stopped at a rate that no payer needs.
 */
import { type AssetId, isRefusal, refuse, sameAsset } from "@tenten/protocol";
import {
	addRequestRoute,
	handoverApp,
	type LoopbackServer,
	listenOnLoopback,
	type OfferRequest,
	type Wallet,
} from "@tenten/wallet";

export type WalletServerOptions = {
	readonly wallet: Wallet;
	/** what is asked for where the payer does not say; amount in minor units */
	readonly asset: AssetId;
	readonly amount?: bigint;
	readonly memo?: string;
	readonly port?: number;
	/** what a browser shows at the address */
	readonly welcome: string;
	/** told of bugs */
	readonly report?: (error: Error) => void;
};

const requestsPerMinute = 600;

export function serveWallet(options: WalletServerOptions): Promise<LoopbackServer> {
	const { wallet, port, welcome, report } = options;
	const app = handoverApp(wallet.handle, report);
	addRequestRoute(app, offering(options));
	app.get("/", (context) => context.text(`${welcome}\n`));
	app.get("/livez", (context) => context.text("ok\n"));
	return listenOnLoopback(app, port === undefined ? {} : { port });
}

function offering({ wallet, asset, amount: fixed, memo = "" }: WalletServerOptions): OfferRequest {
	let minute = 0;
	let given = 0;
	return async (asked) => {
		const present = Math.floor(Date.now() / 60_000);
		if (present !== minute) [minute, given] = [present, 0];
		if (++given > requestsPerMinute) return refuse("too-many", "too many requests: ask again in a minute");
		const amount = asked.amount ?? fixed;
		if (amount === undefined) return refuse("amount-invalid", "say how much you want to pay");
		if (fixed !== undefined && amount !== fixed)
			return refuse("amount-mismatch", `the payee asks for ${fixed} minor units`);
		const wanted = asked.asset ?? asset;
		// The same number of another asset is another price.
		if (fixed !== undefined && !sameAsset(wanted, asset))
			return refuse("asset-mismatch", `the payee asks for ${asset.code} of its operator`);
		const { trust } = wallet.module;
		if (isRefusal(trust)) return trust;
		if (trust.asset(wanted) === undefined)
			return refuse("asset-unknown", "the payee does not take this asset");
		const made = await wallet.request({ asset: wanted, amount, memo });
		return isRefusal(made) ? made : made.messages;
	};
}
