/**
 * Judges of what lies above the protocol: sealed documents, and the text and byte forms of channels.
 *
 * They are made from what a platform brings, so that a browser judges with its own.
 */
import type { Cryptography, openContent } from "@tenten/module";
import { type Bytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import type { checkPeerUrl, decodeBundle, messagesOfLink } from "@tenten/wallet";
import { bytesIn, type Facts, type Judge, numberIn, textIn } from "./vector.ts";

/** What reads links and bundles, and opens documents. */
type Channels = {
	readonly cryptography: Pick<Cryptography, "sealDocument" | "openerFrom" | "documentPublicKey">;
	readonly openContent: typeof openContent;
	readonly decodeBundle: typeof decodeBundle;
	readonly messagesOfLink: typeof messagesOfLink;
};

export function channelJudges({
	cryptography,
	openContent,
	decodeBundle,
	messagesOfLink,
}: Channels): Readonly<Record<string, Judge>> {
	return {
		bundle: (input) => messagesFacts(decodeBundle(bytesIn(input, "bytes"))),
		/** Whether anything can be sealed to a key that a peer gave. */
		documentKey: async (input) => {
			const key = bytesIn(input, "documentKey");
			const sealed = await cryptography.sealDocument(key, new Uint8Array(), new Uint8Array());
			return isRefusal(sealed) ? sealed : {};
		},
		link: (input) => messagesFacts(messagesOfLink(textIn(input, "link"))),
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
