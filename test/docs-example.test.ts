/**
 * docs/spec/example.md is true: every value in it is made again from its seeds, and every refusal happens.
 *
 * Run as a program, this file prints the page's values instead.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { signerFrom, verify } from "../packages/module/src/index.ts";
import {
	attemptId,
	authorityHintBytes,
	type Bytes,
	certificate,
	certificateHash,
	certificatePayload,
	concatBytes,
	draftLink,
	extendToken,
	fromHex,
	isRefusal,
	issueBatch,
	issueId,
	keyId,
	lockHash,
	type Owner,
	ownerHash,
	type Refusal,
	releaseToken,
	requestDigest,
	requestPayload,
	type Signer,
	serialize,
	serializeToken,
	signedRequest,
	sigStructure,
	Trust,
	type TrustListBody,
	toHex,
	token,
	trustList,
	trustListPayload,
	type VerifiedToken,
	verifyToken,
	verifyTrustList,
} from "../packages/protocol/src/index.ts";

const now = 1_800_000_000;
const day = 86_400;
const filled = (byte: number, length = 32): Bytes => new Uint8Array(length).fill(byte);
const signerOf = (seed: number): Signer => signerFrom(filled(seed), "Ed25519");

type Example = {
	/** what the page shows, by name */
	readonly values: ReadonlyMap<string, Bytes>;
	readonly trust: Trust;
	readonly encodedToken: Bytes;
};

async function makeExample(): Promise<Example> {
	const values = new Map<string, Bytes>();
	const [root, authority, issuing, ruling, desk] = [1, 2, 3, 4, 5].map(signerOf) as [
		Signer,
		Signer,
		Signer,
		Signer,
		Signer,
	];
	const authorityId = keyId(authority.key);
	const certify = async (subject: Signer, serial: number, isDesk: boolean): Promise<Bytes> => {
		const claims = {
			authorityHint: authorityId.subarray(0, authorityHintBytes),
			expiresAt: now + 365 * day,
			notBefore: null,
			serial: Uint8Array.of(serial),
			confirmation: { key: subject.key },
			profile: {
				role: isDesk ? ("issuer" as const) : ("holder" as const),
				class: isDesk ? null : "person",
				merchantCategory: null,
				region: null,
				assurance: "software" as const,
				limits: null,
				responsible: null,
			},
		};
		const payload = certificatePayload(authorityId, claims);
		if (serial === 6) {
			values.set("certificatePayload", payload);
			values.set("certificateSigStructure", sigStructure("certificate", "Ed25519", payload));
			values.set("certificateHash", certificateHash(payload));
		}
		return serialize(certificate, { claims, signature: await authority.sign("certificate", payload) });
	};
	const body: TrustListBody = {
		version: 1,
		issuedAt: now,
		expiresAt: now + 30 * day,
		operators: [
			{
				root: root.key,
				name: "Densha",
				url: "https://densha.example",
				keys: [
					{ purpose: "authority", status: "current", key: authority.key },
					{ purpose: "issuing", status: "current", key: issuing.key },
					{ purpose: "ruling", status: "current", key: ruling.key },
				],
				desk: await certify(desk, 5, true),
				assets: [
					{
						code: "JPY",
						scale: 0,
						name: "Densha yen",
						spendWindow: 7 * day,
						redeemWindow: 30 * day,
						grace: day,
					},
				],
			},
		],
	};
	const listSignature = await root.sign("trust-list", trustListPayload(body));
	const encodedList = serialize(trustList, { body, signer: root.key, signature: listSignature });
	const operator = keyId(root.key);
	values.set("operatorId", operator);
	values.set("trustList", encodedList);
	const context = { verify, pinnedSigner: operator, minimumVersion: 0, now };
	const trust = new Trust(must(verifyTrustList(encodedList, context)), verify);

	const [a, b, c] = [6, 7, 8].map(signerOf) as [Signer, Signer, Signer];
	const encodedA = await certify(a, 6, false);
	values.set("certificate", encodedA);
	const [holderA, holderB, holderC] = [
		must(trust.certificate(encodedA)),
		must(trust.certificate(await certify(b, 7, false))),
		must(trust.certificate(await certify(c, 8, false))),
	];
	const owner = (of: typeof holderA, request: Bytes): Owner => ({ certificate: of, purpose: null, request });
	const asset = { operator, code: "JPY" };
	const ownerA = owner(holderA, filled(0xa1));
	values.set("ownerOfIssue", ownerHash(ownerA.certificate.hash, ownerA.purpose, ownerA.request));
	const issue = {
		asset,
		amount: 1000n,
		owner: ownerHash(ownerA.certificate.hash, ownerA.purpose, ownerA.request),
		conditions: [{ kind: "transferCap" as const, amount: 1000n }],
		caveats: [],
		hopsUsed: 0,
		nonce: filled(0xb1, 16),
		issuedAt: now,
		spendUntil: now + 7 * day,
		redeemUntil: now + 30 * day,
	};
	const batch = [issue, { ...issue, nonce: filled(0xb2, 16) }, { ...issue, nonce: filled(0xb3, 16) }];
	const [proof] = await issueBatch(batch, issuing);
	assert.ok(proof);
	values.set("issueId", issueId(issue));
	const issued = must(
		verifyToken(
			serialize(token, {
				issue: proof,
				opening: { certificate: 0, purpose: null, request: ownerA.request },
				hops: [],
				certificates: [encodedA],
			}),
			trust,
		),
	);
	values.set("issuedToken", serializeToken(issued));

	const request = {
		certificate: holderB.encoded,
		mode: "twoPhase" as const,
		asset,
		amount: 600n,
		nonce: filled(0xc1),
		purpose: null,
		memo: "",
		documentKey: null,
		wants: [],
		invoice: null,
		against: null,
		isStatic: false,
		issuedAt: now,
		expiresAt: now + 300,
	};
	const payload = requestPayload(request);
	values.set(
		"request",
		serialize(signedRequest, { body: request, signature: await b.sign("request", payload) }),
	);
	values.set("requestDigest", requestDigest(payload));

	const first = draftLink(issued, {
		outputs: [
			{ amount: 600n, owner: owner(holderB, requestDigest(payload)), caveats: [] },
			{ amount: 400n, owner: owner(holderA, filled(0xa2)), caveats: [] },
		],
		lock: { payeeDecides: false, hash: lockHash(filled(0xd1)) },
		data: null,
		against: null,
		after: [],
		spent: null,
	});
	values.set("firstInput", issued.outputId);
	values.set("firstLink", first.payload);
	values.set("firstLinkId", first.id);
	values.set("attempt", attemptId(requestDigest(payload), [first.id]));
	const locked = must(extendToken(first, await a.sign("link", first.payload), 0));
	values.set("lockedToken", serializeToken(locked));
	const paid = must(releaseToken(locked, filled(0xd1)));
	values.set("firstOutput", paid.outputId);

	const second = draftLink(paid, {
		outputs: [
			{
				amount: 600n,
				owner: owner(holderC, filled(0xc2)),
				caveats: [
					{ condition: { kind: "purpose", purposes: ["books"] }, liftedBy: null },
					{ condition: { kind: "notBefore", time: now }, liftedBy: "bank" },
				],
			},
		],
		lock: null,
		data: null,
		against: null,
		after: [],
		spent: null,
	});
	values.set("secondLinkId", second.id);
	const last = must(extendToken(second, await b.sign("link", second.payload), 0));
	values.set("presentOutput", last.outputId);
	const encodedToken = serializeToken(last);
	values.set("token", encodedToken);
	return { values, trust, encodedToken };
}

