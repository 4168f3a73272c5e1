/** Of seals: leaves, proofs of every kind and with their places, what witnesses sign and what they ask. */
import {
	type Bytes,
	isRefusal,
	loggedProof,
	loggedSeal,
	parse,
	sealCosignature,
	sealProof,
	serialize,
	signChallenge,
	signCommitment,
	signDrill,
	signedReserve,
} from "@tenten/protocol";
import { sealScene } from "../packages/protocol/test/seal/support/proofs.ts";
import { bank } from "../packages/protocol/test/seal/support/sealed.ts";

const id = new Uint8Array(32).fill(1);
const place = new Uint8Array(9).fill(0x61);
const now = 1_700_000_000;

export async function sealMaterial(): Promise<readonly Bytes[]> {
	const { leaves, proofs, cosigned, refused, seal } = await sealScene();
	const commitment = await signCommitment({ operator: id, from: 8, commitment: id, committedAt: now }, bank);
	const about = { operator: id, asset: id };
	const challenge = { ...about, number: 8, checkpoint: id, nonce: id, since: 3, count: 16 };
	const drill = { ...about, drill: id, amount: 5n, requestedAt: now, deadline: now + 10 };
	const word = parse(sealCosignature, cosigned);
	const words = isRefusal(word) ? [] : [{ kind: "cosignature", word } as const];
	return [
		...leaves,
		...proofs,
		cosigned,
		refused,
		...seal.reserves.map((each) => serialize(signedReserve, each)),
		...leaves.map((leaf) => serialize(loggedSeal, { leaf, place, words })),
		...proofs.flatMap((encoded) => {
			const proof = parse(sealProof, encoded);
			return isRefusal(proof) ? [] : [serialize(loggedProof, { proof, place })];
		}),
		await signChallenge(challenge, commitment, bank),
		await signDrill({ ...drill, outcome: null }, bank),
		await signDrill({ ...drill, outcome: { result: "paid", after_ms: 200 } }, bank),
	];
}
