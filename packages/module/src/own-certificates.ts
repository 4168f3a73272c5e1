/**
 * The module's own certificates, in the order in which they came, and the keys behind them.
 *
 * A key signs whether or not the present trust list still vouches for its certificate: a lock must stay
 * cancellable whatever a newer list drops.
 */
import {
	type Bytes,
	certificate as certificateShape,
	equalBytes,
	isRefusal,
	keyId,
	parse,
	serialize,
	type Trust,
	toHex,
	type VerifiedCertificate,
} from "@tenten/protocol";
import { certificateRow, restoredRow } from "./rows.ts";
import type { StoreWrite } from "./store.ts";

const prefix = "certificate/";

type Own = { readonly encoded: Bytes; readonly since: number; readonly keyId: Bytes };

/** The row that keeps a certificate; `since` counts the commits before it. */
export function certificateWrite({ hash, encoded }: VerifiedCertificate, since: number): StoreWrite {
	return { key: prefix + toHex(hash), value: serialize(certificateRow, { encoded, since }) };
}

export class OwnCertificates {
	readonly #rows = new Map<string, Own>();
	readonly #verified = new Map<string, VerifiedCertificate>();
	/** see `restoredRow` */
	readonly #restored: { readonly counter: number; readonly earlier: number };

	constructor(rows: ReadonlyMap<string, Bytes> = new Map(), trust?: Trust) {
		const restored = rows.get("restored");
		this.#restored = restored === undefined ? { counter: 0, earlier: 0 } : must(restoredRow, restored);
		const own: (Own & { readonly id: string })[] = [];
		for (const [key, value] of rows) {
			if (!key.startsWith(prefix)) continue;
			const { encoded, since } = must(certificateRow, value);
			const { claims } = must(certificateShape, encoded);
			own.push({ id: key.slice(prefix.length), encoded, since, keyId: keyId(claims.confirmation.key) });
		}
		for (const { id, ...row } of own.toSorted((a, b) => a.since - b.since)) {
			this.#rows.set(id, row);
			const verified = trust?.certificate(row.encoded);
			if (verified !== undefined && !isRefusal(verified)) this.#verified.set(id, verified);
		}
	}

	/** Those that the trust list vouches for, oldest first. */
	all(): readonly VerifiedCertificate[] {
		return [...this.#verified.values()];
	}

	get(hash: Bytes): VerifiedCertificate | undefined {
		return this.#verified.get(toHex(hash));
	}

	keyIdOf(hash: Bytes): Bytes | undefined {
		return this.#rows.get(toHex(hash))?.keyId;
	}

	/** Whether some certificate here is of this key. */
	hasKey(id: Bytes): boolean {
		return [...this.#rows.values()].some((row) => equalBytes(row.keyId, id));
	}

	/** Whether it came with a backup. */
	isRestored(hash: Bytes): boolean {
		return this.#isBefore(hash, this.#restored.counter);
	}

	/** Whether it had come with a backup already when the last one was made: that one knew no more than we do. */
	isRestoredAgain(hash: Bytes): boolean {
		return this.#isBefore(hash, this.#restored.earlier);
	}

	#isBefore(hash: Bytes, commit: number): boolean {
		const row = this.#rows.get(toHex(hash));
		return row !== undefined && row.since < commit;
	}
}

function must<T>(shape: Parameters<typeof parse<T>>[0], value: Bytes): T {
	const row = parse(shape, value);
	if (isRefusal(row)) throw new Error(`a kept certificate does not parse: ${row.detail}`);
	return row;
}
