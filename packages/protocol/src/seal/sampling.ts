/**
 * Sampling: lines and items that a witness draws by their value, for the users who never look (docs/spec/sampling.md).
 *
 *   nonce ─hash─▶ commitment, shown ─▶ seal, checkpoint ─▶ nonce and checkpoint: a seed ─▶ numbers below each sum
 *                                                                                          each names one line
 *
 * Whoever seals does not know what will be asked for, and whoever asks cannot choose it: the nonce was committed to
 * before the seal, and the checkpoint is the operator's. An operator that has no lines for a part x of what it sealed
 * fails each draw with that chance: n draws find it with 1 − (1 − x)ⁿ.
 */
import {
	type Bytes,
	bytes32,
	equalBytes,
	integer,
	isRefusal,
	limits,
	list,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { coseKey, keyId, type Signer, signature, taggedHash, type Verify } from "../crypto/index.ts";
import { type Batch, totalOf, verifyItem } from "./batch.ts";
import type { Pages } from "./sparse-tree.ts";
import { lineProof, type ProvedLine, type SumNode, verifyLineProof } from "./sum-tree.ts";
import { isSignedWord, signWord } from "./word.ts";

const place = integer(0, Number.MAX_SAFE_INTEGER);
const sealNumber = integer(1, Number.MAX_SAFE_INTEGER);
/** draws of one challenge from the lines, and as many from the items */
export const drawsMost = 64;
/** bytes of an answer */
const answerBytes = 1_048_576;

/** That its signer holds a nonce of this hash, for a seal of this number or a later one. */
export const commitmentBody = record({
	operator: bytes32,
	from: sealNumber,
	commitment: bytes32,
	committedAt: unixSeconds,
});
export type CommitmentBody = TypeOf<typeof commitmentBody>;
export const sampleCommitment = record({ body: commitmentBody, signer: coseKey, signature });

/** Which lines and items of an asset are asked for, under the last seal. */
export const challengeBody = record({
	operator: bytes32,
	/** of the seal */
	number: sealNumber,
	asset: bytes32,
	/** SHA-256 of the text of a checkpoint over it */
	checkpoint: bytes32,
	nonce: bytes32,
	/** items are drawn from batches of the asset from this place in the log up to the seal's */
	since: place,
	count: integer(1, drawsMost),
});
export type ChallengeBody = TypeOf<typeof challengeBody>;
export const sampleChallenge = record({ body: challengeBody, signer: coseKey, signature });

export const sampleRequest = record({ challenge: sampleChallenge, commitment: sampleCommitment });

/** What was drawn, in the order of the draws; null where whoever answers has nothing there. */
export const sampleAnswer = record({
	lines: list(nullable(lineProof), drawsMost),
	items: list(nullable(record({ place, proof: lineProof })), drawsMost),
});
export type SampleAnswer = TypeOf<typeof sampleAnswer>;

export function nonceHash(nonce: Bytes): Bytes {
	return taggedHash("sample-nonce", [nonce]);
}

export type SampleCommitment = TypeOf<typeof sampleCommitment>;

export function signCommitment(body: CommitmentBody, witness: Signer): Promise<SampleCommitment> {
	return signWord("sample-commitment", commitmentBody, body, witness);
}

/** A challenge, with the commitment that it opens: what an operator is sent. */
export async function signChallenge(
	body: ChallengeBody,
	commitment: SampleCommitment,
	witness: Signer,
): Promise<Bytes> {
	const challenge = await signWord("sample-challenge", challengeBody, body, witness);
	return serialize(sampleRequest, { challenge, commitment });
}

/**
 * What is asked, if a witness of these asks, and committed to it: `authority-unknown` where none of these key ids signed
 * challenge and commitment both, `signature-invalid`, and `proof-invalid` where the challenge does not open the
 * commitment, or that is of a later seal.
 */
export function verifyChallenge(
	encoded: Bytes,
	witnesses: readonly Bytes[],
	verify: Verify,
): ChallengeBody | Refusal {
	const request = parse(sampleRequest, encoded, limits.message);
	if (isRefusal(request)) return request;
	const { challenge, commitment } = request;
	const id = keyId(challenge.signer);
	if (!witnesses.some((each) => equalBytes(each, id)) || !equalBytes(keyId(commitment.signer), id))
		return refuse("authority-unknown", "another witness");
	const isSigned =
		isSignedWord("sample-challenge", challengeBody, challenge, verify) &&
		isSignedWord("sample-commitment", commitmentBody, commitment, verify);
	if (!isSigned) return refuse("signature-invalid", "sample");
	const [asked, committed] = [challenge.body, commitment.body];
	const isOpened =
		equalBytes(committed.commitment, nonceHash(asked.nonce)) &&
		equalBytes(committed.operator, asked.operator) &&
		committed.from <= asked.number;
	return isOpened ? asked : refuse("proof-invalid", "a nonce that was not committed to for this seal");
}

/** What an operator answered, or the refusals of `parse`. */
export function readAnswer(encoded: Bytes): SampleAnswer | Refusal {
	return parse(sampleAnswer, encoded, answerBytes);
}

/** What is drawn from: lines of accounts, or items of batches. */
export type Population = "lines" | "items";

const populations: Readonly<Record<Population, number>> = { lines: 1, items: 2 };

/**
 * The numbers that are drawn, each from 0 to `sum` − 1; none where there is nothing to draw from. 256 bits for a number
 * below 2⁶⁴ make none of them likelier than another by more than 2⁻¹⁹².
 */
export function drawsOf(
	{ operator, number, asset, checkpoint, nonce, since, count }: ChallengeBody,
	population: Population,
	sum: bigint,
): readonly bigint[] {
	if (sum <= 0n) return [];
	const content = [operator, number, asset, checkpoint, nonce, since, populations[population]];
	return Array.from({ length: count }, (_, draw) => {
		const hash = taggedHash("sample-draw", [...content, draw]);
		return hash.reduce((value, byte) => value * 256n + BigInt(byte), 0n) % sum;
	});
}

/**
 * The key of the line that a number names in a tree; or the page to load first, by its path. Null where the number is
 * not below the sum.
 */
export function drawnIn(
	pages: Pages<bigint, SumNode>,
	drawn: bigint,
): { readonly key: Bytes } | { readonly missing: string } | null {
	let rest = drawn;
	for (let path = ""; ; ) {
		const page = pages.get(path);
		if (page === undefined) return { missing: path };
		const digit = page.findIndex((slot) => {
			const sum = slot === null ? 0n : slot.kind === "leaf" ? slot.entry : slot.node.sum;
			if (rest < sum) return true;
			rest -= sum;
			return false;
		});
		const slot = page[digit] ?? null;
		if (slot === null) return null;
		if (slot.kind === "leaf") return { key: slot.key };
		path += digit.toString(16);
	}
}

/** A batch of the asset that is asked for, and its place. */
export type PlacedBatch = { readonly place: number; readonly batch: Batch };

/** Which of batches, side by side in the order of their places, a number names, and what is left of it there. */
export function batchAt(
	batches: readonly PlacedBatch[],
	drawn: bigint,
): { readonly placed: PlacedBatch; readonly rest: bigint } | undefined {
	let rest = drawn;
	for (const placed of batches) {
		const total = totalOf(placed.batch);
		if (rest < total) return { placed, rest };
		rest -= total;
	}
	return undefined;
}

export function sumOfBatches(batches: readonly PlacedBatch[]): bigint {
	return batches.reduce((sum, { batch }) => sum + totalOf(batch), 0n);
}

/** What a seal and the log say: the tree of lines, and all batches of the asset in the range that was asked for. */
export type Sampled = { readonly liabilities: SumNode; readonly batches: readonly PlacedBatch[] };

/** A draw that was not answered by its own line. */
export type BadDraw = { readonly population: Population; readonly draw: number; readonly why: string };
export type SampleOutcome = { readonly asked: number; readonly bad: readonly BadDraw[] };

/** How many draws there were, and which of them were not answered by the line that they name. */
export function checkSample(
	answer: SampleAnswer,
	challenge: ChallengeBody,
	{ liabilities, batches }: Sampled,
): SampleOutcome {
	const lines = drawsOf(challenge, "lines", liabilities.sum);
	const items = drawsOf(challenge, "items", sumOfBatches(batches));
	const bad = [
		...lines.map((drawn, draw) => ({
			population: "lines" as const,
			draw,
			why: badLine(answer.lines[draw] ?? null, drawn, (proof) => verifyLineProof(proof, liabilities)),
		})),
		...items.map((drawn, draw) => ({
			population: "items" as const,
			draw,
			why: badItem(answer.items[draw] ?? null, drawn, batches),
		})),
	];
	return {
		asked: bad.length,
		bad: bad.flatMap(({ why, ...each }) => (why === undefined ? [] : [{ ...each, why }])),
	};
}

type Proof = TypeOf<typeof lineProof>;

function badLine(
	proof: Proof | null,
	drawn: bigint,
	proved: (proof: Proof) => ProvedLine | Refusal,
): string | undefined {
	if (proof === null) return "nothing";
	const line = proved(proof);
	if (isRefusal(line)) return line.code;
	return line.from <= drawn && drawn < line.from + line.amount ? undefined : "another line";
}

function badItem(
	item: SampleAnswer["items"][number],
	drawn: bigint,
	batches: readonly PlacedBatch[],
): string | undefined {
	const named = batchAt(batches, drawn);
	if (item === null || named === undefined) return "nothing";
	if (item.place !== named.placed.place) return "another batch";
	return badLine(item.proof, named.rest, (proof) => verifyItem(named.placed.batch, proof));
}
