/** Proofs of every kind under one seal and one batch, with their places in a log of two leaves. */
import {
	type Bytes,
	type LogKeys,
	leafOf,
	merkleTree,
	type SealProof,
	serializeLoggedProof,
	verifierKey,
	writePortableProof,
} from "@tenten/protocol";
import { signerFrom } from "../../../../module/src/index.ts";
import { type SealScene, sealScene } from "../../seal/support/proofs.ts";
import { id, noteOf, origin } from "./logged.ts";

export const logKeys: LogKeys = {
	origin,
	keys: [verifierKey(origin, "note", signerFrom(id(1), "Ed25519").key.bytes)],
	witnesses: [],
};

export async function loggedProofs(): Promise<{
	readonly scene: SealScene;
	/** of this proof, at the place of its leaf unless another is said */
	readonly fileOf: (proof: SealProof, index?: number, name?: string) => Promise<Bytes>;
	readonly files: readonly Bytes[];
}> {
	const scene = await sealScene();
	const leaves = [leafOf(scene.byName.item), leafOf(scene.byName.line)];
	const fileOf = async (proof: SealProof, index = proof.kind === "item" ? 0 : 1, name = origin) => {
		const path = merkleTree(leaves).paths[index] ?? [];
		const place = writePortableProof({ index, path, checkpoint: await noteOf(leaves, {}, name) });
		return serializeLoggedProof({ proof, place });
	};
	const files = await Promise.all(Object.values(scene.byName).map((proof) => fileOf(proof)));
	return { scene, fileOf, files };
}
