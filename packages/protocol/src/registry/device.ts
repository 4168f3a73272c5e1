/**
 * Devices towards their operator: how one is enrolled, and what its responsible party may say of it afterwards.
 *
 *   1. evidence       the device's key signs what its maker attests of it
 *   2. delegations    the responsible party, and those between, sign what it may do for them
 *   3. certificate    the operator checks both, and that the slice is the party's to give
 *
 *             application            suspend
 *    none ─────────────────▶ active ─────────▶ suspended ──resume──▶ active
 *                              │ ▲                 │
 *                     transfer │ │ application     │ transfer, end
 *                              ▼ │ of who gets it  ▼
 *                            moving              ended: for good
 *
 * An application by the same party while it is active is a renewal, and with another slice a reset. Orders are numbered
 * within the history of their device, so none is carried out twice and none late.
 */
import {
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
	integer,
	isRefusal,
	limits,
	list,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	union,
	unixSeconds,
} from "../codec/index.ts";
import {
	coseKey,
	keyId,
	type PublicKey,
	type Signer,
	sha256,
	signature,
	type Verify,
	verifySign1,
} from "../crypto/index.ts";
import {
	type Delegated,
	type Delegation,
	delegation,
	maximumAttestation,
	mostDelegations,
	verifyDelegations,
} from "../identity/index.ts";

const deviceEvidenceBody = record({
	operator: bytes32,
	key: coseKey,
	/** fresh; an attestation says it too */
	nonce: bytes32,
	attestation: nullable(bytes(1, maximumAttestation)),
});
export type DeviceEvidenceBody = TypeOf<typeof deviceEvidenceBody>;

/** Step 1. */
export const deviceEvidence = record({ body: deviceEvidenceBody, signature });
/** Steps 1 and 2, for the operator. */
export const deviceApplication = record({
	evidence: deviceEvidence,
	delegations: list(delegation, mostDelegations, 1),
});

const deviceOrderBody = record({
	operator: bytes32,
	device: coseKey,
	/** one more than the last of this device's history; of a manager, of what the party said of it */
	number: integer(1, Number.MAX_SAFE_INTEGER),
	says: union({
		suspend: [1, record({})],
		resume: [2, record({})],
		/** `to`: the responsible party that answers from its own delegation on */
		transfer: [3, record({ to: coseKey })],
		end: [4, record({})],
		/** `device` is a manager's key: what it delegates on for this party stops, or goes on */
		suspendBelow: [5, record({})],
		resumeBelow: [6, record({})],
	}),
	issuedAt: unixSeconds,
});
export type DeviceOrderBody = TypeOf<typeof deviceOrderBody>;

/** `by`: the responsible party's key, that of the first delegation. */
export const deviceOrder = record({ body: deviceOrderBody, by: coseKey, signature });

const deviceQuestionBody = record({
	operator: bytes32,
	/** key id */
	device: bytes32,
	issuedAt: unixSeconds,
});
export type DeviceQuestionBody = TypeOf<typeof deviceQuestionBody>;

/** How a device stands, and all that it was: told to who answers for it, or did. `by`: the responsible party's key. */
export const deviceQuestion = record({ body: deviceQuestionBody, by: coseKey, signature });

export type VerifiedDeviceQuestion = {
	readonly verified: "device-question";
	readonly body: DeviceQuestionBody;
	/** key id */
	readonly party: Bytes;
};

export type VerifiedApplication = {
	readonly verified: "device-application";
	readonly body: DeviceEvidenceBody;
	readonly delegations: readonly Delegation[];
	readonly delegated: Delegated;
	/** names it: the same one is answered once */
	readonly digest: Bytes;
};

export type VerifiedDeviceOrder = {
	readonly verified: "device-order";
	readonly body: DeviceOrderBody;
	readonly by: PublicKey;
	readonly digest: Bytes;
};

/** What a device says of its key: for its party, which adds the delegations. */
export async function signDeviceEvidence(
	{ operator, nonce, attestation }: Omit<DeviceEvidenceBody, "key">,
	device: Signer,
): Promise<Bytes> {
	const body = { operator, key: device.key, nonce, attestation };
	const signed = await device.sign("device-evidence", serialize(deviceEvidenceBody, body));
	return serialize(deviceEvidence, { body, signature: signed });
}

/** What a device's key says of itself, to whichever operator: for its maker, who attests it. */
export function verifyDeviceEvidence(encoded: Bytes, verify: Verify): DeviceEvidenceBody | Refusal {
	const read = parse(deviceEvidence, encoded, limits.message);
	if (isRefusal(read)) return read;
	return isOwnWord(read, verify) ? read.body : refuse("signature-invalid", "device evidence");
}

function isOwnWord({ body, signature: signed }: TypeOf<typeof deviceEvidence>, verify: Verify): boolean {
	return verifySign1(verify, body.key, "device-evidence", serialize(deviceEvidenceBody, body), signed);
}

/** An application of what a device said, with these delegations, outermost first. */
export function applicationOf(evidence: Bytes, delegations: readonly Delegation[]): Bytes | Refusal {
	const read = parse(deviceEvidence, evidence, limits.message);
	return isRefusal(read) ? read : serialize(deviceApplication, { evidence: read, delegations });
}

