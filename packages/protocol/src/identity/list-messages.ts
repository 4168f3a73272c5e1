/**
 * Signed lists as wallets hand them on, beside the messages of a hand-over (docs/spec/handover.md#lists-handed-on).
 *
 *   held    which lists I have, and how new   ──▶   handed, one message a list that you lack, and what I hold
 *
 * Whoever was online knows what whoever was offline has yet to hear: that a device was stolen, what is frozen, whose key
 * is listed no more. A list proves itself, so it counts whoever brings it; who keeps it back gains no more than until
 * the one that is held expires. Neither message moves money, and a wallet that reads neither passes over both.
 */
import {
	type Bytes,
	boolean,
	bytes,
	bytes32,
	enumeration,
	integer,
	limits,
	list,
	parse,
	type Refusal,
	record,
	serialize,
	type TypeOf,
	union,
} from "../codec/index.ts";

export const listKind = enumeration({ trustList: 1, freezeList: 2, statusList: 3 });
export type ListKind = TypeOf<typeof listKind>;

/** lists that one message names */
export const heldListsMost = 64;
/** bytes of a list that is handed on: with its heads it fits a message */
export const handedListMost: number = limits.message - 16;

const heldList = record({
	list: listKind,
	/** key id: who signs the trust list, or whose certificates or value it is about */
	operator: bytes32,
	/** which of its status lists; 0 of others */
	number: integer(0, 65_535),
	/** how new: the version of a trust list, the number of a freeze list, when a status list was issued */
	mark: integer(0, Number.MAX_SAFE_INTEGER),
});
export type HeldList = TypeOf<typeof heldList>;

/** Numbers go on from those of `message`, among which they travel. */
export const listMessage = union({
	/** `answers`: whether the other side is to say what it holds, too */
	held: [13, record({ answers: boolean, lists: list(heldList, heldListsMost) })],
	handed: [14, record({ list: listKind, encoded: bytes(1, handedListMost) })],
});
export type ListMessage = TypeOf<typeof listMessage>;

export function parseListMessage(encoded: Bytes): ListMessage | Refusal {
	return parse(listMessage, encoded);
}

export function serializeListMessage(value: ListMessage): Bytes {
	return serialize(listMessage, value);
}
