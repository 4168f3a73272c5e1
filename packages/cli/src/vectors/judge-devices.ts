/** Judges of devices: what is delegated to them, and what convicts them or who delegated. */
import { isRefusal, refuseUndelegated, toHex, verifyExcess } from "@tenten/protocol";
import { bytesIn, factsOf, type Judge, numberIn, trustIn } from "./vector.ts";

/** Whether a payee at `now` takes a payment of `amount` for `purpose` by the owner of this certificate. */
export const judgeDelegations: Judge = (input, verify) => {
	const trust = trustIn(input, verify);
	const certificate = trust.certificate(bytesIn(input, "certificate"));
	if (isRefusal(certificate)) return certificate;
	const purpose = (input["purpose"] ?? null) as string | null;
	const amount = BigInt(input["amount"] as string);
	const refused = refuseUndelegated(certificate, {
		amount,
		purpose,
		trust,
		now: numberIn(input, "now"),
		needsStatus: false,
	});
	if (refused !== undefined) return refused;
	const delegated = trust.delegated(certificate);
	if (isRefusal(delegated)) return delegated;
	if (delegated === null) return { party: null, terms: null };
	const { party, ...terms } = delegated;
	return { party: factsOf(party), terms: factsOf(terms) };
};

export const judgeExcess: Judge = (input, verify) => {
	const conviction = verifyExcess(bytesIn(input, "excess"), trustIn(input, verify));
	if (isRefusal(conviction)) return conviction;
	const { kind, key, certificate, reset } = conviction;
	return { kind, key: factsOf(key), certificate: toHex(certificate.hash), reset };
};
