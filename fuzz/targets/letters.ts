/** What comes to a wallet and to a relay in letters: invitations, frames, what is sealed in them, and what was opened. */
import { platformCryptography } from "@tenten/module";
import { type Bytes, isRefusal } from "@tenten/protocol";
import { fromBase45, toBase45 } from "../../packages/wallet/src/transport/base45.ts";
import { encodeBundle } from "../../packages/wallet/src/transport/bundle.ts";
import { checkPageUrl } from "../../packages/wallet/src/transport/dial-browser.ts";
import {
	decodeInvitation,
	encodeInvitation,
	makeInvitation,
} from "../../packages/wallet/src/transport/invitation.ts";
import { letters } from "../../packages/wallet/src/transport/letters.ts";
import { decodeQrFrame, encodeQrFrame } from "../../packages/wallet/src/transport/qr-frame.ts";
import { qrFrames } from "../../packages/wallet/src/transport/qr-frames.ts";
import { QrReader } from "../../packages/wallet/src/transport/qr-reader.ts";
import { decodeFrame, encodeFrame } from "../../packages/wallet/src/transport/relay-frame.ts";
import { letterSeals } from "../../packages/wallet/src/transport/relay-link.ts";
import { RelayRooms, usualRelayLimits } from "../../packages/wallet/src/transport/relay-rooms.ts";
import {
	ChunkReader,
	chunksOf,
	encodeSignal,
	rtcChunk,
	signalIn,
} from "../../packages/wallet/src/transport/rtc-frame.ts";
import { messages } from "../material.ts";
import { Broken, mustBeSame, type OpenTarget, runShape, type Target } from "../target.ts";

function simple(name: string, seeds: readonly Bytes[], run: OpenTarget["run"]): Target {
	return { name: `wallet/${name}`, weight: 2, open: async () => ({ seeds, form: "items", run }) };
}

const invitations = ["wss://relay.example", "ws://127.0.0.1:8080/under/a/path"].map((relay) =>
	encodeInvitation({ ...makeInvitation(relay), secret: new Uint8Array(32).fill(7) }),
);

const invitation = simple("invitation", invitations, (input) => {
	const read = decodeInvitation(input);
	if (isRefusal(read)) return read.code;
	mustBeSame(encodeInvitation(read), input);
	return "accepted";
});

const id = new Uint8Array(16).fill(1);
const bodies = [[], messages.slice(0, 1), messages.slice(1, 5)].map((list) => encodeBundle(list));
const shared = { relay: "", secret: new Uint8Array(32).fill(7) };
const { seal } = letterSeals(shared, "inviter", platformCryptography);
const { open } = letterSeals(shared, "guest", platformCryptography);
const frames = [
	...bodies.map((body) => encodeFrame({ kind: "letter", id, sealed: seal({ id, body }) })),
	encodeFrame({ kind: "taken", id }),
	encodeFrame({ kind: "beat" }),
];

/** A frame in a room of the relay, and at the side that it is for. */
const frame = simple("frame of a relay", frames, (input) => {
	const read = decodeFrame(input);
	if (isRefusal(read)) return read.code;
	mustBeSame(encodeFrame(read), input);
	if (read.kind !== "letter") return "accepted";
	const rooms = new RelayRooms(usualRelayLimits);
	const given: Bytes[] = [];
	const unheard = { replaced: () => undefined, ended: () => undefined };
	rooms.sit("room", "guest", { deliver: (each) => given.push(each), ...unheard });
	const letter = { id: read.id, frame: input };
	if (rooms.post("room", "inviter", letter, { address: "", now_ms: 0 }) !== undefined)
		throw new Broken("a letter that fits is not kept");
	mustBeSame(given[0] ?? new Uint8Array(), input);
	rooms.taken("room", "guest", read.id);
	if (rooms.size.bytes !== 0) throw new Broken("what was taken is still counted");
	return open(read.id, read.sealed) === undefined ? "document-mismatch" : "accepted";
});

