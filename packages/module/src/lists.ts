/**
 * Signed lists that wallets hand on: what this module holds, what another lacks, and what another brought
 * (docs/spec/lists.md).
 *
 *   brought ──▶ verified as from anybody, newer than what is held? ──▶ durable       else nothing changes
 *   asked   ──▶ what the other side lacks, the most urgent first, within bounds
 *
 * Whoever asks is unknown here. One bundle costs no more than a few signatures, and is answered with no more bytes than
 * one message may have.
 */
import {
	type Bytes,
	type HeldList,
	handedListMost,
	heldListsMost,
	isRefusal,
	type ListMessage,
	limits,
	parseListMessage,
	type Refusal,
	refuse,
	serializeListMessage,
	toHex,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { keptFreezeList, takeFreezeList } from "./freezing.ts";
import { takeStatusList } from "./standing.ts";

/** lists that are read of one bundle: each costs a signature */
const readMost = 8;

/** A list that is held and counts; unix seconds. */
export type ListFacts = HeldList & { readonly issuedAt: number; readonly expiresAt: number };
type Own = ListFacts & { readonly encoded: Bytes };

/** What is held and counts, the most urgent first: keys, then what is frozen, then who is suspended. */
function ownLists(core: Core): readonly Own[] {
	const held = core.heldTrust();
	if (held === undefined) return [];
	const { list, pinnedSigner, trust } = held;
	const { version, issuedAt, expiresAt, operators } = trust.list;
	const own: Own = {
		...{ list: "trustList", operator: pinnedSigner, number: 0, mark: version },
		...{ issuedAt, expiresAt, encoded: list },
	};
	const freezes = operators.flatMap(({ root }): readonly Own[] => {
		const kept = keptFreezeList(core, root);
		if (kept === undefined) return [];
		const { body, encoded } = kept;
		const { operator, number: mark } = body;
		const dates = { issuedAt: body.issuedAt, expiresAt: body.expiresAt };
		return [{ list: "freezeList", operator, number: 0, mark, ...dates, encoded }];
	});
	const statuses = trust.statuses
		.all()
		.toSorted((a, b) => a.number - b.number)
		.map(({ places: _, ...status }): Own => ({ list: "statusList", mark: status.issuedAt, ...status }));
	const now = core.now();
	return [own, ...freezes, ...statuses].filter(
		(each) => now < each.expiresAt && each.encoded.length <= handedListMost,
	);
}

function handed({ list, encoded }: Own): Bytes {
	return serializeListMessage({ kind: "handed", list, encoded });
}

function held(core: Core, answers: boolean): Bytes {
	const lists = ownLists(core)
		.slice(0, heldListsMost)
		.map(({ list, operator, number, mark }) => ({ list, operator, number, mark }));
	return serializeListMessage({ kind: "held", answers, lists });
}

function nameOf({ list, operator, number }: HeldList): string {
	return `${list}/${toHex(operator)}/${number}`;
}

/**
 * The lists that the other side lacks, as messages: of operators that it named, or of all where it lives under the same
 * trust list. Another's trust list is of no use to it.
 */
function lacking(core: Core, theirs: readonly HeldList[]): readonly Bytes[] {
	const marks = new Map(theirs.map((each) => [nameOf(each), each.mark]));
	const named = new Set(theirs.map(({ operator }) => toHex(operator)));
	const own = ownLists(core);
	const isHome = own.some((each) => each.list === "trustList" && marks.has(nameOf(each)));
	let room: number = limits.message;
	return own.flatMap((each) => {
		const isWanted = isHome || (each.list !== "trustList" && named.has(toHex(each.operator)));
		const isNewer = each.mark > (marks.get(nameOf(each)) ?? -1);
		if (!isWanted || !isNewer || each.encoded.length > room) return [];
		room -= each.encoded.length;
		return [handed(each)];
	});
}

/** Takes one list, whoever brought it. A trust list only once one is held: whose it must be is not for a peer to say. */
async function take(
	core: Core,
	{ list, encoded }: Extract<ListMessage, { readonly kind: "handed" }>,
): Promise<Refusal | undefined> {
	switch (list) {
		case "trustList": {
			const pinned = core.heldTrust()?.pinnedSigner;
			if (pinned === undefined) return refuse("trust-list-expired", "none is held whose signer is known");
			const trust = await core.setTrustList(encoded, pinned);
			return isRefusal(trust) ? trust : undefined;
		}
		case "freezeList":
			return takeFreezeList(core, encoded);
		case "statusList":
			return takeStatusList(core, encoded);
		default:
			return list satisfies never;
	}
}

/** The messages about lists among those of a bundle. */
export function listMessagesIn(bundle: readonly Bytes[]): readonly ListMessage[] {
	return bundle.flatMap((encoded) => {
		const message = parseListMessage(encoded);
		return isRefusal(message) ? [] : [message];
	});
}

/** Takes what a bundle brought; what does not count changes nothing, and needs no answer. */
export async function takeHanded(core: Core, messages: readonly ListMessage[]): Promise<void> {
	const brought = messages.filter((message) => message.kind === "handed");
	for (const message of brought.slice(0, readMost)) await core.exclusively(() => take(core, message));
}

/** What is answered to whoever said which lists it holds; to the first who says it in a bundle. */
export function answerHeld(core: Core, messages: readonly ListMessage[]): readonly Bytes[] {
	const asked = messages.find((message) => message.kind === "held");
	if (asked === undefined) return [];
	return [...lacking(core, asked.lists), ...(asked.answers ? [held(core, false)] : [])];
}

/** What an app may do about lists. */
export class ListDesk {
	readonly #core: Core;

	constructor(core: Core) {
		this.#core = core;
	}

	/** Which lists are held, to be sent beside the messages of a hand-over: asks for what is newer there. */
	held(): Bytes {
		return held(this.#core, true);
	}

	/** What is held and counts: trust list, freeze lists, status lists. */
	facts(): readonly ListFacts[] {
		return ownLists(this.#core).map(({ encoded: _, ...facts }) => facts);
	}

	/** All lists that count, as messages: for a file, or whoever has no way to answer. */
	all(): readonly Bytes[] {
		return ownLists(this.#core).map(handed);
	}

	/** Takes a list that anyone handed on, as its message; what is held already changes nothing. */
	async take(message: Bytes): Promise<Refusal | undefined> {
		const read = parseListMessage(message);
		if (isRefusal(read)) return read;
		if (read.kind !== "handed") return refuse("type-unknown", read.kind);
		return this.#core.exclusively(() => take(this.#core, read));
	}
}
