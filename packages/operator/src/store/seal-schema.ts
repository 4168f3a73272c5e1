/**
 * Tables of an operator's seals: those of `schema.ts` hold what it does, `crossing-tables.ts` what crosses.
 */
type Blob = Uint8Array;

export type SealSchema = {
	/** trees of seals; whoever changes one raises its version first, and so waits for whoever does already */
	readonly seal_trees: { readonly tree: Blob; readonly version: bigint };
	/** their pages, by the hexadecimal digits that lead there: see `seal/page-rows.ts` */
	readonly seal_pages: { readonly tree: Blob; readonly path: string; readonly content: Blob };
	/** the number and hash of the last seal, in one row: all that a seal excludes raises `turn` first */
	readonly last_seal: {
		readonly name: string;
		/** 0: there is none */
		readonly number: bigint | number;
		readonly hash: Blob | null;
		readonly turn: bigint;
	};
	/** seals as they stand in the operator's log, or will */
	readonly seals: { readonly number: bigint | number; readonly leaf: Blob };
	/** that what the operator does goes through its log, whose that is, and its newest checkpoint that witnesses cosigned */
	readonly sealing: {
		readonly name: string;
		readonly origin: string;
		readonly public_key: Blob;
		readonly begun_at: bigint | number;
		/** 0: none was */
		readonly cosigned_size: bigint | number;
		readonly cosigned: Blob | null;
	};
	/** what was done since the last seal, by the hash of what it says: encoded `effects` */
	readonly unsealed: { readonly effects_id: Blob; readonly effects: Blob };
	/** where each seal stands in the log, or will: its batches stand before it */
	readonly seal_places: { readonly number: bigint | number; readonly place: bigint | number };
	/** leaves by their place in the log; of batches with the items that they hide: encoded `batchItems` */
	readonly seal_leaves: {
		readonly place: bigint | number;
		/** of the seal that follows */
		readonly number: bigint | number;
		readonly leaf: Blob;
		readonly items: Blob;
	};
	/** which batches an item is in */
	readonly seal_items: { readonly item_id: Blob; readonly place: bigint | number };
	/** what witnesses said of seals: an encoded `sealWord` each */
	readonly seal_words: { readonly number: bigint | number; readonly witness: Blob; readonly word: Blob };
	/** the newest encoded `signedReserve` of each holder of funds */
	readonly reserve_words: {
		readonly asset: Blob;
		readonly holder: Blob;
		readonly held_at: bigint | number;
		readonly word: Blob;
	};
	/** how far each peer's log was seen: see `peerCheckpoint` */
	readonly peer_checkpoints: { readonly peer: Blob; readonly size: bigint | number; readonly hash: Blob };
	/** lots and statuses, every version of each: encoded `domainRecord` */
	readonly domain_records: {
		readonly record_key: Blob;
		/** 0 for the first */
		readonly turn: bigint | number;
		readonly record: Blob;
	};
};
