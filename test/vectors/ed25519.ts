/**
 * Edge cases of Ed25519, of the classes in which implementations disagree: keys and R of small and of mixed
 * order, encodings that are not canonical, S at its bounds.
 *
 * Wherever it can be, a signature is made so that the bare equation [S]B = R + [k]A holds: what is refused is
 * refused by a rule, and a verifier without the rule accepts it. Where only the equation times eight holds, a
 * cofactored verifier accepts it and this one must not. Messages are counted up until the challenge k fits.
 */
import { createHash } from "node:crypto";
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { type Bytes, concatBytes, fromHex, toHex } from "../../packages/protocol/src/index.ts";
import { accepts, type Case, flipped, type Inputs, refuses } from "./drafts.ts";
import { bytesOf } from "./world.ts";

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;
const L = Point.Fn.ORDER;
const p = 2n ** 255n - 19n;
const invalid = "signature-invalid";

const little = (number: bigint): Bytes =>
	Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
const bigOf = (bytes: Bytes): bigint => BigInt(`0x${toHex(bytes.toReversed())}`);
const modL = (number: bigint): bigint => ((number % L) + L) % L;
const challenge = (...parts: readonly Bytes[]): bigint =>
	modL(
		bigOf(
			new Uint8Array(
				createHash("sha512")
					.update(concatBytes(...parts))
					.digest(),
			),
		),
	);
const times = (point: Point, scalar: bigint): Point =>
	scalar === 0n ? Point.ZERO : point.multiplyUnsafe(scalar);
const base = (scalar: bigint): Point => times(Point.BASE, modL(scalar));

const ed = (key: Bytes, message: Bytes, signature: Bytes): Inputs => ({
	suite: "Ed25519",
	key,
	message,
	signature,
});

/** The points of order 1, 2, 4 and 8, and T, a generator of them. */
const torsion: readonly Point[] = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex, true));
const T = torsion[1] as Point;

const messageOf = (count: number): Bytes => new TextEncoder().encode(`message ${count}`);

/** The first message for which the challenge leaves this rest modulo eight (or any that `fits`). */
function messageFor(
	r: Bytes,
	a: Bytes,
	fits: (k: bigint) => boolean,
): { readonly message: Bytes; readonly k: bigint } {
	for (let count = 0; ; count++) {
		const message = messageOf(count);
		const k = challenge(r, a, message);
		if (fits(k)) return { message, k };
	}
}

/** Encodings of one point: the canonical, with y + p where that fits, and x = 0 with the bit of a negative x. */
function encodingsOf(point: Point): readonly Bytes[] {
	const canonical = point.toBytes();
	const sign = (canonical[31] as number) & 0x80;
	const y = bigOf(canonical.with(31, (canonical[31] as number) & 0x7f));
	const signed = (bytes: Bytes, bit: number): Bytes => bytes.with(31, (bytes[31] as number) | bit);
	const signs = point.x === 0n ? [0, 0x80] : [sign];
	const ys = y + p < 2n ** 255n ? [y, y + p] : [y];
	return ys.flatMap((value) => signs.map((bit) => signed(little(value), bit)));
}

const isCanonical = (encoded: Bytes): boolean =>
	torsion.some((point) => toHex(point.toBytes()) === toHex(encoded));
const nameOf = (encoded: Bytes): string =>
	`${toHex(encoded).slice(0, 8)}…${toHex(encoded).slice(-4)}${isCanonical(encoded) ? "" : ", not canonical"}`;

const smallEncodings = torsion.flatMap(encodingsOf);
const pointOf = (encoded: Bytes): Point =>
	torsion.find((point) => encodingsOf(point).some((e) => toHex(e) === toHex(encoded))) as Point;

/** The key is of small order, R is its counterpart, S is zero: the equation holds. */
const smallBoth: readonly Case[] = smallEncodings.map((a) => {
	const A = pointOf(a);
	for (let count = 0; ; count++) {
		const message = messageOf(count);
		const R = torsion.find((point) => point.add(times(A, challenge(point.toBytes(), a, message) % 8n)).is0());
		if (R === undefined) continue;
		const signature = concatBytes(R.toBytes(), new Uint8Array(32));
		return refuses(invalid, `key and R of small order, key ${nameOf(a)}`, ed(a, message, signature));
	}
});

const r = modL(bigOf(bytesOf("r")));
const R = base(r).toBytes();

/** The key is of small order, [k]A is zero, S is the dlog of R: the equation holds whatever is signed. */
const smallKey: readonly Case[] = smallEncodings.map((a) => {
	const { message } = messageFor(R, a, (k) => k % 8n === 0n);
	return refuses(
		invalid,
		`key of small order ${nameOf(a)}, R of large order`,
		ed(a, message, concatBytes(R, little(r))),
	);
});

const seed = bytesOf("seed of the edge cases");
const { scalar: secret, pointBytes: key } = ed25519.utils.getExtendedPublicKey(seed);
const A = base(secret);

/** R is of small order, S = k·a: the equation holds for the neutral point, and times eight for all. */
const smallR: readonly Case[] = smallEncodings.map((encoded) => {
	const message = messageOf(0);
	const s = modL(challenge(encoded, key, message) * secret);
	return refuses(
		invalid,
		`R of small order ${nameOf(encoded)}`,
		ed(key, message, concatBytes(encoded, little(s))),
	);
});

