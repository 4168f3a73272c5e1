/**
 * The operator's status lists: what stands at its places, signed, each later than the one before.
 *
 * A list is kept before it is shown, so that a restart never shows an older one. It is made anew when something of it
 * has changed, at half of its validity, and where another authority signs now. Of several processes over one database
 * one signs each, and all show it. A list follows another by a later `iat`: one that is made in the same second is dated
 * a second later, within what readers allow; what changes more often than that is shown a moment later.
 */
import { deflateSync } from "node:zlib";
import {
	aheadMost_s,
	authorityHintBytes,
	type Bytes,
	equalBytes,
	keyId,
	type Signer,
	signStatusList,
} from "@tenten/protocol";
import type { Store, Transaction } from "../store/store.ts";
import { openList, placesIn } from "./places.ts";

export type StatusListOptions = {
	readonly store: Store;
	/** as the trust list says it */
	readonly url: string;
	/** what certifies now */
	readonly authority: () => Signer;
	readonly now: () => number;
	/** seconds */
	readonly validity: number;
};

type Kept = {
	readonly revision: bigint;
	readonly signedRevision: bigint;
	readonly issuedAt: number;
	readonly expiresAt: number;
	readonly signer: Bytes;
	readonly encoded: Bytes;
};

/** Seconds by which a list is dated ahead at most: half of what readers allow, the rest for their clocks. */
const datedAheadMost_s = aheadMost_s / 2;

export class StatusLists {
	readonly #options: StatusListOptions;

	constructor(options: StatusListOptions) {
		this.#options = options;
	}

	/** Seconds for which a list counts, from when it is signed. */
	get validity(): number {
		return this.#options.validity;
	}

	/** The list of this number as it stands; undefined where no place of it was ever given. The first is always there. */
	async newest(number: number): Promise<Bytes | undefined> {
		const { store } = this.#options;
		const kept = await store.read((transaction) => keptList(transaction, number));
		if (kept === undefined) {
			if (number !== 0) return undefined;
			await store.run((transaction) => openList(transaction, number));
			return this.newest(number);
		}
		if (this.#isGood(kept)) return kept.encoded;
		return (await this.#sign(number)) ?? this.newest(number);
	}

	#isGood({ revision, signedRevision, issuedAt, expiresAt, signer }: Kept): boolean {
		const { authority, now, validity } = this.#options;
		const isYoung = now() < issuedAt + validity / 2;
		const isSame = revision === signedRevision && equalBytes(signer, hintOf(authority()));
		// Not to be dated so far ahead that readers would refuse it: until then the one before is shown.
		const mustWait = issuedAt >= now() + datedAheadMost_s && now() < expiresAt;
		return (isYoung && isSame) || mustWait;
	}

	/** Undefined where another process signed first. */
	async #sign(number: number): Promise<Bytes | undefined> {
		const { store, url, authority, now, validity } = this.#options;
		const { kept, places } = await store.read(async (transaction) => ({
			kept: (await keptList(transaction, number)) as Kept,
			places: await placesIn(transaction, number),
		}));
		if (this.#isGood(kept)) return kept.encoded;
		const issuedAt = Math.max(now(), kept.issuedAt + 1);
		const expiresAt = issuedAt + validity;
		const signer = authority();
		const lst = new Uint8Array(deflateSync(places));
		const encoded = await signStatusList({ url, number, issuedAt, expiresAt, lst }, signer);
		const { numUpdatedRows } = await store.run((transaction) =>
			transaction
				.updateTable("device_lists")
				.set({
					...{ signed_revision: kept.revision, issued_at: issuedAt, expires_at: expiresAt },
					...{ signer: hintOf(signer), encoded },
				})
				.where("number", "=", number)
				.where("issued_at", "=", kept.issuedAt)
				.executeTakeFirstOrThrow(),
		);
		return numUpdatedRows === 1n ? encoded : undefined;
	}
}

function hintOf({ key }: Signer): Bytes {
	return keyId(key).subarray(0, authorityHintBytes);
}

async function keptList(transaction: Transaction, number: number): Promise<Kept | undefined> {
	const row = await transaction
		.selectFrom("device_lists")
		.selectAll()
		.where("number", "=", number)
		.executeTakeFirst();
	return (
		row && {
			revision: row.revision,
			signedRevision: row.signed_revision,
			issuedAt: Number(row.issued_at),
			expiresAt: Number(row.expires_at),
			signer: row.signer,
			encoded: row.encoded,
		}
	);
}
