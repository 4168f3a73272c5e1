/**
 * What runs inside the browser: the protocol, the browser's suites and what a wallet there reads, judging vectors
 * that the test hands in.
 */
import { channelJudges } from "../../packages/cli/src/vectors/judge-channels.ts";
import { pureJudges } from "../../packages/cli/src/vectors/judges.ts";
import { type Facts, type VectorFile, verdictOf } from "../../packages/cli/src/vectors/vector.ts";
import { openContent } from "../../packages/module/src/parcel.ts";
import { platform } from "../../packages/module/src/platform/browser.ts";
import { openBrowserSuites } from "../../packages/module/src/suite/browser.ts";
import { fromHex, isRefusal, type SuiteName, toHex } from "../../packages/protocol/src/index.ts";
import {
	decodeBundle,
	decodeFrame,
	decodeInvitation,
	letterSeals,
	messagesOfLink,
	QrReader,
	roomOf,
} from "../../packages/wallet/src/browser.ts";

const cryptography = await openBrowserSuites();
const { verify, generateKey, signerFrom } = cryptography;
const judges = {
	...pureJudges,
	...channelJudges({
		cryptography: { ...platform.cryptography, ...cryptography },
		openContent,
		decodeBundle,
		messagesOfLink,
		relay: { decodeInvitation, roomOf, decodeFrame, letterSeals },
		newQrReader: () => new QrReader(),
	}),
};

/** Verdicts of one file, in its order. */
async function judgeFile(text: string): Promise<string> {
	const file = JSON.parse(text) as VectorFile;
	const judge = judges[file.judge];
	if (judge === undefined) throw new Error(`no judge ${file.judge}`);
	const verdicts: unknown[] = [];
	for (const vector of file.vectors) verdicts.push(await verdictOf(judge, file, vector, verify));
	return JSON.stringify(verdicts);
}

/** Whether each signature counts: `[suite, key, message, signature]`, the last three in hexadecimal. */
function judgeSignatures(text: string): readonly boolean[] {
	const cases = JSON.parse(text) as readonly (readonly [SuiteName, string, string, string])[];
	return cases.map(([suite, key, message, signature]) => {
		const [keyBytes, messageBytes, signatureBytes] = [key, message, signature].map((hex) => fromHex(hex));
		if (!keyBytes || !messageBytes || !signatureBytes) throw new Error("not hexadecimal");
		return verify({ suite, bytes: keyBytes }, messageBytes, signatureBytes);
	});
}

const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

/** A fresh key signs, as a browser wallet would. */
async function signFresh(suite: SuiteName): Promise<Facts> {
	const signer = signerFrom(generateKey(suite, random).privateKey, suite);
	const signature = await signer.sign("request", Uint8Array.of(1, 2, 3));
	return { key: toHex(signer.key.bytes), signature: toHex(signature) };
}

/** A document sealed to a key that Node holds, at the place `aabb`. */
async function sealFresh(recipient: string, plaintext: string): Promise<Facts> {
	const [key, content, place] = [recipient, plaintext, "aabb"].map((hex) => fromHex(hex));
	if (!key || !content || !place) throw new Error("not hexadecimal");
	const sealed = await cryptography.sealDocument(key, place, content);
	if (isRefusal(sealed)) throw new Error(sealed.code);
	return { enc: toHex(sealed.enc), ciphertext: toHex(sealed.ciphertext) };
}

Object.assign(globalThis, { judgeFile, judgeSignatures, signFresh, sealFresh, isReady: true });
