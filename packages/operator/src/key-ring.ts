/**
 * The key ring: which key signs for each purpose, and which others still count.
 *
 *   made ─▶ listed ─▶ signs ─▶ superseded: signs no more, and counts ─▶ retired: nothing that it signed counts on
 *              └────────┴──────────┴─▶ distrusted: off the list from a date, for good
 *
 * Keys are rows of the store, and what a key does now follows from the rows and the clock alone. So several
 * processes over one database agree, and a rotation is one insert: a crash leaves all of it or nothing. Private
 * keys that are made here are in the row too, sealed by the vault of whoever holds the first ones. What could go
 * wrong is a key that signs before others know it (its row names a date for that), or one that leaves the list
 * while somebody holds what it signed.
 */
import { equalBytes, keyId, type ListedKey, type PublicKey, type Signer, toHex } from "@tenten/protocol";
import type { OperatorKeys } from "./context.ts";
import { keepFirstKeys, type Purpose, type SigningKey, storedKeys } from "./store/signing-keys.ts";
import type { Store } from "./store/store.ts";

/** Makes private keys while the operator runs, and opens them wherever it runs. */
export type KeyVault = {
	/** `sealed` may be kept anywhere: it opens with the operator's first keys, and with nothing else */
	readonly make: () => Promise<{ readonly key: PublicKey; readonly sealed: Uint8Array }>;
	readonly open: (sealed: Uint8Array) => Signer | undefined;
};

export const purposes = ["authority", "issuing", "ruling"] as const satisfies readonly Purpose[];

/** What a key does at one moment. */
export type KeyState = "listed" | "signing" | "superseded" | "distrusted" | "retired";

type RingOptions = {
	readonly store: Store;
	readonly keys: OperatorKeys;
	/** left out where no key is ever made here */
	readonly vault?: KeyVault;
	/** unix seconds */
	readonly now: () => number;
};

export class KeyRing {
	readonly #options: RingOptions;
	/** the operator's keys: for each purpose the one that signs now */
	readonly keys: OperatorKeys;
	#rows: readonly SigningKey[];

	private constructor(options: RingOptions, rows: readonly SigningKey[]) {
		this.#options = options;
		this.#rows = rows;
		const { root, desk } = options.keys;
		const signer = (purpose: Purpose): Signer => this.#signer(purpose);
		this.keys = {
			root,
			desk,
			get authority() {
				return signer("authority");
			},
			get issuing() {
				return signer("issuing");
			},
			get ruling() {
				return signer("ruling");
			},
		};
	}

	/** The keys that it is opened with sign until others take their place. */
	static async open(options: RingOptions): Promise<KeyRing> {
		const first = purposes.map((purpose): SigningKey => {
			const { key } = options.keys[purpose];
			const never = { distrustedFrom: null, retiredAt: null };
			return { id: keyId(key), purpose, key, sealed: null, listedAt: 0, signsFrom: 0, ...never };
		});
		const rows = await options.store.run(async (transaction) => {
			await keepFirstKeys(transaction, first);
			return storedKeys(transaction);
		});
		return new KeyRing(options, rows);
	}

	/** Looks for keys that other processes made or ended. */
	async load(): Promise<void> {
		this.#rows = await this.#options.store.read(storedKeys);
	}

	get rows(): readonly SigningKey[] {
		return this.#rows;
	}

	/** The vault; throws where the operator was opened without one. */
	get vault(): KeyVault {
		const { vault } = this.#options;
		if (vault === undefined) throw new Error("the keys of this operator are made elsewhere");
		return vault;
	}

	/** What stands in the trust list now. */
	listed(): readonly ListedKey[] {
		const { now } = this.#options;
		return purposes.flatMap((purpose) =>
			this.#rows
				.filter((row) => row.purpose === purpose && isListed(row, now()))
				.map((row) => {
					const state = stateOf(row, this.#rows, now());
					return { purpose, status: state === "superseded" ? "retired" : "current", key: row.key } as const;
				}),
		);
	}

	/**
	 * Issuing keys that an operator itself still believes, though its list may name them no more: what was issued is
	 * in its books, and what is not is never paid, whoever signed it.
	 */
	believed(): readonly ListedKey[] {
		return this.#rows
			.filter(({ purpose }) => purpose === "issuing")
			.map(({ key }) => ({ purpose: "issuing", status: "retired", key }) as const);
	}

	/** Whether something that it signed may be believed no more. */
	hasDistrusted(): boolean {
		return this.#rows.some(({ distrustedFrom }) => distrustedFrom !== null);
	}

	#signer(purpose: Purpose): Signer {
		const row = signingKey(this.#rows, purpose, this.#options.now());
		if (row === undefined) throw new Error(`no key signs for ${purpose}`);
		const own = this.#options.keys[purpose];
		if (equalBytes(row.id, keyId(own.key))) return own;
		const signer = row.sealed === null ? undefined : this.vault.open(row.sealed);
		if (signer === undefined) throw new Error(`cannot open the ${purpose} key ${toHex(row.id)}`);
		return signer;
	}
}

function isDistrusted({ distrustedFrom }: SigningKey, now: number): boolean {
	return distrustedFrom !== null && distrustedFrom <= now;
}

function isListed(row: SigningKey, now: number): boolean {
	return row.retiredAt === null && !isDistrusted(row, now);
}

/** The newest of those that may sign. */
export function signingKey(
	rows: readonly SigningKey[],
	purpose: Purpose,
	now: number,
): SigningKey | undefined {
	return rows.filter((row) => row.purpose === purpose && isListed(row, now) && row.signsFrom <= now).at(-1);
}

export function stateOf(row: SigningKey, rows: readonly SigningKey[], now: number): KeyState {
	if (row.retiredAt !== null) return "retired";
	if (isDistrusted(row, now)) return "distrusted";
	if (row.signsFrom > now) return "listed";
	return signingKey(rows, row.purpose, now) === row ? "signing" : "superseded";
}

/** When another took its place, unix seconds; null where none has a date for that. */
export function supersededAt(row: SigningKey, rows: readonly SigningKey[], now: number): number | null {
	const later = rows.slice(rows.indexOf(row) + 1);
	const next = later.find((each) => each.purpose === row.purpose && isListed(each, now));
	return next?.signsFrom ?? null;
}
