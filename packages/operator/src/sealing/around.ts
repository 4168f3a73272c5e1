/**
 * What a seal says of others, as the store has it: words on the funds behind it, what stands between this operator and
 * its peers by their settlements, and how far their logs were seen.
 *
 * The newest word of each holder counts, and a peer's checkpoint never goes back: who rewrote its log would contradict
 * every seal that has seen it since.
 */
import {
	type BilateralPosition,
	type Bytes,
	equalBytes,
	isRefusal,
	isSignedReserve,
	keyId,
	type PeerCheckpoint,
	parse,
	type Refusal,
	refuse,
	type SignedReserve,
	serialize,
	signedReserve,
	type Verify,
} from "@tenten/protocol";
import { positionsIn } from "../crossing/positions.ts";
import { takeLastSeal } from "../seal/last-seal.ts";
import type { Transaction } from "../store/store.ts";

/** Read in the transaction that makes the seal, after what it seals. */
export type Surroundings = {
	readonly reserves: readonly SignedReserve[];
	readonly positions: readonly BilateralPosition[];
	readonly checkpoints: readonly PeerCheckpoint[];
};

export const nothingAround: Surroundings = { reserves: [], positions: [], checkpoints: [] };

export async function storedSurroundings(transaction: Transaction): Promise<Surroundings> {
	const words = await transaction.selectFrom("reserve_words").select("word").execute();
	const reserves = words.map(({ word }) => {
		const read = parse(signedReserve, word);
		if (isRefusal(read)) throw new Error("the database is damaged: a word on funds does not read");
		return read;
	});
	const peers = await transaction.selectFrom("peer_checkpoints").selectAll().execute();
	const checkpoints = peers.map(({ peer, size, hash }) => ({ peer, size: Number(size), hash }));
	return { reserves, positions: await positionsIn(transaction), checkpoints };
}

/**
 * Takes a word on this operator's funds, before a seal is made or after it: no seal is between the word and what was done
 * before or after it for that. `malformed`, `authority-unknown` where it is of another's, `signature-invalid`.
 */
export async function takeReserve(
	transaction: Transaction,
	encoded: Bytes,
	{ operator, verify }: { readonly operator: Bytes; readonly verify: Verify },
): Promise<SignedReserve | Refusal> {
	const read = parse(signedReserve, encoded);
	if (isRefusal(read)) return read;
	const { body, holder } = read;
	if (Buffer.compare(body.operator, operator) !== 0)
		return refuse("authority-unknown", "it speaks of another operator");
	if (!isSignedReserve(read, verify)) return refuse("signature-invalid", "a word on funds");
	await takeLastSeal(transaction);
	const row = { held_at: body.heldAt, word: serialize(signedReserve, read) };
	await transaction
		.insertInto("reserve_words")
		.values({ asset: body.asset, holder: keyId(holder), ...row })
		.onConflict((conflict) =>
			conflict
				.columns(["asset", "holder"])
				.doUpdateSet(row)
				.whereRef("reserve_words.held_at", "<=", "excluded.held_at"),
		)
		.execute();
	return read;
}

/**
 * Takes how far a peer's log was seen, where that is further than before. `log-inconsistent` where another checkpoint of
 * this size was cosigned: one of the two is a fork, and what stands in seals already goes on standing there.
 */
export async function takeCheckpoint(
	transaction: Transaction,
	seen: PeerCheckpoint,
): Promise<PeerCheckpoint | Refusal> {
	const { peer, size, hash } = seen;
	await transaction
		.insertInto("peer_checkpoints")
		.values(seen)
		.onConflict((conflict) =>
			conflict
				.column("peer")
				.doUpdateSet({ size, hash })
				.whereRef("peer_checkpoints.size", "<", "excluded.size"),
		)
		.execute();
	const kept = await transaction
		.selectFrom("peer_checkpoints")
		.select(["size", "hash"])
		.where("peer", "=", peer)
		.executeTakeFirstOrThrow();
	const isOther = Number(kept.size) === size && !equalBytes(kept.hash, hash);
	return isOther
		? refuse("log-inconsistent", `two checkpoints of ${size} leaves, each cosigned by its quorum`)
		: { peer, size: Number(kept.size), hash: kept.hash };
}
