/**
 * Asking a payee for its request: what a payer says before there is a request, as JSON.
 *
 * Nothing here moves value or is trusted: the signed request that comes back is what the payer's module checks.
 */
import { type AssetId, type Bytes, fromHex, type Refusal, refuse, toHex } from "@tenten/protocol";

/** Where a wallet gives requests by HTTP. */
export const requestsPath = "/v1/requests";

/** What a payer would like to pay; the payee fills in what is left out. Amount in minor units. */
export type AskedRequest = { readonly asset?: AssetId; readonly amount?: bigint };

/** Makes a request for a payer: its messages, or why not. */
export type OfferRequest = (asked: AskedRequest) => Promise<readonly Bytes[] | Refusal>;

export function encodeAsked({ asset, amount }: AskedRequest): string {
	return JSON.stringify({
		...(asset === undefined ? {} : { asset: { operator: toHex(asset.operator), code: asset.code } }),
		...(amount === undefined ? {} : { amount: amount.toString() }),
	});
}

export function decodeAsked(text: string): AskedRequest | Refusal {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return refuse("malformed", "not JSON");
	}
	if (typeof value !== "object" || value === null) return refuse("malformed", "not an object");
	const { asset, amount }: { readonly asset?: unknown; readonly amount?: unknown } = value;
	if (amount !== undefined && (typeof amount !== "string" || !/^[1-9][0-9]{0,18}$/.test(amount)))
		return refuse("malformed", "amount is a whole number of minor units, as a string");
	const named = asset === undefined ? undefined : assetOf(asset);
	if (named === undefined && asset !== undefined) return refuse("malformed", "asset is {operator, code}");
	return {
		...(named === undefined ? {} : { asset: named }),
		...(amount === undefined ? {} : { amount: BigInt(amount) }),
	};
}

function assetOf(value: unknown): AssetId | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { operator: id, code }: { readonly operator?: unknown; readonly code?: unknown } = value;
	if (typeof id !== "string" || typeof code !== "string") return undefined;
	const operator = fromHex(id);
	return operator?.length === 32 ? { operator, code } : undefined;
}
