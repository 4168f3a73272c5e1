/**
 * Android Key Attestation: what the hardware of an Android device says of a key that it made itself, under a chain of
 * X.509 certificates that ends in a root which the operator pinned (docs/spec/devices.md#android-key-attestation).
 *
 *   root (pinned) ─signs─▶ intermediates ─▶ attestation key, in hardware ─▶ the device's key, with what is said of it
 *
 * Signatures are verified from the root down, so no key that is not under it costs any work. A key that was attested may
 * sign a certificate of its own below, and say there whatever it likes: so what counts stands in the certificate nearest
 * the root that says anything, and that has to be the first of the chain.
 *
 * Whatever else it is gives the lowest level and says why.
 */
import {
	type Attested,
	type AttestedKey,
	aheadMost_s,
	type Bytes,
	equalBytes,
	keyId,
} from "@tenten/protocol";
import { type AndroidCertificate, readCertificate } from "./certificate.ts";
import type { KeyDescription } from "./key-description.ts";
import type { AndroidStatusList } from "./status-list.ts";

export type AndroidRoot = {
	/** SubjectPublicKeyInfo, DER */
	readonly key: Bytes;
	/** the highest level that a key under it gets */
	readonly assurance: "tee" | "secureElement";
	/** the operator's copy of what its maker revoked; null where it cannot be read now */
	readonly statusList: () => AndroidStatusList | null;
	/** seconds for which a copy counts */
	readonly statusListValidity: number;
};

type Of = Pick<AttestedKey, "key" | "nonce" | "now">;
type Chain = readonly AndroidCertificate[];

/** By number of `SecurityLevel`. */
const levels = ["software", "tee", "secureElement"] as const;
/** `KeyPurpose`, `KeyOrigin`, `VerifiedBootState` */
const [sign, generated, verified] = [2, 0, 0];

/** What the chain (DER) proves of `key`, for `nonce`. */
export function verifyAndroidChain(
	encoded: readonly Bytes[],
	of: Of,
	roots: readonly AndroidRoot[],
): Attested {
	const chain = encoded.flatMap((der) => readCertificate(der) ?? []);
	const [leaf, last] = [chain[0], chain.at(-1)];
	if (chain.length !== encoded.length || leaf === undefined || last === undefined)
		return lowest("a certificate of the Android attestation cannot be read");
	const root = roots.find(({ key }) => equalBytes(key, last.key));
	if (root === undefined)
		return lowest("no root that is known here is at the end of the Android attestation");
	const unfit = unfitChain(chain, of.now) ?? unfitStatus(chain, root, of.now) ?? unfitLeaf(chain, leaf, of);
	if (unfit !== undefined) return lowest(unfit);
	const { attestedBy, keptBy } = leaf.description as KeyDescription;
	return levelled(Math.min(attestedBy, keptBy, levels.indexOf(root.assurance)));
}

function levelled(level: number): Attested {
	const assurance = levels[level];
	return assurance === undefined || assurance === "software"
		? lowest("the Android attestation says that software keeps the key")
		: { assurance, reason: null };
}

/** Each signed by the next, and those between in their time: a device's own clock dates its key's, and a root is pinned by its key. */
function unfitChain(chain: Chain, now: number): string | undefined {
	for (let at = chain.length - 2; at >= 0; at--) {
		const [certificate, issuer] = [chain[at], chain[at + 1]] as [AndroidCertificate, AndroidCertificate];
		if (certificate.issuer !== issuer.subject || !certificate.isSignedBy(issuer))
			return "a certificate of the Android attestation is not signed by the next";
		if (at > 0 && !(certificate.from <= now && now <= certificate.until))
			return "a certificate of the Android attestation is not valid now";
	}
	return undefined;
}

function unfitStatus(chain: Chain, root: AndroidRoot, now: number): string | undefined {
	const list = root.statusList();
	if (list === null) return "what is revoked of Android attestations cannot be read here";
	if (list.asOf > now + aheadMost_s) return "the list of revoked Android attestations is dated ahead";
	if (now - list.asOf > root.statusListValidity) return "the list of revoked Android attestations is too old";
	return chain.some(({ serial }) => list.serials.has(serial))
		? "a certificate of the Android attestation is revoked or suspended"
		: undefined;
}

function unfitLeaf(chain: Chain, leaf: AndroidCertificate, { key, nonce }: Of): string | undefined {
	const said = chain.findLast(({ description }) => description !== null);
	if (said === undefined || said.description === null) return "the Android attestation says nothing of a key";
	const { deviceKey } = leaf;
	if (said !== leaf || deviceKey === null || !equalBytes(keyId(deviceKey), keyId(key)))
		return "the attestation is of another key";
	if (!equalBytes(said.description.challenge, nonce)) return "the attestation is for another enrolment";
	return unfitKey(said.description);
}

function unfitKey({ purposes, origin, boot, isForAll }: KeyDescription): string | undefined {
	if (!purposes.includes(sign)) return "the Android attestation is of a key that does not sign";
	if (origin !== generated) return "the Android attestation is of a key that hardware did not make";
	if (isForAll) return "the Android attestation is of a key that every application may use";
	if (boot === null || !boot.isLocked || boot.bootState !== verified)
		return "the Android attestation does not say that the device started what its maker verified";
	return undefined;
}

function lowest(reason: string): Attested {
	return { assurance: "software", reason };
}
