/**
 * What an operator answers to a witness that samples (docs/spec/sampling.md): the lines and items that its challenge
 * draws, under the last seal.
 *
 * Trees stand as of the last seal, and as of a few before it in the memory of the process that makes them (`past-lines.ts`);
 * a challenge of any other is `not-logged`, and asked anew. Nothing is answered
 * to whoever is no listed witness, or did not commit to its nonce: it could choose whose lines it sees.
 */
import {
	type Batch,
	type Bytes,
	batchAt,
	type ChallengeBody,
	drawsOf,
	equalBytes,
	isCounted,
	isRefusal,
	type LineProof,
	ledgerOwner,
	lineKey,
	type PlacedBatch,
	parse,
	parseLeaf,
	type Refusal,
	refuse,
	type SampleAnswer,
	sampleAnswer,
	serialize,
	sumOfBatches,
	toHex,
	type Verify,
	verifyChallenge,
} from "@tenten/protocol";
import { everyAccount } from "../ledger/rows.ts";
import { type PageThen, PastLines } from "../seal/past-lines.ts";
import { drawnLines, liabilitiesIn, lineProofIn, saltOf } from "../seal/trees.ts";
import type { Store, Transaction } from "../store/store.ts";
import { batchItems, drawnItem } from "./batches.ts";

export type SamplingOptions = {
	readonly operator: { readonly id: Bytes; readonly store: Store };
	/** 32 bytes from which salts follow */
	readonly secret: Bytes;
	/** key ids of witnesses' keys for seals */
	readonly witnesses: readonly Bytes[];
	readonly verify: Verify;
	/** how lines were under seals before the last; none is known if left out */
	readonly past?: PastLines;
};

type Items = SampleAnswer["items"];

export class Sampling {
	readonly #options: SamplingOptions;
	/** owners by the keys of their lines, in hexadecimal, for each asset: a key does not say whose it is */
	readonly #owners = new Map<string, ReadonlyMap<string, Bytes>>();

	constructor(options: SamplingOptions) {
		this.#options = options;
	}

	/**
	 * The encoded `sampleAnswer` to a `sampleRequest`: or the refusals of `verifyChallenge`,
	 * and `not-logged` where the seal is not the last one.
	 */
	async answer(request: Bytes): Promise<Bytes | Refusal> {
		const { operator, witnesses, verify } = this.#options;
		const asked = verifyChallenge(request, witnesses, verify);
		if (isRefusal(asked)) return asked;
		if (!equalBytes(asked.operator, operator.id)) return refuse("not-logged", "of another operator");
		return operator.store.read(async (transaction) => {
			const { number } = await transaction.selectFrom("last_seal").select("number").executeTakeFirstOrThrow();
			const { past = new PastLines() } = this.#options;
			const then = past.asOf(asked.asset, asked.number, Number(number));
			if (then === undefined) return refuse("not-logged", `seal ${number} is the last`);
			const lines = await this.#lines(transaction, asked, then);
			const items = await this.#items(transaction, asked);
			return serialize(sampleAnswer, { lines, items });
		});
	}

	async #lines(
		transaction: Transaction,
		asked: ChallengeBody,
		then: PageThen,
	): Promise<readonly (LineProof | null)[]> {
		const { asset } = asked;
		const { sum } = await liabilitiesIn(transaction, asset, then);
		const keys = await drawnLines(transaction, asset, drawsOf(asked, "lines", sum), then);
		const proofs: (LineProof | null)[] = [];
		for (const key of keys) {
			const owner = key && (await this.#ownerOf(transaction, asset, key));
			const lines = { asset, secret: this.#options.secret };
			proofs.push((owner && (await lineProofIn(transaction, lines, owner, then))) ?? null);
		}
		return proofs;
	}

	async #ownerOf(transaction: Transaction, asset: Bytes, key: Bytes): Promise<Bytes | null> {
		const known = this.#owners.get(toHex(asset))?.get(toHex(key));
		if (known !== undefined) return known;
		const owners = await ownersOf(transaction, asset, this.#options.secret);
		this.#owners.set(toHex(asset), owners);
		return owners.get(toHex(key)) ?? null;
	}

	async #items(transaction: Transaction, asked: ChallengeBody): Promise<Items> {
		const batches = await batchesSince(transaction, asked);
		const items: Items[number][] = [];
		for (const drawn of drawsOf(asked, "items", sumOfBatches(batches))) {
			const named = batchAt(batches, drawn);
			const proof =
				named && (await this.#item(transaction, named.placed.place, named.placed.batch.kind, named.rest));
			items.push(named === undefined || proof === undefined ? null : { place: named.placed.place, proof });
		}
		return items;
	}

	async #item(
		transaction: Transaction,
		place: number,
		kind: Batch["kind"],
		drawn: bigint,
	): Promise<LineProof | undefined> {
		const row = await transaction
			.selectFrom("seal_leaves")
			.select("items")
			.where("place", "=", place)
			.executeTakeFirst();
		const items = row && parse(batchItems, row.items, row.items.length);
		return items === undefined || isRefusal(items)
			? undefined
			: drawnItem(kind, items, this.#options.secret, drawn);
	}
}

/** Whose lines there may be: accounts of the books, and of the ledger. */
async function ownersOf(
	transaction: Transaction,
	asset: Bytes,
	secret: Bytes,
): Promise<ReadonlyMap<string, Bytes>> {
	const holders = await transaction
		.selectFrom("balances")
		.select("owner")
		.where("asset", "=", asset)
		.where("book", "=", "holder")
		.execute();
	const ledger = (await everyAccount(transaction)).filter((account) => equalBytes(account.asset, asset));
	const owners = [...holders.map(({ owner }) => owner), ...ledger.map(({ id }) => ledgerOwner(id))];
	return new Map(owners.map((owner) => [toHex(lineKey(owner, saltOf({ asset, secret }, owner))), owner]));
}

/** The batches of an asset that a challenge draws from, in the order of their places. */
async function batchesSince(
	transaction: Transaction,
	{ asset, since, number }: ChallengeBody,
): Promise<readonly PlacedBatch[]> {
	const rows = await transaction
		.selectFrom("seal_leaves")
		.select(["place", "leaf"])
		.where("place", ">=", since)
		.where("number", "<=", number)
		.orderBy("place")
		.execute();
	return rows.flatMap((row) => {
		const leaf = parseLeaf(row.leaf);
		if (isRefusal(leaf)) throw new Error("the database is damaged: a leaf that does not read");
		return leaf.kind === "batch" && isCounted(leaf.batch) && equalBytes(leaf.batch.asset, asset)
			? [{ place: Number(row.place), batch: leaf.batch }]
			: [];
	});
}
