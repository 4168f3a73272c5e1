/**
 * What an asset is at banks: settings say the currency, and how many decimals amounts of the asset have is said in
 * one place, the operator's newest trust list. Where it lists the asset, nothing else counts.
 */
import { assetHash, type Bytes, equalBytes, keyId, type Refusal, refuse } from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { newestList } from "../trust-lists.ts";
import type { Money } from "./iso/amount.ts";

export type AssetMoney = Money & {
	/** see `assetHash` */
	readonly asset: Bytes;
};

/** `asset-mismatch` where amounts of the asset have other decimals than this money. */
export async function refuseScale(
	transaction: Transaction,
	{ asset, scale }: AssetMoney,
): Promise<Refusal | undefined> {
	const { operators = [] } = (await newestList(transaction))?.body ?? {};
	const listed = operators
		.flatMap(({ root, assets }) => assets.map((each) => ({ ...each, operator: keyId(root) })))
		.find((each) => equalBytes(assetHash(each), asset));
	if (listed === undefined || listed.scale === scale) return undefined;
	return refuse("asset-mismatch", `amounts of ${listed.code} have ${listed.scale} decimals, not ${scale}`);
}
