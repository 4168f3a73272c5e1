/**
 * Lists of the operator, as a gateway has them: fetched while the line is there, handed on with their age.
 *
 *   operator ──list──▶ verified, and no older than the one before? ──▶ kept ──asked──▶ young enough? ──▶ device
 *
 * The gateway is not believed: a device verifies what it is given. What could go wrong here is that it hands on what its
 * own policy holds to be too old; its clock says how old, and one that was set back makes everything too old.
 */
import {
	type Bytes,
	equalBytes,
	type FogListName,
	type FreezeListBody,
	isRefusal,
	type Refusal,
	refuse,
	type StatusList,
	Trust,
	type Verify,
	verifyFreezeList,
	verifyStatusList,
	verifyTrustList,
} from "@tenten/protocol";
import type { FogStore, KeptList } from "./store.ts";

export type ListOptions = {
	readonly store: FogStore;
	/** key id of the operator's root */
	readonly operator: Bytes;
	readonly verify: Verify;
	/** the operator's list as it is now, or why not */
	readonly fetch: (name: ListName) => Promise<Bytes | Refusal>;
	/** seconds; an older one is handed to nobody */
	readonly ageMost_s: number;
	/** unix seconds */
	readonly now: () => number;
};

/** Whatever a gateway keeps; of status lists one a number. */
export type ListName = FogListName | StatusListName;
type StatusListName = `statusList/${number}`;

/** Status lists that are fetched: of some four million places. */
const statusListsMost = 64;

export type AgedList = { readonly list: Bytes; readonly age: number };

/** The trust list first: the others are verified under it. */
const fogLists: readonly FogListName[] = ["trustList", "freezeList"];

export class Lists {
	readonly #options: ListOptions;
	#trust: Trust | undefined;
	/** the encoded list that `#trust` was made of */
	#of: Bytes | undefined;

	constructor(options: ListOptions) {
		this.#options = options;
		// After a restart what counted last still does: nothing older is taken.
		for (const name of fogLists) {
			const kept = options.store.list(name);
			if (kept !== undefined) this.#verified(name, kept);
		}
		this.#allKept((name, kept) => this.#verified(name, kept));
	}

	/** Status lists are numbered without gaps. */
	#allKept(use: (name: StatusListName, kept: KeptList) => void): number {
		for (let number = 0; number < statusListsMost; number++) {
			const kept = this.#options.store.list(`statusList/${number}`);
			if (kept === undefined) return number;
			use(`statusList/${number}`, kept);
		}
		return statusListsMost;
	}

	/** Asks the operator for all lists. The refusal of the first that was not to be had, or does not hold. */
	async refresh(): Promise<Refusal | undefined> {
		for (const name of fogLists) {
			const encoded = await this.#options.fetch(name);
			const refusal = isRefusal(encoded) ? encoded : await this.#take(name, encoded as Bytes);
			if (refusal !== undefined) return refusal;
		}
		return this.#refreshStatuses();
	}

	/** From the first until the operator has no more: devices that were never here may come while the line is down. */
	async #refreshStatuses(): Promise<Refusal | undefined> {
		for (let number = 0; number < statusListsMost; number++) {
			const name: StatusListName = `statusList/${number}`;
			const encoded = await this.#options.fetch(name);
			if (isRefusal(encoded)) return encoded.code === "channel-failed" ? encoded : undefined;
			// One that does not hold is handed to nobody, and holds nothing else up.
			const refusal = await this.#take(name, encoded as Bytes);
			if (refusal?.code === "store-full") return refusal;
		}
		return undefined;
	}

	/** As devices are given it; `list-stale`. */
	aged(name: ListName): AgedList | Refusal {
		const kept = this.#options.store.list(name);
		if (kept === undefined) return refuse("list-stale", "there is none");
		const age = this.#options.now() - kept.at;
		if (age < 0 || age > this.#options.ageMost_s) return refuse("list-stale", `${age} seconds`);
		return isRefusal(this.#verified(name, kept))
			? refuse("list-stale", "it has expired")
			: { list: kept.encoded, age };
	}

	/** Trust under the lists that are kept, the operator's freeze list with it; `list-stale`. */
	trust(): Trust | Refusal {
		for (const name of fogLists) {
			const aged = this.aged(name);
			if (isRefusal(aged)) return aged;
		}
		return this.keptTrust();
	}

	/** Trust under the last list that counted, however old: for what does not depend on the day. `list-stale`: none yet. */
	keptTrust(): Trust | Refusal {
		return this.#trust ?? refuse("list-stale", "no trust list");
	}

	/** Seconds since each was fetched; null where there is none. */
	ages(): Readonly<Record<FogListName, number | null>> {
		const now = this.#options.now();
		const age = (name: FogListName): number | null => {
			const kept = this.#options.store.list(name);
			return kept === undefined ? null : now - kept.at;
		};
		return { trustList: age("trustList"), freezeList: age("freezeList") };
	}

	/** How many status lists are kept. */
	statusLists(): number {
		return this.#allKept(() => undefined);
	}

	async #take(name: ListName, encoded: Bytes): Promise<Refusal | undefined> {
		const kept = { encoded, at: this.#options.now() };
		const verified = this.#verified(name, kept);
		return isRefusal(verified) ? verified : this.#options.store.keepList(name, kept);
	}

	/** Holds what is kept, or has come, against what counted last. */
	#verified(name: ListName, { encoded }: KeptList): Refusal | undefined {
		const { operator, verify, now } = this.#options;
		if (name === "trustList") {
			const list = verifyTrustList(encoded, {
				verify,
				pinnedSigner: operator,
				minimumVersion: this.#trust?.list.version ?? 0,
				now: now(),
			});
			if (isRefusal(list)) return list;
			if (this.#of !== undefined && Buffer.compare(this.#of, encoded) === 0) return undefined;
			const trust = new Trust(list, verify);
			if (this.#trust !== undefined)
				[trust.freezes, trust.statuses] = [this.#trust.freezes, this.#trust.statuses];
			[this.#trust, this.#of] = [trust, encoded];
			return undefined;
		}
		const trust = this.#trust;
		if (trust === undefined) return refuse("list-stale", "no trust list");
		if (name !== "freezeList") return this.#verifiedStatus(name, encoded, trust);
		const newest = (id: Bytes): FreezeListBody | null => trust.freezes.list(id);
		const list = verifyFreezeList(encoded, { trust, newest, now: now() });
		if (isRefusal(list)) return list;
		trust.freezes = trust.freezes.with(list);
		return undefined;
	}

	#verifiedStatus(name: StatusListName, encoded: Bytes, trust: Trust): Refusal | undefined {
		const { operator, now } = this.#options;
		const newest = (id: Bytes, number: number): StatusList | null => trust.statuses.list(id, number);
		const list = verifyStatusList(encoded, { trust, newest, now: now() });
		if (isRefusal(list)) return list;
		if (name !== `statusList/${list.number}` || !equalBytes(list.operator, operator))
			return refuse("issuer-unknown", "another list than was asked for");
		trust.statuses = trust.statuses.with(list);
		return undefined;
	}
}
