/** Requests of a witness that draws samples of an operator, and that its sealer knows. */
import {
	assetHash,
	type Bytes,
	keyId,
	nonceHash,
	type Signer,
	sha256,
	signChallenge,
	signCommitment,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../../module/test/support/world.ts";
import type { Operator } from "../../src/index.ts";

const sampler = signerFrom(new Uint8Array(32).fill(0x66), "Ed25519");
/** for a sealer */
export const samplers = { witnesses: [keyId(sampler.key)], verify };

export type SampleWish = {
	/** of the seal; the last one's if left out */
	readonly number?: number;
	/** for which was committed */
	readonly from?: number;
	readonly signer?: Signer;
};

export async function sampleRequestOf(
	{ id: operator, store }: Pick<Operator, "id" | "store">,
	{ number, from = 1, signer = sampler }: SampleWish = {},
): Promise<Bytes> {
	const last = await store.read((transaction) =>
		transaction.selectFrom("last_seal").select("number").executeTakeFirstOrThrow(),
	);
	const nonce = sha256(Uint8Array.of(1));
	const committed = { operator, from, commitment: nonceHash(nonce), committedAt: 1_700_000_000 };
	const asked = {
		operator,
		number: number ?? Number(last.number),
		asset: assetHash({ operator, code: "JPY" }),
		checkpoint: sha256(Uint8Array.of(2)),
		nonce,
		since: 0,
		count: 4,
	};
	return signChallenge(asked, await signCommitment(committed, signer), signer);
}
