/**
 * Nonces of other operators: each is taken once, by whichever process it comes to first.
 *
 * They are kept among the keys of requests and forgotten with them, days after the signatures that they were in
 * stopped to count. Only what a listed operator signed gets here, so nobody else can make them many.
 */
import { type Bytes, toHex } from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";

/** Whether it is taken now, and was not before. */
export async function takeNonce(
	{ store, now }: OperatorContext,
	peer: Bytes,
	nonce: string,
): Promise<boolean> {
	const row = {
		scope: `peer ${toHex(peer)}`,
		idempotency_key: nonce,
		content: new Uint8Array(),
		bound_at: now(),
	};
	const taken = await store.run((transaction) =>
		transaction
			.insertInto("idempotency_keys")
			.values(row)
			.onConflict((conflict) => conflict.doNothing())
			.returning("scope")
			.execute(),
	);
	return taken.length === 1;
}
