/**
 * What an authenticator and a browser say, as an app passes it on: nothing but a passkey's own word for a challenge
 * counts. And recovery codes, as somebody typed them.
 */
import {
	type Bytes,
	decodeItem,
	encodeItem,
	equalBytes,
	type Item,
	isRefusal,
	sha256,
} from "@tenten/protocol";
import { verify } from "../../packages/module/src/index.ts";
import { newRecoveryCode, readRecoveryCode } from "../../packages/module/src/keystore/recovery-code.ts";
import {
	type Passkey,
	verifyAssertion,
	verifyRegistration,
} from "../../packages/module/src/passkey/assertion.ts";
import { signatureOfDer } from "../../packages/module/src/passkey/der-signature.ts";
import { utf8 } from "../../packages/module/src/text.ts";
import { Authenticator, relyingParty } from "../../packages/module/test/support/authenticator.ts";
import { Broken, outcomeOf, type Target } from "../target.ts";

const challenge = sha256(Uint8Array.of(3));
const authenticators = [new Authenticator("ES256", 1), new Authenticator("Ed25519", 1)];

/** The byte strings of an input that is a list of so many. */
function partsOf(input: Bytes, count: number): readonly Bytes[] | string {
	const item = decodeItem(input, 1 << 20);
	if (isRefusal(item)) return item.code;
	const parts = Array.isArray(item) ? (item as readonly Item[]) : [];
	const isWhole = parts.length === count && parts.every((part) => part instanceof Uint8Array);
	return isWhole ? (parts as readonly Bytes[]) : "malformed";
}

const registration: Target = {
	name: "passkey/registration",
	weight: 3,
	open: async () => ({
		seeds: authenticators.map((authenticator) => {
			const { authenticatorData, clientData } = authenticator.register(challenge, { signCount: 5 });
			return encodeItem([authenticatorData, clientData]);
		}),
		form: "items",
		run: (input) => {
			const parts = partsOf(input, 2);
			if (typeof parts === "string") return parts;
			const [authenticatorData, clientData] = parts as [Bytes, Bytes];
			return outcomeOf(verifyRegistration({ authenticatorData, clientData, relyingParty }, challenge));
		},
	}),
};

const assertion: Target = {
	name: "passkey/assertion",
	weight: 8,
	open: async () => {
		const answers = authenticators.map((authenticator) => authenticator.answer(challenge, { signCount: 9 }));
		const passkeys = authenticators.map((authenticator) => {
			const passkey = verifyRegistration(authenticator.register(challenge), challenge);
			if (isRefusal(passkey)) throw new Error("a registration that was just made");
			return passkey;
		});
		return {
			seeds: answers.map(({ authenticatorData, clientData, signature }) =>
				encodeItem([authenticatorData, clientData, signature]),
			),
			form: "items",
			run: (input) => {
				const parts = partsOf(input, 3);
				if (typeof parts === "string") return parts;
				const [authenticatorData, clientData, signature] = parts as [Bytes, Bytes, Bytes];
				const given = { authenticatorData, clientData, signature };
				const judged = passkeys.map((passkey: Passkey) => verifyAssertion(given, passkey, challenge, verify));
				const position = judged.findIndex((result) => !isRefusal(result));
				if (position < 0) return outcomeOf(judged[0]);
				const honest = answers[position];
				const isSaid = honest && equalBytes(authenticatorData, honest.authenticatorData);
				if (!isSaid || !equalBytes(clientData, honest.clientData))
					throw new Broken("a word that no passkey gave");
				return "accepted";
			},
		};
	},
};

const signature: Target = {
	name: "passkey/signature",
	weight: 1,
	open: async () => ({
		seeds: [1, 2, 3].map((i) => encodeItem([new Authenticator("ES256", i).answer(challenge).signature])),
		form: "items",
		run: (input) => {
			const parts = partsOf(input, 1);
			if (typeof parts === "string") return parts;
			const plain = signatureOfDer(parts[0] as Bytes);
			if (plain === undefined) return "malformed";
			if (plain.length !== 64) throw new Broken("a signature of another length");
			return "accepted";
		},
	}),
};

const decoder = new TextDecoder();

const recoveryCode: Target = {
	name: "key/recovery code",
	weight: 1,
	open: async () => ({
		seeds: [0, 7, 255].map((byte) => utf8(newRecoveryCode((length) => new Uint8Array(length).fill(byte)))),
		form: "text",
		run: (input) => {
			const code = readRecoveryCode(decoder.decode(input));
			if (code === undefined) return "unlock-failed";
			if (readRecoveryCode(code) !== code) throw new Broken("a code that is not read as it is written");
			return "accepted";
		},
	}),
};

export const passkeyTargets: readonly Target[] = [registration, assertion, signature, recoveryCode];
