/** Tables of what is frozen, of who said so, and of appeals against it. */
type Blob = Uint8Array;

export type FreezeTables = {
	/** freeze lists that were signed */
	readonly freeze_lists: { readonly number: bigint | number; readonly encoded: Blob };
	/** what is frozen, or cleared below it: what the next list says */
	readonly frozen_outputs: {
		readonly output_id: Blob;
		/** one of `freezeReason`, or `cleared` */
		readonly reason: string;
		readonly since: bigint | number;
		readonly case_id: Blob;
		readonly appeal_until: bigint | number;
		/** from then on nobody could redeem it or be refunded */
		readonly ends_at: bigint | number;
	};
	/** what one person proposed to freeze, or to lift, and another has not confirmed yet */
	readonly freeze_proposals: {
		readonly output_id: Blob;
		readonly act: string;
		readonly reason: string;
		readonly case_id: Blob;
		readonly appeal_seconds: bigint | number;
		readonly actor: string;
		readonly proposed_at: bigint | number;
	};
	/** one for each output and freeze */
	readonly appeals: {
		readonly appeal_id: Blob;
		readonly frozen: Blob;
		readonly output_id: Blob;
		readonly encoded: Blob;
		readonly received_at: bigint | number;
		/** what one person said of it, and who, until another says the same */
		readonly verdict: string | null;
		readonly actor: string | null;
		/** encoded `appealOutcome` */
		readonly outcome: Blob | null;
	};
};
