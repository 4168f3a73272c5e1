/**
 * API keys: who may ask what of an operator's management.
 *
 *   tenten_<id>_<secret>     id: 16 hexadecimal digits, to speak of the key; secret: 64, to hold it
 *
 * A key is shown once, when it is made; what is kept of its secret is a hash. Secrets are 32 random bytes, so no
 * slow hash is needed, and there is nothing to guess. What could go wrong is that somebody without a key learns
 * anything from an answer: an unknown id, a wrong secret, a revoked and an expired key are all answered alike.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { type Bytes, toHex } from "@tenten/protocol";

/** What a key may do. A role is a list of them. */
export type Permission =
	| "readBooks"
	| "deposit"
	| "keepLedger"
	| "readAudit"
	| "manageKeys"
	| "rotateKeys"
	| "allowPayouts"
	| "prune"
	| "manageWebhooks"
	| "certifyPeople"
	| "proposeDefinitions"
	| "approveDefinitions"
	| "stopIssue"
	| "allowIssue"
	| "manageParties"
	| "freeze";

export const permissionsOf = {
	/** sees totals, cases and their evidence */
	viewer: ["readBooks"],
	/** credits accounts with what came from outside, opens those of the ledger and transfers between them */
	cashier: ["deposit", "keepLedger"],
	/** sees what everybody else did */
	auditor: ["readBooks", "readAudit"],
	/** says where partners are told what happened, and sees what they are told */
	integrator: ["manageWebhooks"],
	/** proposes definitions, publishes what two others approved, brings status lists, and can stop the issue; one of two who freeze and decide appeals */
	issuer: ["readBooks", "proposeDefinitions", "stopIssue", "freeze"],
	/** approves what somebody else proposed; stops the issue, and allows it again; one of two who freeze and decide appeals */
	approver: ["readBooks", "approveDefinitions", "stopIssue", "allowIssue", "freeze"],
	/** makes and ends API keys and keys that sign, certifies people, allows payouts again that were stopped, says who answers for devices and up to which budget, deletes what nobody can ask for any more, and moves no value */
	administrator: [
		"readBooks",
		"readAudit",
		"manageKeys",
		"rotateKeys",
		"certifyPeople",
		"allowPayouts",
		"prune",
		"stopIssue",
		"manageWebhooks",
		"manageParties",
	],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;

export type ApiRole = keyof typeof permissionsOf;
export const apiRoles = Object.keys(permissionsOf) as readonly ApiRole[];

/** What is known of a key; never its secret. */
export type ApiKey = {
	/** 16 hexadecimal digits */
	readonly id: string;
	readonly name: string;
	readonly roles: readonly ApiRole[];
	/** unix seconds, all of them */
	readonly createdAt: number;
	readonly expiresAt: number | null;
	readonly revokedAt: number | null;
	/** to within an hour */
	readonly lastUsedAt: number | null;
};

/** The actor where somebody acts who has the operator's folder. */
export const folderActor = "folder";

/** Who does something, and in which request: what the audit log names. */
export type Acting = {
	/** e.g. `key:0123456789abcdef` */
	readonly actor: string;
	readonly requestId: string;
};

export type KeyParts = { readonly id: string; readonly secret: string };

const keyPattern = /^tenten_([0-9a-f]{16})_([0-9a-f]{64})$/;

export function partsOfKey(text: string): KeyParts | undefined {
	const [, id, secret] = keyPattern.exec(text) ?? [];
	return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** A fresh key. `entropy` gives this many random bytes. */
export function newKey(entropy: (length: number) => Bytes): string {
	return `tenten_${toHex(entropy(8))}_${toHex(entropy(32))}`;
}

export function secretHash(secret: string): Bytes {
	return new Uint8Array(createHash("sha256").update(`tenten api key ${secret}`).digest());
}

/** Whether `secret` is the one that was kept, compared without telling how much of it was right. */
export function holdsSecret(secret: string, kept: Bytes): boolean {
	return timingSafeEqual(secretHash(secret), kept);
}

export function isUsable({ expiresAt, revokedAt }: ApiKey, now: number): boolean {
	return revokedAt === null && (expiresAt === null || now < expiresAt);
}

export function mayDo({ roles }: ApiKey, permission: Permission): boolean {
	return roles.some((role) => (permissionsOf[role] as readonly Permission[]).includes(permission));
}
