/**
 * Releases that a transfer shows: a secret proves itself by its hash, so whoever brings it, on whatever path, has
 * told it to everyone who waits under that lock.
 *
 *   transfer ──▶ released locks on its paths ──▶ attempts that wait under them ──▶ as if their deciders had told
 *
 * Without it the side of an exchange that holds no secret could have it in hand, on a token that came back to it,
 * and lose what it was to receive all the same.
 */
import { type DurablePayee, lockHash, type MessageOf } from "@tenten/protocol";
import type { Vault } from "./vault.ts";

/** As messages of their deciders; only what is waited for, each once. */
export function releasesShown(
	{ index, payees }: Vault,
	{ tokens }: MessageOf<"transfer">,
): readonly MessageOf<"release">[] {
	const shown = new Map<string, MessageOf<"release">>();
	for (const { hops } of tokens)
		for (const { lock } of hops) {
			if (lock?.state !== "released" && lock?.state !== "releasedPayeeDecides") continue;
			const secret = lock.bytes;
			for (const id of index.payeesOf(lockHash(secret))) {
				const state = payees.entries.get(id);
				if (state !== undefined && waits(state))
					shown.set(id, { kind: "release", attempt: state.terms.attempt, secret });
			}
		}
	return [...shown.values()];
}

/** A cancel beside a release convicts its signer, and what was paid is the payee's. */
function waits({ kind }: DurablePayee): boolean {
	return kind === "reserved" || kind === "lockedForeign" || kind === "resolving" || kind === "cancelled";
}
