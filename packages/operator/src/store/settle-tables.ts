/** Tables of settlement: what devices paid, what parties owe by it, and the files and results of banks. */
type Blob = Uint8Array;

export type SettleTables = {
	/** device records, one for each proof and device */
	readonly recorded_payments: {
		readonly proof: Blob;
		/** key id of the device that signed it */
		readonly device: Blob;
		readonly record_id: Blob;
		readonly payer: Blob;
		readonly payee: Blob;
		readonly asset: Blob;
		readonly paid_at: bigint | number;
		/** encoded `deviceRecord` */
		readonly encoded: Blob;
	};
	/** the same of before, one for each proof: empty since its rows were moved */
	readonly device_records: Omit<SettleTables["recorded_payments"], "device">;
	/** claims on parties, each with its encoded `partyStatement` */
	readonly party_claims: {
		readonly claim_id: Blob;
		readonly party: Blob;
		readonly asset: Blob;
		/** `debit` or `credit` */
		readonly direction: string;
		readonly amount: bigint;
		readonly statement: Blob;
		readonly made_at: bigint | number;
	};
	/** which claim counts a record, for each of its two parties */
	readonly claimed_records: { readonly record_id: Blob; readonly party: Blob; readonly claim_id: Blob };
	/** every state that a claim ever had */
	readonly party_claim_states: {
		readonly claim_id: Blob;
		/** 0 for the first */
		readonly turn: bigint | number;
		readonly state: string;
		readonly file_id: Blob | null;
		/** the bank's code, where it refused */
		readonly why: string | null;
	};
	/** files for banks, and charges of cards, as they were made */
	readonly party_files: {
		readonly file_id: Blob;
		readonly name: string;
		/** `zengin`, `iso20022` or `card` */
		readonly rail: string;
		/** SHA-256 of all that was asked for */
		readonly asked: Blob;
		readonly content: Blob;
		readonly made_at: bigint | number;
	};
	/** lines of files, by what a bank names them by */
	readonly party_file_lines: {
		readonly reference: string;
		readonly file_id: Blob;
		readonly claim_id: Blob;
		readonly amount: bigint;
	};
	/** what banks sent, by its SHA-256, as it came */
	readonly party_results: {
		readonly result_id: Blob;
		readonly content: Blob;
		readonly read_at: bigint | number;
	};
	/** what contradicts in it: for somebody to look at */
	readonly party_contradictions: {
		readonly result_id: Blob;
		readonly place: bigint | number;
		readonly reference: string;
		readonly detail: string;
	};
	/** delegations to be suspended since a debit was refused; `told_at` once whoever keeps them has done it */
	readonly party_suspensions: {
		readonly claim_id: Blob;
		readonly file_id: Blob;
		readonly party: Blob;
		readonly why: string;
		readonly told_at: bigint | number | null;
	};
};
