/** Vectors of proofs under seals and batches. */
import {
	type Batch,
	type Bytes,
	type LineProof,
	lineKey,
	proveLine,
	proveState,
	type Seal,
	type SealProof,
	serializeProof,
	stateAlgebra,
	sumAlgebra,
} from "../../packages/protocol/src/index.ts";
import { PagedTree } from "../../packages/protocol/test/seal/support/naive.ts";
import { seats, yen } from "../../packages/protocol/test/seal/support/sealed.ts";
import { accepts, type Case, changed, type Draft, type Inputs, refuses } from "./drafts.ts";

import { kept } from "./sealed-scene.ts";
import { bytesOf } from "./world.ts";

/** Keys that part after `steps` bits, by their last one. */
const beside = (key: Bytes, steps: number): Bytes =>
	key.with((steps - 1) >> 3, (key[(steps - 1) >> 3] as number) ^ (0x80 >> ((steps - 1) & 7)));

const outputs = [1, 2, 3, 4, 5].map((number) => bytesOf("output", number)) as [Bytes, Bytes, ...Bytes[]];
const [output] = outputs;
const consumer = bytesOf("consumer");
const states = new PagedTree(stateAlgebra);
states.change([...outputs, beside(output, 100)].map((key) => ({ key, entry: consumer })));
const accounts = [1, 2, 3, 4, 5].map((number) => bytesOf("account", number)) as [Bytes, Bytes, ...Bytes[]];
const salt = bytesOf("salt of a line");
const lines = new PagedTree(sumAlgebra);
lines.change(
	accounts.map((account, i) => ({
		key: lineKey(account, salt),
		entry: [0n, 5n, 70n, 2n ** 40n, 1n][i] ?? null,
	})),
);
const { hash: liabilities, sum: held } = lines.root();
const sealed: Seal = {
	...kept,
	state: states.root(),
	assets: kept.assets.map((totals) => ({ ...totals, liabilities, held })),
};

const stateFile = (key: Bytes, tree = states): SealProof => ({
	kind: "state",
	seal: { ...sealed, state: tree.root() },
	proof: proveState(tree.stored, key),
});
const lineProof = (account: Bytes): LineProof => proveLine(lines.stored, account, salt) as LineProof;
const lineFile = (account: Bytes): SealProof => ({
	kind: "line",
	seal: sealed,
	asset: yen,
	proof: lineProof(account),
});
const issues: Batch = { kind: "issues", asset: seats, count: 5, total: held, root: liabilities };
const itemFile = (batch: Batch, proof = lineProof(accounts[1])): SealProof => ({
	kind: "item",
	batch,
	proof,
});

const noted = new PagedTree(sumAlgebra);
noted.change(accounts.map((account) => ({ key: lineKey(account, salt), entry: 0n })));
const single = new PagedTree(stateAlgebra);
single.change([{ key: output, entry: consumer }]);
const empty = new PagedTree(stateAlgebra);

/** Two lines whose sum is more than an amount may be: no tree of ours says so. */
const other = { hash: bytesOf("half"), sum: 2n ** 63n - 1n };
const overflow: LineProof = {
	owner: accounts[1],
	salt,
	amount: 1n,
	bitmap: Uint8Array.of(0x80),
	siblings: [other],
};

export const given = (file: SealProof): Inputs => ({ proof: serializeProof(file) });
const present = serializeProof(stateFile(output));
const line = serializeProof(lineFile(accounts[2] as Bytes));
const item = serializeProof(itemFile(issues));
type StateFile = Extract<SealProof, { readonly kind: "state" }>;
const { proof: long } = stateFile(output) as StateFile;
const invalid = (comment: string, proof: Bytes): Case => refuses("proof-invalid", comment, { proof });
const changedState = (some: Partial<StateFile["proof"]>): Bytes =>
	serializeProof({ ...(stateFile(output) as StateFile), proof: { ...long, ...some } });
const changedLine = (some: Partial<LineProof>): Bytes =>
	serializeProof({ kind: "line", seal: sealed, asset: yen, proof: { ...lineProof(accounts[1]), ...some } });

/** A step that a proof leaves out, listed as what it is. */
function withEmptyHalf<N>(path: { readonly bitmap: Bytes; readonly siblings: readonly N[] }, zero: N) {
	const bits = [...path.bitmap].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (byte >> bit) & 1));
	const step = bits.indexOf(0);
	const before = bits.slice(0, step).filter((bit) => bit === 1).length;
	const bitmap = path.bitmap.with(step >> 3, (path.bitmap[step >> 3] as number) | (0x80 >> (step & 7)));
	return { bitmap, siblings: path.siblings.toSpliced(before, 0, zero) };
}
const shortLine = accounts.map(lineProof).find((proof) => proof.siblings.length < 8) as LineProof;

