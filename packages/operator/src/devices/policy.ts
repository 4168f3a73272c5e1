/** What an operator asks of devices. */
import type { Assurance, Maker, Profile } from "@tenten/protocol";

export type DevicePolicy = {
	/** whose attestation counts, and for which level */
	readonly makers: readonly Maker[];
	/** of a certificate, beside what its delegations say */
	readonly limitsOf: (assurance: Assurance) => Profile["limits"];
	/** seconds for which a status list counts; it is renewed at half of them */
	readonly statusListValidity: number;
};

/** No maker's word counts, and what was delegated is the only limit. */
export const usualDevices: DevicePolicy = {
	makers: [],
	limitsOf: () => null,
	statusListValidity: 86_400,
};
