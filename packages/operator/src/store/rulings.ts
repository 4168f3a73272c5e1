/**
 * Rulings as they are kept: one a lock or direct link, the first for good. A refund alone takes the place of
 * the word that a release is known: it was weighed against that release, which came too late.
 */
import { type Bytes, isRefusal, parse, type SignedRuling, serialize, signedRuling } from "@tenten/protocol";
import { noteEffects } from "../sealing/effects.ts";
import { insertNew } from "./insert-new.ts";
import { mustWrite, type Transaction } from "./store.ts";

export type KeptRuling = {
	readonly ruling: SignedRuling;
	/** the encoded statement that a refund was given on */
	readonly statement: Bytes | null;
};

export async function rulingOn(transaction: Transaction, subject: Bytes): Promise<KeptRuling | undefined> {
	const row = await transaction
		.selectFrom("rulings")
		.select(["ruling", "statement"])
		.where("subject", "=", subject)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const ruling = parse(signedRuling, row.ruling);
	if (isRefusal(ruling)) throw new Error("a stored ruling that cannot be read");
	return { ruling, statement: row.statement };
}

/** The ruling that stands: `made`, or the one that was there before. `asset`: of what it refunds; null where nothing. */
export async function keepRuling(
	transaction: Transaction,
	made: KeptRuling,
	asset: Bytes | null,
): Promise<KeptRuling> {
	const { subject } = made.ruling.body;
	const before = await rulingOn(transaction, subject);
	const { statement } = made;
	const kept = { ruling: serialize(signedRuling, made.ruling), statement };
	if (before === undefined) {
		await insertNew(transaction, "rulings", [{ subject, ...kept }]);
		await noteRuling(transaction, subject, asset);
		return made;
	}
	if (before.statement !== null || statement === null) return before;
	const { numUpdatedRows } = await transaction
		.updateTable("rulings")
		.set(kept)
		.where("subject", "=", subject)
		.where("statement", "is", null)
		.executeTakeFirst();
	mustWrite(numUpdatedRows, 1);
	await noteRuling(transaction, subject, asset);
	return made;
}

/** What it refunds are items of their own, output by output, once it is paid. */
function noteRuling(transaction: Transaction, subject: Bytes, asset: Bytes | null): Promise<void> {
	return noteEffects(transaction, () => [{ kind: "item", batch: "rulings", asset, id: subject, amount: 0n }]);
}