function must<T>(value: T | Refusal): T {
	if (isRefusal(value)) throw new Error(`${value.code} ${value.detail}`);
	return value;
}

const page = "docs/spec/example.md";
const written = (): string => readFileSync(page, "utf8");

test("every value of the worked example is made again from its seeds", async () => {
	const { values } = await makeExample();
	const shown = new Map(
		[...written().matchAll(/^```hex (\w+)\n(.*?)^```$/gms)].map(([, name, hex = ""]) => [
			name,
			hex.replaceAll(/\s/g, ""),
		]),
	);
	assert.deepEqual([...shown.keys()].sort(), [...values.keys()].sort());
	for (const [name, value] of values) assert.equal(shown.get(name), toHex(value), name);
});

test("the token of the worked example verifies, and says what the page says", async () => {
	const { trust, encodedToken } = await makeExample();
	const last: VerifiedToken = must(verifyToken(encodedToken, trust));
	assert.equal(last.amount, 600n);
	assert.equal(last.hops, 2);
	assert.deepEqual(
		last.rules.map(({ condition }) => condition.kind),
		["transferCap", "purpose", "notBefore"],
	);
});

test("every refusal of the worked example happens", async () => {
	const { trust, encodedToken } = await makeExample();
	const rows = [...written().matchAll(/^\| (\d+) \| `([0-9a-f]+)` \| `([0-9a-f]+)` \| .*?`([a-z-]+)` \|$/gm)];
	assert.ok(rows.length >= 8);
	for (const [, offset = "", from = "", to = "", code = ""] of rows) {
		const at = Number.parseInt(offset, 10);
		const [before, after] = [fromHex(from), fromHex(to)] as [Bytes, Bytes];
		assert.equal(toHex(encodedToken.subarray(at, at + before.length)), from, `offset ${offset}`);
		const rest = encodedToken.subarray(at + before.length);
		const changed = concatBytes(encodedToken.subarray(0, at), after, rest);
		const verdict = verifyToken(changed, trust);
		assert.ok(isRefusal(verdict), `offset ${offset} was accepted`);
		assert.equal(verdict.code, code, `offset ${offset}: ${verdict.detail}`);
	}
});

if (process.argv.includes("--print"))
	for (const [name, value] of (await makeExample()).values)
		console.log(`\`\`\`hex ${name}\n${toHex(value).replaceAll(/(.{96})(?=.)/g, "$1\n")}\n\`\`\``);
