/** What a keeper in memory seals of its steps, simply: batches of their items, and the totals with them. */
import {
	type AssetTotals,
	addedBy,
	type Batch,
	type Bytes,
	changePages,
	compareBytes,
	equalBytes,
	isCounted,
	lineKey,
	rootOf,
	type SealedItem,
	type SumPages,
	sumAlgebra,
	toHex,
} from "@tenten/protocol";

/** A batch for each kind and asset; `saltOf` an item is told to whom it concerns. */
export function batchesOf(items: readonly SealedItem[], saltOf: (owner: Bytes) => Bytes): readonly Batch[] {
	const groups = new Map<string, SealedItem[]>();
	for (const item of items) {
		const name = `${item.batch} ${toHex(item.asset)}`;
		groups.set(name, [...(groups.get(name) ?? []), item]);
	}
	return [...groups.values()].map((group) => {
		const [{ batch: kind, asset }] = group as [SealedItem];
		const changes = group.map(({ owner, amount }) => ({ key: lineKey(owner, saltOf(owner)), entry: amount }));
		const pages = changePages(sumAlgebra, new Map() as SumPages, changes);
		const { hash, sum } = rootOf(sumAlgebra, pages as SumPages);
		return { kind, asset, count: group.length, total: sum, root: hash };
	});
}

/** Totals after these batches, by asset. */
export function totalsAfter(
	before: readonly AssetTotals[],
	batches: readonly Batch[],
): readonly AssetTotals[] {
	const totals = [...before];
	for (const batch of batches) {
		if (!isCounted(batch)) continue;
		const place = totals.findIndex(({ asset }) => equalBytes(asset, batch.asset));
		const old = totals[place] ?? noTotals(batch.asset);
		const name = addedBy[batch.kind];
		totals.splice(place === -1 ? totals.length : place, 1, { ...old, [name]: old[name] + batch.total });
	}
	return totals
		.map((each) => ({
			...each,
			outstanding: each.issued - each.redeemed - each.refunded - each.burned - each.chargedOff,
		}))
		.sort((a, b) => compareBytes(a.asset, b.asset));
}

function noTotals(asset: Bytes): AssetTotals {
	return {
		asset,
		issued: 0n,
		redeemed: 0n,
		refunded: 0n,
		burned: 0n,
		chargedOff: 0n,
		outstanding: 0n,
		forkFunded: 0n,
		forkDrawn: 0n,
		forkRepaid: 0n,
		forkLost: 0n,
		liabilities: sumAlgebra.empty.hash,
		held: 0n,
	};
}
