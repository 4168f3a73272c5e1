/** Signatures of HTTP messages are those of RFC 9421, and cover what is acted on. */
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { test } from "node:test";
import { type Bytes, type PublicKey, sigStructure, toHex } from "@tenten/protocol";
import { type MessageDescriptor, verifySignature } from "http-message-sig";
import { createWorld, verify, type World } from "../../module/test/support/world.ts";
import { digestOf, holdsDigest } from "../src/peers/content-digest.ts";
import {
	hearAnswer,
	hearRequest,
	type PeerAnswer,
	type PeerRequest,
	signAnswer,
	signatureLife,
	signRequest,
	verifierOf,
} from "../src/peers/message-signature.ts";

const fieldsOf = (lines: readonly (readonly [string, string])[]) =>
	lines.map(([name, value]) => ({ name, value }));

/** RFC 9421, appendix B.1.4 and B.2.6. */
const ed25519Key = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
const requestB26: MessageDescriptor = {
	kind: "request",
	method: "POST",
	targetUri: "https://example.com/foo?param=Value&Pet=dog",
	fields: fieldsOf([
		["Host", "example.com"],
		["Date", "Tue, 20 Apr 2021 02:07:55 GMT"],
		["Content-Type", "application/json"],
		[
			"Content-Digest",
			"sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
		],
		["Content-Length", "18"],
		[
			"Signature-Input",
			'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
		],
		[
			"Signature",
			"sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
		],
	]),
};

/** RFC 9421, appendix B.1.3 and B.2.4. */
const p256Key = {
	x: "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
	y: "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
};
const responseB24: MessageDescriptor = {
	kind: "response",
	status: 200,
	fields: fieldsOf([
		["Date", "Tue, 20 Apr 2021 02:07:56 GMT"],
		["Content-Type", "application/json"],
		[
			"Content-Digest",
			"sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
		],
		["Content-Length", "23"],
		[
			"Signature-Input",
			'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
		],
		[
			"Signature",
			"sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:",
		],
	]),
};

const fromBase64url = (text: string): Bytes => new Uint8Array(Buffer.from(text, "base64url"));
const ed25519: PublicKey = { suite: "Ed25519", bytes: fromBase64url(ed25519Key) };
const p256: PublicKey = {
	suite: "ES256",
	bytes: Uint8Array.of(2 + ((fromBase64url(p256Key.y).at(-1) ?? 0) & 1), ...fromBase64url(p256Key.x)),
};

function holds(message: MessageDescriptor, key: PublicKey): Promise<boolean> {
	const policy = {
		algorithms: ["ed25519", "ecdsa-p256-sha256"],
		requiredComponents: [],
		requiredParameters: ["created", "keyid"],
		now: 1_618_884_480,
	};
	return verifySignature(message, { policy, resolveVerifier: () => verifierOf(key, verify) }).then(
		() => true,
		() => false,
	);
}

/** The order of P-256. */
const n = 0xffff_ffff_0000_0000_ffff_ffff_ffff_ffff_bce6_faad_a717_9e84_f3b9_cac2_fc63_2551n;
const inSignature = /:(.*):/;

/** The same signature with n - s in the place of s: what the RFC's example signed with is above n/2, and refused. */
function withLowS(message: MessageDescriptor): MessageDescriptor {
	const fields = message.fields.map((field) => {
		if (field.name !== "Signature") return field;
		const raw = Buffer.from(inSignature.exec(field.value)?.[1] ?? "", "base64");
		const s = BigInt(`0x${raw.subarray(32).toString("hex")}`);
		assert.ok(s > n / 2n);
		raw.set(Buffer.from((n - s).toString(16).padStart(64, "0"), "hex"), 32);
		return { ...field, value: field.value.replace(inSignature, `:${raw.toString("base64")}:`) };
	});
	return { ...message, fields };
}

const vectors = [
	["B.2.6, a request by ed25519", requestB26, ed25519],
	["B.2.4, an answer by ecdsa-p256-sha256, s brought below n/2", withLowS(responseB24), p256],
] as const;

test("RFC 9421 B.2.4 as it is printed has a high s, which we refuse everywhere", async () => {
	assert.equal(await holds(responseB24, p256), false);
});

for (const [name, message, key] of vectors)
	test(`RFC 9421 ${name}: its signature holds by our suites, and no changed one does`, async () => {
		assert.equal(await holds(message, key), true);
		const other = key === p256 ? ed25519 : p256;
		assert.equal(await holds(message, other), false);
		const changed = message.fields.map(({ name: field, value }) =>
			field === "Content-Type" ? { name: field, value: "text/plain" } : { name: field, value },
		);
		assert.equal(await holds({ ...message, fields: changed }, key), false);
	});

test("the RFC's P-256 key is a point of the curve, compressed as we keep it", () => {
	const jwk = { kty: "EC", crv: "P-256", ...p256Key };
	assert.equal(createPublicKey({ key: jwk, format: "jwk" }).asymmetricKeyType, "ec");
});

test("RFC 9530: the digest of its example, and nothing else, is that content's", () => {
	const content = new Uint8Array(Buffer.from('{"hello": "world"}'));
	const field = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
	assert.equal(digestOf(content), field);
	assert.ok(holdsDigest(`sha-512=:AAAA:, ${field}`, content));
	assert.ok(!holdsDigest(null, content));
	assert.ok(!holdsDigest(field, content.subarray(1)));
	assert.ok(!holdsDigest(`${field}, ${field}`, content));
	assert.ok(!holdsDigest(field.replace("sha-256", "sha-512"), content));
});

