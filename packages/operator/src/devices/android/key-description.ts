/**
 * What Android's keystore says of a key that it attests: `KeyDescription` (Android Key Attestation, "Certificate
 * extension data schema"), of Keymaster and of KeyMint.
 *
 * `hardwareEnforced` alone is the hardware's word. Devices of before write its tags in any order; one that stands there
 * twice, or that is not in the schema, makes the whole unreadable.
 */
import {
	type AuthorizationList,
	type NonStandardAuthorizationList,
	NonStandardKeyDescription,
} from "@peculiar/asn1-android";
import { AsnConvert } from "@peculiar/asn1-schema";
import type { Bytes } from "@tenten/protocol";

export type KeyDescription = {
	/** `SecurityLevel`: 0 software, 1 trusted environment, 2 StrongBox. Of what attests, and of what keeps the key */
	readonly attestedBy: number;
	readonly keptBy: number;
	readonly challenge: Bytes;
	/** 2: sign */
	readonly purposes: readonly number[];
	/** 0: generated */
	readonly origin: number | null;
	/** `bootState`: `VerifiedBootState`, 0 verified */
	readonly boot: { readonly isLocked: boolean; readonly bootState: number } | null;
	/** whether every application on the device may use the key */
	readonly isForAll: boolean;
};

/** Throws where it cannot be read. */
export function readKeyDescription(der: Bytes): KeyDescription {
	const read = AsnConvert.parse(der, NonStandardKeyDescription);
	const { softwareEnforced, teeEnforced } = read;
	const boot = said(teeEnforced, "rootOfTrust");
	return {
		attestedBy: read.attestationSecurityLevel,
		keptBy: read.keymasterSecurityLevel,
		challenge: new Uint8Array(read.attestationChallenge.buffer),
		purposes: said(teeEnforced, "purpose") ?? [],
		origin: said(teeEnforced, "origin") ?? null,
		boot: boot === undefined ? null : { isLocked: boot.deviceLocked, bootState: boot.verifiedBootState },
		isForAll: [softwareEnforced, teeEnforced].some((list) => said(list, "allApplications") !== undefined),
	};
}

function said<Tag extends keyof AuthorizationList>(
	list: NonStandardAuthorizationList,
	tag: Tag,
): AuthorizationList[Tag] {
	const found = list.filter((entry) => entry[tag] !== undefined);
	if (found.length > 1) throw new Error(`${tag} stands there twice`);
	return found[0]?.[tag] as AuthorizationList[Tag];
}
