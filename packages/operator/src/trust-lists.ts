/**
 * The operator's trust list: itself and its peers, signed by its root key, with a version that only grows.
 *
 * A list is kept before it is shown, so a restart never shows an older version. It is renewed at half of its
 * validity, and whenever an entry changes.
 */
import {
	type Bytes,
	encodeItem,
	equalBytes,
	isRefusal,
	keyId,
	type OperatorEntry,
	operatorEntry,
	parse,
	type Signer,
	serialize,
	Trust,
	type TrustListBody,
	toHex,
	trustList,
	trustListPayload,
	type Verify,
} from "@tenten/protocol";
import type { Store, Transaction } from "./store/store.ts";

type SignedList = { readonly body: TrustListBody; readonly encoded: Bytes };
type Current = SignedList & { readonly trust: Trust };

export type TrustListOptions = {
	readonly store: Store;
	readonly root: Signer;
	readonly verify: Verify;
	readonly now: () => number;
	/** seconds */
	readonly validity: number;
};

export class TrustLists {
	readonly #options: TrustListOptions;
	#entries: readonly OperatorEntry[];
	#current: Current | null = null;
	#renewal: Promise<Current> | null = null;

	constructor(options: TrustListOptions, own: OperatorEntry) {
		this.#options = options;
		this.#entries = [own];
	}

	/** This operator's entry, for the lists of its peers. */
	get own(): OperatorEntry {
		return this.#entries[0] as OperatorEntry;
	}

	/**
	 * Lists these operators beside itself, from the next look on. Throws where two of them claim one key: an
	 * entry is its operator's own word, and whoever claimed another's authority would speak for its holders.
	 */
	setPeers(peers: readonly OperatorEntry[]): void {
		const entries = [this.own, ...peers];
		const ids = entries.flatMap(keyIdsOf);
		if (new Set(ids).size < ids.length) throw new RangeError("two operators claim one key");
		this.#entries = entries;
		this.#current = null;
	}

	/** The list that is valid now, made anew when needed. */
	async current(): Promise<Current> {
		if (this.#current !== null && this.#isFresh(this.#current)) return this.#current;
		this.#renewal ??= this.#renew().finally(() => {
			this.#renewal = null;
		});
		return this.#renewal;
	}

	#isFresh({ body }: SignedList): boolean {
		return this.#options.now() < body.issuedAt + this.#options.validity / 2;
	}

	async #renew(): Promise<Current> {
		const { store, verify } = this.#options;
		const newest = await store.run(newestList);
		const entries = this.#entries;
		const isGood =
			newest !== null &&
			this.#isFresh(newest) &&
			equalBytes(encodeEntries(newest.body.operators), encodeEntries(entries));
		const list = isGood ? newest : await this.#sign(newest, entries);
		// Peers that changed meanwhile are in the next list, and no list without them stands until then.
		if (entries !== this.#entries) return this.#renew();
		const current = { ...list, trust: new Trust(list.body, verify) };
		this.#current = current;
		return current;
	}

	async #sign(newest: SignedList | null, operators: readonly OperatorEntry[]): Promise<SignedList> {
		const { store, root, now, validity } = this.#options;
		const version = (newest?.body.version ?? 0) + 1;
		const issuedAt = now();
		const body = { version, issuedAt, expiresAt: issuedAt + validity, operators };
		const signature = await root.sign("trust-list", trustListPayload(body));
		const encoded = serialize(trustList, { body, signer: root.key, signature });
		await store.run((transaction) =>
			transaction.insertInto("trust_lists").values({ version, encoded }).execute(),
		);
		return { body, encoded };
	}
}

/** The list that was signed last. */
export async function newestList(transaction: Transaction): Promise<SignedList | null> {
	const row = await transaction
		.selectFrom("trust_lists")
		.select("encoded")
		.orderBy("version", "desc")
		.limit(1)
		.executeTakeFirst();
	if (row === undefined) return null;
	const signed = parse(trustList, row.encoded);
	if (isRefusal(signed)) throw new Error("a stored trust list that cannot be read");
	return { body: signed.body, encoded: row.encoded };
}

/** Each key of an operator once, whatever it is listed for. */
function keyIdsOf({ root, keys }: OperatorEntry): readonly string[] {
	return [...new Set([root, ...keys.map(({ key }) => key)].map((key) => toHex(keyId(key))))];
}

function encodeEntries(entries: readonly OperatorEntry[]): Bytes {
	return encodeItem(entries.map((entry) => operatorEntry.write(entry)));
}
