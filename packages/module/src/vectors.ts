/**
 * Runs published signature vectors (Project Wycheproof's form) against our own verdicts.
 *
 * Two shapes of groups are spoken: `EddsaVerify` on edwards25519, and `EcdsaP1363Verify` on secp256r1 with
 * SHA-256. A valid case that we refuse for s above n/2 alone is `stricter`; every other difference is
 * `disagreed`. A file or group of another shape is listed in `unknown`: it proved nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bytes, fromHex, type PublicKey } from "@tenten/protocol";
import { verify } from "./suite/index.ts";
import { compressPoint, hasLowS } from "./suite/p256.ts";

export type VectorReport = {
	/** files of which at least one case ran */
	readonly files: number;
	readonly cases: number;
	readonly agreed: number;
	readonly stricter: number;
	readonly disagreed: readonly string[];
	/** what could not be run, and why */
	readonly unknown: readonly string[];
};

type Case = {
	readonly tcId: number;
	readonly comment: string;
	readonly msg: string;
	readonly sig: string;
	readonly result: "valid" | "invalid" | "acceptable";
};

type Group = {
	readonly type?: unknown;
	readonly sha?: unknown;
	readonly publicKey?: { readonly curve?: unknown; readonly pk?: unknown; readonly uncompressed?: unknown };
	readonly tests?: readonly Case[];
};

type Outcome = "agreed" | "stricter" | "disagreed";

/** `names`: the files to run; all of the folder that end in `.json` unless said otherwise. */
export function runVectors(
	directory: string,
	names: readonly string[] = readdirSync(directory).filter((name) => name.endsWith(".json")),
): VectorReport {
	const counts = { files: 0, cases: 0, agreed: 0, stricter: 0 };
	const disagreed: string[] = [];
	const unknown: string[] = [];
	for (const file of names.toSorted()) {
		const groups = groupsOf(readFileSync(join(directory, file), "utf8"));
		if (groups === undefined) unknown.push(`${file}: not a file of test groups`);
		const casesBefore = counts.cases;
		for (const group of groups ?? []) {
			const key = keyOf(group);
			if (typeof key === "string") unknown.push(`${file}: ${key}`);
			else
				for (const test of group.tests ?? []) {
					const outcome = outcomeOf(key, test);
					counts.cases++;
					if (outcome === "disagreed") disagreed.push(`${file} ${test.tcId}: ${test.comment}`);
					else counts[outcome]++;
				}
		}
		if (counts.cases > casesBefore) counts.files++;
	}
	return { ...counts, disagreed, unknown: [...new Set(unknown)] };
}

function groupsOf(json: string): readonly Group[] | undefined {
	try {
		const groups = (JSON.parse(json) as { readonly testGroups?: unknown } | null)?.testGroups;
		return Array.isArray(groups) ? groups : undefined;
	} catch {
		return undefined;
	}
}

/** The key of a group, or in words why we do not speak its algorithm. */
function keyOf({ type, sha, publicKey }: Group): PublicKey | string {
	const curve = publicKey?.curve;
	if (type === "EddsaVerify" && curve === "edwards25519" && typeof publicKey?.pk === "string")
		return { suite: "Ed25519", bytes: hex(publicKey.pk) };
	const isP256 = type === "EcdsaP1363Verify" && curve === "secp256r1" && sha === "SHA-256";
	if (isP256 && typeof publicKey?.uncompressed === "string")
		return { suite: "ES256", bytes: compressPoint(hex(publicKey.uncompressed)) };
	return `unknown algorithm: ${[type, curve, sha].filter((part) => part !== undefined).join(", ")}`;
}

function outcomeOf(key: PublicKey, { msg, sig, result }: Case): Outcome {
	const signature = hex(sig);
	const isAccepted = verify(key, hex(msg), signature);
	if (result === "acceptable" || isAccepted === (result === "valid")) return "agreed";
	const isOnlyStricter = !isAccepted && key.suite === "ES256" && !hasLowS(signature);
	return isOnlyStricter ? "stricter" : "disagreed";
}

function hex(text: string): Bytes {
	const bytes = fromHex(text.toLowerCase());
	if (bytes === undefined) throw new Error(`not hexadecimal: ${text.slice(0, 16)}`);
	return bytes;
}
