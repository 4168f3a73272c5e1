/** Of seals: leaves, proofs of every kind, and what witnesses sign. */
import { type Bytes, serialize, signedReserve } from "@tenten/protocol";
import { sealScene } from "../packages/protocol/test/seal/support/proofs.ts";

export async function sealMaterial(): Promise<readonly Bytes[]> {
	const { leaves, proofs, cosigned, refused, seal } = await sealScene();
	return [
		...leaves,
		...proofs,
		cosigned,
		refused,
		...seal.reserves.map((each) => serialize(signedReserve, each)),
	];
}
