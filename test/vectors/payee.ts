/** Vectors of a payee that holds a reservation: what makes it own, free or doubt. */
import type { Bytes, Message, MessageOf } from "../../packages/protocol/src/index.ts";
import { accepts, type Case, type Draft, type Inputs, refuses } from "./drafts.ts";
import { buys, cancelled, counter, firstLeg, offer, sells, attempt as swap } from "./exchange.ts";
import {
	attemptOf,
	cancelOf,
	counterOf,
	encode,
	lockOf,
	paymentOf,
	requestOf,
	reservedOf,
	secretOf,
	transferOf,
} from "./payments.ts";
import { rulingOf } from "./rulings.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	day,
	densha,
	encodedList,
	grace,
	issueTo,
	listBody,
	machi,
	now,
	redeemUntil,
	signList,
	tickets,
} from "./world.ts";

const request = await requestOf(bob, "of a payee");
const tokens = await paymentOf([await issueTo(alice, 600n, "of a payee")], alice, request, "payee");
const attempt = attemptOf(request, tokens);
const cancel = await cancelOf(attempt, lockOf("payee").hash, alice);
const reserved: Inputs = {
	request: request.encoded,
	transfer: encode(transferOf(request, tokens)),
	answer: encode(await reservedOf(request, tokens)),
	state: "reserved",
};
const doubting: Inputs = { ...reserved, state: "resolving" };
const wasCancelled: Inputs = { ...reserved, state: "cancelled", answer: encode(cancel) };
const foreign: Inputs = {
	request: sells.encoded,
	transfer: encode(offer),
	answer: encode(counter),
	state: "reserved",
};
/** The same exchange, of tickets that end a day before the yen. */
const short = await (async () => {
	const until = redeemUntil - day;
	const options = { asset: tickets, issuing: machi.issuing, redeemUntil: until };
	const ending = await issueTo(carol, 2n, "tickets that end first", options);
	const given = await paymentOf([ending], carol, buys, "swap", { lock: lockOf("swap", true) });
	return { until, attempt: swap, answer: encode(await counterOf(sells, firstLeg, given)) };
})();
const foreignShort: Inputs = { ...foreign, answer: short.answer };
const foreignDoubting: Inputs = { ...foreign, state: "resolving" };

const gets = (state: Inputs, message: Message, rest: Inputs = {}): Inputs => ({
	...state,
	...rest,
	message: encode(message),
});
const release = (secret: Bytes): MessageOf<"release"> => ({ kind: "release", attempt, secret });
const right = release(secretOf("payee"));
const ruled = async (
	operator: typeof densha,
	subject: Bytes,
	secret: Bytes | null,
	ruledAt = now,
): Promise<Message> => ({
	kind: "ruling",
	ruling: await rulingOf(operator, {
		subject,
		verdict: secret === null ? "refunded" : "released",
		release: secret,
		ruledAt,
	}),
});
const lock = lockOf("payee").hash;
const swapLock = lockOf("swap").hash;

const releases: readonly Case[] = [
	accepts("release: owns", gets(reserved, right)),
	accepts("release, long after spendUntil: owns", gets(reserved, right, { now: redeemUntil - 1 })),
	refuses("release-mismatch", "the release of another lock", gets(reserved, release(secretOf("other")))),
	refuses("release-mismatch", "the lock itself as its release", gets(reserved, release(lock))),
	refuses(
		"redeem-closed",
		"release in the second of redeemUntil: the operator is asked",
		gets(reserved, right, { now: redeemUntil }),
	),
	accepts("release while resolving: the operator is asked", gets(doubting, right)),
	accepts("release after a cancel: owns, and can convict", gets(wasCancelled, right)),
	refuses(
		"release-mismatch",
		"another release after a cancel",
		gets(wasCancelled, release(secretOf("other"))),
	),
	accepts("exchange, release: owns", gets(foreign, { ...right, attempt: swap, secret: secretOf("swap") })),
];

const cancels: readonly Case[] = [
	accepts("cancel: gives up", gets(reserved, cancel)),
	accepts(
		"cancel, its certificate is a hint alone",
		gets(reserved, { ...cancel, certificate: bytesOf("other") }),
	),
	refuses(
		"lock-mismatch",
		"a cancel of another lock",
		gets(reserved, await cancelOf(attempt, lockOf("other").hash, alice)),
	),
	refuses(
		"signature-invalid",
		"a cancel by the payee itself",
		gets(reserved, await cancelOf(attempt, lock, bob)),
	),
	accepts("cancel while resolving: gives up", gets(doubting, cancel)),
	accepts("exchange, cancel by the decider: what it gave is spendable", gets(foreign, cancelled)),
	refuses(
		"signature-invalid",
		"exchange, cancel by itself",
		gets(foreign, await cancelOf(swap, swapLock, carol)),
	),
];

