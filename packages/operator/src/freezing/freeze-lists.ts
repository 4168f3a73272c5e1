/**
 * The operator's freeze list: what its store holds to be frozen, signed, with a number that only grows.
 *
 * A list is kept before it is shown, so a restart never shows an older one. It is made anew when what is frozen has
 * changed, at half of its validity, and where another key rules now: a list of a key that is dropped would count no
 * more. Of several processes over one database one signs each number, and all show it.
 */
import {
	authorityHintBytes,
	type Bytes,
	encodeItem,
	equalBytes,
	type FreezeListBody,
	type Frozen,
	freezeEntry,
	freezeList,
	isRefusal,
	keyId,
	parse,
	type Signer,
	signFreezeList,
} from "@tenten/protocol";
import { noteEffects } from "../sealing/effects.ts";
import { freezeListEffect } from "../sealing/words.ts";
import { frozenNow } from "../store/freezes.ts";
import type { Store, Transaction } from "../store/store.ts";

type KeptList = {
	/** as it is kept: above that of the list itself once a copy was restored, which forgot lists that were shown */
	readonly number: number;
	readonly body: FreezeListBody;
	readonly keyHint: Bytes;
	readonly encoded: Bytes;
};

export type FreezeListOptions = {
	readonly store: Store;
	/** the operator's id */
	readonly id: Bytes;
	/** what rules now */
	readonly ruling: () => Signer;
	readonly now: () => number;
	/** seconds */
	readonly validity: number;
};

export class FreezeLists {
	readonly #options: FreezeListOptions;

	constructor(options: FreezeListOptions) {
		this.#options = options;
	}

	/** The list that says what is frozen now; never an older one than any process has shown. */
	async newest(): Promise<Pick<KeptList, "body" | "encoded">> {
		const { store, now } = this.#options;
		const { kept, frozen } = await store.read(async (transaction) => ({
			kept: await newestFreezeList(transaction),
			frozen: await frozenNow(transaction, now()),
		}));
		if (kept !== null && this.#isGood(kept, frozen)) return kept;
		return (await this.#sign(kept, frozen)) ?? this.newest();
	}

	#isGood({ number, body, keyHint }: KeptList, frozen: Frozen): boolean {
		const { ruling, now, validity } = this.#options;
		return (
			number === body.number &&
			now() < body.issuedAt + validity / 2 &&
			equalBytes(keyHint, hintOf(ruling())) &&
			equalBytes(encoded(body), encoded(frozen))
		);
	}

	/** Null where another process signed this number first. */
	async #sign(kept: KeptList | null, frozen: Frozen): Promise<KeptList | null> {
		const { store, id, ruling, now, validity } = this.#options;
		const number = (kept?.number ?? 0) + 1;
		const issuedAt = now();
		const body = { operator: id, number, issuedAt, expiresAt: issuedAt + validity, ...frozen };
		const signer = ruling();
		const signed = await signFreezeList(body, signer);
		const isFirst = await store.run(async (transaction) => {
			const inserted = await transaction
				.insertInto("freeze_lists")
				.values({ number, encoded: signed })
				.onConflict((conflict) => conflict.doNothing())
				.returning("number")
				.execute();
			if (inserted.length === 0) return false;
			await noteEffects(transaction, () => [freezeListEffect(body)]);
			return true;
		});
		return isFirst ? { number, body, keyHint: hintOf(signer), encoded: signed } : null;
	}
}

function hintOf({ key }: Signer): Bytes {
	return keyId(key).subarray(0, authorityHintBytes);
}

function encoded({ entries, cleared }: Frozen): Bytes {
	return encodeItem([entries.map((entry) => freezeEntry.write(entry)), cleared]);
}

/** The list that was signed last. */
export async function newestFreezeList(transaction: Transaction): Promise<KeptList | null> {
	const row = await transaction
		.selectFrom("freeze_lists")
		.select(["number", "encoded"])
		.orderBy("number", "desc")
		.limit(1)
		.executeTakeFirst();
	if (row === undefined) return null;
	const signed = parse(freezeList, row.encoded);
	if (isRefusal(signed)) throw new Error("a stored freeze list that cannot be read");
	const { body, keyHint } = signed;
	return { number: Number(row.number), body, keyHint, encoded: row.encoded };
}