/** A letter that was opened, as the answer to a question or as a question. */
const letter = simple("letter", bodies, async (input) => {
	let handled = 0;
	let outcome = "";
	for (const isAnswer of [false, true]) {
		const sent: Bytes[] = [];
		const post = letters({
			handle: async (received) => {
				handled++;
				return received.slice(0, 1);
			},
			send: (out) => sent.push(out.id),
			timeout_ms: 10_000,
		});
		const waiting = isAnswer ? post.exchange(messages.slice(0, 1)) : undefined;
		const refused = await post.take({ id: sent[0] ?? id, body: input });
		post.close();
		const got = await waiting;
		outcome = refused?.code ?? "accepted";
		if (got !== undefined && isRefusal(got) !== (refused !== undefined))
			throw new Broken("a question that ends otherwise than its answer reads");
		if (got !== undefined && !isRefusal(got)) mustBeSame(encodeBundle(got), input);
	}
	if (handled > 1) throw new Broken("an answer that was handled as a question");
	return outcome;
});

const codes = [300, 100, 1_000].flatMap((partBytes) => {
	const frames = qrFrames({ id, messages: messages.slice(0, 2) }, partBytes);
	return isRefusal(frames) ? [] : [0, 1, frames.count, frames.count + 9].map(frames.text);
});
const small = qrFrames({ id: null, messages: [Uint8Array.of(1)] });
const one = isRefusal(small) ? [] : [small.text(0)];

/** The text of a code, alone and among those of a letter that is being read. */
const code: Target = {
	name: "wallet/QR code",
	weight: 2,
	open: async () => ({
		seeds: [...one, ...codes].map((text) => Uint8Array.from(Buffer.from(text))),
		form: "text",
		run: (input) => {
			const text = Buffer.from(input).toString("utf8");
			const read = decodeQrFrame(text);
			if (!isRefusal(read) && encodeQrFrame(read) !== text)
				throw new Broken("a code that is written otherwise");
			const reader = new QrReader();
			let outcome = "accepted";
			for (const each of [text, ...codes.slice(0, 2), text, text]) {
				const taken = reader.take(each);
				if (each === text && isRefusal(taken)) outcome = taken.code;
			}
			return outcome;
		},
	}),
};

/** A frame in base45, so that its fields are reached. */
const qrFrameTarget = simple(
	"frame of a QR code",
	[...one, ...codes].map((text) => fromBase45(text.slice("TENTEN:".length)) ?? new Uint8Array()),
	(input) => {
		const taken = new QrReader().take(`TENTEN:${toBase45(input)}`);
		return isRefusal(taken) ? taken.code : "accepted";
	},
);

const addresses = [
	"wss://relay.example/v1/rooms/00/guest",
	"wss://relay.example:8443/under/a/path",
	"ws://127.0.0.1:8080",
	"ws://[::1]/",
	"ws://localhost",
	"ws://10.0.0.1",
	"https://relay.example",
	"wss://user@relay.example/?a#b",
];

/** An address to which a page connects. */
const address: Target = {
	name: "wallet/address for a page",
	weight: 1,
	open: async () => ({
		seeds: addresses.map((text) => Uint8Array.from(Buffer.from(text))),
		form: "text",
		run: (input) => {
			const url = checkPageUrl(Buffer.from(input).toString("utf8"));
			if (isRefusal(url)) return url.code;
			const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
			if (url.protocol !== "wss:" && !isHere) throw new Broken(`allowed ${url}`);
			if (url.search + url.hash + url.username + url.password !== "") throw new Broken(`allowed ${url}`);
			return "accepted";
		},
	}),
};

const signals = (["rtc-offer", "rtc-answer"] as const).map((kind) =>
	encodeSignal({ kind, sdp: "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n" }),
);

const signal = simple("signal of WebRTC", signals, (input) => {
	const read = signalIn([input], "rtc-offer") ?? signalIn([input], "rtc-answer");
	if (read === undefined) return "malformed";
	mustBeSame(encodeSignal(read), input);
	return "accepted";
});

const chunks = bodies.flatMap((body) => [...chunksOf({ id, body })]).slice(0, 20);

/** A chunk as the first, and again after it. */
const chunk = simple("chunk of WebRTC", chunks, (input) => {
	const reader = new ChunkReader();
	const first = reader.take(input);
	reader.take(input);
	if (first !== undefined && isRefusal(first)) return first.code;
	return runShape(rtcChunk, input);
});

export const letterTargets: readonly Target[] = [
	address,
	invitation,
	frame,
	letter,
	code,
	qrFrameTarget,
	signal,
	chunk,
];