/** A + jT as a key, R + iT: signed as its holder would sign without the part of small order. */
function mixed(j: bigint, i: bigint, fits: (k: bigint) => boolean): Inputs {
	const a = A.add(times(T, j)).toBytes();
	const commitment = base(r).add(times(T, i)).toBytes();
	const { message, k } = messageFor(commitment, a, fits);
	return ed(a, message, concatBytes(commitment, little(modL(r + k * secret))));
}

const mixedOrder: readonly Case[] = [
	accepts(
		"key of mixed order, its part of small order vanishes: the equation holds",
		mixed(1n, 0n, (k) => k % 8n === 0n),
	),
	refuses(
		invalid,
		"key of mixed order: the equation holds times eight alone",
		mixed(1n, 0n, (k) => k % 8n === 1n),
	),
	refuses(
		invalid,
		"key of mixed order, by a point of order two: the equation holds times eight alone",
		mixed(4n, 0n, (k) => k % 2n === 1n),
	),
	accepts(
		"key of mixed order, by a point of order two that vanishes",
		mixed(4n, 0n, (k) => k % 2n === 0n),
	),
	refuses(
		invalid,
		"R of mixed order: the equation holds times eight alone",
		mixed(0n, 1n, () => true),
	),
	refuses(
		invalid,
		"R of mixed order, by a point of order two: the equation holds times eight alone",
		mixed(0n, 4n, () => true),
	),
	accepts(
		"key and R of mixed order, whose parts of small order cancel: the equation holds",
		mixed(1n, 3n, (k) => k % 8n === 5n),
	),
	refuses(
		invalid,
		"key and R of mixed order, whose parts do not cancel",
		mixed(1n, 3n, (k) => k % 8n === 4n),
	),
];

const message = messageOf(1);
const good = ed25519.sign(message, seed);
const [goodR, S] = [good.subarray(0, 32), bigOf(good.subarray(32))];
const withS = (number: bigint): Inputs => ed(key, message, concatBytes(goodR, little(number)));

const bounds: readonly Case[] = [
	accepts("S below the order", withS(S)),
	refuses(invalid, "S plus the order: the equation holds", withS(S + L)),
	refuses(invalid, "S plus twice the order: the equation holds", withS(S + 2n * L)),
	refuses(invalid, "S plus fourteen times the order: the equation holds", withS(S + 14n * L)),
	refuses(invalid, "S of the order", withS(L)),
	refuses(invalid, "S one below the order", withS(L - 1n)),
	refuses(invalid, "S of zero", withS(0n)),
	refuses(invalid, "S of 2^256 - 1", withS(2n ** 256n - 1n)),
	refuses(invalid, "S negated", withS(L - S)),
];

/** Points of large order whose y is at or above p: nobody knows what would sign under them. */
const notCanonical: readonly Case[] = Array.from({ length: 19 }, (_, i) => little(p + BigInt(i)))
	.filter((encoded) => !smallEncodings.some((small) => toHex(small) === toHex(encoded)))
	.map((encoded, i) =>
		refuses(invalid, `a key of y = p + n, not canonical: ${i}`, ed(encoded, message, good)),
	);

const rfc = (n: number, hexKey: string, hexMessage: string, hexSignature: string): Case => {
	const [k, m, s] = [hexKey, hexMessage, hexSignature].map((text) => fromHex(text)) as [Bytes, Bytes, Bytes];
	return accepts(`RFC 8032, section 7.1, test ${n}`, ed(k, m, s));
};

const published: readonly Case[] = [
	rfc(
		1,
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		"",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
	),
	rfc(
		2,
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		"72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	),
	rfc(
		3,
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
		"af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
	),
];

const plain: readonly Case[] = [
	accepts(
		"of a message of a thousand bytes",
		ed(key, new Uint8Array(1000), ed25519.sign(new Uint8Array(1000), seed)),
	),
	refuses(invalid, "of another message", ed(key, messageOf(2), good)),
	refuses(invalid, "under another key", ed(ed25519.getPublicKey(bytesOf("another")), message, good)),
	refuses(invalid, "a bit of R", ed(key, message, flipped(good, 0))),
	refuses(invalid, "a bit of S", ed(key, message, flipped(good, 32))),
	refuses(
		invalid,
		"the highest bit of the signature",
		ed(key, message, good.with(63, (good[63] as number) | 0x80)),
	),
	refuses(
		invalid,
		"R with the bit of the other x",
		ed(key, message, good.with(31, (good[31] as number) ^ 0x80)),
	),
	refuses(
		invalid,
		"a key with the bit of the other x",
		ed(key.with(31, (key[31] as number) ^ 0x80), message, good),
	),
	refuses(invalid, "a key that is no point (y = 2)", ed(little(2n), message, good)),
	refuses(invalid, "R that is no point (y = 2)", ed(key, message, concatBytes(little(2n), little(S)))),
	refuses(invalid, "a key of 31 bytes", ed(key.subarray(1), message, good)),
	refuses(invalid, "a key of 33 bytes", ed(concatBytes(key, Uint8Array.of(0)), message, good)),
	refuses(invalid, "no key", ed(new Uint8Array(), message, good)),
	refuses(invalid, "a signature of 63 bytes", ed(key, message, good.subarray(0, 63))),
	refuses(invalid, "a signature of 65 bytes", ed(key, message, concatBytes(good, Uint8Array.of(0)))),
	refuses(invalid, "no signature", ed(key, message, new Uint8Array())),
	refuses(invalid, "a signature of zeros", ed(key, message, new Uint8Array(64))),
];

export const ed25519Cases: readonly Case[] = [
	...published,
	...plain,
	...bounds,
	...smallBoth,
	...smallKey,
	...smallR,
	...mixedOrder,
	...notCanonical,
];
