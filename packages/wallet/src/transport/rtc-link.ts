/// <reference lib="dom" />
/**
 * Two pages by WebRTC: a data channel between them, found by an offer and an answer that travel over any channel
 * there is, two screens or a relay.
 *
 *   rtcLink ── offer ──▶ over another channel ──▶ answeringRtc
 *      ◀────────────────── answer ─────────────────────┘
 *      └──────────────── data channel ─────────────────┘
 *
 * No server takes part unless some are named: on one network two pages find each other by themselves. A link that
 * breaks is gone; whoever needs it makes another.
 */
import { isRefusal, type Refusal, refuse } from "@tenten/protocol";
import type { Channel, Handle } from "./channel.ts";
import { type Letter, letters } from "./letters.ts";
import { ChunkReader, chunksOf, encodeSignal, type RtcSignal, signalIn } from "./rtc-frame.ts";

export type RtcOptions = {
	/** what this wallet answers to questions, and to answers that came when nobody waited any more */
	readonly handle: Handle;
	/** servers that help to find a way; none without */
	readonly iceServers?: readonly RTCIceServer[];
	/** for a question to be answered */
	readonly timeout_ms?: number;
	/** for a way to be found */
	readonly connectTimeout_ms?: number;
	/** told when the link is gone */
	readonly ended?: () => void;
	/** told what `handle` throws: a bug */
	readonly report?: (error: unknown) => void;
};

export type RtcLink = Channel & { readonly close: () => void };

const defaultTimeout_ms = 20_000;
const defaultConnectTimeout_ms = 15_000;
/** Local addresses are known at once; servers that do not answer are not waited for. */
const gatherTimeout_ms = 2_000;
const mostBuffered = 1_048_576;
const mostPeers = 4;

/** Offers a connection over another channel, and opens it: `channel-failed` where that fails or takes too long. */
export async function rtcLink(over: Channel, options: RtcOptions): Promise<RtcLink | Refusal> {
	const pair = openPair(options);
	const refused = await offer(over, pair.peer).catch(refusalOf);
	if (refused !== undefined) {
		pair.peer.close();
		return refused;
	}
	return opened(pair, options);
}

async function offer(over: Channel, peer: RTCPeerConnection): Promise<Refusal | undefined> {
	await peer.setLocalDescription(await peer.createOffer());
	const answers = await over.exchange([encodeSignal({ kind: "rtc-offer", sdp: await gathered(peer) })]);
	if (isRefusal(answers)) return answers;
	const answer = signalIn(answers, "rtc-answer");
	if (answer === undefined) return refuse("channel-failed", "the other side answers no offer");
	await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
	return undefined;
}

/**
 * Answers offers besides what `handle` answers, over the channel over which they come. Links that open so are
 * served until they end; `joined` is told of each, and may ask over it too.
 */
export function answeringRtc(options: RtcOptions & { readonly joined?: (link: RtcLink) => void }): Handle {
	const peers = new Set<RTCPeerConnection>();
	const answer = async ({ sdp }: RtcSignal) => {
		const pair = openPair(options);
		const { peer } = pair;
		peers.add(peer);
		for (const oldest of peers) if (peers.size > mostPeers && peers.delete(oldest)) oldest.close();
		try {
			await peer.setRemoteDescription({ type: "offer", sdp });
			await peer.setLocalDescription(await peer.createAnswer());
			const own = encodeSignal({ kind: "rtc-answer", sdp: await gathered(peer) });
			const ended = (): void => {
				peers.delete(peer);
				options.ended?.();
			};
			opened(pair, { ...options, ended }).then(
				(link) => (isRefusal(link) ? peers.delete(peer) : options.joined?.(link)),
				(error) => options.report?.(error),
			);
			return [own];
		} catch {
			// An offer that no browser understands is answered by nothing.
			peers.delete(peer);
			peer.close();
			return [];
		}
	};
	return async (messages) => {
		const signal = signalIn(messages, "rtc-offer");
		return signal === undefined ? options.handle(messages) : answer(signal);
	};
}

type Pair = { readonly peer: RTCPeerConnection; readonly data: RTCDataChannel };

/** Both sides open the same channel, so that neither waits to be told of it. */
function openPair({ iceServers = [] }: RtcOptions): Pair {
	const peer = new RTCPeerConnection({ iceServers: [...iceServers] });
	const data = peer.createDataChannel("tenten", { negotiated: true, id: 0, ordered: true });
	data.binaryType = "arraybuffer";
	data.bufferedAmountLowThreshold = mostBuffered / 2;
	return { peer, data };
}

/** The own description with all of one's addresses in it: nothing is sent after it. */
async function gathered(peer: RTCPeerConnection): Promise<string> {
	const done = new Promise<void>((resolve) => {
		const look = (): void => {
			if (peer.iceGatheringState === "complete") resolve();
		};
		peer.addEventListener("icegatheringstatechange", look);
		look();
	});
	await Promise.race([done, new Promise((resolve) => setTimeout(resolve, gatherTimeout_ms))]);
	return peer.localDescription?.sdp ?? "";
}

function opened(pair: Pair, options: RtcOptions): Promise<RtcLink | Refusal> {
	const { peer, data } = pair;
	const link = linkOver(pair, options);
	return new Promise((resolve) => {
		const give = (result: RtcLink | Refusal): void => {
			clearTimeout(timer);
			resolve(result);
		};
		const timer = setTimeout(() => {
			peer.close();
			give(refuse("channel-failed", "no way to the other side"));
		}, options.connectTimeout_ms ?? defaultConnectTimeout_ms);
		data.addEventListener("open", () => give(link));
		data.addEventListener("close", () => give(refuse("channel-failed", "the other side went away")));
		if (data.readyState === "open") give(link);
	});
}

function linkOver({ peer, data }: Pair, options: RtcOptions): RtcLink {
	const { handle, ended, report } = options;
	const waiting: Iterator<Uint8Array>[] = [];
	/** Chunks go out while there is room for them, letter after letter. */
	const pump = (): void => {
		while (data.readyState === "open" && data.bufferedAmount < mostBuffered && waiting[0] !== undefined) {
			const { value, done } = waiting[0].next();
			if (done === true) waiting.shift();
			else data.send(Uint8Array.from(value));
		}
	};
	const send = (letter: Letter): void => {
		waiting.push(chunksOf(letter)[Symbol.iterator]());
		pump();
	};
	const post = letters({ handle, send, timeout_ms: options.timeout_ms ?? defaultTimeout_ms });
	let isEnded = false;
	const end = (): void => {
		if (isEnded) return;
		isEnded = true;
		post.close();
		peer.close();
		ended?.();
	};
	const reader = new ChunkReader();
	data.addEventListener("open", pump);
	data.addEventListener("bufferedamountlow", pump);
	data.addEventListener("close", end);
	peer.addEventListener("connectionstatechange", () => {
		if (peer.connectionState === "failed" || peer.connectionState === "closed") end();
	});
	data.addEventListener("message", ({ data: came }) => {
		const letter = came instanceof ArrayBuffer ? reader.take(new Uint8Array(came)) : refuse("malformed");
		if (letter === undefined) return;
		if (isRefusal(letter)) end();
		else post.take(letter).catch((error) => report?.(error));
	});
	return { exchange: post.exchange, close: end };
}

function refusalOf(error: unknown): Refusal {
	return refuse("channel-failed", error instanceof Error ? error.message : "");
}
