/** Assets as people name them, and amounts as people write them. */
import { type AssetId, isRefusal, sameAsset } from "@tenten/protocol";
import { amountWords, type ListedAsset, listedAssets, typedAmount } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import type { WalletFolder } from "./folder.ts";

export type KnownAsset = ListedAsset;

/** Assets of the operators that were joined, in that order, then others that are on the trust list. */
export function knownAssets({ wallet, operators }: WalletFolder): readonly KnownAsset[] {
	const { trust } = wallet.module;
	if (operators.length === 0) throw new BadInput("no operator yet: tenten wallet join <address>");
	if (isRefusal(trust))
		throw new BadInput("the trust list is out of date: tenten wallet join <address> fetches the current one");
	return listedAssets(
		trust,
		operators.map(({ id }) => id),
	);
}

/** `JPY`, or `JPY@Densha Card` where several operators issue a `JPY`. Without a name, the first that is known. */
export function findAsset(folder: WalletFolder, name?: string): KnownAsset {
	const known = knownAssets(folder);
	const [code, operator] = name?.split("@") ?? [];
	const fitting = known.filter(
		(asset) =>
			(code === undefined || asset.id.code === code) &&
			(operator === undefined || asset.operator.toLowerCase() === operator.toLowerCase()),
	);
	const [first] = fitting;
	if (first === undefined)
		throw new BadInput(`no such asset: ${name}. Known: ${known.map(assetName).join(", ")}`);
	return first;
}

export function assetName({ id, operator }: KnownAsset): string {
	return `${id.code}@${operator}`;
}

/** The asset of this id, as far as the trust list knows it. */
export function assetOf(folder: WalletFolder, id: AssetId): KnownAsset {
	const found = knownAssets(folder).find((asset) => sameAsset(asset.id, id));
	if (found === undefined)
		throw new BadInput(`an asset of an operator that is not on the trust list: ${id.code}`);
	return found;
}

/** Minor units of what is written in major ones: `12.50` with scale 2 is 1250. */
export function parseAmount(text: string, { definition: { scale, code } }: KnownAsset): bigint {
	const minor = typedAmount(text, scale);
	if (minor === undefined)
		throw new BadInput(
			`${text} is no amount above zero: write it as 1200 or 12.50; ${code} has ${scale} decimals`,
		);
	return minor;
}

/** `480 JPY`, as people write it. */
export function inWords(minor: bigint, { id, definition }: KnownAsset): string {
	return amountWords(minor, id, { asset: () => definition, operator: () => undefined }).en;
}

/** As `inWords`, with the operator where that is not clear. */
export function inFull(minor: bigint, asset: KnownAsset): string {
	return `${inWords(minor, asset)} (${asset.operator})`;
}