export const sealProofs: Draft = {
	name: "seal-proofs",
	comment: "What stands under a seal or a batch: docs/spec/seals.md#proofs-as-files.",
	judge: "sealProof",
	given: {},
	cases: [
		...outputs.map((key, i) =>
			accepts(`output ${i + 1} is in the registry`, given(stateFile(key)), { value: consumer }),
		),
		accepts("a key that parts from another after 99 bits", given(stateFile(beside(output, 100))), {
			value: consumer,
		}),
		accepts("absent: another entry stands there", given(stateFile(beside(output, 200))), { value: null }),
		accepts("absent: nothing stands there", given(stateFile(beside(output, 50))), { value: null }),
		accepts("the only entry", given(stateFile(output, single)), { value: consumer }),
		accepts("absent beside the only entry", given(stateFile(consumer, single)), { value: null }),
		accepts("absent in an empty map", given(stateFile(output, empty)), { value: null }),
		...accounts.map((account, i) =>
			accepts(`the line of account ${i + 1}`, given(lineFile(account)), { owner: account }),
		),
		accepts("an item of issues", given(itemFile(issues)), { asset: seats, amount: "5" }),
		accepts(
			"an item of certificates, of no asset",
			given(
				itemFile(
					{ kind: "certificates", count: 5, root: noted.root().hash },
					proveLine(noted.stored, accounts[1], salt) as LineProof,
				),
			),
			{ asset: null, amount: "0" },
		),
		accepts("an item of rulings", given(itemFile({ ...issues, kind: "rulings" })), { amount: "5" }),
		invalid("another value", changed(present, [2, 1, 1], bytesOf("another consumer"))),
		invalid("absent, said of what is there", changed(present, [2, 1], null)),
		invalid("a value of another key", changed(present, [2, 0], outputs[1])),
		invalid(
			"an entry that stands elsewhere, said to show that there is none",
			changedState({ key: outputs[1] }),
		),
		invalid("a seal of another state", changed(present, [1, 4], bytesOf("another root"))),
		invalid("a bitmap with a byte too many", changedState({ bitmap: Uint8Array.of(...long.bitmap, 0) })),
		invalid(
			"a bit more than siblings",
			changedState({ bitmap: long.bitmap.with(12, (long.bitmap[12] as number) | 1) }),
		),
		invalid("a sibling more than bits", changedState({ siblings: [...long.siblings, consumer] })),
		invalid("no siblings", changedState({ siblings: [] })),
		invalid("two siblings in each other's place", changedState({ siblings: long.siblings.toReversed() })),
		invalid("an empty half that is listed", changedState(withEmptyHalf(long, new Uint8Array(32)))),
		invalid(
			"an empty half that is listed, of a line",
			changedLine({ ...shortLine, ...withEmptyHalf(shortLine, { hash: new Uint8Array(32), sum: 0n }) }),
		),
		refuses("malformed", "a bitmap of 33 bytes", {
			proof: changed(present, [2, 2], new Uint8Array(33).fill(255)),
		}),
		refuses("too-many", "257 siblings", { proof: changed(present, [2, 3], new Array(257).fill(consumer)) }),
		invalid("another amount", changedLine({ amount: 6n })),
		invalid("another salt", changedLine({ salt: bytesOf("another salt") })),
		invalid("another owner", changedLine({ owner: accounts[2] as Bytes })),
		invalid(
			"halves that add up to the same, moved",
			changedLine({
				amount: 6n,
				siblings: lineProof(accounts[1]).siblings.map((node, i, all) =>
					i === all.length - 1 ? { ...node, sum: node.sum - 1n } : node,
				),
			}),
		),
		invalid(
			"a seal that says another sum",
			serializeProof({
				kind: "line",
				seal: { ...sealed, assets: sealed.assets.map((totals) => ({ ...totals, held: held + 1n })) },
				asset: yen,
				proof: lineProof(accounts[1]),
			}),
		),
		invalid("a batch that says another total", serializeProof(itemFile({ ...issues, total: held + 1n }))),
		invalid(
			"an item of certificates that has an amount",
			serializeProof(itemFile({ kind: "certificates", count: 5, root: liabilities })),
		),
		refuses("amount-invalid", "a sum above 2^63 - 1 on the way", {
			proof: serializeProof({ kind: "item", batch: issues, proof: overflow }),
		}),
		refuses("amount-invalid", "an amount below zero", { proof: changed(line, [3, 2], -1) }),
		refuses("amount-invalid", "a half below zero", { proof: changed(line, [3, 4, 0, 1], -1) }),
		refuses("asset-unknown", "a line of an asset that the seal does not know", {
			proof: changed(line, [2], bytesOf("asset")),
		}),
		refuses("asset-unknown", "a line of an asset that the seal names twice", {
			proof: serializeProof({
				kind: "line",
				seal: { ...sealed, assets: [...sealed.assets, ...sealed.assets] },
				asset: yen,
				proof: lineProof(accounts[1]),
			}),
		}),
		refuses("type-unknown", "a proof of kind 4", { proof: changed(item, [0], 4) }),
		refuses("type-unknown", "an item of a batch of kind 12", { proof: changed(item, [1, 0], 12) }),
		refuses("amount-invalid", "a batch of nothing", { proof: changed(item, [1, 3], 0) }),
		refuses("malformed", "a count of zero", { proof: changed(item, [1, 2], 0) }),
	],
};

/** One proof of each kind. */
export const eachProof: readonly SealProof[] = [stateFile(output), lineFile(accounts[1]), itemFile(issues)];
