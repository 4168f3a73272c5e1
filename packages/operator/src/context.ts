/** What every part of one operator works with: its store, its keys, its rules, the time and chance it is given. */
import {
	type AskedProfile,
	type AssetDefinition,
	type Bytes,
	type Condition,
	type Profile,
	type Refusal,
	refundUntil,
	type Signer,
	type Trust,
	type Verify,
} from "@tenten/protocol";
import type { Definitions, Licensing } from "./definitions/definitions.ts";
import type { DevicePolicy } from "./devices/policy.ts";
import type { Job, Store } from "./store/store.ts";

export type OperatorKeys = {
	readonly root: Signer;
	/** signs certificates */
	readonly authority: Signer;
	readonly issuing: Signer;
	readonly ruling: Signer;
	/** owns what redeeming links pay */
	readonly desk: Signer;
};

export type OperatorPolicy = {
	readonly name: string;
	/** where wallets reach it */
	readonly url: string;
	readonly assets: readonly AssetDefinition[];
	/** seconds */
	readonly certificateValidity: number;
	/** seconds; renewed at half of it */
	readonly trustListValidity: number;
	/** minor units that the fork reserve pays under a culprit whose certificate names no offline total */
	readonly forkLimit: bigint;
	/** what a key is certified as, given what it asks for */
	readonly admit: (asked: AskedProfile) => Profile | Refusal;
	/** whether what is issued needs a definition and a licence */
	readonly licensing: Licensing;
	/** what it asks of devices; as `usualDevices` if left out */
	readonly devices?: DevicePolicy;
	/** conditions of what is withdrawn, where no definition says them */
	readonly conditionsOf: (code: string) => readonly Condition[];
};

export type OperatorContext = {
	readonly store: Store;
	/** as `store.run`, of a job that moves value: the key of its request is bound with what it does */
	readonly commit: <T>(job: Job<T>) => Promise<T>;
	readonly keys: OperatorKeys;
	readonly policy: OperatorPolicy;
	/** what it issues, and may issue now */
	readonly definitions: Definitions;
	/** the id of its root key */
	readonly id: Bytes;
	readonly verify: Verify;
	/** unix seconds */
	readonly now: () => number;
	/** this many random bytes */
	readonly entropy: (length: number) => Bytes;
	/** more with each call, and about a million times the clock: what happened in one second stays in order */
	readonly turn: () => number;
	/** its own current list, verified */
	readonly trust: () => Promise<Trust>;
};

/** Seconds for which anything can be asked about a token that is issued now. */
export function tokenLife(definitions: Definitions): number {
	const lives = definitions
		.assets()
		.map(({ redeemWindow, grace }) => refundUntil({ issuedAt: 0, redeemUntil: redeemWindow }, grace));
	return Math.max(0, ...lives);
}

/** Seconds for which a release that came alone is kept: every token issued before can then have been asked about. */
export function releaseLife(definitions: Definitions): number {
	return 2 * Math.max(0, ...definitions.assets().map(({ redeemWindow, grace }) => redeemWindow + grace));
}
