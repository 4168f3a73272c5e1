/** Judges of who is who: trust lists and certificates. */
import {
	currentlyValid,
	isRefusal,
	keyId,
	Trust,
	toHex,
	type VerifiedCertificate,
	verifyTrustList,
} from "@tenten/protocol";
import { bytesIn, type Facts, factsOf, type Judge, numberIn, trustIn } from "./vector.ts";

/** `counted`: the operators that count, those whose desk is a certificate of their own. */
export const judgeTrustList: Judge = (input, verify) => {
	const list = verifyTrustList(bytesIn(input, "bytes"), {
		verify,
		pinnedSigner: bytesIn(input, "pinnedSigner"),
		minimumVersion: numberIn(input, "minimumVersion"),
		now: numberIn(input, "now"),
	});
	if (isRefusal(list)) return list;
	const trust = new Trust(list, verify);
	const ids = list.operators.map(({ root }) => keyId(root));
	const counted = ids.filter((id) => trust.operator(id) !== undefined);
	return { version: list.version, operators: ids.map(toHex), counted: counted.map(toHex) };
};

/** With `now` the dates are judged too, as of the present payer or payee. */
export const judgeCertificate: Judge = (input, verify) => {
	const certificate = trustIn(input, verify).certificate(bytesIn(input, "certificate"));
	if (isRefusal(certificate)) return certificate;
	const invalid =
		input["now"] === undefined ? undefined : currentlyValid(certificate, numberIn(input, "now"));
	return invalid ?? certificateFacts(certificate);
};

function certificateFacts({ hash, operatorId, key, profile }: VerifiedCertificate): Facts {
	return { hash: toHex(hash), operator: toHex(operatorId), key: factsOf(key), profile: factsOf(profile) };
}
