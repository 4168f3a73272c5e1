/**
 * The wallet's journal after a crash: what the module made durable and the wallet had no time to write down.
 *
 * The module decides and the journal follows, so it is told again what it may have missed; an entry that is
 * there already stays as it was.
 */
import { toHex } from "@tenten/protocol";
import { assetText, type HistoryKind } from "@tenten/wallet";
import { now } from "../surroundings.ts";
import type { WalletFolder } from "./folder.ts";

/** What an attempt's last state says to the journal. */
function kindOf(side: "payer" | "payee", state: string): HistoryKind | undefined {
	if (side === "payee" && state === "owned") return "received";
	if (side === "payer" && (state === "released" || state === "sent")) return "paid";
	if (side === "payer" && state === "cancelled") return "cancelled";
	if (state === "returned") return "returned";
	return side === "payer" && state === "ruled" ? "refunded" : undefined;
}

export async function noteAttempts({ wallet, store }: WalletFolder): Promise<void> {
	for (const { side, state, attempt, asset, amount, memo } of wallet.module.attempts()) {
		const kind = kindOf(side, state);
		if (kind === undefined) continue;
		const id = `${kind}/${toHex(attempt)}`;
		const entry = { id, at: now(), kind, asset: assetText(asset), amount, party: "", note: memo };
		await store.history.append(entry, "nextCommit");
	}
	for (const { side, state, meter, asset, due, purpose } of wallet.meters.list()) {
		if (state !== "closed" || due === 0n) continue;
		const kind = side === "payer" ? "paid" : "received";
		const id = `${kind}/${toHex(meter)}`;
		const entry = {
			id,
			at: now(),
			kind,
			asset: assetText(asset),
			amount: due,
			party: "",
			note: purpose ?? "",
		} as const;
		await store.history.append(entry, "nextCommit");
	}
}
