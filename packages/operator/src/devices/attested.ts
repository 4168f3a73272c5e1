/** What a device's evidence proves of its key, in whichever of the known formats it is (docs/spec/devices.md#attestation). */
import {
	type Attested,
	type AttestedKey,
	androidChain,
	type Bytes,
	isRefusal,
	maximumAttestation,
	parse,
	type Verify,
	verifyAttestation,
} from "@tenten/protocol";
import { verifyAndroidChain } from "./android/verify.ts";
import type { DevicePolicy } from "./policy.ts";

export function verifyEvidence(
	evidence: Bytes | null,
	attested: AttestedKey,
	{ makers, androidRoots = [] }: DevicePolicy,
	verify: Verify,
): Attested {
	const chain = evidence === null ? null : parse(androidChain, evidence, maximumAttestation);
	// A COSE_Sign1 has a map in its second place, and is never read as a chain.
	return chain === null || isRefusal(chain)
		? verifyAttestation(evidence, { ...attested, makers, verify })
		: verifyAndroidChain(chain, attested, androidRoots);
}
