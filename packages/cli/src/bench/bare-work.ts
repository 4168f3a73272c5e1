/**
 * Bare work: what verifying a token cannot do without, whoever programs it.
 *
 * The signatures are the very ones that verification asks for. The hashes are one for each id and owner on
 * the path and for each step of the issue's Merkle path, over inputs of the real length; what is in them
 * makes no difference to SHA-256. Decoding, comparing and deciding are left out: that is what is measured.
 */
import { hash } from "node:crypto";
import { verify } from "@tenten/module";
import {
	type Bytes,
	encodeItem,
	type HashTag,
	type Item,
	isRefusal,
	issue,
	type PublicKey,
	type VerifiedToken,
	verifyToken,
} from "@tenten/protocol";
import { type Ecosystem, must } from "../ecosystem.ts";

export type SignatureCheck = { readonly key: PublicKey; readonly message: Bytes; readonly signature: Bytes };

export type BareWork = { readonly checks: readonly SignatureCheck[]; readonly hashed: readonly Bytes[] };

/** The work in verifying `encoded` with every certificate cached. */
export function bareWorkOf(encoded: Bytes, ecosystem: Ecosystem): BareWork {
	const checks: SignatureCheck[] = [];
	const trust = ecosystem.freshTrust((key, message, signature) => {
		checks.push({ key, message, signature });
		return verify(key, message, signature);
	});
	must(verifyToken(encoded, trust));
	checks.length = 0;
	const token = must(verifyToken(encoded, trust));
	return { checks, hashed: hashedBy(token) };
}

function hashedBy({ token, path, issueId }: VerifiedToken): readonly Bytes[] {
	const owner = tagged("owner", encodeItem([new Uint8Array(32), null, new Uint8Array(32)]));
	const output = tagged("output", encodeItem([issueId, 0]));
	return [
		tagged("issue", encodeItem(issue.write(token.issue.issue))),
		new Uint8Array(1 + 32),
		...token.issue.path.map(() => new Uint8Array(1 + 2 * 32)),
		owner,
		output,
		...path.flatMap(({ payload, release }) => [
			owner,
			tagged("link", payload),
			output,
			...(release === null ? [] : [release]),
		]),
	];
}

export function tagged(tag: HashTag, content: Bytes): Bytes {
	return Buffer.concat([encodeItem(`tenten/1/${tag}` satisfies Item), content]);
}

/** Does it: libsodium's verification and OpenSSL's SHA-256, nothing around them. */
export function doBareWork({ checks, hashed }: BareWork): void {
	for (const { key, message, signature } of checks)
		if (!verify(key, message, signature)) throw new Error("a signature of our own does not hold");
	for (const bytes of hashed) hash("sha256", bytes, "buffer");
}

/** Throws where a token of our own does not verify: a measurement of refusals would be none. */
export function verifyOwn(encoded: Bytes, ecosystem: Ecosystem): void {
	const result = verifyToken(encoded, ecosystem.trust);
	if (isRefusal(result)) throw new Error(result.code);
}
