/** Tables of devices: who answers for them, what they were given, all that they were, and the lists that say so. */
type Blob = Uint8Array;

export type DeviceTables = {
	/** responsible parties, by the key id of the key that delegates */
	readonly parties: {
		readonly party: Blob;
		/** encoded `coseKey` */
		readonly party_key: Blob;
		/** who it is, as the operator knows it: what `partyCommitment` hides with the opening */
		readonly name: string;
		readonly opening: Blob;
		/** its place in the status lists */
		readonly place: bigint | number;
		/** `active` or `suspended` */
		readonly standing: string;
		/** raised by whoever decides anything about it or under it */
		readonly version: bigint;
	};
	/** what happened to a party, numbered from 1 */
	readonly party_events: {
		readonly party: Blob;
		readonly number: bigint | number;
		/** `added`, `granted`, `suspended`, `resumed` or `opened` */
		readonly kind: string;
		readonly detail: string;
		/** what tells it apart from another of the same kind; null where a person did it */
		readonly cause: Blob | null;
		readonly at: bigint | number;
	};
	/** budgets, each under a number of its own */
	readonly party_budgets: {
		readonly reset: bigint | number;
		readonly party: Blob;
		readonly amount: bigint;
		readonly granted_at: bigint | number;
	};
	/** how much of a party was kept on the last day on which anything was: days since 1970, in UTC */
	readonly party_days: {
		readonly party: Blob;
		readonly day: bigint | number;
		readonly applications: bigint | number;
		readonly orders: bigint | number;
	};
	/** slices that stand in certificates: no unit of one that a key gave was given to two */
	readonly device_slices: {
		/** key id of who gave it */
		readonly giver: Blob;
		readonly reset: bigint | number;
		readonly slice_from: bigint;
		readonly slice_to: bigint;
		/** key id of who got it */
		readonly given_to: Blob;
	};
	/** all that a device was: its applications and orders, numbered from 1; its last row is how it stands */
	readonly device_history: {
		readonly device: Blob;
		readonly number: bigint | number;
		/** `certified`, or what an order says */
		readonly kind: string;
		/** `active`, `suspended`, `moving` or `ended`, from then on */
		readonly stands: string;
		readonly party: Blob;
		/** to which party it moves */
		readonly moves_to: Blob | null;
		/** SHA-256 of `encoded` */
		readonly digest: Blob;
		/** application or order, as it came */
		readonly encoded: Blob;
		/** of an application, what it was answered with */
		readonly certificate: Blob | null;
		/** of an application, why its assurance level is not a higher one */
		readonly reason: string | null;
		readonly at: bigint | number;
	};
	/** nonces of a device's applications, each with the first that had it: an attestation counts for that one */
	readonly device_nonces: {
		readonly device: Blob;
		readonly nonce: Blob;
		/** of `device_history` */
		readonly number: bigint | number;
	};
	/** a device under one party, from its first application on */
	readonly device_tenures: {
		readonly device: Blob;
		/** the number of that application */
		readonly first: bigint | number;
		readonly party: Blob;
		readonly place: bigint | number;
		readonly since: bigint | number;
		readonly ended_at: bigint | number | null;
		/** units of the slices in its certificates, and of what it recorded that it paid */
		readonly granted: bigint;
		readonly recorded: bigint;
	};
	/** what parties said of who delegates on for them, numbered from 1; the last row is how it stands there */
	readonly manager_orders: {
		readonly party: Blob;
		/** key id */
		readonly manager: Blob;
		readonly number: bigint | number;
		/** `active` or `suspended`, from then on */
		readonly stands: string;
		/** SHA-256 of `encoded` */
		readonly digest: Blob;
		/** the order, as it came */
		readonly encoded: Blob;
		readonly at: bigint | number;
	};
	/** who delegates on to a device, by its place: as its newest certificate says */
	readonly device_managers: {
		readonly place: bigint | number;
		readonly manager: Blob;
		readonly party: Blob;
		/** 1 while the party has the manager suspended */
		readonly stopped: bigint | number;
	};
	/** what stands at a place of the status lists; 0 valid, 1 revoked, 2 suspended */
	readonly device_places: { readonly place: bigint | number; readonly status: bigint | number };
	/** places that a restored copy gave up, `place_to` not included */
	readonly device_lost: { readonly place_from: bigint | number; readonly place_to: bigint | number };
	/** status lists by number: as they were signed last, and whether they say what stands now */
	readonly device_lists: {
		readonly number: bigint | number;
		/** raised by whoever changes what stands in it */
		readonly revision: bigint;
		/** which revision was signed, when, until when and by which key; zeros and empty before the first */
		readonly signed_revision: bigint;
		readonly issued_at: bigint | number;
		readonly expires_at: bigint | number;
		readonly signer: Blob;
		readonly encoded: Blob;
	};
	/** the next place and the next budget's number: none is ever used again */
	readonly device_numbers: { readonly name: string; readonly next: bigint };
};
