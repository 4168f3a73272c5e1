/** Assets and their windows: what one operator issues under one code. */
import { type Bytes, bytes32, equalBytes, record, type TypeOf, text } from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";

/** operator id + code */
export const assetId = record({ operator: bytes32, code: text(16) });
export type AssetId = TypeOf<typeof assetId>;

export function sameAsset(a: AssetId, b: AssetId): boolean {
	return a.code === b.code && equalBytes(a.operator, b.operator);
}

/** One hash for both parts: a key for maps and tables. */
export function assetHash(asset: AssetId): Bytes {
	return taggedHash("asset", assetId.write(asset));
}
