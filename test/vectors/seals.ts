/** Vectors of seals: proofs under them, each rule broken, and what witnesses sign. */

import {
	type AssetTotals,
	type Batch,
	type BilateralPosition,
	type Bytes,
	bilateralPosition,
	keyId,
	type LineProof,
	type LogLeaf,
	lineKey,
	proveLine,
	proveState,
	type Seal,
	type SealProof,
	type SealRule,
	sealHash,
	serialize,
	serializeLeaf,
	serializeProof,
	signCosignature,
	signReserve,
	signSealRefusal,
	stateAlgebra,
	sumAlgebra,
} from "../../packages/protocol/src/index.ts";
import { PagedTree } from "../../packages/protocol/test/seal/support/naive.ts";
import {
	batchOf,
	id,
	keptScene,
	operator,
	peer,
	position,
	reserveOf,
	seats,
	totalsOf,
	yen,
} from "../../packages/protocol/test/seal/support/sealed.ts";
import { accepts, type Case, changed, type Draft, flipped, type Inputs, refuses } from "./drafts.ts";
import { bytesOf, signerOf } from "./world.ts";

const { seal: kept, against } = await keptScene();
const previous = against.previous as Seal;
const sealLeaf = (seal: Seal): Bytes => serializeLeaf({ kind: "seal", seal });
const batchLeaf = (batch: Batch): Bytes => serializeLeaf({ kind: "batch", batch });

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

const given = (file: SealProof): Inputs => ({ proof: serializeProof(file) });
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
		refuses("type-unknown", "an item of a batch of kind 11", { proof: changed(item, [1, 0], 11) }),
		refuses("amount-invalid", "a batch of nothing", { proof: changed(item, [1, 3], 0) }),
		refuses("malformed", "a count of zero", { proof: changed(item, [1, 2], 0) }),
	],
};

/** One rule, or several with the asset or peer of each. */
type Broken = readonly (SealRule | readonly [SealRule, Bytes])[];

const seen: Inputs = {
	before: sealLeaf(previous),
	between: against.batches.map(batchLeaf),
	operator,
	holders: against.holders,
	peerWords: against.peerWords.map((word) => serialize(bilateralPosition, word)),
	now: against.now,
	maximumAge: against.maximumAge_s,
	ahead: against.ahead_s,
	reserveAge: against.reserveAge_s,
};

function breaks(rules: Broken, comment: string, some: Partial<Seal>, input: Inputs = {}): Case {
	const broken = rules.map((each) =>
		typeof each === "string" ? { rule: each, about: null } : { rule: each[0], about: each[1] },
	);
	return accepts(comment, { leaf: sealLeaf({ ...kept, ...some }), ...input }, { broken });
}

const keeps = (comment: string, some: Partial<Seal>, input: Inputs = {}): Case =>
	breaks([], comment, some, input);
const [yenTotals, seatTotals] = kept.assets as readonly [AssetTotals, AssetTotals];
const [yenReserve, seatReserve] = kept.reserves as [Seal["reserves"][number], Seal["reserves"][number]];
const yenWith = (some: Partial<AssetTotals>): Partial<Seal> => ({
	assets: [{ ...yenTotals, ...some }, seatTotals],
});
const words = (...some: readonly Partial<BilateralPosition>[]): Inputs => ({
	peerWords: some.map((each) =>
		serialize(bilateralPosition, { ...position, owes: 0n, isOwed: 30n, ...each }),
	),
});
const begun: Partial<Seal> = {
	number: 1,
	previous: null,
	assets: [],
	reserves: [],
	positions: [],
	checkpoints: [],
};
const beginning: Inputs = { before: null, between: [] };
const bankOfBoth = signerOf("bank of both", "ES256");
const reservesOf = async (amount: bigint, heldAt: number): Promise<Partial<Seal>> => ({
	reserves: [await reserveOf(amount, heldAt), seatReserve],
});
const foreign = await signReserve({ operator, asset: yen, amount: 1_300n, heldAt: 1_005 }, bankOfBoth);
const elsewhere = await signReserve(
	{ operator: id(3), asset: yen, amount: 1_300n, heldAt: 1_005 },
	bankOfBoth,
);
const twoHolders = [
	await reserveOf(1_000n, 1_005),
	await signReserve({ operator, asset: yen, amount: 300n, heldAt: 1_005 }, bankOfBoth),
].sort((a, b) => Buffer.compare(keyId(a.holder), keyId(b.holder)));
const short = ["reserve-short", yen] as const;
const saidTwice: Seal = { ...previous, assets: [...previous.assets, ...previous.assets] };
const lastPeer = { peer, size: 75, hash: id(6) };

