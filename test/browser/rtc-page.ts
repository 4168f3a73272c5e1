/** What runs inside the browser: one side of a room at a relay, and a data channel to the other. */
import { type Bytes, equalBytes, fromHex, isRefusal } from "../../packages/protocol/src/index.ts";
import {
	answeringRtc,
	browserDial,
	decodeInvitation,
	type Invitation,
	type RtcLink,
	relayLink,
	rtcLink,
	type Side,
} from "../../packages/wallet/src/browser.ts";

const reversing = async (messages: readonly Bytes[]): Promise<readonly Bytes[]> =>
	messages.map((each) => each.toReversed());

let link: RtcLink | undefined;
let joined: RtcLink | undefined;
let ended = 0;

function roomIn(hex: string, side: Side, handle: typeof reversing, timeout_ms = 15_000) {
	const invitation = decodeInvitation(fromHex(hex) as Bytes) as Invitation;
	const room = relayLink({ invitation, side, handle, dial: browserDial, timeout_ms });
	if (isRefusal(room)) throw new Error(room.code);
	return room;
}

/** Answers offers that come through the room. */
function answer(invitation: string): void {
	roomIn(
		invitation,
		"inviter",
		answeringRtc({
			handle: reversing,
			joined: (each) => {
				joined = each;
			},
			ended: () => ended++,
		}),
	);
}

/** Offers a connection through the room; `open`, or the code of the refusal. */
async function offer(invitation: string, timeout_ms: number): Promise<string> {
	const room = roomIn(invitation, "guest", reversing, timeout_ms);
	const made = await rtcLink(room, {
		handle: reversing,
		timeout_ms,
		connectTimeout_ms: 15_000,
		ended: () => ended++,
	});
	room.close();
	if (isRefusal(made)) return `${made.code} ${made.detail}`;
	link = made;
	return "open";
}

/** So many messages of so many bytes, there and back reversed. */
async function exchange(
	count: number,
	length: number,
	from: "offered" | "joined" = "offered",
): Promise<string> {
	const messages = Array.from({ length: count }, (_, n) =>
		Uint8Array.from({ length }, (_, i) => (i * 7 + n) & 0xff),
	);
	const answers = await (from === "offered" ? link : joined)?.exchange(messages);
	if (answers === undefined) return "no link";
	if (isRefusal(answers)) return answers.code;
	const isRight =
		answers.length === count &&
		messages.every((each, n) => equalBytes(each.toReversed(), answers[n] as Bytes));
	return isRight ? "right" : "wrong";
}

/** What a peer gets whose handle answers signals alone: an offer that no browser understands. */
async function offerNonsense(invitation: string, encoded: string): Promise<number | string> {
	const room = roomIn(invitation, "guest", reversing);
	const answers = await room.exchange([fromHex(encoded) as Bytes]);
	room.close();
	return isRefusal(answers) ? answers.code : answers.length;
}

const state = () => ({ ended, isJoined: joined !== undefined });
const hangUp = (): void => link?.close();

Object.assign(globalThis, { answer, offer, exchange, offerNonsense, state, hangUp, isReady: true });
