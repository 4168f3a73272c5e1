/** What an operator asks of devices. */
import type { Assurance, Maker, Profile } from "@tenten/protocol";
import type { AndroidRoot } from "./android/verify.ts";

export type DevicePolicy = {
	/** whose attestation counts, and for which level */
	readonly makers: readonly Maker[];
	/** under which roots Android key attestations count, and up to which level; none if left out */
	readonly androidRoots?: readonly AndroidRoot[];
	/** of a certificate, beside what its delegations say */
	readonly limitsOf: (assurance: Assurance) => Profile["limits"];
	/** seconds for which a status list counts; it is renewed at half of them */
	readonly statusListValidity: number;
	/** of one party in a day: applications that are certified */
	readonly applicationsDaily: number;
	/** of one party in a day: orders that let something begin, and those about managers */
	readonly ordersDaily: number;
};

/** No maker's word counts, what was delegated is the only limit, and a fleet of 100,000 is enrolled in ten days. */
export const usualDevices: DevicePolicy = {
	makers: [],
	limitsOf: () => null,
	statusListValidity: 86_400,
	applicationsDaily: 10_000,
	ordersDaily: 10_000,
};