/** `operator`: to whom it must be addressed. The delegations hold; whether they may be given is the operator's to say. */
export function verifyDeviceApplication(
	encoded: Bytes,
	operator: Bytes,
	verify: Verify,
): VerifiedApplication | Refusal {
	const read = parse(deviceApplication, encoded, limits.message);
	if (isRefusal(read)) return read;
	const { evidence, delegations } = read;
	const { body } = evidence;
	if (!equalBytes(body.operator, operator)) return refuse("authority-unknown", "another operator's");
	if (!isOwnWord(evidence, verify)) return refuse("signature-invalid", "device evidence");
	const delegated = verifyDelegations(operator, body.key, delegations, verify);
	if (isRefusal(delegated)) return delegated;
	return { verified: "device-application", body, delegations, delegated, digest: sha256(encoded) };
}

export async function signDeviceOrder(body: DeviceOrderBody, party: Signer): Promise<Bytes> {
	const signed = await party.sign("device-order", serialize(deviceOrderBody, body));
	return serialize(deviceOrder, { body, by: party.key, signature: signed });
}

export function verifyDeviceOrder(
	encoded: Bytes,
	operator: Bytes,
	verify: Verify,
): VerifiedDeviceOrder | Refusal {
	const read = parse(deviceOrder, encoded, limits.message);
	if (isRefusal(read)) return read;
	const { body, by, signature: signed } = read;
	if (!equalBytes(body.operator, operator)) return refuse("authority-unknown", "another operator's");
	return verifySign1(verify, by, "device-order", serialize(deviceOrderBody, body), signed)
		? { verified: "device-order", body, by, digest: sha256(encoded) }
		: refuse("signature-invalid", "device order");
}

export async function signDeviceQuestion(body: DeviceQuestionBody, party: Signer): Promise<Bytes> {
	const signed = await party.sign("device-question", serialize(deviceQuestionBody, body));
	return serialize(deviceQuestion, { body, by: party.key, signature: signed });
}

/** Whether the party may be told, and whether the question is young, is the operator's to say. */
export function verifyDeviceQuestion(
	encoded: Bytes,
	operator: Bytes,
	verify: Verify,
): VerifiedDeviceQuestion | Refusal {
	const read = parse(deviceQuestion, encoded);
	if (isRefusal(read)) return read;
	const { body, by, signature: signed } = read;
	if (!equalBytes(body.operator, operator)) return refuse("authority-unknown", "another operator's");
	return verifySign1(verify, by, "device-question", serialize(deviceQuestionBody, body), signed)
		? { verified: "device-question", body, party: keyId(by) }
		: refuse("signature-invalid", "device question");
}

/** How a device stands with its operator. `party`: key id of who answers for it. */
export type DeviceStanding =
	| { readonly kind: "none" }
	| { readonly kind: "active" | "suspended" | "ended"; readonly party: Bytes; readonly number: number }
	| { readonly kind: "moving"; readonly party: Bytes; readonly to: Bytes; readonly number: number };

/** How it stands once it applied, by delegation of `party`. Its history has one entry more. */
export function afterApplication(standing: DeviceStanding, party: Bytes): DeviceStanding | Refusal {
	const number = standing.kind === "none" ? 1 : standing.number + 1;
	if (standing.kind === "suspended" || standing.kind === "ended")
		return refuse("device-suspended", standing.kind);
	const mayApply =
		standing.kind === "none" || equalBytes(party, standing.kind === "moving" ? standing.to : standing.party);
	return mayApply
		? { kind: "active", party, number }
		: refuse("authority-unknown", "another party answers for this device");
}

/** How it stands after an order of its party. */
export function afterDeviceOrder(
	standing: DeviceStanding,
	{ body: { number, says }, by }: VerifiedDeviceOrder,
): DeviceStanding | Refusal {
	if (standing.kind === "none") return refuse("key-unknown", "no such device");
	if (!equalBytes(keyId(by), standing.party))
		return refuse("authority-unknown", "another party answers for this device");
	if (number !== standing.number + 1) return refuse("order-mismatch", `its history has ${standing.number}`);
	const { kind, party } = standing;
	if (kind === "ended") return refuse("device-suspended", kind);
	switch (says.kind) {
		case "suspend":
			return kind === "active" ? { kind: "suspended", party, number } : refuse("order-mismatch", kind);
		case "resume":
			return kind === "suspended" ? { kind: "active", party, number } : refuse("order-mismatch", kind);
		case "transfer":
			return { kind: "moving", party, to: keyId(says.to), number };
		case "end":
			return { kind: "ended", party, number };
		case "suspendBelow":
		case "resumeBelow":
			return refuse("order-mismatch", "of a manager");
		default:
			return says satisfies never;
	}
}

/** How a manager stands under one party: `number` orders of that party named it. */
export type ManagerStanding = { readonly kind: "active" | "suspended"; readonly number: number };

/** How it stands after an order of that party; `order-mismatch` where it is of a device, not the next, or it stands so. */
export function afterManagerOrder(
	{ kind, number: before }: ManagerStanding,
	{ number, says }: DeviceOrderBody,
): ManagerStanding | Refusal {
	if (says.kind !== "suspendBelow" && says.kind !== "resumeBelow")
		return refuse("order-mismatch", "of a device");
	if (number !== before + 1) return refuse("order-mismatch", `${before} orders named it`);
	const stands = says.kind === "suspendBelow" ? "suspended" : "active";
	return stands === kind ? refuse("order-mismatch", kind) : { kind: stands, number };
}