const rulings: readonly Case[] = [
	accepts("ruling, released: owns", gets(reserved, await ruled(densha, lock, secretOf("payee")))),
	accepts("ruling, refunded: gone", gets(reserved, await ruled(densha, lock, null))),
	accepts(
		"ruling while resolving, released: owns",
		gets(doubting, await ruled(densha, lock, secretOf("payee"))),
	),
	refuses(
		"issuer-unknown",
		"ruling, refunded, of another operator",
		gets(reserved, await ruled(machi, lock, null)),
	),
	accepts(
		"exchange, ruling, refunded, of what it gave: that is gone, and it doubts",
		gets(foreign, await ruled(machi, swapLock, null)),
	),
	accepts(
		"exchange, ruling, refunded, of what it takes alone: changes nothing",
		gets(foreign, await ruled(densha, swapLock, null)),
	),
	accepts(
		"exchange while resolving, ruling, refunded, of what it gave: that is gone",
		gets(foreignDoubting, await ruled(machi, swapLock, null)),
	),
	accepts(
		"ruling after a cancel, released: owns",
		gets(wasCancelled, await ruled(densha, lock, secretOf("payee"))),
	),
	refuses(
		"attempt-decided",
		"ruling after a cancel, refunded",
		gets(wasCancelled, await ruled(densha, lock, null)),
	),
	refuses(
		"request-mismatch",
		"ruling on another lock",
		gets(reserved, await ruled(densha, lockOf("other").hash, null)),
	),
	refuses(
		"release-mismatch",
		"ruling, released, with another release",
		gets(reserved, await ruled(densha, lock, secretOf("other"))),
	),
	refuses(
		"signature-invalid",
		"ruling that nobody signed",
		gets(reserved, {
			kind: "ruling",
			ruling: { ...(await rulingOf(densha, { subject: lock })), signature: new Uint8Array(64) },
		}),
	),
	refuses(
		"malformed",
		"ruling, released, without its release",
		gets(reserved, {
			kind: "ruling",
			ruling: await rulingOf(densha, { subject: lock, verdict: "released" }),
		}),
	),
	accepts("exchange while resolving, cancel: what it gave is spendable", gets(foreignDoubting, cancelled)),
	accepts(
		"exchange while resolving, cancel after redeemUntil of what it gave: changes nothing",
		gets(foreignDoubting, cancelled, { now: redeemUntil }),
	),
];

/** Redeem until and grace of everything here. */
const over = redeemUntil + grace;
const listedSince: Inputs = {
	trustList: await signList(densha.root, { ...listBody, issuedAt: over, expiresAt: over + day }),
	now: over,
};
const swapSecret = secretOf("swap");
const owned = await ruled(densha, lock, secretOf("payee"));
const ownedTooLate = await ruled(densha, lock, secretOf("payee"), over);
const gaveBack = await ruled(machi, swapLock, null, over);
const swapOfGiven = await ruled(machi, swapLock, swapSecret, redeemUntil - 1);
const swapOfTaken = await ruled(densha, swapLock, swapSecret);

const late: readonly Case[] = [
	accepts("ruling, released, published in grace: owns", gets(reserved, owned, { now: over - 1 })),
	accepts("ruling, released, published when all was over: nobody would pay", gets(reserved, ownedTooLate)),
	accepts(
		"ruling, released, under a list that was signed when all was over: nobody would pay",
		gets(reserved, owned, listedSince),
	),
	refuses(
		"redeem-closed",
		"ruling, released, over by its own clock alone",
		gets(reserved, owned, { now: over }),
	),
	refuses(
		"redeem-closed",
		"ruling after a cancel, released, when all was over",
		gets(wasCancelled, ownedTooLate),
	),
	refuses(
		"redeem-closed",
		"exchange, release in the second of redeemUntil of what it gave: the operator is asked",
		gets(foreignShort, { ...right, attempt: short.attempt, secret: swapSecret }, { now: short.until }),
	),
	accepts(
		"exchange, ruling, released in time, of what it gave: that is gone, however late it is told",
		gets(foreign, swapOfGiven, { now: redeemUntil }),
	),
	refuses(
		"redeem-closed",
		"exchange, ruling, released too late, of what it gave",
		gets(foreign, await ruled(machi, swapLock, swapSecret, redeemUntil), { now: redeemUntil }),
	),
	refuses(
		"redeem-closed",
		"exchange, ruling, released, of what it takes, after redeemUntil of what it gave",
		gets(foreign, swapOfTaken, { now: redeemUntil }),
	),
	accepts(
		"exchange, ruling, refunded, of what it gave, under a list that was signed when all was over: waits for nothing",
		gets(foreign, gaveBack, listedSince),
	),
	accepts(
		"exchange, ruling, refunded, of what it gave, dated when all was over: it dates its own leg alone",
		gets(foreign, gaveBack),
	),
];

const others: readonly Case[] = [
	accepts("status: says it again", gets(reserved, { kind: "status", attempt })),
	accepts("done: changes nothing", gets(reserved, { kind: "done", attempt })),
	accepts("the transfer again: says it again", gets(reserved, transferOf(request, tokens))),
];

export const payee: Draft = {
	name: "payee",
	comment:
		"A payee that took a transfer and answered gets one message: docs/spec/handover.md#the-payees-machine. state before: reserved, resolving, cancelled; of an exchange reserved is lockedForeign.",
	judge: "payee",
	given: { trustList: encodedList, now },
	cases: [...releases, ...cancels, ...rulings, ...late, ...others],
};
