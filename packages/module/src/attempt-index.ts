/**
 * Finds attempts by what messages name beside an attempt: a request, a lock, a link, an output.
 *
 * Kept beside the tables, so that a message about something unknown costs one look-up however many attempts
 * there are.
 */
import {
	type Bytes,
	type DurablePayee,
	type DurablePayer,
	outputId,
	requestDigest,
	requestPayload,
	toHex,
} from "@tenten/protocol";

type Terms = (DurablePayer | DurablePayee)["terms"];

export class AttemptIndex {
	/** attempts (hex) by what names them (hex) */
	readonly #payers = new Map<string, Set<string>>();
	readonly #payees = new Map<string, Set<string>>();
	/** outputs that are kept in attempts as payee */
	readonly #outputs = new Set<string>();

	addPayer({ terms }: DurablePayer): void {
		const request = requestDigest(requestPayload(terms.request.body));
		for (const name of [request, ...subjectsOf(terms)]) put(this.#payers, name, terms.attempt);
	}

	addPayee({ terms }: DurablePayee): void {
		for (const name of subjectsOf(terms)) put(this.#payees, name, terms.attempt);
		// The payee's output is the first of its link.
		for (const link of terms.links) this.#outputs.add(toHex(outputId(link, 0)));
	}

	removePayer({ terms }: DurablePayer): void {
		const request = requestDigest(requestPayload(terms.request.body));
		for (const name of [request, ...subjectsOf(terms)]) drop(this.#payers, name, terms.attempt);
	}

	removePayee({ terms }: DurablePayee): void {
		for (const name of subjectsOf(terms)) drop(this.#payees, name, terms.attempt);
		for (const link of terms.links) this.#outputs.delete(toHex(outputId(link, 0)));
	}

	/** Attempts as payer that pay this request, or that this lock or link belongs to. In hex. */
	payersOf(name: Bytes): readonly string[] {
		return [...(this.#payers.get(toHex(name)) ?? [])];
	}

	/** Attempts as payee that this lock or link belongs to. In hex. */
	payeesOf(name: Bytes): readonly string[] {
		return [...(this.#payees.get(toHex(name)) ?? [])];
	}

	/** Whether some attempt as payee keeps this output, cancelled ones included. */
	keeps(output: Bytes): boolean {
		return this.#outputs.has(toHex(output));
	}
}

/** What a ruling names: the lock, or each direct link. */
function subjectsOf({ lock, links }: Terms): readonly Bytes[] {
	return lock === null ? links : [lock];
}

function put(map: Map<string, Set<string>>, name: Bytes, attempt: Bytes): void {
	const key = toHex(name);
	const set = map.get(key) ?? new Set();
	map.set(key, set.add(toHex(attempt)));
}

function drop(map: Map<string, Set<string>>, name: Bytes, attempt: Bytes): void {
	const key = toHex(name);
	const set = map.get(key);
	set?.delete(toHex(attempt));
	if (set?.size === 0) map.delete(key);
}
