/** What a backup brought, in words: what is awaited and until when, and what was spent by the wallet that was lost. */
import { sameAsset } from "@tenten/protocol";
import { assetText, timeWords } from "@tenten/wallet";
import { assetName, inFull, type KnownAsset, knownAssets } from "./assets.ts";
import type { WalletFolder } from "./folder.ts";

/** The word of whoever restores, by which everything moves at once, and what it costs where it is wrong. */
export const nothingPaidSinceOption = [
	"--nothing-paid-since",
	"the old wallet has paid nothing since the backup: move everything at once",
] as const;

export const nothingPaidSinceWarning =
	"You say that the old wallet has paid nothing since this backup was made: what it held moves at once. If it did pay, that money is spent twice: its operator proves that your old key did it, and you owe what its reserve pays.";

export type Awaited = {
	readonly asset: string;
	/** minor units */
	readonly amount: bigint;
	/** unix seconds: the first and the last of its tokens come back then, or were spent */
	readonly from: number;
	readonly until: number;
};

/** What is awaited, by asset. */
export function awaitedIn(folder: WalletFolder): readonly Awaited[] {
	return knownAssets(folder).flatMap((asset) => {
		const dates = datesOf(folder, asset);
		const amount = folder.wallet.balance(asset.id).awaited;
		return dates === undefined ? [] : [{ asset: assetName(asset), amount, ...dates }];
	});
}

function datesOf({ wallet }: WalletFolder, { id }: KnownAsset): Pick<Awaited, "from" | "until"> | undefined {
	const dates = wallet.module
		.awaited()
		.filter(({ asset }) => sameAsset(asset, id))
		.map(({ refundFrom }) => refundFrom);
	return dates.length === 0 ? undefined : { from: Math.min(...dates), until: Math.max(...dates) };
}

/** When it comes back to the account. */
function awaitedUntil({ from, until }: Pick<Awaited, "from" | "until">): string {
	const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
	const [first, last] = [from, until].map((time) => timeWords(time, timeZone).en);
	return first === last ? `from ${last} on` : `from ${first} on, all of it by ${last}`;
}

/** Lines about an asset that a backup brought; none where nothing is left to say. */
export async function awaitedLines(folder: WalletFolder): Promise<readonly string[]> {
	const spent = await spentIn(folder);
	return knownAssets(folder).flatMap((asset) => {
		const dates = datesOf(folder, asset);
		const { awaited } = folder.wallet.balance(asset.id);
		const gone = spent.get(assetText(asset.id)) ?? 0n;
		return [
			...(dates === undefined
				? []
				: [
						`Awaited: ${inFull(awaited, asset)}. Nobody knows yet whether the old wallet paid with it; what it did not comes to your account ${awaitedUntil(dates)}.`,
					]),
			...(gone > 0n ? [`Spent by the old wallet since the backup: ${inFull(gone, asset)}.`] : []),
		];
	});
}

/** By the text of the asset, minor units. */
export async function spentIn({ store }: WalletFolder): Promise<ReadonlyMap<string, bigint>> {
	const { entries } = await store.history.list({ kind: "spent", limit: 10_000 });
	const sums = new Map<string, bigint>();
	for (const { asset, amount } of entries) sums.set(asset, amount + (sums.get(asset) ?? 0n));
	return sums;
}
