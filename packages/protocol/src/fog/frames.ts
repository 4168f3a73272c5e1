/**
 * What a device and its gateway say to each other, over MQTT and HTTP alike (docs/spec/fog.md#questions).
 *
 * A question has an id of its own, and its answer the same: either may be lost, come twice or late. Every question may
 * be asked again with the same bytes; what was kept or approved is not kept or approved twice.
 */
import {
	amount,
	type Bytes,
	bytes,
	bytes32,
	enumeration,
	integer,
	limits,
	list,
	nullable,
	parse,
	type Refusal,
	record,
	serialize,
	type TypeOf,
	text,
	union,
} from "../codec/index.ts";

const id = bytes(16);

/** Signed lists of an operator that a gateway hands on. */
export const fogList = enumeration({ trustList: 1, freezeList: 2 });
export type FogListName = TypeOf<typeof fogList>;

/** records in one question */
export const fogRecordsMost = 16;

const keptRecord = record({
	/** an encoded `deviceRecord` */
	record: bytes(1, 4_096),
	/** what its `proof` is the hash of, so that it outlives the device */
	proof: nullable(bytes(1, 49_152)),
});

export const fogQuestion = union({
	/** keep these records of mine, and bring them to the operator */
	keep: [1, record({ id, records: list(keptRecord, fogRecordsMost, 1) })],
	list: [2, record({ id, list: fogList })],
	/** approve that this payer pays my request: an encoded `signedRequest`, an encoded `certificate` */
	approve: [3, record({ id, request: bytes(1, 8_192), payer: bytes(1, 1_024), amount })],
	/** what time it is at least */
	time: [4, record({ id })],
	/** the operator's status list of this number */
	statusList: [5, record({ id, number: integer(0, 65_535) })],
});
export type FogQuestion = TypeOf<typeof fogQuestion>;

export const fogAnswer = union({
	/** the ids of all records of the question: they are durable */
	kept: [1, record({ id, records: list(bytes32, fogRecordsMost, 1) })],
	/** as its operator signed it, and seconds since the gateway was given it */
	list: [2, record({ id, list: bytes(1, limits.message), age: integer(0, Number.MAX_SAFE_INTEGER) })],
	/** an encoded `fogApproval` */
	approved: [3, record({ id, approval: bytes(1, 2_048) })],
	/** nothing was done; `code`: one of the codes of refusals */
	refused: [4, record({ id, code: text(32), detail: text(256) })],
	/** an encoded `signedTime`, and seconds since the gateway was given it */
	time: [5, record({ id, time: bytes(1, 512), since: integer(0, Number.MAX_SAFE_INTEGER) })],
});
export type FogAnswer = TypeOf<typeof fogAnswer>;

/** bytes of the longest answer: a list, with its heads */
export const fogAnswerMost: number = limits.message + 64;

export function parseFogQuestion(encoded: Bytes): FogQuestion | Refusal {
	return parse(fogQuestion, encoded);
}

export function parseFogAnswer(encoded: Bytes): FogAnswer | Refusal {
	return parse(fogAnswer, encoded, fogAnswerMost);
}

export function encodeFogQuestion(question: FogQuestion): Bytes {
	return serialize(fogQuestion, question);
}

export function encodeFogAnswer(answer: FogAnswer): Bytes {
	return serialize(fogAnswer, answer);
}
