/**
 * Logs as a witness of seals follows them: whatever leaves a log holds, a seal is cosigned only if it says of each asset
 * what all issues of the log add up to. And a witness that has followed one, for the routes of its door.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type Bytes,
	changePages,
	checkpointText,
	checkSample,
	decodeItem,
	encodeItem,
	type Item,
	isRefusal,
	keyId,
	leafHash,
	lineKey,
	nonceHash,
	parseLeaf,
	proveLine,
	readAnswer,
	refuse,
	rootOf,
	type Seal,
	type SumNode,
	sampleAnswer,
	sealHash,
	serialize,
	serializeLeaf,
	sha256,
	signChallenge,
	signCommitment,
	signDrill,
	signNote,
	signReserve,
	sumAlgebra,
	TreeEdge,
	toHex,
	verifierKey,
	verifyChallenge,
	verifyDrill,
	writeEntries,
	writeNote,
	writeTile,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../packages/module/src/index.ts";
import { SealStore, SealWitness } from "../../packages/operator/src/index.ts";
import { beginReading, nothingFound, readOn } from "../../packages/operator/src/seal-witness/judging.ts";
import { Broken, mustBeSame, type Target } from "../target.ts";

const signer = signerFrom(sha256(Uint8Array.of(1)), "Ed25519");
const origin = "log.example/a";
const key = verifierKey(origin, "note", signer.key.bytes);

export const peerId = keyId(signer.key);
const issuedFromNothing = {
	asset: peerId,
	issued: 1n,
	redeemed: 0n,
	refunded: 0n,
	burned: 0n,
	chargedOff: 0n,
	outstanding: 1n,
	forkFunded: 0n,
	forkDrawn: 0n,
	forkRepaid: 0n,
	forkLost: 0n,
	liabilities: new Uint8Array(32),
	held: 0n,
};

/** A log of two seals, of which the second breaks a rule. */
export const sealOf = async (number: number): Promise<Seal> => ({
	operator: peerId,
	number,
	previous: number === 1 ? null : sealHash(await sealOf(number - 1)),
	sealedAt: 7,
	state: new Uint8Array(32),
	assets: number === 1 ? [] : [issuedFromNothing],
	reserves: [],
	positions: [],
	checkpoints: [],
});

/** The files of that log. */
async function sealedFiles(): Promise<ReadonlyMap<string, Bytes>> {
	const seals = await Promise.all([1, 2].map(sealOf));
	const leaves = seals.map((seal) => serializeLeaf({ kind: "seal", seal }));
	const edge = new TreeEdge();
	for (const leaf of leaves) edge.append(leafHash(leaf));
	const text = checkpointText({ origin, size: 2, root: edge.root() });
	return new Map([
		["checkpoint", writeNote({ text, signatures: [await signNote(text, origin, signer)] })],
		["tile/entries/000.p/2", writeEntries(leaves)],
		["tile/0/000.p/2", writeTile(leaves.map(leafHash))],
	]);
}

export async function followedSeals(file: string): Promise<SealWitness> {
	SealStore.create(file, signer.key);
	const store = SealStore.open(file);
	if (isRefusal(store)) throw new Broken(store.detail);
	const files = await sealedFiles();
	const log = {
		operator: peerId,
		keys: { origin, keys: [key] },
		source: async (path: string) => files.get(path),
		sampling: { ask: async () => refuse("channel-failed"), count: 1, pause_s: 9 },
		policy: { holders: [], maximumAge_s: 60, ahead_s: 5, reserveAge_s: 60 },
	};
	const seals = new SealWitness({ store, signer, logs: [log], verify, now: () => 7_000 });
	await seals.visit();
	await seals.visit();
	if (seals.store.cases().length !== 1) throw new Broken("the second seal convicts nobody");
	return seals;
}

export async function evidenceHash(): Promise<Bytes> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-fuzz-seals-"));
	const seals = await followedSeals(join(folder, "seals.db"));
	const hash = seals.store.cases()[0]?.hash ?? peerId;
	await seals.close();
	rmSync(folder, { recursive: true });
	return hash;
}

/** Issues of a log's entries before a place, by their assets in hexadecimal. */
function issuedBefore(entries: readonly Bytes[], place: number): ReadonlyMap<string, bigint> {
	const issued = new Map<string, bigint>();
	for (const entry of entries.slice(0, place)) {
		const leaf = parseLeaf(entry);
		if (isRefusal(leaf) || leaf.kind !== "batch" || leaf.batch.kind !== "issues") continue;
		const asset = toHex(leaf.batch.asset);
		issued.set(asset, (issued.get(asset) ?? 0n) + leaf.batch.total);
	}
	return issued;
}

