/** What a test host keeps through a crash, and how the changes to its tokens are applied. */
import { type Bytes, type DraftCancel, type TokenChanges, toHex } from "@tenten/protocol";
import { Violation } from "./violation.ts";

export type StoredToken = {
	readonly bytes: Bytes;
	readonly after: readonly DraftCancel[];
	readonly heldBy: string | null;
};

/** What survives a crash. */
export type Durable = {
	readonly payers: Map<string, Bytes>;
	readonly payees: Map<string, Bytes>;
	readonly tokens: Map<string, StoredToken>;
	readonly owned: Set<string>;
	/** outputs in reservations, cancelled ones too */
	readonly reserved: Map<string, string>;
	readonly requests: Map<string, Bytes>;
	readonly peers: Map<string, string>;
};

export function nothingDurable(): Durable {
	return {
		payers: new Map(),
		payees: new Map(),
		tokens: new Map(),
		owned: new Set(),
		reserved: new Map(),
		requests: new Map(),
		peers: new Map(),
	};
}

export function copyOf(durable: Durable): Durable {
	return {
		payers: new Map(durable.payers),
		payees: new Map(durable.payees),
		tokens: new Map(durable.tokens),
		owned: new Set(durable.owned),
		reserved: new Map(durable.reserved),
		requests: new Map(durable.requests),
		peers: new Map(durable.peers),
	};
}

/** All changes but what is added, which the host checks. */
export function applyChanges({ tokens }: Durable, changes: TokenChanges, attempt: string): void {
	for (const output of changes.remove) tokens.delete(toHex(output));
	for (const output of changes.hold) {
		const token = tokens.get(toHex(output));
		if (token === undefined || token.heldBy !== null)
			throw new Violation("created", "a token is set aside that is not free");
		tokens.set(toHex(output), { ...token, heldBy: attempt });
	}
	for (const { output, after } of changes.free) {
		const token = tokens.get(toHex(output));
		if (token === undefined) throw new Violation("created", "a token is freed that is not there");
		const kept = after ? [...token.after, after] : token.after;
		tokens.set(toHex(output), { ...token, heldBy: null, after: kept });
	}
}