export const sealRules: Draft = {
	name: "seal-rules",
	comment:
		"A seal, the one before and every leaf between, and which rules a witness finds broken: docs/spec/seals.md#the-rules.",
	judge: "sealRules",
	given: seen,
	cases: [
		keeps("every rule is kept", {}),
		keeps("the first seal, of nothing", begun, beginning),
		keeps(
			"the first seal, of what was issued before it",
			{ ...begun, assets: [totalsOf(yen, { issued: 5n, outstanding: 5n })], reserves: [yenReserve] },
			{ before: null, between: [batchLeaf(batchOf("issues", 5n))] },
		),
		breaks(["order"], "order: assets", { assets: [seatTotals, yenTotals] }),
		breaks(["order"], "order: an asset twice", { assets: [yenTotals, seatTotals, seatTotals] }),
		breaks(["order", ["sum", seats], ["totals", seats]], "order: an asset twice, the second wrong", {
			assets: [yenTotals, seatTotals, { ...seatTotals, issued: 8n }],
		}),
		breaks(["order", ["sum", seats], ["totals", seats]], "order: an asset twice, the first wrong", {
			assets: [yenTotals, { ...seatTotals, issued: 8n }, seatTotals],
		}),
		breaks(["order", ["position-back", peer]], "order: a position twice, the second earlier", {
			positions: [position, { ...position, settlement: 3, owes: 0n }],
		}),
		breaks(["order", ["checkpoint-back", peer]], "order: a checkpoint twice, the second shorter", {
			checkpoints: [lastPeer, { ...lastPeer, size: 69 }],
		}),
		breaks(
			[["totals", yen]],
			"totals: what the seal before says twice is added up",
			{ previous: sealHash(saidTwice) },
			{
				before: sealLeaf(saidTwice),
			},
		),
		breaks(["order"], "order: reserves", { reserves: [seatReserve, yenReserve] }),
		breaks(
			["order"],
			"order: two holders of one asset",
			{ reserves: [...twoHolders.toReversed(), seatReserve] },
			{ holders: [...against.holders, keyId(bankOfBoth.key)] },
		),
		keeps(
			"two holders of one asset",
			{ reserves: [...twoHolders, seatReserve] },
			{ holders: [...against.holders, keyId(bankOfBoth.key)] },
		),
		breaks(["order"], "order: positions", { positions: [{ ...position, asset: seats, owes: 0n }, position] }),
		breaks(["order"], "order: a peer's checkpoint twice", { checkpoints: [lastPeer, lastPeer] }),
		breaks(
			["operator", ["reserve-invalid", yen], ["reserve-invalid", seats], short, ["reserve-short", seats]],
			"operator: another, for whom no funds are held",
			{ operator: id(3) },
		),
		breaks(["operator"], "operator: the witness follows another", {}, { operator: id(3) }),
		breaks(["number"], "number: one is left out", { number: 8 }),
		breaks(["number"], "number: that of the seal before", { number: 6 }),
		breaks(["number"], "number: the first has 2", { ...begun, number: 2 }, beginning),
		breaks(["previous"], "previous: another seal", { previous: id(5) }),
		breaks(["previous"], "previous: none", { previous: null }),
		breaks(["previous"], "previous: one before the first", { ...begun, previous: id(5) }, beginning),
		keeps("sealed in the second of the seal before", { sealedAt: 1_000 }),
		breaks(
			["time-back", ["reserve-stale", yen], ["reserve-stale", seats], short, ["reserve-short", seats]],
			"time-back: a second before the seal before",
			{ sealedAt: 999 },
			{ now: 1_000 },
		),
		keeps("as old as the witness allows", {}, { now: 1_030 }),
		breaks(["stale"], "stale: a second older", {}, { now: 1_031 }),
		keeps("as far ahead as the witness allows", {}, { now: 1_005 }),
		breaks(["early"], "early: a second further", {}, { now: 1_004 }),
		breaks(
			[["sum", yen]],
			"sum: less circulates than was issued and did not come back",
			yenWith({ outstanding: 1_224n }),
		),
		breaks([["sum", yen], short], "sum: more", yenWith({ outstanding: 1_226n })),
		...(["issued", "redeemed", "refunded", "burned", "chargedOff"] as const).map((total) =>
			breaks(
				[
					["sum", yen],
					["totals", yen],
				],
				`totals: ${total} is one less, and the sum with it`,
				yenWith({ [total]: yenTotals[total] - 1n }),
			),
		),
		...(["redeemed", "refunded", "burned", "chargedOff"] as const).map((total) =>
			breaks(
				[["totals", yen]],
				`totals: ${total} is one less, and one more circulates`,
				yenWith({ [total]: yenTotals[total] - 1n, outstanding: 1_226n, held: 74n }),
			),
		),
		...(["forkFunded", "forkDrawn", "forkRepaid", "forkLost"] as const).map((total) =>
			breaks([["totals", yen]], `totals: ${total} is one less`, yenWith({ [total]: yenTotals[total] - 1n })),
		),
		breaks([["totals", seats]], "totals: an asset of a batch is left out", { assets: [yenTotals] }),
		breaks([["totals", yen]], "totals: an asset of the seal before is left out", { assets: [seatTotals] }),
		breaks(
			[["totals", id(0x40)]],
			"totals: an asset of the seal before that says nothing is left out",
			{ previous: sealHash({ ...previous, assets: [...previous.assets, totalsOf(id(0x40), {})] }) },
			{ before: sealLeaf({ ...previous, assets: [...previous.assets, totalsOf(id(0x40), {})] }) },
		),
		breaks(
			[["totals", yen]],
			"totals: a batch that the log lacks",
			{},
			{ between: against.batches.slice(1).map(batchLeaf) },
		),
		breaks(
			[["totals", seats]],
			"totals: a batch twice",
			{},
			{ between: [...against.batches, batchOf("issues", 7n, seats)].map(batchLeaf) },
		),
		breaks([["totals", id(0x40)]], "totals: an asset from nowhere", {
			assets: [...kept.assets, totalsOf(id(0x40), { issued: 1n, redeemed: 1n })],
		}),
		breaks(
			[
				["totals", yen],
				["fork-reserve", yen],
			],
			"fork-reserve: it paid more than it had",
			yenWith({ forkDrawn: 51n }),
		),
		breaks(
			[
				["totals", yen],
				["fork-reserve", yen],
			],
			"fork-reserve: more was repaid and given up than it paid",
			yenWith({ forkLost: 21n }),
		),
		breaks([["fork-reserve", yen]], "fork-reserve: in agreement with the log", yenWith({ forkDrawn: 51n }), {
			between: [...against.batches, batchOf("forkDraws", 21n)].map(batchLeaf),
		}),
		keeps("the fork reserve paid all that it had", yenWith({ forkDrawn: 50n }), {
			between: [...against.batches, batchOf("forkDraws", 20n)].map(batchLeaf),
		}),
		breaks([["reserve-invalid", yen], short], "reserve-invalid: another amount than was signed", {
			reserves: [{ ...yenReserve, body: { ...yenReserve.body, amount: 9_999n } }, seatReserve],
		}),
		breaks([["reserve-invalid", yen], short], "reserve-invalid: a holder that does not count", {
			reserves: [foreign, seatReserve],
		}),
		keeps(
			"a holder that counts",
			{ reserves: [foreign, seatReserve] },
			{ holders: [...against.holders, keyId(bankOfBoth.key)] },
		),
		breaks(
			[["reserve-invalid", yen], short],
			"reserve-invalid: of another operator",
			{ reserves: [elsewhere, seatReserve] },
			{ holders: [...against.holders, keyId(bankOfBoth.key)] },
		),
		keeps("a word as old as the witness allows", await reservesOf(1_300n, 950)),
		breaks([["reserve-stale", yen], short], "reserve-stale: a second older", await reservesOf(1_300n, 949)),
		keeps("a word as far ahead of the seal as the witness allows", await reservesOf(1_300n, 1_015)),
		breaks(
			[["reserve-stale", yen], short],
			"reserve-stale: a second further",
			await reservesOf(1_300n, 1_016),
		),
		breaks(
			[["reserve-invalid", yen], ["reserve-stale", yen], short],
			"reserve-stale: of a word that is not valid either",
			{ reserves: [{ ...yenReserve, body: { ...yenReserve.body, heldAt: 900 } }, seatReserve] },
		),
		breaks([short], "reserve-short: one less", await reservesOf(1_299n, 1_005)),
		breaks([["reserve-short", seats]], "reserve-short: no word of an asset", { reserves: [yenReserve] }),
		breaks([short], "reserve-short: more is on accounts", yenWith({ held: 76n })),
		breaks([["position-back", peer]], "position-back: gone", { positions: [] }),
		breaks([["position-back", peer]], "position-back: an earlier settlement", {
			positions: [{ ...position, settlement: 3, owes: 0n }],
		}),
		breaks([["position-back", peer]], "position-back: of another asset", {
			positions: [{ ...position, asset: seats, owes: 0n }],
		}),
		breaks([["position-differs", peer]], "position-differs: it is owed less", {}, words({ isOwed: 29n })),
		breaks([["position-differs", peer]], "position-differs: it owes too", {}, words({ owes: 1n })),
		breaks([["position-differs", peer]], "position-differs: it said both", {}, words({}, { isOwed: 29n })),
		breaks([["position-differs", peer]], "position-differs: nothing is said to be owed", {
			positions: [{ ...position, owes: 0n }],
		}),
		...(
			[
				["settlement", { settlement: 3 }],
				["asset", { asset: seats }],
				["peer", { peer: id(0x31) }],
			] as const
		).map(([name, some]) =>
			breaks(
				[["position-unconfirmed", peer]],
				`position-unconfirmed: a word of another ${name}`,
				{},
				words(some),
			),
		),
		breaks([["position-unconfirmed", peer]], "position-unconfirmed: no word", {}, words()),
		keeps(
			"nothing is owed, and nobody says so",
			{ positions: [{ ...position, settlement: 5, owes: 0n }] },
			words(),
		),
		breaks([["checkpoint-back", peer]], "checkpoint-back: gone", { checkpoints: [] }),
		breaks([["checkpoint-back", peer]], "checkpoint-back: shorter", {
			checkpoints: [{ ...lastPeer, size: 69 }],
		}),
		keeps("a peer's log as long as before", { checkpoints: [{ ...lastPeer, size: 70 }] }),
		breaks(
			[
				"order",
				"operator",
				"number",
				"previous",
				"time-back",
				"stale",
				["reserve-invalid", yen],
				["reserve-invalid", seats],
				["reserve-stale", yen],
				["reserve-stale", seats],
				short,
				["reserve-short", seats],
				["position-back", peer],
				["checkpoint-back", peer],
			],
			"many at once",
			{
				operator: id(3),
				number: 9,
				previous: null,
				sealedAt: 1,
				assets: [seatTotals, yenTotals],
				positions: [],
				checkpoints: [],
			},
		),
		refuses("malformed", "a seal of number 0", { leaf: changed(sealLeaf(kept), [1, 1], 0) }),
		refuses("too-many", "65 assets", { leaf: changed(sealLeaf(kept), [1, 5], new Array(65).fill(0)) }),
		refuses("amount-invalid", "a total below zero", { leaf: changed(sealLeaf(kept), [1, 5, 0, 1], -1) }),
		refuses("type-unknown", "a leaf of kind 3", { leaf: changed(sealLeaf(kept), [0], 3) }),
	],
};

