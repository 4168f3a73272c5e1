/** Judges of freezes: lists, what they say of a token, appeals and their outcomes. */
import {
	appealOutcomeHash,
	type FreezeListBody,
	Freezes,
	freezeList,
	freezeListHash,
	isRefusal,
	parse,
	refuseToTake,
	statesOf,
	toHex,
	verifyAppeal,
	verifyAppealOutcome,
	verifyFreezeList,
	verifyToken,
} from "@tenten/protocol";
import { bytesIn, bytesOrNull, type Facts, factsOf, type Judge, must, numberIn, trustIn } from "./vector.ts";

/** A list that a vector is given counts as verified. */
function heldIn(input: Facts, name: string): FreezeListBody | null {
	const encoded = bytesOrNull(input, name);
	return encoded === null ? null : must(parse(freezeList, encoded), name).body;
}

export const judgeFreezeList: Judge = (input, verify) => {
	const newest = heldIn(input, "newest");
	const body = verifyFreezeList(bytesIn(input, "bytes"), {
		trust: trustIn(input, verify),
		newest: () => newest,
		now: numberIn(input, "now"),
	});
	return isRefusal(body) ? body : { body: factsOf(body), hash: toHex(freezeListHash(body)) };
};

/** Of a token that verifies: whether who holds this list, or none, takes it. */
export const judgeFrozen: Judge = (input, verify) => {
	const token = verifyToken(bytesIn(input, "token"), trustIn(input, verify));
	if (isRefusal(token)) return token;
	const held = heldIn(input, "freezeList");
	const freezes = held === null ? Freezes.none : Freezes.none.with(held);
	return refuseToTake(token, freezes, numberIn(input, "now")) ?? { states: statesOf(token).map(toHex) };
};

export const judgeAppeal: Judge = (input, verify) => {
	const list = must(parse(freezeList, bytesIn(input, "freezeList")), "freezeList").body;
	const context = { trust: trustIn(input, verify), list, now: numberIn(input, "now") };
	const appeal = verifyAppeal(bytesIn(input, "appeal"), context);
	return isRefusal(appeal) ? appeal : { id: toHex(appeal.id), body: factsOf(appeal.body) };
};

export const judgeAppealOutcome: Judge = (input, verify) => {
	const body = verifyAppealOutcome(bytesIn(input, "outcome"), trustIn(input, verify));
	return isRefusal(body) ? body : { body: factsOf(body), hash: toHex(appealOutcomeHash(body)) };
};
