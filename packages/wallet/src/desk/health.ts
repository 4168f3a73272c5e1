/**
 * How the wallet on this device is: what it holds, what it waits for, and until when it can go on alone.
 *
 * Whether the browser may clear the storage is a question to `navigator.storage`, which the page asks.
 */
import { isRefusal } from "@tenten/protocol";
import type { WalletStore } from "../store/wallet-store.ts";
import type { Wallet } from "../wallet.ts";
import type { HealthView } from "./views.ts";
import { wholeHistory } from "./whole-history.ts";

/** `backedUpAt`: unix seconds; null where no backup was made here. */
export async function health(
	{ module }: Wallet,
	store: WalletStore,
	backedUpAt: number | null,
): Promise<HealthView> {
	const rows = await store.load();
	const { trust } = module;
	const own = module.certificates().filter(({ hash }) => !module.isRestored(hash));
	const changes = backedUpAt === null ? null : await store.history.list({ from: backedUpAt, limit: 1 });
	return {
		rows: rows.size,
		bytes: [...rows].reduce((sum, [key, value]) => sum + key.length + value.length, 0),
		entries: (await wholeHistory(store.history, {})).length,
		tokens: module.tokens().length,
		open: module.open().length,
		pendingOrders: (await module.pendingOrders()).length,
		trustedUntil: isRefusal(trust) ? null : trust.list.expiresAt,
		certifiedUntil: own.length === 0 ? null : Math.max(...own.map(({ claims }) => claims.expiresAt)),
		backedUpAt,
		changedSince: changes === null ? module.tokens().length > 0 : changes.entries.length > 0,
	};
}
