/** Rulings as they are kept: one a lock or direct link, the first for good. */
import { type Bytes, isRefusal, parse, type SignedRuling, serialize, signedRuling } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

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

/** The ruling that stands: `made`, or the one that was there before. */
export async function keepRuling(transaction: Transaction, made: KeptRuling): Promise<KeptRuling> {
	const { subject } = made.ruling.body;
	const before = await rulingOn(transaction, subject);
	if (before !== undefined) return before;
	const { statement } = made;
	await transaction
		.insertInto("rulings")
		.values({ subject, ruling: serialize(signedRuling, made.ruling), statement })
		.execute();
	return made;
}
