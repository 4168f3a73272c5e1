/** Opens a party of an ecosystem over its store: at a ledger the accounts first, each once, with what it begins with. */
import type { Bytes } from "@tenten/protocol";
import type { Store } from "../store/store.ts";
import { accountsOf, type RailEcosystem, viaOf } from "./ecosystem.ts";
import { type HostOptions, RailHost, type Role } from "./host.ts";
import { accountNames, openRailAccounts, postForRail } from "./posting.ts";

/** `asset`: see `assetHash`. */
export async function openRailParty<Kept>(
	store: Store,
	role: Role<Kept>,
	ecosystem: RailEcosystem,
	asset: Bytes,
	options: Omit<HostOptions, "post" | "via" | "accounts">,
): Promise<RailHost<Kept>> {
	const accounts = accountsOf(ecosystem, role.name);
	if (accounts.length > 0)
		await store.run((transaction) => openRailAccounts(transaction, asset, accounts, options.now()));
	return RailHost.open(store, role, {
		...options,
		post: postForRail,
		via: viaOf(ecosystem, role.name),
		accounts: accountNames(accounts),
	});
}
