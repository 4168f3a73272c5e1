/**
 * `bench issue`: tokens issued a second in batches of 1,000, each batch under one signature, from what the
 * holders asked for to the encoded proofs that they get; beside the bare hashes and the one signature.
 */
import { hash } from "node:crypto";
import { encodeItem, issue, issueBatch, issueProof, type Signer, serialize } from "@tenten/protocol";
import { issuesOf, makeEcosystem, random } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { tagged } from "./bare-work.ts";
import { race, ratioOf } from "./race.ts";
import type { BenchResult } from "./result.ts";

const batch = 1000;

export async function benchIssue(output: Output): Promise<readonly BenchResult[]> {
	output.say(`issue: batches of ${batch} …`);
	const ecosystem = await makeEcosystem("Bench", { code: "JPY", scale: 0 });
	const { certificate: owner } = await ecosystem.newHolder();
	const drafts = Array.from({ length: batch }, (_, i) => ({
		amount: BigInt(i + 1),
		owner,
		request: random(32),
		conditions: [],
	}));
	let signatures = 0;
	const counting: Signer = {
		...ecosystem.issuing,
		sign: (type, payload) => {
			signatures++;
			return ecosystem.issuing.sign(type, payload);
		},
	};
	await issueBatch(issuesOf(ecosystem, drafts), counting);
	const signaturesPerBatch = signatures;
	const issueBytes = tagged("issue", encodeItem(issue.write(issuesOf(ecosystem, drafts)[0] ?? failed())));
	const [leaf, node] = [new Uint8Array(33), new Uint8Array(65)];
	const { ours, limit } = await race(
		{
			ours: async () => {
				const proofs = await issueBatch(issuesOf(ecosystem, drafts), ecosystem.issuing);
				for (const proof of proofs) serialize(issueProof, proof);
			},
			limit: async () => {
				for (let i = 0; i < batch; i++)
					for (const bytes of [issueBytes, leaf, node]) hash("sha256", bytes, "buffer");
				await ecosystem.issuing.sign("issue-batch", leaf);
			},
		},
		{ slice_ms: 100 },
	);
	const common = { name: "issue", peer: null } as const;
	return [
		{
			...common,
			metric: `batches of ${batch}`,
			unit: "tokens/s",
			ours: batch / ours.each_s,
			limit: batch / limit.each_s,
			ratio: 1 / ratioOf(ours, limit),
			spread: ours.spread,
			target: { of: "ours", atLeast: 20_000 },
		},
		{
			...common,
			metric: "signatures a batch",
			unit: "signatures",
			ours: signaturesPerBatch,
			limit: 1,
			ratio: signaturesPerBatch,
			spread: null,
			target: { of: "ours", atMost: 1 },
		},
	];
}

function failed(): never {
	throw new Error("a batch has issues");
}
