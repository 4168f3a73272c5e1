/** The assets that one may hold: those of the trust list. */
import { type AssetDefinition, type AssetId, keyId, type Trust, toHex } from "@tenten/protocol";

export type ListedAsset = {
	readonly id: AssetId;
	readonly definition: AssetDefinition;
	/** the name of its operator */
	readonly operator: string;
};

/** Assets of the operators that were joined (ids in hexadecimal), in that order, then all others. */
export function listedAssets({ list }: Trust, joined: readonly string[]): readonly ListedAsset[] {
	const place = ({ operator }: AssetId): number => {
		const found = joined.indexOf(toHex(operator));
		return found < 0 ? joined.length : found;
	};
	return list.operators
		.flatMap(({ root, name, assets }) => {
			const operator = keyId(root);
			return assets.map((definition) => ({
				id: { operator, code: definition.code },
				definition,
				operator: name,
			}));
		})
		.sort((a, b) => place(a.id) - place(b.id));
}
