/**
 * What a payee checks of a device that pays it, beside its certificate: the delegations, their term, its standing,
 * their purposes, their limit a payment. What the device counts is checked of its links (`token/spent.ts`).
 */
import { isRefusal, type Refusal, refuse } from "../codec/index.ts";
import { refuseStanding } from "./status-list.ts";
import type { Trust, VerifiedCertificate } from "./trust.ts";

export type DelegatedPayment = {
	/** minor units of the whole payment */
	readonly amount: bigint;
	/** what the request is for */
	readonly purpose: string | null;
	readonly trust: Trust;
	/** unix seconds */
	readonly now: number;
	/** whether a current status list is needed: whoever is paid needs one, whoever pays knows what it was told */
	readonly needsStatus: boolean;
};

/**
 * Why a payment is not what this certificate's responsible party allowed: `delegation-invalid`, `delegation-expired`,
 * `device-suspended`, `status-list-expired`, `condition-purpose` or `limit-exceeded`.
 */
export function refuseUndelegated(
	certificate: VerifiedCertificate,
	{ amount, purpose, trust, now, needsStatus }: DelegatedPayment,
): Refusal | undefined {
	const delegated = trust.delegated(certificate);
	if (delegated === null) return undefined;
	if (isRefusal(delegated)) return delegated;
	const { until, purposes, perTransfer } = delegated;
	if (now >= until) return refuse("delegation-expired", `${until}`);
	const standing = refuseStanding(certificate, trust.statuses, { now, isNeeded: needsStatus });
	if (standing !== undefined) return standing;
	if (purposes !== null && !purposes.some((allowed) => allowed === purpose))
		return refuse("condition-purpose", `delegated for ${purposes.join(", ")}`);
	return perTransfer !== null && amount > perTransfer
		? refuse("limit-exceeded", "the delegation's limit a payment")
		: undefined;
}
