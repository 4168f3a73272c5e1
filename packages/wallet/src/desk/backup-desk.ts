/**
 * Backups at the desk, and what a restored one means, in facts.
 *
 *   make ──▶ file, opened by the recovery code (or by a passphrase, of keys that come out)
 *   `restoreDesk` (restore-desk.ts) ──▶ standing: what may move at once, what comes when, what is gone ──▶ bringBack, as often as needed
 *
 * A restored wallet does not know what its old self paid since. What its owner says that was not paid moves at once;
 * the rest waits until nobody else can have it.
 */
import type { AwaitedToken } from "@tenten/module";
import {
	type AskedProfile,
	type AssetId,
	type Bytes,
	isRefusal,
	type Refusal,
	sameAsset,
	sumOf,
} from "@tenten/protocol";
import { writeBackupFile } from "../backup-file.ts";
import { assetText } from "../journal.ts";
import type { HistoryStore } from "../store/history.ts";
import type { Wallet } from "../wallet.ts";
import type { Accounts } from "./accounts.ts";
import type { Remembered } from "./remembered.ts";
import { assetNamed, assetView } from "./showing.ts";
import type { RestoredView } from "./views.ts";
import { wholeHistory } from "./whole-history.ts";

export class BackupDesk {
	readonly #wallet: Wallet;
	readonly #history: HistoryStore;
	readonly #accounts: Accounts;
	readonly #made: Remembered<number | null>;

	constructor(wallet: Wallet, history: HistoryStore, accounts: Accounts, made: Remembered<number | null>) {
		this.#wallet = wallet;
		this.#history = history;
		this.#accounts = accounts;
		this.#made = made;
	}

	/** When the last one was made here, unix seconds; null: never. */
	get madeAt(): number | null {
		return this.#made.value;
	}

	/** The bytes of a file: what is held now, sealed. A passphrase is for keys that are no browser's. */
	async make(passphrase?: string): Promise<Bytes> {
		const madeAt = this.#wallet.module.now();
		const content = await this.#wallet.module.backup(passphrase);
		await this.#made.set(madeAt);
		return writeBackupFile({ content, operators: this.#accounts.joined });
	}

	/** What came with a backup, by asset; none where nothing did. */
	async standing(): Promise<readonly RestoredView[]> {
		const { module } = this.#wallet;
		if (!module.certificates().some(({ hash }) => module.isRestored(hash))) return [];
		const awaited = module.awaited();
		const metered = module.meters.awaited();
		const spent = await this.#spent();
		const assets = new Map<string, AssetId>(
			[...awaited, ...metered, ...spent].map(({ asset }) => [assetText(asset), asset]),
		);
		return [...assets.values()].map((asset) => {
			const own = awaited.filter((token) => sameAsset(token.asset, asset));
			const meters = metered.filter((meter) => sameAsset(meter.asset, asset));
			const gone = spent.filter((entry) => sameAsset(entry.asset, asset));
			return {
				asset: assetView(asset, module.trust),
				...standingOf(own),
				metered: sumOf(meters),
				meteredFrom: meters.length === 0 ? null : Math.max(...meters.map(({ from }) => from)),
				spent: sumOf(gone),
			};
		});
	}

	/**
	 * Opens accounts with new keys where there are none, asks what became of what was brought, and moves the rest:
	 * `nothingPaidSince` is the owner's word, by which it moves at once; a wrong one convicts the old key. The first
	 * reason why something stays undone: the same again goes on from there.
	 */
	async bringBack(asked: AskedProfile, nothingPaidSince = false): Promise<Refusal | undefined> {
		let refused: Refusal | undefined;
		for (const { url } of this.#accounts.joined) {
			const joined = await this.#accounts.join(url, asked);
			if (isRefusal(joined)) refused ??= joined;
		}
		const back = await this.#wallet.bringBack(nothingPaidSince);
		return refused ?? back;
	}

	/** What operators proved that the lost wallet had paid after its backup. */
	async #spent(): Promise<readonly { readonly asset: AssetId; readonly amount: bigint }[]> {
		const entries = await wholeHistory(this.#history, { kind: "spent" });
		return entries.flatMap(({ asset, amount }) => {
			const id = assetNamed(asset);
			return id === undefined ? [] : [{ asset: id, amount }];
		});
	}
}

function standingOf(
	awaited: readonly AwaitedToken[],
): Pick<RestoredView, "mayMove" | "awaited" | "from" | "until"> {
	const days = awaited.map(({ refundFrom }) => refundFrom);
	return {
		mayMove: sumOf(awaited.filter(({ mayMove }) => mayMove)),
		awaited: sumOf(awaited),
		from: days.length === 0 ? null : Math.min(...days),
		until: days.length === 0 ? null : Math.max(...days),
	};
}
