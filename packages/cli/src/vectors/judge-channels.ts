/**
 * Judges of what lies above the protocol: sealed documents, and the text and byte forms of channels.
 *
 * They are made from what a platform brings, so that a browser judges with its own.
 */
import type { Cryptography, openContent } from "@tenten/module";
import { type Bytes, isRefusal, type Refusal, refuse, toHex } from "@tenten/protocol";
import type {
	checkPeerUrl,
	decodeBundle,
	decodeFrame,
	decodeInvitation,
	letterSeals,
	messagesOfLink,
	QrReader,
	roomOf,
	Side,
} from "@tenten/wallet";
import { bytesIn, type Facts, type Judge, numberIn, textIn } from "./vector.ts";

/** What reads links and bundles, and opens documents. */
type Channels = {
	readonly cryptography: Pick<
		Cryptography,
		"sealDocument" | "openerFrom" | "documentPublicKey" | "seal" | "openSealed"
	>;
	readonly openContent: typeof openContent;
	readonly decodeBundle: typeof decodeBundle;
	readonly messagesOfLink: typeof messagesOfLink;
	readonly relay: {
		readonly decodeInvitation: typeof decodeInvitation;
		readonly roomOf: typeof roomOf;
		readonly decodeFrame: typeof decodeFrame;
		readonly letterSeals: typeof letterSeals;
	};
	readonly newQrReader: () => QrReader;
};

export function channelJudges({
	cryptography,
	openContent,
	decodeBundle,
	messagesOfLink,
	relay,
	newQrReader,
}: Channels): Readonly<Record<string, Judge>> {
	return {
		bundle: (input) => messagesFacts(decodeBundle(bytesIn(input, "bytes"))),
		/** Whether anything can be sealed to a key that a peer gave. */
		documentKey: async (input) => {
			const key = bytesIn(input, "documentKey");
			const sealed = await cryptography.sealDocument(key, new Uint8Array(), new Uint8Array());
			return isRefusal(sealed) ? sealed : {};
		},
		invitation: (input) => {
			const read = relay.decodeInvitation(bytesIn(input, "invitation"));
			return isRefusal(read) ? read : { relay: read.relay, room: toHex(relay.roomOf(read)) };
		},
		link: (input) => messagesFacts(messagesOfLink(textIn(input, "link"))),
		/** A frame that came to a side of the room; a letter is opened. */
		relayFrame: (input) => {
			const frame = relay.decodeFrame(bytesIn(input, "frame"));
			if (isRefusal(frame)) return frame;
			if (frame.kind === "beat") return { kind: "beat" };
			const { kind, id } = frame;
			if (kind === "taken") return { kind, id: toHex(id) };
			const shared = { relay: "", secret: bytesIn(input, "secret") };
			const { open } = relay.letterSeals(shared, textIn(input, "side") as Side, cryptography);
			const body = open(id, frame.sealed);
			if (body === undefined) return refuse("document-mismatch", "it does not open");
			const messages = messagesFacts(decodeBundle(body));
			return isRefusal(messages) ? messages : { kind, id: toHex(id), ...messages };
		},
		/** The texts of codes that one reader saw, in this order, until a letter was whole. */
		qr: (input) => {
			const reader = newQrReader();
			let facts: Facts = {};
			for (const text of input["codes"] as readonly string[]) {
				const read = reader.take(text);
				if (isRefusal(read)) return read;
				if (read.kind === "partial") facts = { have: read.have, count: read.count };
				if (read.kind === "whole")
					return { id: read.letter.id && toHex(read.letter.id), messages: read.letter.messages.map(toHex) };
			}
			return facts;
		},
		/** A document that was sealed to the key of which `privateKey` is the private half. */
		sealed: async (input) => {
			const place = { bundle: bytesIn(input, "bundle"), position: numberIn(input, "position") };
			const key = bytesIn(input, "privateKey");
			const opened = await openContent(cryptography, key, place, bytesIn(input, "content"));
			return isRefusal(opened) ? opened : { plaintext: toHex(opened) };
		},
	};
}

function messagesFacts(messages: readonly Bytes[] | Refusal): Facts | Refusal {
	return isRefusal(messages) ? messages : { messages: messages.map(toHex) };
}

/** An address that somebody else gave; none is configured here. No browser: a page cannot pin what it connects to. */
export function peerJudge(check: typeof checkPeerUrl): Judge {
	return (input) => {
		const url = check(textIn(input, "url"), {});
		return isRefusal(url) ? url : { origin: url.origin };
	};
}
