/** The trust list of the operator that one works for, asked of itself: whose id it names is what people sign for. */
import { verify } from "@tenten/module";
import { type Bytes, isRefusal, keyId, parse, Trust, trustList, verifyTrustList } from "@tenten/protocol";
import { httpOperatorClient, refusalWords } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { now } from "../surroundings.ts";

export async function trustOf(url: string): Promise<{ readonly operator: Bytes; readonly trust: Trust }> {
	const encoded = await httpOperatorClient({ url }).trustList();
	if (isRefusal(encoded)) throw new BadInput(`no trust list at ${url}: ${refusalWords[encoded.code].en}`);
	const read = parse(trustList, encoded);
	if (isRefusal(read)) throw new BadInput(`no trust list at ${url}: ${refusalWords[read.code].en}`);
	const operator = keyId(read.signer);
	const list = verifyTrustList(encoded, { verify, pinnedSigner: operator, minimumVersion: 0, now: now() });
	if (isRefusal(list)) throw new BadInput(`no trust list at ${url}: ${refusalWords[list.code].en}`);
	return { operator, trust: new Trust(list, verify) };
}