test("a key that signs HTTP messages signs nothing that is a signature of the protocol", () => {
	assert.throws(() =>
		sigStructure("http-message", "Ed25519", sigStructure("ruling", "Ed25519", new Uint8Array())),
	);
	assert.throws(() => sigStructure("http-message", "Ed25519", new Uint8Array()));
});

const now = 1_800_000_000;
const body: Bytes = new Uint8Array(Buffer.from('{"cursor":null}'));
const asked: PeerRequest = {
	method: "POST",
	target: "https://machi.example/v1/peers/debts?a=1",
	headers: new Headers({ "content-type": "application/json" }),
	body,
};

async function signedBy({ operator }: World, request = asked): Promise<PeerRequest> {
	return { ...request, headers: await signRequest(request, { signer: operator.ruling, now, nonce: "n" }) };
}

const changedHeaders = ({ headers }: PeerRequest, name: string, value: string | null): Headers => {
	const copy = new Headers(headers);
	if (value === null) copy.delete(name);
	else copy.set(name, value);
	return copy;
};

test("a request is heard as its signer's, and not once anything that is acted on was changed", async () => {
	const world = await createWorld();
	const request = await signedBy(world);
	const heard = await hearRequest(request, world.trust, now);
	assert.equal(heard.kind === "heard" && toHex(heard.operator.id), toHex(world.operator.id));
	const why = async (change: Partial<PeerRequest>, at = now) => {
		const judged = await hearRequest({ ...request, ...change }, world.trust, at);
		return judged.kind === "unheard" ? judged.why : "heard";
	};
	const input = request.headers.get("signature-input") ?? "";
	assert.equal(await why({ method: "PUT" }), "invalid");
	assert.equal(await why({ target: "https://densha.example/v1/peers/debts?a=1" }), "invalid");
	assert.equal(await why({ target: asked.target.replace("a=1", "a=2") }), "invalid");
	assert.equal(await why({ body: Uint8Array.of(...body, 32) }), "invalid");
	for (const name of ["content-type", "content-digest"]) {
		assert.equal(await why({ headers: changedHeaders(request, name, null) }), "invalid", name);
		assert.equal(await why({ headers: changedHeaders(request, name, "text/plain") }), "invalid", name);
	}
	const swapped: readonly (readonly [string, string])[] = [
		[`created=${now}`, `created=${now + 1}`],
		[`expires=${now + signatureLife}`, `expires=${now + signatureLife - 1}`],
		['nonce="n"', 'nonce="m"'],
		['tag="tenten-operator"', 'tag="another"'],
		["ed25519", "ecdsa-p256-sha256"],
		[' "content-digest"', ""],
		['"@method" ', ""],
	];
	for (const [from, to] of swapped) {
		assert.ok(input.includes(from), from);
		const headers = changedHeaders(request, "signature-input", input.replace(from, to));
		assert.equal(await why({ headers }), "invalid", to);
	}
	for (const name of ["signature", "signature-input"])
		assert.equal(await why({ headers: changedHeaders(request, name, null) }), "missing");
	for (const junk of ["", "tenten=", "tenten=(", `${input}, ${input}`, "tenten=?1", "x".repeat(9_000)])
		assert.equal(await why({ headers: changedHeaders(request, "signature-input", junk) }), "invalid", junk);
});

test("a signature counts from its time to its end, give or take what clocks differ by", async () => {
	const world = await createWorld();
	const request = await signedBy(world);
	for (const [at, expected] of [
		[now - 31, "expired"],
		[now - 30, "heard"],
		[now + signatureLife + 29, "heard"],
		[now + signatureLife + 30, "expired"],
	] as const) {
		const judged = await hearRequest(request, world.trust, at);
		assert.equal(judged.kind === "unheard" ? judged.why : judged.kind, expected, `${at - now}`);
	}
});

test("only a current ruling key of a listed operator is heard", async () => {
	const world = await createWorld();
	const stranger = await createWorld({ seed: "stranger" });
	const judged = await hearRequest(await signedBy(stranger), world.trust, now);
	assert.deepEqual(judged, { kind: "unheard", why: "unknown" });
	const { root, issuing, authority } = world.operator;
	for (const ruling of [root, issuing, authority]) {
		const request = await signedBy({ ...world, operator: { ...world.operator, ruling } });
		assert.deepEqual(await hearRequest(request, world.trust, now), { kind: "unheard", why: "unknown" });
	}
});

test("an answer is heard with the request that it answers, and with no other", async () => {
	const world = await createWorld({ suite: "ES256" });
	const request = await signedBy(world);
	const plain = { status: 200, headers: new Headers({ "content-type": "application/json" }), body };
	const moment = { signer: world.other.ruling, now, nonce: "n" };
	const answer: PeerAnswer = { ...plain, headers: await signAnswer(plain, request, moment) };
	const why = async (changed: Partial<PeerAnswer>, to = request) => {
		const judged = await hearAnswer({ ...answer, ...changed }, to, world.trust, now);
		return judged.kind === "unheard" ? judged.why : toHex(judged.operator.id);
	};
	assert.equal(await why({}), toHex(world.other.id));
	assert.equal(await why({ status: 201 }), "invalid");
	assert.equal(await why({ body: new Uint8Array() }), "invalid");
	const other = { ...asked, target: `${asked.target}&b=2` };
	assert.equal(await why({}, await signedBy(world, other)), "invalid");
	assert.equal(await why({}, await signedBy(world)), "invalid");
});
