/**
 * Policies (C2SP tlog-policy): which logs count, which witnesses, and how many of them together.
 *
 *   log example.org/log+8f3c… https://example.org/log
 *   witness w1 w1.example+51a2… https://w1.example
 *   witness w2 w2.example+7be0…
 *   group both all w1 w2
 *   quorum both
 *
 * Names are of the file alone. A name is defined before it is used and is a member once, so that a quorum is a tree
 * of bounded depth in which no witness counts twice. Names are octets that nobody interprets.
 */
import { type Bytes, fromUtf8, isRefusal, type Refusal, refuse, toHex } from "../codec/index.ts";
import { parseSize } from "./checkpoint.ts";
import { type KeyType, parseVerifierKey, type VerifierKey } from "./note.ts";

/** bytes of a policy, and how many there may be of each: the specification asks for 32 at least */
export const policyLimits = { bytes: 262_144, logs: 1_024, witnesses: 64, groups: 64 } as const;

export type PolicyMember = { readonly key: VerifierKey; readonly url: string | null };

export type Quorum =
	| { readonly kind: "none" }
	| { readonly kind: "witness"; readonly key: VerifierKey }
	| { readonly kind: "group"; readonly least: number; readonly members: readonly Quorum[] };

export type Policy = {
	readonly logs: readonly PolicyMember[];
	readonly witnesses: readonly PolicyMember[];
	readonly quorum: Quorum;
};

type Draft = {
	readonly logs: PolicyMember[];
	readonly witnesses: PolicyMember[];
	readonly names: Map<string, Quorum>;
	/** names that are a member of a group already */
	readonly members: Set<string>;
	quorum: Quorum | null;
	groups: number;
};

const space = 0x20;
const noun = { log: "logs", witness: "witnesses" } as const;

/** The policy that a file is, or `too-large`, `too-many`, `malformed`, `type-unknown` (of a key). */
export function parsePolicy(bytes: Bytes): Policy | Refusal {
	if (bytes.length > policyLimits.bytes) return refuse("too-large", "a policy");
	const isControl = (byte: number): boolean =>
		byte === 0x7f || (byte < space && byte !== 0x09 && byte !== 0x0a);
	if (bytes.some(isControl)) return refuse("malformed", "control characters in a policy");
	const lines = octets(bytes).split("\n");
	if (lines.pop() !== "") return refuse("malformed", "the last line of a policy does not end");
	const draft: Draft = {
		logs: [],
		witnesses: [],
		names: new Map(),
		members: new Set(),
		quorum: null,
		groups: 0,
	};
	for (const [position, line] of lines.entries()) {
		const words = line.split(/[ \t]+/).filter((word) => word !== "");
		if (words[0] === undefined || words[0].startsWith("#")) continue;
		const wrong = readLine(draft, words);
		if (wrong !== undefined) return refuse(wrong.code, `line ${position + 1}: ${wrong.detail}`);
	}
	const { logs, witnesses, quorum } = draft;
	return quorum === null ? refuse("malformed", "no line with the quorum") : { logs, witnesses, quorum };
}

/** A character for each octet. */
function octets(bytes: Bytes): string {
	let text = "";
	for (const byte of bytes) text += String.fromCharCode(byte);
	return text;
}

function textOf(word: string): string | undefined {
	return fromUtf8(Uint8Array.from(word, (character) => character.charCodeAt(0)));
}

function readLine(draft: Draft, [keyword, ...words]: readonly string[]): Refusal | undefined {
	switch (keyword) {
		case "log":
			return addMember(draft, "log", "note", words);
		case "witness": {
			const [name, ...rest] = words;
			if (!isFree(draft, name)) return refuse("malformed", "a witness has a name of its own");
			const wrong = addMember(draft, "witness", "cosignature", rest);
			const key = draft.witnesses.at(-1)?.key;
			if (wrong === undefined && key !== undefined) draft.names.set(name, { kind: "witness", key });
			return wrong;
		}
		case "group":
			return addGroup(draft, words);
		case "quorum":
			return setQuorum(draft, words);
		default:
			return refuse("malformed", "a line is of a log, a witness, a group or the quorum");
	}
}

function isFree({ names }: Draft, name: string | undefined): name is string {
	return name !== undefined && name !== "none" && !names.has(name);
}

function addMember(
	draft: Draft,
	kind: "log" | "witness",
	type: KeyType,
	[encoded = "", url, ...more]: readonly string[],
): Refusal | undefined {
	const known = draft[noun[kind]];
	if (known.length >= policyLimits[noun[kind]]) return refuse("too-many", noun[kind]);
	const key = parseVerifierKey(textOf(encoded) ?? "");
	if (isRefusal(key)) return key;
	const address = url === undefined ? null : textOf(url);
	if (key.type !== type || address === undefined || more.length > 0)
		return refuse("malformed", `a ${kind} has a key of its kind, and perhaps an address`);
	const hex = toHex(key.publicKey);
	if (known.some((other) => toHex(other.key.publicKey) === hex))
		return refuse("malformed", `a ${kind}'s key stands in two lines`);
	known.push({ key, url: address });
	return undefined;
}

function addGroup(draft: Draft, [name, threshold = "", ...names]: readonly string[]): Refusal | undefined {
	if (!isFree(draft, name)) return refuse("malformed", "a group has a name of its own");
	if (draft.groups >= policyLimits.groups) return refuse("too-many", "groups");
	const members: Quorum[] = [];
	for (const each of names) {
		const member = draft.names.get(each);
		if (member === undefined) return refuse("malformed", "a member was not defined before");
		if (draft.members.has(each)) return refuse("malformed", "a member is one of two groups");
		draft.members.add(each);
		members.push(member);
	}
	const least = thresholdOf(threshold, members.length);
	if (least === undefined) return refuse("malformed", "a group needs all, any, or so many of its members");
	draft.groups++;
	draft.names.set(name, { kind: "group", least, members });
	return undefined;
}

function thresholdOf(word: string, count: number): number | undefined {
	if (count === 0) return undefined;
	if (word === "all") return count;
	if (word === "any") return 1;
	const least = parseSize(word) ?? 0;
	return least >= 1 && least <= count ? least : undefined;
}

function setQuorum(draft: Draft, [name = "", ...more]: readonly string[]): Refusal | undefined {
	const quorum: Quorum | undefined = name === "none" ? { kind: "none" } : draft.names.get(name);
	if (quorum === undefined || more.length > 0 || draft.quorum !== null)
		return refuse("malformed", "one line says the quorum, by a name that was defined before");
	draft.quorum = quorum;
	return undefined;
}
