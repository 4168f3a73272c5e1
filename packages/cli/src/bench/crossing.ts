/**
 * `bench crossing`: payments a second between accounts of two operators, in two processes, both ways at once, each over
 * HTTP from the quote to the end at both sides, decided by seals that two witnesses followed and cosigned; and how long
 * one takes. Beside it the signatures alone that a payment cannot do without, in one thread: two of its quote, and each
 * read by the side that did not sign and by the payee's again. Everything runs on this machine: the driver and the
 * witnesses share its processors with both operators.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { verifySign1 } from "@tenten/protocol";
import type { Output } from "../output.ts";
import { random } from "../surroundings.ts";
import { seededChance } from "../torture/chance.ts";
import { type CrossingTortured, tortureCrossing } from "../torture/crossing-torture.ts";
import { race } from "./race.ts";
import type { BenchResult } from "./result.ts";

const payments = 3_000;
const together = 25;
const lanes = 32;
const rounds = 5;

export async function benchCrossing(output: Output): Promise<readonly BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-bench-crossing-"));
	try {
		output.say(`crossing: ${payments} payments between two operators …`);
		const chance = seededChance(1);
		const epoch_ms = 500;
		const paid = await tortureCrossing({ folder, chance, payments, kills: 0, together, lanes, epoch_ms });
		if (paid.losses.length > 0 || paid.committed < 0.99 * paid.payments)
			throw new Error(`${paid.committed} of ${paid.payments} were made; ${paid.losses.join(", ")}`);
		return await resultsOf(paid);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function resultsOf(paid: CrossingTortured): Promise<readonly BenchResult[]> {
	const [ours, other] = [newSigner(), newSigner()];
	const quote = random(300);
	const { signing } = await race(
		{
			signing: async () => {
				const [first, second] = [await other.sign("quote", quote), await ours.sign("quote", quote)];
				for (const [signer, signed] of [
					[other, first],
					[ours, second],
					[other, first],
				] as const)
					if (!verifySign1(verify, signer.key, "quote", quote, signed)) throw new Error("a wrong signature");
			},
		},
		{ rounds, slice_ms: 200 },
	);
	const limit = 1 / signing.each_s;
	const common = { name: "crossing", peer: null, rounds: paid.committed } as const;
	return [
		{
			...common,
			metric: "payments between two operators, from the quote to both ends, beside their bare signatures",
			unit: "payments/s",
			ours: paid.perSecond,
			limit,
			ratio: paid.perSecond / limit,
			spread: null,
			target: { of: "ours", atLeast: 100 },
		},
		...([0.5, 0.99] as const).map((share) => ({
			...common,
			metric: `from the lock to both ends, ${share === 0.5 ? "median" : "99th percentile"}`,
			unit: "ms",
			ours: share === 0.5 ? paid.p50_ms : paid.p99_ms,
			limit: null,
			ratio: null,
			spread: null,
			target: null,
		})),
	];
}

function newSigner() {
	return signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
}