/** One leaf of each kind. */
export const eachLeaf: readonly (readonly [comment: string, leaf: LogLeaf])[] = [
	["a seal", { kind: "seal", seal: kept }],
	...against.batches
		.map(
			(batch, i) => [`a batch: ${batch.kind}${i === 0 ? ", more" : ""}`, { kind: "batch", batch }] as const,
		)
		.slice(1, -1),
	["the first seal", { kind: "seal", seal: { ...kept, ...begun } }],
];

/** One proof of each kind. */
export const eachProof: readonly SealProof[] = [stateFile(output), lineFile(accounts[1]), itemFile(issues)];

const witness = signerOf("witness of seals", "ES256");
const secondWitness = signerOf("second witness of seals", "Ed25519");
const name = { operator, number: kept.number, seal: sealHash(kept) };
export const cosigned: Bytes = await signCosignature({ ...name, signedAt: 1_012 }, witness);
export const refused: Bytes = await signSealRefusal(
	{
		...name,
		broken: [
			{ rule: "time-back", about: null },
			{ rule: "reserve-short", about: yen },
		],
		refusedAt: 1_012,
	},
	witness,
);

/** What both kinds of word share: `time` is where its seconds stand. */
const wordCases = (word: Bytes, otherWord: Bytes, signed: Bytes, time: number): readonly Case[] => [
	accepts("a witness's word", { word }),
	accepts("of another witness, which is asked for", { word: signed, signer: keyId(secondWitness.key) }),
	refuses("authority-unknown", "of another witness", { word: signed }),
	refuses("authority-unknown", "of another witness, and wrong", {
		word: changed(signed, [2], new Uint8Array(64)),
	}),
	refuses("signature-invalid", "of another seal", { word: changed(word, [0, 2], flipped(name.seal)) }),
	refuses("signature-invalid", "of another number", { word: changed(word, [0, 1], 8) }),
	refuses("signature-invalid", "of another time", { word: changed(word, [0, time], 1_013) }),
	refuses("signature-invalid", "of another operator", { word: changed(word, [0, 0], id(3)) }),
	refuses("malformed", "the other kind of word", { word: otherWord }),
	refuses("malformed", "a signature of 63 bytes", { word: changed(word, [2], new Uint8Array(63)) }),
];

