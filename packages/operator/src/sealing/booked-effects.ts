/**
 * What an entry of the books does to a seal beside its items: what accounts hold, and what the fork reserve pays.
 *
 * The operator puts into the reserve what it draws, when it draws it: nothing lies in it but what culprits repaid, and
 * that stays. Issues and what came back are items of their own, by their ids (`issuer.ts`, `settlement.ts`).
 */
import { type Bytes, concatBytes, sha256 } from "@tenten/protocol";
import type { Entry, Line } from "../store/books.ts";
import type { Effect } from "./effects.ts";

export function bookedEffects({ id, asset, lines }: Entry): readonly Effect[] {
	return lines.flatMap((line) => lineEffects(id, asset, line));
}

function lineEffects(entry: Bytes, asset: Bytes, { book, owner, amount }: Line): readonly Effect[] {
	switch (book) {
		case "holder":
			return amount < 0n
				? [{ kind: "debit", asset, account: owner, amount: -amount }]
				: [{ kind: "credit", asset, account: owner, amount }];
		case "debt":
			return amount < 0n ? drawn(entry, asset, owner, -amount) : [];
		case "recovered":
			return [{ kind: "item", batch: "forkRepayments", asset, id: entry, amount: -amount }];
		case "chargedOff":
			return [{ kind: "item", batch: "forkLosses", asset, id: entry, amount: -amount }];
		case "outside":
		case "issued":
		case "redeemed":
		case "refunded":
		case "burned":
		case "gain":
			return [];
		default:
			return book satisfies never;
	}
}

/** Under one culprit, by one entry. */
function drawn(entry: Bytes, asset: Bytes, culprit: Bytes, amount: bigint): readonly Effect[] {
	const item = { kind: "item", asset, id: sha256(concatBytes(entry, culprit)), amount } as const;
	return [
		{ ...item, batch: "forkDeposits" },
		{ ...item, batch: "forkDraws" },
	];
}
