/** Tables of payments across operators: agreements, rule books, quotes, payments, and what seals show of them. */
type Blob = Uint8Array;

export type CrossingTables = {
	/** agreements on payments across operators, for ever, with what is at risk under each as its destination */
	readonly crossing_agreements: {
		readonly agreement_id: Blob;
		/** encoded `agreement` */
		readonly encoded: Blob;
		readonly open: bigint;
		readonly unsettled: bigint;
		/** the number of the newest seal of the source that was shown under it */
		readonly peer_seal: bigint | number;
		/** raised by whoever is to change what is at risk */
		readonly turn: bigint;
	};
	/** payments across operators, on either side */
	readonly crossings: {
		readonly transfer_id: Blob;
		readonly agreement_id: Blob;
		/** encoded `signedQuote` */
		readonly quote: Blob;
		/** one of `crossingState` */
		readonly state: string;
		readonly release: Blob | null;
		/** the number of the last of the operator's own seals that others need to be shown it by */
		readonly prove_until: bigint | number;
		/** raised by whoever changes it */
		readonly version: bigint;
	};
	/** what the newest seal that is needed shows of a payment: the map changes after it */
	readonly crossing_proofs: {
		readonly transfer_id: Blob;
		readonly number: bigint | number;
		/** encoded `crossingState` and `stateProof` */
		readonly state: Blob;
		readonly proof: Blob;
	};
	/** this operator's own, for ever */
	readonly crossing_rule_books: {
		readonly version: bigint | number;
		/** encoded `ruleBook` */
		readonly encoded: Blob;
	};
	/** quotes that this operator signed, by their nonces */
	readonly crossing_quotes: {
		readonly nonce: Blob;
		readonly transfer_id: Blob;
		/** encoded `quote` */
		readonly quote: Blob;
		readonly by_destination: Blob;
		/** null at the destination */
		readonly by_source: Blob | null;
	};
	/** the newest seal of each peer that was shown here, and since when its quorum cosigned it */
	readonly crossing_peers: {
		readonly peer: Blob;
		readonly number: bigint | number;
		readonly since: bigint | number | null;
	};
	/** seals of peers that show payments, each once */
	readonly crossing_peer_seals: {
		readonly peer: Blob;
		readonly number: bigint | number;
		/** encoded `shownSeal` */
		readonly shown: Blob;
	};
	/** what the newest of them shows of a payment */
	readonly crossing_peer_states: {
		readonly transfer_id: Blob;
		readonly number: bigint | number;
		/** encoded `crossingState` and `stateProof` */
		readonly state: Blob;
		readonly proof: Blob;
	};
	/** proofs that the other side has not confirmed to have */
	readonly crossing_untold: { readonly transfer_id: Blob; readonly number: bigint | number };
	/** why the destination refused to reserve, at its last answer */
	readonly crossing_refusals: { readonly transfer_id: Blob; readonly code: string };
	/** what is open and what was committed, by the seal that decides: what settlements count */
	readonly crossing_amounts: {
		readonly agreement_id: Blob;
		readonly decides: bigint | number;
		readonly transfer_id: Blob;
		readonly is_open: bigint | number;
		readonly credits: bigint;
		readonly crosses: bigint;
	};
	/** what crossed under an agreement, counted and signed, by its numbers */
	readonly crossing_settlements: {
		readonly agreement_id: Blob;
		readonly number: bigint | number;
		/** encoded `settlementBody` */
		readonly body: Blob;
		readonly by_destination: Blob;
		/** null: proposed, and not countersigned */
		readonly by_source: Blob | null;
	};
	/** tokens that a gateway takes for a payment of which this operator is the source */
	readonly crossing_tokens_in: {
		readonly transfer_id: Blob;
		/** see `InState` */
		readonly state: string;
		/** digest of the gateway's request */
		readonly request: Blob;
		/** messages of the hand-over, each in base64, as JSON */
		readonly asks: string;
		readonly receipt: string;
		/** an account of `crossing_tokens_out` */
		readonly back: Blob;
	};
	/** requests that a gateway pays in tokens with what is credited to the accounts of their digests */
	readonly crossing_tokens_out: {
		readonly account_id: Blob;
		/** see `TokensOut` */
		readonly state: string;
		readonly asset: Blob;
		readonly amount: bigint;
		readonly memo: string;
		readonly expires_at: bigint | number;
		/** as above */
		readonly asks: string;
	};
	/** what was countersigned with a peer of an asset: all that settle it write this row */
	readonly crossing_positions: {
		readonly peer: Blob;
		readonly asset: Blob;
		/** which this operator is, towards the peer */
		readonly side: string;
		/** how many settlements both have signed */
		readonly settlement: bigint | number;
		/** what the source owes for all of them */
		readonly owes: bigint;
		/** the agreement of a settlement that this destination proposed and that is not countersigned; null: none */
		readonly proposed: Blob | null;
	};
};
