/** A seal over two small trees, with proofs of every kind under it, and what a witness says of it. */
import {
	type Bytes,
	keyId,
	type LineProof,
	lineKey,
	proveLine,
	proveState,
	type Seal,
	type SealProof,
	sealHash,
	serializeLeaf,
	serializeProof,
	sha256,
	signCosignature,
	signSealRefusal,
	stateAlgebra,
	sumAlgebra,
} from "@tenten/protocol";
import { verify } from "../../../../module/src/index.ts";
import { PagedTree } from "./naive.ts";
import { id, keptScene, operator, type Scene, stranger, yen } from "./sealed.ts";

/** Of outputs 1 to 3: what consumed them; of accounts 1 to 3: ten times their number. */
export function smallTrees() {
	const consumed = new PagedTree(stateAlgebra);
	consumed.change([1, 2, 3].map((fill) => ({ key: sha256(id(fill)), entry: id(fill) })));
	const lines = new PagedTree(sumAlgebra);
	lines.change([1, 2, 3].map((fill) => ({ key: lineKey(id(fill), id(0)), entry: BigInt(10 * fill) })));
	return { consumed, lines };
}

export type SealScene = Scene & {
	readonly proofs: readonly Bytes[];
	readonly byName: Readonly<Record<"present" | "absent" | "vacant" | "line" | "item", SealProof>>;
	readonly leaves: readonly Bytes[];
	readonly cosigned: Bytes;
	readonly refused: Bytes;
	readonly expected: { readonly verify: typeof verify; readonly witness: Bytes };
};

export async function sealScene(): Promise<SealScene> {
	const { seal: kept, against } = await keptScene();
	const { consumed, lines } = smallTrees();
	const { hash, sum } = lines.root();
	const assets = kept.assets.map((each) => ({ ...each, liabilities: hash, held: sum }));
	const seal: Seal = { ...kept, state: consumed.root(), assets };
	const line = proveLine(lines.stored, id(2), id(0)) as LineProof;
	const stateOf = (key: Bytes): SealProof => ({
		kind: "state",
		seal,
		proof: proveState(consumed.stored, key),
	});
	const byName = {
		present: stateOf(sha256(id(2))),
		absent: stateOf(sha256(id(4))),
		vacant: stateOf(sha256(id(2)).toReversed()),
		line: { kind: "line", seal, asset: yen, proof: line },
		item: {
			kind: "item",
			batch: { kind: "issues", asset: yen, count: 3, total: sum, root: hash },
			proof: line,
		},
	} as const;
	const name = { operator, number: seal.number, seal: sealHash(seal) };
	return {
		seal,
		against,
		byName,
		proofs: Object.values(byName).map(serializeProof),
		leaves: [
			...[kept, seal].map((each) => serializeLeaf({ kind: "seal", seal: each })),
			...against.batches.map((batch) => serializeLeaf({ kind: "batch", batch })),
		],
		cosigned: await signCosignature({ ...name, signedAt: 9 }, stranger),
		refused: await signSealRefusal(
			{ ...name, broken: [{ rule: "reserve-short", about: yen }], refusedAt: 9 },
			stranger,
		),
		expected: { verify, witness: keyId(stranger.key) },
	};
}