const secondCosigned = await signCosignature({ ...name, signedAt: 1_012 }, secondWitness);
const secondRefused = await signSealRefusal(
	{ ...name, broken: [{ rule: "stale", about: null }], refusedAt: 1_012 },
	secondWitness,
);

export const sealCosignatures: Draft = {
	name: "seal-cosignatures",
	comment: "A witness found every rule of a seal kept: docs/spec/seals.md#what-a-witness-signs.",
	judge: "sealCosignature",
	given: { signer: keyId(witness.key) },
	cases: [
		...wordCases(cosigned, refused, secondCosigned, 3),
		refuses("malformed", "of seal 0", { word: changed(cosigned, [0, 1], 0) }),
	],
};

export const sealRefusals: Draft = {
	name: "seal-refusals",
	comment: "A witness found rules of a seal broken: docs/spec/seals.md#what-a-witness-signs.",
	judge: "sealRefusal",
	given: { signer: keyId(witness.key) },
	cases: [
		...wordCases(refused, cosigned, secondRefused, 4),
		refuses("signature-invalid", "another rule", { word: changed(refused, [0, 3, 0, 0], 3) }),
		refuses("malformed", "no rule", { word: changed(refused, [0, 3], []) }),
		refuses("too-many", "seventeen rules", { word: changed(refused, [0, 3], new Array(17).fill([5, null])) }),
		refuses("malformed", "a rule that is not listed", { word: changed(refused, [0, 3, 0, 0], 18) }),
	],
};
