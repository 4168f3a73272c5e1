/**
 * Word of arrival: what tokens that come in tell of one's own payments, to become durable with them.
 *
 *   token ──▶ links on its path ──▶ payments of one's own that made them ──▶ their machine decides what it proves
 *
 * Without it a payer that heard no word could take a direct payment back by a ruling although it holds what became
 * of it: what it pays on from there would then be worth nothing.
 */
import {
	type Bytes,
	type DurablePayer,
	isRefusal,
	type Refusal,
	stepPayer,
	type Trust,
	toHex,
	type VerifiedToken,
} from "@tenten/protocol";
import type { Vault } from "./vault.ts";

export type Written = readonly (readonly [Bytes, DurablePayer])[];

/** The attempts that `tokens` change; those of `written` are written already, and know more. */
export function arrivals(
	{ payers, index }: Vault,
	tokens: readonly VerifiedToken[],
	written: Written,
	trust: Trust | Refusal,
	now: number,
): Written {
	if (isRefusal(trust)) return [];
	const known = new Set(written.map(([attempt]) => toHex(attempt)));
	const changed = new Map<string, DurablePayer>();
	for (const token of tokens)
		for (const id of attemptsOn(index.payersOf.bind(index), token)) {
			const before = changed.get(id) ?? payers.entries.get(id);
			if (before === undefined || known.has(id)) continue;
			const { state, effects } = stepPayer(before, { kind: "passedOn", token }, { trust, now });
			if (effects.length > 0 && (state.kind === "sent" || state.kind === "released")) changed.set(id, state);
		}
	return [...changed.values()].map((state) => [state.terms.attempt, state] as const);
}

/** Attempts of one's own that may have made a link on a path, in hex: a lock names several links. */
function attemptsOn(named: (name: Bytes) => readonly string[], { path }: VerifiedToken): ReadonlySet<string> {
	return new Set(
		path.flatMap(({ id, body }) => [...named(id), ...(body.lock === null ? [] : named(body.lock.hash))]),
	);
}
