/**
 * What a device and its gateway say to each other, over MQTT and HTTP alike (docs/spec/fog.md#questions).
 *
 * A question has an id of its own, and its answer the same: either may be lost, come twice or late. Every question may
 * be asked again with the same bytes; what was kept or approved is not kept or approved twice.
 */
import {
	amount,
	type Bytes,
	boolean,
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
/** tokens in one question, and in one answer */
export const fogTokensMost = 16;
/** bytes of one token: so that any fits a question, and an answer, with their heads */
const tokenBytes = limits.message - 256;

/** A token as its owner holds it, encoded, by the id of its present output. */
const keptToken = record({ output: bytes32, token: bytes(1, tokenBytes) });

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
	/** keep these tokens of mine, encoded, for whoever answers for me */
	keepTokens: [6, record({ id, tokens: list(bytes(1, tokenBytes), fogTokensMost, 1) })],
	/** the tokens of a device, for whoever answers for it: an encoded `deviceQuestion`, and which output came last */
	tokensOf: [7, record({ id, question: bytes(1, 512), after: nullable(bytes32) })],
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
	/** the present outputs of all tokens of the question: they are durable */
	keptTokens: [6, record({ id, outputs: list(bytes32, fogTokensMost, 1) })],
	/** by ascending output; `more`: there are some after the last of these */
	tokens: [7, record({ id, tokens: list(keptToken, fogTokensMost), more: boolean })],
});
export type FogAnswer = TypeOf<typeof fogAnswer>;

/** bytes of the longest answer: a list, or a token, with its heads */
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
