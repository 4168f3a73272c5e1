/**
 * This operator's own seals as others are shown them: from its store, with the log's proof and the words of witnesses.
 *
 * A seal counts as witnessed once enough witnesses said a word on it; whether they placed it, whoever reads it judges.
 */
import { type Bytes, isRefusal, parse, type SealWord, sealWord } from "@tenten/protocol";
import type { LogWriter } from "../log/writer.ts";
import type { Store, Transaction } from "../store/store.ts";
import { undamaged } from "./rows.ts";
import type { WitnessedSeals } from "./telling.ts";

/** `least`: words that a seal needs, as those of the peers' policies. */
export function sealsOf(
	store: Store,
	log: Pick<LogWriter, "published" | "reader">,
	least: number,
): WitnessedSeals {
	return {
		newest: () => store.read((transaction) => newestWitnessed(transaction, least)),
		show: async (number) => {
			const kept = await store.read((transaction) => sealWithWords(transaction, number));
			const { size, note } = log.published;
			if (kept === undefined || kept.index >= size || kept.words.length < least) return undefined;
			const { leaf, index, words } = kept;
			const path = await log.reader().inclusion(index);
			return isRefusal(path) ? undefined : { leaf, log: { checkpoint: note, index, path }, words };
		},
	};
}

async function newestWitnessed(transaction: Transaction, least: number): Promise<number> {
	const row = await transaction
		.selectFrom("seal_words")
		.select("number")
		.groupBy("number")
		.having(({ fn }) => fn.countAll(), ">=", least)
		.orderBy("number", "desc")
		.limit(1)
		.executeTakeFirst();
	return Number(row?.number ?? 0);
}

type KeptSeal = { readonly leaf: Bytes; readonly index: number; readonly words: readonly SealWord[] };

async function sealWithWords(transaction: Transaction, number: number): Promise<KeptSeal | undefined> {
	const row = await transaction
		.selectFrom("seals as seal")
		.innerJoin("seal_places as at", "at.number", "seal.number")
		.select(["seal.leaf", "at.place"])
		.where("seal.number", "=", number)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const words = await transaction
		.selectFrom("seal_words")
		.select("word")
		.where("number", "=", number)
		.orderBy("witness")
		.execute();
	return {
		leaf: row.leaf,
		index: Number(row.place),
		words: words.map(({ word }) => undamaged(parse(sealWord, word), "a word of a witness")),
	};
}
