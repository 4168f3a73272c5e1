/**
 * What moves value, under the key of a request: whichever of it is done binds the key, in its own transaction.
 *
 * An operation that is answered as before, or refused before the store is asked, binds nothing: whoever took the
 * request binds its key after (`bind`).
 */
import type { Bytes, OperatorClient, Refusal } from "@tenten/protocol";
import type { Acting } from "./access.ts";
import { deposit } from "./accounts.ts";
import type { ClaimLine } from "./claiming/line.ts";
import type { OperatorContext } from "./context.ts";
import { withdraw } from "./issuer.ts";
import type { Resigning } from "./re-signing.ts";
import { bindKey, type RequestKey } from "./request-key.ts";
import { rule } from "./rulings.ts";
import type { Job } from "./store/store.ts";

export type Keyed = Pick<OperatorClient, "withdraw" | "claim" | "rule"> & {
	/** as the operator's own, with an entry in the audit log */
	readonly deposit: (
		acting: Acting,
		id: Bytes,
		account: Bytes,
		code: string,
		amount: bigint,
	) => Promise<Refusal | undefined>;
	/** Binds the key if nothing that was done has. */
	readonly bind: () => Promise<void>;
};

export function operationsUnder(
	key: RequestKey,
	opened: OperatorContext,
	claims: ClaimLine,
	resigning: Resigning,
): Keyed {
	const { store, now } = opened;
	let isBound = false;
	const bound = (): void => {
		isBound = true;
	};
	const commit = async <T>(job: Job<T>): Promise<T> => {
		const done = await store.run(async (transaction) => {
			await bindKey(transaction, { key, at: now() });
			return job(transaction);
		});
		bound();
		return done;
	};
	const context = { ...opened, commit };
	return {
		withdraw: (order) => resigning.reply(withdraw(context, order)),
		claim: (encoded) => resigning.reply(claims.claim(context, encoded, { key, bound })),
		rule: (request) => resigning.ruling(rule(context, request)),
		deposit: (acting, id, account, code, amount) => deposit(context, { id, account, code, amount }, acting),
		bind: async () => {
			if (!isBound) await commit(async () => {});
		},
	};
}
