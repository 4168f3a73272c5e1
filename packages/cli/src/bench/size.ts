/**
 * `bench size`: bytes that a hop adds to a token, bytes of a whole token of 10 hops, and hops in a QR code.
 *
 * Sizes are of real tokens, encoded as they travel. The limit of a hop is what is new and cannot be worked
 * out again: its signature, the fresh request in the owner, the release, and for change an owner.
 */
import { serializeToken, type VerifiedToken } from "@tenten/protocol";
import { type Ecosystem, issueTokens, makeEcosystem, random } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { type Passing, passToken } from "../passing.ts";
import { makeChain } from "./chain.ts";
import type { BenchResult } from "./result.ts";

const signatureBytes = 64;
const hashBytes = 32;
/** Version 40 at level L holds this many bytes (ISO/IEC 18004, table 7). */
const qrBytes = 2953;
/** Published: bytes a hop. EuroToken has no change, no crash safety and no certificate. */
const peers = { euroToken: 138, cashuProof: 278 } as const;

export async function benchSize(output: Output): Promise<readonly BenchResult[]> {
	const ecosystem = await makeEcosystem("Bench", { code: "JPY", scale: 0 });
	output.say("size: tokens are made and measured …");
	const direct = await hopBytes(ecosystem, { way: "direct" });
	const twoPhase = await hopBytes(ecosystem, { way: "twoPhase" });
	const withChange = await hopBytes(ecosystem, { way: "twoPhase", hasChange: true });
	const withData = await hopBytes(ecosystem, { way: "twoPhase", data: random(32) });
	const { certificate } = await ecosystem.newHolder();
	const chain = await makeChain(ecosystem, 32, { way: "twoPhase", hasChange: true, holders: 33 });
	const sizes = chain.map((token) => serializeToken(token).length);
	const fitting = sizes.findLastIndex((size) => size <= qrBytes);
	const bare = signatureBytes + hashBytes;
	return [
		row("direct hop", direct, bare, peers.euroToken, { atMost: 160 }),
		row("two-phase hop", twoPhase, bare + hashBytes, peers.euroToken, { atMost: 230 }),
		row("change", withChange - twoPhase, hashBytes, null, { atMost: 44 }),
		row("data", withData - twoPhase, hashBytes, null, { atMost: 36 }),
		row("pseudonym certificate", certificate.encoded.length, signatureBytes + hashBytes, null, {
			atMost: 160,
		}),
		row("issued token", sizes[0] ?? 0, null, peers.cashuProof, null),
		row("10 hops with change, all in", sizes[10] ?? 0, null, null, { atMost: 4608 }),
		row("hops with change, all in, in one QR code", fitting, null, null, { atLeast: 6 }, "hops"),
	];
}

function row(
	metric: string,
	ours: number,
	limit: number | null,
	peer: number | null,
	bound: { readonly atMost: number } | { readonly atLeast: number } | null,
	unit = "bytes",
): BenchResult {
	const reference = limit ?? peer;
	const ratio = reference === null ? null : ours / reference;
	const target = bound && ({ of: "ours", ...bound } as const);
	return { name: "size", metric, unit, ours, limit, peer, ratio, spread: null, target };
}

type Hop = Pick<Passing, "way" | "data"> & { readonly hasChange?: boolean };

/** What one more hop adds when the token knows both certificates already. */
async function hopBytes(ecosystem: Ecosystem, { way, data, hasChange = false }: Hop): Promise<number> {
	const [a, b] = [await ecosystem.newHolder(), await ecosystem.newHolder()];
	const draft = { amount: 1_000_000n, owner: a.certificate, request: random(32), conditions: [] };
	const [issued] = await issueTokens(ecosystem, [draft]);
	const amount = 1_000_000n;
	const pass = async (token: VerifiedToken, there: boolean): Promise<VerifiedToken> => {
		const [payer, { certificate: payee }] = there ? [a, b] : [b, a];
		const paid = hasChange ? token.amount - 1234n : amount;
		const passing = { payee, amount: paid, way, ...(data && { data }) };
		return (await passToken(token, payer, passing)).owned;
	};
	const before = await pass(await pass(issued as VerifiedToken, true), false);
	return serializeToken(await pass(before, true)).length - serializeToken(before).length;
}
