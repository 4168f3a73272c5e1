/**
 * `bench seal`: the liabilities of a million accounts in the operator's store, of which a thousand change at a time,
 * each time in one durable transaction; and the proof of one line.
 *
 *   1,000,000 lines ─▶ 1,000 of them, drawn anew ─▶ root, durable        beside it: as many hashes of as many bytes, bare
 *
 * At the end a tree is built anew from the amounts alone, and must have the same root; and every proof that is measured
 * is verified under it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { changeLines, liabilitiesIn, lineProofIn, openStore } from "@tenten/operator";
import {
	type Bytes,
	isRefusal,
	lineProof,
	type Refusal,
	type SumNode,
	serialize,
	sha256,
	verifyLineProof,
} from "@tenten/protocol";
import { random } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { ratioOf, timing } from "./race.ts";
import type { BenchResult } from "./result.ts";
import { diskSyncResult } from "./sync.ts";

export type SealBenchOptions = {
	readonly rounds?: number;
	readonly accounts?: number;
	/** lines that change in each round */
	readonly changed?: number;
};

/** Of a node: a tag, two hashes and two sums. */
const nodeBytes = 104;
const proofsMeasured = 200;

type Store = Awaited<ReturnType<typeof openStore>>;

export async function benchSeal(
	output: Output,
	{ rounds = 7, accounts = 1_000_000, changed = 1_000 }: SealBenchOptions = {},
): Promise<readonly BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-seal-"));
	const lines = { asset: random(32), secret: random(32) };
	const store = await openStore(join(folder, "seal.sqlite"), {});
	try {
		output.say(`seal: ${accounts.toLocaleString("en")} lines …`);
		const amounts = Array.from({ length: accounts }, (_, number) => BigInt(1_000 + (number % 50_000)));
		const all = amounts.map((amount, number) => ({ account: accountOf(number), amount }));
		const from_ms = performance.now();
		mustBeRoot(await store.run((transaction) => changeLines(transaction, lines, all)));
		const built_s = (performance.now() - from_ms) / 1000;
		output.say(`seal: ${changed.toLocaleString("en")} of them change …`);
		const [ours, bare, cpu_s]: [number[], number[], number[]] = [[], [], []];
		// The first round is not counted: it makes statements, and warms up.
		for (let round = 0; round <= rounds; round++) {
			const bare_s = hashing(changed * Math.log2(accounts));
			const drawn = draw(accounts, changed);
			const changes = drawn.map((number) => ({ account: accountOf(number), amount: BigInt(round + number) }));
			const [before, begin_ms] = [process.cpuUsage(), performance.now()];
			mustBeRoot(await store.run((transaction) => changeLines(transaction, lines, changes)));
			const seconds = (performance.now() - begin_ms) / 1000;
			const { user, system } = process.cpuUsage(before);
			for (const [at, number] of drawn.entries()) amounts[number] = changes[at]?.amount ?? 0n;
			if (round === 0) continue;
			ours.push(seconds);
			bare.push(bare_s);
			cpu_s.push((user + system) / 1e6);
		}
		const root = await store.read((transaction) => liabilitiesIn(transaction, lines.asset));
		await mustBeSame(folder, lines, amounts, root);
		const size = await largestProof(store, lines, draw(accounts, Math.min(accounts, proofsMeasured)), root);
		return [
			...results({ ours, bare, cpu_s, changed, accounts, built_s }),
			...sizes(accounts, size),
			diskSyncResult("seal", folder),
		];
	} finally {
		await store.close();
		rmSync(folder, { recursive: true });
	}
}

function accountOf(number: number): Bytes {
	return sha256(Uint8Array.of(number, number >> 8, number >> 16, number >> 24));
}

function draw(accounts: number, count: number): readonly number[] {
	const drawn = new Set<number>();
	while (drawn.size < Math.min(count, accounts)) drawn.add(Math.floor(Math.random() * accounts));
	return [...drawn];
}

/** Seconds of the hashes alone of every node above so many lines, none shared. */
function hashing(nodes: number): number {
	const content = random(nodeBytes);
	const from_ms = performance.now();
	for (let node = 0; node < nodes; node++) content.set(sha256(content).subarray(0, 8));
	return (performance.now() - from_ms) / 1000;
}

function mustBeRoot(root: SumNode | Refusal): SumNode {
	if (isRefusal(root)) throw new Error(`lines are ${root.code}`);
	return root;
}

/** The same lines in a tree of its own: whatever order they came in, the root is one. */
async function mustBeSame(
	folder: string,
	lines: { readonly asset: Bytes; readonly secret: Bytes },
	amounts: readonly bigint[],
	{ hash, sum }: SumNode,
): Promise<void> {
	if (sum !== amounts.reduce((total, amount) => total + amount, 0n))
		throw new Error("the root's sum is another");
	const anew = await openStore(join(folder, "anew.sqlite"), {});
	try {
		const all = amounts.map((amount, number) => ({ account: accountOf(number), amount }));
		const built = mustBeRoot(await anew.run((transaction) => changeLines(transaction, lines, all)));
		if (Buffer.compare(built.hash, hash) !== 0) throw new Error("a tree that is built anew has another root");
	} finally {
		await anew.close();
	}
}

/** bytes */
async function largestProof(
	store: Store,
	lines: { readonly asset: Bytes; readonly secret: Bytes },
	drawn: readonly number[],
	root: SumNode,
): Promise<number> {
	let largest = 0;
	for (const number of drawn) {
		const proof = await store.read((transaction) => lineProofIn(transaction, lines, accountOf(number)));
		if (proof === undefined || isRefusal(verifyLineProof(proof, root)))
			throw new Error("a line has no proof");
		largest = Math.max(largest, serialize(lineProof, proof).length);
	}
	return largest;
}

function results(measured: {
	readonly ours: readonly number[];
	readonly bare: readonly number[];
	readonly cpu_s: readonly number[];
	readonly changed: number;
	readonly accounts: number;
	readonly built_s: number;
}): readonly BenchResult[] {
	const { changed, accounts, built_s } = measured;
	const [ours, bare, spent] = [timing(measured.ours), timing(measured.bare), timing(measured.cpu_s)];
	const of = `of ${accounts.toLocaleString("en")} lines`;
	const counted = { name: "seal", peer: null, unit: "ms" };
	return [
		{
			...counted,
			metric: `${changed.toLocaleString("en")} ${of} change, durable`,
			ours: 1000 * ours.each_s,
			limit: 1000 * bare.each_s,
			ratio: ratioOf(ours, bare),
			spread: ours.spread,
			rounds: measured.ours.length,
			target: { of: "ours", atMost: 1_000 },
		},
		{
			...counted,
			metric: `${changed.toLocaleString("en")} ${of} change: processor`,
			ours: 1000 * spent.each_s,
			limit: null,
			ratio: null,
			spread: spent.spread,
			rounds: measured.ours.length,
			target: null,
		},
		{
			...counted,
			metric: `all ${of} at once`,
			ours: 1000 * built_s,
			limit: null,
			ratio: null,
			spread: null,
			rounds: 1,
			target: null,
		},
	];
}

function sizes(accounts: number, largest: number): readonly BenchResult[] {
	return [
		{
			name: "seal",
			metric: `proof of a line of ${accounts.toLocaleString("en")}, the largest of ${proofsMeasured}`,
			unit: "bytes",
			ours: largest,
			limit: null,
			peer: null,
			ratio: null,
			spread: null,
			rounds: proofsMeasured,
			target: { of: "ours", atMost: 4_500 },
		},
	];
}
