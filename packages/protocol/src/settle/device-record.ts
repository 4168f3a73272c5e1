/**
 * Device records: one payment of a device, in the words of the device that paid, for the operator's log.
 *
 *   receipt, or closing of a meter ──hash──▶ record, signed by the device ──id──▶ item of a batch in the log
 *
 * A device may be lost the next day; its record is then an item of a sealed batch, and nobody can rewrite it. Who
 * signs is who owes: a record speaks against its own signer, and for whoever was paid.
 */
import {
	amount,
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
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
	text,
	unixSeconds,
} from "../codec/index.ts";
import {
	coseKey,
	keyId,
	type PublicKey,
	type Signer,
	signature,
	taggedHash,
	type Verify,
	verifySign1,
} from "../crypto/index.ts";

export const deviceRecordBody = record({
	/** in whose log it goes, by the key id of its root */
	operator: bytes32,
	asset: bytes32,
	/** minor units */
	amount,
	/** the responsible parties: who owes this, and to whom */
	payer: bytes32,
	payee: bytes32,
	/** SHA-256 of what proves the payment: a receipt, or the closing of a meter */
	proof: bytes32,
	paidAt: unixSeconds,
});
export type DeviceRecordBody = TypeOf<typeof deviceRecordBody>;

/** `signer`: the key of the device that paid. */
export const deviceRecord = record({ body: deviceRecordBody, signer: coseKey, signature });
export type DeviceRecord = TypeOf<typeof deviceRecord>;

/** Nothing but `verifyDeviceRecord` makes one. */
export type VerifiedDeviceRecord = {
	readonly verified: "device-record";
	/** that of the item which stands for it in a batch */
	readonly id: Bytes;
	readonly body: DeviceRecordBody;
	/** key id of the device */
	readonly device: Bytes;
};

/** Records that are brought at once. */
export const recordsMost = 64;
/** Bytes of as many. */
export const recordBatchMost = 270_000;
/** Records on their way, each encoded. */
export const recordBatch = list(bytes(1, 4_096), recordsMost, 1);
/** What became of each, in the same order: null, or the code of why it is not taken. */
export const recordsTaken = list(record({ id: bytes32, code: nullable(text(32)) }), recordsMost, 1);
export type TakenRecord = TypeOf<typeof recordsTaken>[number];

export function deviceRecordId(body: DeviceRecordBody): Bytes {
	return taggedHash("device-record", deviceRecordBody.write(body));
}

export async function signDeviceRecord(body: DeviceRecordBody, device: Signer): Promise<Bytes> {
	const signed = await device.sign("device-record", serialize(deviceRecordBody, body));
	return serialize(deviceRecord, { body, signer: device.key, signature: signed });
}

/**
 * What a device says that it paid. `partyOf` says who answers for a device, undefined: nobody known here.
 * Refused in this order: the codes of decoding, `malformed` where a party pays itself, `authority-unknown` where
 * another party, or none, answers for the device, `signature-invalid`.
 */
export function verifyDeviceRecord(
	encoded: Bytes,
	operator: Bytes,
	partyOf: (device: PublicKey) => Bytes | undefined,
	verify: Verify,
): VerifiedDeviceRecord | Refusal {
	const read = parse(deviceRecord, encoded, limits.message);
	if (isRefusal(read)) return read;
	const { body, signer, signature: signed } = read;
	if (equalBytes(body.payer, body.payee)) return refuse("malformed", "a party pays itself");
	if (!equalBytes(body.operator, operator)) return refuse("authority-unknown", "of another operator");
	const party = partyOf(signer);
	if (party === undefined || !equalBytes(party, body.payer))
		return refuse("authority-unknown", "the payer does not answer for this device");
	return verifySign1(verify, signer, "device-record", serialize(deviceRecordBody, body), signed)
		? { verified: "device-record", id: deviceRecordId(body), body, device: keyId(signer) }
		: refuse("signature-invalid", "device-record");
}
