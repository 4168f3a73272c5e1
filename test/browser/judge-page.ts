/** What runs inside the browser: the protocol and the browser's suites, judging vectors that the test hands in. */
import { pureJudges } from "../../packages/cli/src/vectors/judges.ts";
import { type Facts, type VectorFile, verdictOf } from "../../packages/cli/src/vectors/vector.ts";
import { openBrowserSuites } from "../../packages/module/src/suite/browser.ts";
import { fromHex, type SuiteName } from "../../packages/protocol/src/index.ts";

const { verify, generateKey, signerFrom } = await openBrowserSuites();

/** Verdicts of one file, in its order. */
async function judgeFile(text: string): Promise<string> {
	const file = JSON.parse(text) as VectorFile;
	const judge = pureJudges[file.judge];
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
	const hex = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
	return { key: hex(signer.key.bytes), signature: hex(signature) };
}

Object.assign(globalThis, { judgeFile, judgeSignatures, signFresh, isReady: true });
