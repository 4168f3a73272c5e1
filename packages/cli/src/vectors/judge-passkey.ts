/** Judges of passkeys: what an authenticator and a browser say, as a module is shown it. */
import { type Passkey, verifyAssertion, verifyRegistration } from "@tenten/module";
import { coseKey, isRefusal, parse, type Refusal, serialize, toHex } from "@tenten/protocol";
import { bytesIn, type Facts, type Judge, must, numberIn, textIn } from "./vector.ts";

export const judgeRegistration: Judge = (input) => {
	const registration = {
		authenticatorData: bytesIn(input, "authenticatorData"),
		clientData: bytesIn(input, "clientData"),
		relyingParty: textIn(input, "relyingParty"),
	};
	return factsOf(verifyRegistration(registration, bytesIn(input, "challenge")));
};

/** `key` is an encoded `coseKey`. */
export const judgeAssertion: Judge = (input, verify) => {
	const assertion = {
		authenticatorData: bytesIn(input, "authenticatorData"),
		clientData: bytesIn(input, "clientData"),
		signature: bytesIn(input, "signature"),
	};
	const passkey = {
		credentialId: bytesIn(input, "credentialId"),
		key: must(parse(coseKey, bytesIn(input, "key")), "key"),
		relyingParty: textIn(input, "relyingParty"),
		origin: textIn(input, "origin"),
		signCount: numberIn(input, "signCount"),
	};
	const after = verifyAssertion(assertion, passkey, bytesIn(input, "challenge"), verify);
	return isRefusal(after) ? after : { signCount: after.signCount };
};

function factsOf(passkey: Passkey | Refusal): Facts | Refusal {
	if (isRefusal(passkey)) return passkey;
	const { credentialId, key, origin, signCount } = passkey;
	return { credentialId: toHex(credentialId), key: toHex(serialize(coseKey, key)), origin, signCount };
}
