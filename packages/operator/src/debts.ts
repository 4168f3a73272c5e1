/** Debts: what the fork reserve paid is owed by the culprit, until it is repaid or given up. */
import { assetHash, type Bytes, type Refusal, refuse } from "@tenten/protocol";
import type { OperatorContext } from "./context.ts";
import { balanceOf, hasEntry, nobody, postEntry } from "./store/books.ts";

export type DebtSettlement = {
	/** 32 bytes that name this settlement: the same one counts once */
	readonly id: Bytes;
	/** hash of the culprit's certificate */
	readonly culprit: Bytes;
	readonly code: string;
	/** minor units */
	readonly amount: bigint;
	readonly how: "repaid" | "chargedOff";
};

export function settleDebt(
	{ commit, id: operator, now }: OperatorContext,
	{ id, culprit, code, amount, how }: DebtSettlement,
): Promise<Refusal | undefined> {
	const asset = assetHash({ operator, code });
	return commit(async (transaction) => {
		if (await hasEntry(transaction, id)) return undefined;
		const owed = -(await balanceOf(transaction, "debt", culprit, asset));
		if (amount <= 0n || amount > owed) return refuse("amount-invalid", `${owed} is owed`);
		const lines = [
			{ book: how === "repaid" ? "recovered" : "chargedOff", owner: nobody, amount: -amount },
			{ book: "debt", owner: culprit, amount },
		] as const;
		await postEntry(transaction, { id, asset, lines, at: now() });
		return undefined;
	});
}
