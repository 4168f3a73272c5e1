/**
 * The operator's trust list: itself and its peers, signed by its root key, with a version that only grows.
 *
 * A list is kept before it is shown, so a restart never shows an older version. It is renewed at half of its
 * validity, and whenever an entry changes. Of several processes over one database, one signs each version, and
 * the others show it too: whoever was told last whom to list decides, and a renewal changes nobody.
 */
import {
	type Bytes,
	encodeItem,
	equalBytes,
	isRefusal,
	keyId,
	type ListedKey,
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
import { noteEffects } from "./sealing/effects.ts";
import { trustListEffect } from "./sealing/words.ts";
import type { Store, Transaction } from "./store/store.ts";

type SignedList = {
	/** as it is kept: above that of the list itself once a copy was restored, which forgot lists that were shown */
	readonly version: number;
	readonly body: TrustListBody;
	readonly encoded: Bytes;
};
type Current = SignedList & {
	/** as everybody reads it */
	readonly published: Trust;
	/** as its operator does: with the keys of its own that it believes beside */
	readonly trust: Trust;
};

export type TrustListOptions = {
	readonly store: Store;
	readonly root: Signer;
	readonly verify: Verify;
	readonly now: () => number;
	/** seconds */
	readonly validity: number;
	/** keys of its own that it believes whether or not its list names them */
	readonly believed: () => readonly ListedKey[];
};

/** Seconds between two looks for a list that another process signed. */
const lookEvery = 10;

export class TrustLists {
	readonly #options: TrustListOptions;
	#entries: readonly OperatorEntry[];
	/** whether its entries were brought into a list; from then on those of the newest list count */
	#isListed = false;
	#current: Current | null = null;
	/** when it last looked for lists of other processes, unix seconds */
	#lookedAt = 0;
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
		this.#isListed = false;
	}

	/** Lists itself so from the next look on. */
	setOwn(own: OperatorEntry): void {
		if (equalBytes(encodeEntries([own]), encodeEntries([this.own]))) return;
		const [, ...peers] = this.#entries;
		this.#entries = [own, ...peers];
		this.#isListed = false;
	}

	/** The list that is valid now, made anew when needed; of another process, some seconds late. */
	async current(): Promise<Current> {
		const { now } = this.#options;
		const isNew = this.#isListed && now() < this.#lookedAt + lookEvery;
		return isNew && this.#current !== null && this.#isFresh(this.#current) ? this.#current : this.newest();
	}

	/** As `current`, and never an older one than any process has shown. */
	async newest(): Promise<Current> {
		this.#renewal ??= this.#renew().finally(() => {
			this.#renewal = null;
		});
		return this.#renewal;
	}

	#isFresh({ body }: SignedList): boolean {
		return this.#options.now() < body.issuedAt + this.#options.validity / 2;
	}

	async #renew(): Promise<Current> {
		const { store, now } = this.#options;
		this.#lookedAt = now();
		const newest = await store.read(newestList);
		const entries = this.#entries;
		const listed = this.#isListed && newest !== null ? newest.body.operators : entries;
		const isGood =
			newest !== null &&
			newest.version === newest.body.version &&
			this.#isFresh(newest) &&
			equalBytes(encodeEntries(newest.body.operators), encodeEntries(listed));
		const list = isGood ? newest : await this.#sign(newest, listed);
		// Peers that changed meanwhile are in the next list, and no list without them stands until then.
		if (list === null || entries !== this.#entries) return this.#renew();
		this.#isListed = true;
		if (this.#current === null || !equalBytes(this.#current.encoded, list.encoded))
			this.#current = this.#read(list);
		return this.#current;
	}

	#read(list: SignedList): Current {
		const { verify, believed } = this.#options;
		const { operators } = list.body;
		const own = operators.find(({ root }) => equalBytes(keyId(root), keyId(this.own.root)));
		const named = new Set(own?.keys.map(({ key }) => toHex(keyId(key))));
		const unnamed = believed().filter(({ key }) => !named.has(toHex(keyId(key))));
		const published = new Trust(list.body, verify);
		if (own === undefined || unnamed.length === 0) return { ...list, published, trust: published };
		const whole = { ...own, keys: [...own.keys, ...unnamed] };
		const known = operators.map((entry) => (entry === own ? whole : entry));
		return { ...list, published, trust: new Trust({ ...list.body, operators: known }, verify) };
	}

	/** Null where another process signed this version first. */
	async #sign(newest: SignedList | null, operators: readonly OperatorEntry[]): Promise<SignedList | null> {
		const { store, root, now, validity } = this.#options;
		const version = (newest?.version ?? 0) + 1;
		const issuedAt = now();
		const body = { version, issuedAt, expiresAt: issuedAt + validity, operators };
		const signature = await root.sign("trust-list", trustListPayload(body));
		const encoded = serialize(trustList, { body, signer: root.key, signature });
		const isFirst = await store.run(async (transaction) => {
			const kept = await transaction
				.insertInto("trust_lists")
				.values({ version, encoded })
				.onConflict((conflict) => conflict.doNothing())
				.returning("version")
				.execute();
			if (kept.length === 0) return false;
			await noteEffects(transaction, () => [trustListEffect(body)]);
			return true;
		});
		return isFirst ? { version, body, encoded } : null;
	}
}

/** The list that was signed last. */
export async function newestList(transaction: Transaction): Promise<SignedList | null> {
	const row = await transaction
		.selectFrom("trust_lists")
		.select(["version", "encoded"])
		.orderBy("version", "desc")
		.limit(1)
		.executeTakeFirst();
	if (row === undefined) return null;
	const signed = parse(trustList, row.encoded);
	if (isRefusal(signed)) throw new Error("a stored trust list that cannot be read");
	return { version: Number(row.version), body: signed.body, encoded: row.encoded };
}

/** Each key of an operator once, whatever it is listed for. */
function keyIdsOf({ root, keys }: OperatorEntry): readonly string[] {
	return [...new Set([root, ...keys.map(({ key }) => key)].map((key) => toHex(keyId(key))))];
}

function encodeEntries(entries: readonly OperatorEntry[]): Bytes {
	return encodeItem(entries.map((entry) => operatorEntry.write(entry)));
}
