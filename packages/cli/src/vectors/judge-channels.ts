/** Judges that need this platform: sealed documents, and the text and byte forms of channels. */
import { nodeCryptography, openContent } from "@tenten/module";
import { type Bytes, isRefusal, toHex } from "@tenten/protocol";
import { checkPeerUrl, decodeBundle, messagesOfLink } from "@tenten/wallet";
import { bytesIn, type Facts, type Judge, numberIn, textIn } from "./vector.ts";

/** A document that was sealed to the key of which `privateKey` is the private half. */
const judgeSealed: Judge = async (input) => {
	const place = { bundle: bytesIn(input, "bundle"), position: numberIn(input, "position") };
	const opened = await openContent(
		nodeCryptography,
		bytesIn(input, "privateKey"),
		place,
		bytesIn(input, "content"),
	);
	return isRefusal(opened) ? opened : { plaintext: toHex(opened) };
};

/** Whether anything can be sealed to a key that a peer gave. */
const judgeDocumentKey: Judge = async (input) => {
	const sealed = await nodeCryptography.sealDocument(
		bytesIn(input, "documentKey"),
		new Uint8Array(),
		new Uint8Array(),
	);
	return isRefusal(sealed) ? sealed : {};
};

const judgeBundle: Judge = (input) => {
	const messages = decodeBundle(bytesIn(input, "bytes"));
	return isRefusal(messages) ? messages : messagesFacts(messages);
};

const judgeLink: Judge = (input) => {
	const messages = messagesOfLink(textIn(input, "link"));
	return isRefusal(messages) ? messages : messagesFacts(messages);
};

function messagesFacts(messages: readonly Bytes[]): Facts {
	return { messages: messages.map(toHex) };
}

/** An address that somebody else gave; none is configured here. */
const judgePeer: Judge = (input) => {
	const url = checkPeerUrl(textIn(input, "url"), {});
	return isRefusal(url) ? url : { origin: url.origin };
};

export const channelJudges: Readonly<Record<string, Judge>> = {
	bundle: judgeBundle,
	documentKey: judgeDocumentKey,
	link: judgeLink,
	peer: judgePeer,
	sealed: judgeSealed,
};
