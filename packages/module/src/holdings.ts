/**
 * What devices of this module hold, as bytes for whoever keeps it for the party that answers for them
 * (docs/spec/fog.md#questions). Whoever has them can spend nothing: the keys stay here.
 */
import { type Bytes, equalBytes, toHex } from "@tenten/protocol";
import type { Core } from "./core.ts";

/** A token of a device: `signatures` is what verifying it costs at most. */
export type HeldToken = { readonly output: Bytes; readonly token: Bytes; readonly signatures: number };

/** Hashes, in hexadecimal, of the certificates by which `operator` made this module a device's. */
export function deviceOwners(core: Core, operator: Bytes): ReadonlySet<string> {
	return new Set(
		core
			.certificates()
			.filter(({ profile, operatorId }) => profile.responsible !== null && equalBytes(operatorId, operator))
			.map(({ hash }) => toHex(hash)),
	);
}

/** Tokens of its devices, set aside or not; what its meters hold apart. */
export function heldByDevices(core: Core, operator: Bytes): readonly HeldToken[] {
	const owners = deviceOwners(core, operator);
	if (owners.size === 0) return [];
	return [...core.vault.tokens.entries.values()].flatMap(({ summary, token }) =>
		owners.has(toHex(summary.certificate))
			? [{ output: summary.output, token, signatures: summary.signatures }]
			: [],
	);
}
