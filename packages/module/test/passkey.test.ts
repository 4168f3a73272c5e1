/** What an authenticator and a browser say is read strictly, and counts for one challenge, page and passkey. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, concatBytes, isRefusal, type Refusal, sha256 } from "@tenten/protocol";
import { type Passkey, verify, verifyAssertion, verifyRegistration } from "../src/index.ts";
import { parseAuthenticatorData } from "../src/passkey/authenticator-data.ts";
import { Challenges, challengeOf, type Subject } from "../src/passkey/challenge.ts";
import { parseClientData } from "../src/passkey/client-data.ts";
import { signatureOfDer } from "../src/passkey/der-signature.ts";
import { toBase64url, utf8 } from "../src/text.ts";
import { Authenticator, relyingParty, type Said } from "./support/authenticator.ts";

const challenge = sha256(utf8("a challenge"));
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");
const bytes = (...values: number[]): Bytes => Uint8Array.from(values);

function registered(authenticator: Authenticator, said: Said = {}): Passkey {
	const passkey = verifyRegistration(authenticator.register(challenge, said), challenge);
	assert.ok(!isRefusal(passkey), isRefusal(passkey) ? `${passkey.code} ${passkey.detail}` : "");
	return passkey;
}

for (const suite of ["ES256", "Ed25519"] as const)
	describe(`a passkey under ${suite}`, () => {
		const authenticator = new Authenticator(suite, 1);

		test("is registered, and answers", () => {
			const passkey = registered(authenticator);
			assert.deepEqual(passkey.credentialId, authenticator.credentialId);
			assert.equal(passkey.relyingParty, relyingParty);
			for (let round = 0; round < 40; round++) {
				const asked = sha256(bytes(round));
				assert.deepEqual(verifyAssertion(authenticator.answer(asked), passkey, asked, verify), passkey);
			}
		});

		test("counts up, and a count that stands still or goes back is refused", () => {
			const passkey = registered(authenticator, { signCount: 3 });
			const counted = (signCount: number) =>
				verifyAssertion(authenticator.answer(challenge, { signCount }), passkey, challenge, verify);
			assert.deepEqual(counted(4), { ...passkey, signCount: 4 });
			assert.deepEqual(counted(0xffff_ffff), { ...passkey, signCount: 0xffff_ffff });
			for (const signCount of [3, 2, 0]) assert.equal(codeOf(counted(signCount)), "authentication-failed");
		});

		const lies: readonly (readonly [string, Said])[] = [
			["from another page", { origin: "https://wallet.example.evil" }],
			["from inside another page", { crossOrigin: true }],
			["under another page's address", { topOrigin: "https://evil.example" }],
			["of another ceremony", { type: "payment.get" }],
			["for another relying party", { relyingParty: "evil.example" }],
			["of which nobody was recognised", { flags: 0x01 }],
			["of which nobody was there", { flags: 0x04 }],
		];
		for (const [what, said] of lies)
			test(`an answer ${what} counts for nothing`, () => {
				const passkey = registered(authenticator);
				const answer = verifyAssertion(authenticator.answer(challenge, said), passkey, challenge, verify);
				assert.equal(codeOf(answer), "authentication-failed");
			});

		test("another challenge, another passkey and any other byte count for nothing", () => {
			const passkey = registered(authenticator);
			const answer = authenticator.answer(challenge);
			const judged = (given: Partial<typeof answer>): string =>
				codeOf(verifyAssertion({ ...answer, ...given }, passkey, challenge, verify));
			assert.equal(judged({}), "ok");
			assert.equal(
				codeOf(verifyAssertion(answer, passkey, sha256(challenge), verify)),
				"authentication-failed",
			);
			assert.equal(judged(new Authenticator(suite, 2).answer(challenge)), "authentication-failed");
			for (const name of ["authenticatorData", "clientData", "signature"] as const)
				for (let i = 0; i < answer[name].length; i++)
					assert.notEqual(judged({ [name]: answer[name].with(i, (answer[name][i] as number) ^ 1) }), "ok");
			assert.equal(judged({ signature: new Uint8Array() }), "authentication-failed");
			assert.equal(judged({ signature: new Uint8Array(64) }), "authentication-failed");
		});

		test("a registration for another challenge, or that nobody confirmed, makes none", () => {
			const made = (said: Said, asked = challenge): string =>
				codeOf(verifyRegistration({ ...authenticator.register(challenge, said), relyingParty }, asked));
			assert.equal(made({}), "ok");
			assert.equal(made({}, sha256(challenge)), "authentication-failed");
			assert.equal(made({ flags: 0x41 }), "authentication-failed");
			assert.equal(made({ type: "webauthn.get" }), "authentication-failed");
			assert.equal(made({ relyingParty: "evil.example" }), "authentication-failed");
			assert.equal(made({ crossOrigin: true }), "authentication-failed");
			const answer = authenticator.answer(challenge, { type: "webauthn.create" });
			const without = verifyRegistration({ ...answer, relyingParty }, challenge);
			assert.equal(codeOf(without), "malformed");
		});
	});

describe("authenticator data", () => {
	const { authenticatorData } = new Authenticator("ES256", 1).register(challenge);

	test("is read whole or not at all", () => {
		assert.ok(!isRefusal(parseAuthenticatorData(authenticatorData)));
		for (let length = 0; length < authenticatorData.length; length++)
			assert.ok(isRefusal(parseAuthenticatorData(authenticatorData.subarray(0, length))), `${length} bytes`);
		assert.equal(codeOf(parseAuthenticatorData(concatBytes(authenticatorData, bytes(0)))), "malformed");
		assert.equal(codeOf(parseAuthenticatorData(new Uint8Array(5000))), "too-large");
	});

	test("passes over extensions, where it says that there are any", () => {
		const with_ = new Authenticator("ES256", 1).register(challenge, { flags: 0xc5, extensions: bytes(0xa0) });
		assert.ok(!isRefusal(parseAuthenticatorData(with_.authenticatorData)));
		const none = new Authenticator("ES256", 1).register(challenge, { flags: 0xc5 });
		assert.equal(codeOf(parseAuthenticatorData(none.authenticatorData)), "malformed");
	});

	test("that is backed up and could not be is none", () => {
		const flagged = (flags: number) => {
			const data = parseAuthenticatorData(
				new Authenticator("ES256", 1).answer(challenge, { flags }).authenticatorData,
			);
			return codeOf(data);
		};
		assert.equal(flagged(0x1d), "ok");
		assert.equal(flagged(0x15), "malformed");
	});

	test("takes no key but one of P-256 or Ed25519 in its one encoding", () => {
		// kty, alg and crv stand from byte 71 on; x and y are anything.
		const keyAt = 37 + 16 + 2 + 16;
		for (let i = keyAt; i < authenticatorData.length; i++) {
			const changed = authenticatorData.with(i, (authenticatorData[i] as number) ^ 0x40);
			const isCoordinate = (i >= keyAt + 10 && i < keyAt + 42) || i >= keyAt + 45;
			assert.equal(codeOf(parseAuthenticatorData(changed)), isCoordinate ? "ok" : "key-refused", `byte ${i}`);
		}
	});
});

test("client data is an object in UTF-8 with its members, and no more than a page", () => {
	const said = { type: "webauthn.get", challenge: "AA", origin: "https://a" };
	const read = (value: unknown) => parseClientData(utf8(JSON.stringify(value)));
	assert.deepEqual(read({ ...said, other_keys_can_be_added_here: 1 }), { ...said, isCrossOrigin: false });
	for (const value of [
		null,
		1,
		"",
		[],
		{},
		{ ...said, type: 1 },
		{ ...said, challenge: null },
		{ ...said, origin: [] },
		{ ...said, crossOrigin: 0 },
	])
		assert.equal(codeOf(read(value)), "malformed");
	assert.equal(codeOf(parseClientData(bytes(0x22, 0xff, 0x22))), "malformed");
	assert.equal(codeOf(read({ ...said, long: "a".repeat(4096) })), "too-large");
});

test("a signature in DER is read in its one encoding", () => {
	const one = bytes(0x30, 6, 2, 1, 1, 2, 1, 1);
	assert.equal(signatureOfDer(one)?.length, 64);
	const bad = [
		bytes(),
		bytes(0x30, 6, 2, 1, 1, 2, 1, 1, 0),
		bytes(0x31, 6, 2, 1, 1, 2, 1, 1),
		bytes(0x30, 0x81, 6, 2, 1, 1, 2, 1, 1),
		bytes(0x30, 7, 2, 2, 0, 1, 2, 1, 1),
		bytes(0x30, 6, 2, 1, 0, 2, 1, 1),
		bytes(0x30, 6, 2, 1, 0x80, 2, 1, 1),
		bytes(0x30, 6, 3, 1, 1, 2, 1, 1),
		bytes(0x30, 5, 2, 0, 2, 1, 1),
		bytes(0x30, 3, 2, 1, 1),
		bytes(0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1),
		concatBytes(bytes(0x30, 38, 2, 33, 0), new Uint8Array(32).fill(0xff), bytes(2, 1, 1)),
		concatBytes(bytes(0x30, 39, 2, 34, 0, 0), new Uint8Array(32).fill(1), bytes(2, 1, 1)),
	];
	for (const encoded of bad) assert.equal(signatureOfDer(encoded), undefined, String([...encoded]));
});

describe("a challenge", () => {
	const asset = { operator: sha256(bytes(1)), code: "JPY" };
	const payment: Subject = {
		kind: "payment",
		request: sha256(bytes(2)),
		payee: sha256(bytes(3)),
		asset,
		amount: 5n,
	};
	const others: readonly Subject[] = [
		{ ...payment, request: sha256(bytes(9)) },
		{ ...payment, payee: sha256(bytes(9)) },
		{ ...payment, asset: { ...asset, code: "EUR" } },
		{ ...payment, amount: 6n },
		{ kind: "registration" },
		{ kind: "removal" },
	];
	let drawn = 0;
	const random = (length: number): Bytes => sha256(bytes(++drawn)).subarray(0, length);

	test("is another one for anything else, and each time", () => {
		const nonce = sha256(bytes(4));
		const all = [payment, ...others].map((subject) => toBase64url(challengeOf(subject, nonce)));
		assert.equal(new Set(all).size, all.length);
		assert.notDeepEqual(challengeOf(payment, nonce), challengeOf(payment, sha256(nonce)));
	});

	test("is used once, and for what it was drawn for", () => {
		const challenges = new Challenges();
		const written = toBase64url(challenges.draw(payment, random));
		assert.ok(challenges.take(written, payment));
		assert.equal(challenges.take(written, payment), undefined);
		for (const other of others) {
			const drawnFor = toBase64url(challenges.draw(payment, random));
			assert.equal(challenges.take(drawnFor, other), undefined);
			assert.equal(challenges.take(drawnFor, payment), undefined, "it is used up");
		}
		assert.equal(challenges.take("", payment), undefined);
	});

	test("is forgotten once sixteen newer ones are open", () => {
		const challenges = new Challenges();
		const all = Array.from({ length: 17 }, () => toBase64url(challenges.draw(payment, random)));
		const [oldest = "", ...kept] = all;
		assert.equal(challenges.take(oldest, payment), undefined);
		for (const written of kept) assert.ok(challenges.take(written, payment));
	});
});