/** Whatever a log holds, a seal is cosigned only if it says of each asset what all issues of the log add up to. */
export const sealedLeaves: Target = {
	name: "witness/leaves",
	weight: 4,
	open: async () => {
		const root = new Uint8Array(32);
		const batches = [5n, 7n].map((total) =>
			serializeLeaf({ kind: "batch", batch: { kind: "issues", asset: peerId, count: 1, total, root } }),
		);
		const first = await sealOf(1);
		const totals = { ...issuedFromNothing, issued: 12n, outstanding: 12n };
		const body = { operator: peerId, asset: peerId, amount: 12n, heldAt: 7 };
		const second: Seal = {
			...first,
			number: 2,
			previous: sealHash(first),
			assets: [totals],
			reserves: [await signReserve(body, signer)],
		};
		const third: Seal = { ...second, number: 3, previous: sealHash(second) };
		const [one, two, three] = [first, second, third].map((seal) => serializeLeaf({ kind: "seal", seal }));
		return {
			seeds: [[one, ...batches, two, three], [one, two], batches].map((each) => logItem(each as Bytes[])),
			form: "items",
			run: (input) => {
				const entries = entriesIn(input);
				if (entries === undefined) return "no-entries";
				const found = nothingFound();
				const reading = beginReading(peerId, null);
				const policy = { holders: [peerId], maximumAge_s: 60, ahead_s: 5, reserveAge_s: 60 };
				const judge = { operator: peerId, policy, peerWords: [], verify, now: 7, said: () => undefined };
				const refusal = readOn(reading, entries, judge, found);
				const cosigned = [...found.words.values()].filter(({ kind }) => kind === "cosignature");
				for (const { place } of cosigned) {
					const leaf = parseLeaf(entries[place] as Bytes);
					if (isRefusal(leaf) || leaf.kind !== "seal") throw new Broken("what is cosigned is no seal");
					const issued = issuedBefore(entries, place);
					for (const { asset, issued: said } of leaf.seal.assets)
						if (said !== (issued.get(toHex(asset)) ?? 0n))
							throw new Broken("more is cosigned than was issued");
				}
				return refusal?.code ?? (cosigned.length > 0 ? "accepted" : "refused");
			},
		};
	},
};

/** A tree of one line, and what is asked of it. */
async function sampled() {
	const salt = peerId;
	const tree = changePages<bigint, SumNode>(sumAlgebra, new Map(), [
		{ key: lineKey(peerId, salt), entry: 5n },
	]);
	const pages = new Map([...tree].flatMap(([path, page]) => (page === null ? [] : [[path, page] as const])));
	const proof = proveLine(pages, peerId, salt);
	if (proof === undefined) throw new Broken("a line that is there is not proved");
	const liabilities = rootOf(sumAlgebra, pages);
	const { hash: root, sum: total } = liabilities;
	const batches = [{ place: 3, batch: { kind: "issues", asset: peerId, count: 1, total, root } as const }];
	const common = { operator: peerId, number: 5, asset: peerId, checkpoint: peerId, nonce: peerId, since: 0 };
	return { challenge: { ...common, count: 2 }, against: { liabilities, batches }, proof };
}

/** Whatever an operator answers, a draw counts as answered by nothing but its own line. */
export const sampleAnswers: Target = {
	name: "witness/answer",
	weight: 2,
	open: async () => {
		const { challenge, against, proof } = await sampled();
		const item = { place: 3, proof };
		return {
			seeds: [
				{ lines: [proof, proof], items: [item, item] },
				{ lines: [null, proof], items: [] },
			].map((answer) => serialize(sampleAnswer, answer)),
			form: "items",
			run: (input) => {
				const answer = readAnswer(input);
				if (isRefusal(answer)) return answer.code;
				const { asked, bad } = checkSample(answer, challenge, against);
				const own = [...answer.lines, ...answer.items.map((each) => each?.proof ?? null)].filter(
					(each) => each !== null && each.amount === proof.amount && toHex(each.owner) === toHex(peerId),
				);
				if (asked !== 4 || asked - bad.length > own.length)
					throw new Broken("a draw was answered by nothing");
				return bad.length === 0 ? "accepted" : "bad";
			},
		};
	},
};

/** No challenge counts that a listed witness did not sign, or did not commit to. */
export const sampleChallenges: Target = {
	name: "witness/challenge",
	weight: 2,
	open: async () => {
		const { challenge } = await sampled();
		const committed = { operator: peerId, from: 5, commitment: nonceHash(challenge.nonce), committedAt: 7 };
		const commitment = await signCommitment(committed, signer);
		const good = await signChallenge(challenge, commitment, signer);
		return {
			seeds: [good, await signChallenge({ ...challenge, number: 4 }, commitment, signer)],
			form: "items",
			run: (input) => {
				const asked = verifyChallenge(input, [peerId], verify);
				if (isRefusal(asked)) return asked.code;
				mustBeSame(input, good);
				return "accepted";
			},
		};
	},
};

/** No statement of a drill counts that its witness did not sign. */
export const drillStatements: Target = {
	name: "witness/drill",
	weight: 1,
	open: async () => {
		const body = { drill: peerId, operator: peerId, asset: peerId, amount: 5n, requestedAt: 7, deadline: 9 };
		const outcomes = [null, { result: "paid" as const, after_ms: 40 }];
		const seeds = await Promise.all(outcomes.map((outcome) => signDrill({ ...body, outcome }, signer)));
		return {
			seeds,
			form: "items",
			run: (input) => {
				const read = verifyDrill(input, peerId, verify);
				if (isRefusal(read)) return read.code;
				mustBeSame(input, seeds[read.outcome === null ? 0 : 1] as Bytes);
				return "accepted";
			},
		};
	},
};

/** what is checked below takes time for each of them and each seal */
const entriesMost = 32;

/** A log as one item: an array of its leaves, each as the item that it is. */
function logItem(entries: readonly Bytes[]): Bytes {
	return encodeItem(entries.map((entry) => decodeItem(entry, entry.length) as Item));
}

function entriesIn(input: Bytes): readonly Bytes[] | undefined {
	const items = decodeItem(input, 1 << 20);
	if (isRefusal(items) || !Array.isArray(items) || items.length > entriesMost) return undefined;
	return (items as readonly Item[]).map(encodeItem);
}
