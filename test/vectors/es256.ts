/**
 * Edge cases of ES256: r and s at their bounds, points that are none, forms that are not ours.
 *
 * A key that fits a chosen signature is computed from it: Q = (s·R − z·G)/r. So s stands exactly at n/2, and R
 * has an x at or above n.
 */
import { createHash } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { type Bytes, concatBytes, fromHex, toHex } from "../../packages/protocol/src/index.ts";
import { accepts, type Case, flipped, type Inputs, refuses } from "./drafts.ts";
import { bytesOf } from "./world.ts";

const { Point } = p256;
type Point = InstanceType<typeof Point>;
const n = Point.Fn.ORDER;
const prime = Point.Fp.ORDER;
const invalid = "signature-invalid";

const big = (number: bigint): Bytes => fromHex(number.toString(16).padStart(64, "0")) as Bytes;
const bigOf = (bytes: Bytes): bigint => BigInt(`0x${toHex(bytes)}`);
const es = (key: Bytes, message: Bytes, signature: Bytes): Inputs => ({
	suite: "ES256",
	key,
	message,
	signature,
});
const pair = (r: bigint, s: bigint): Bytes => concatBytes(big(r), big(s));
const hashOf = (message: Bytes): bigint =>
	bigOf(new Uint8Array(createHash("sha256").update(message).digest())) % n;

const secret = bytesOf("secret of the edge cases");
const key = p256.getPublicKey(secret, true);
const message = new TextEncoder().encode("message");
const good = p256.sign(message, secret);
const [r, s] = [bigOf(good.subarray(0, 32)), bigOf(good.subarray(32))];

/** The key under which (r, s) signs `message`, where r is the x of R modulo n. */
function keyFor(R: Point, chosen: bigint): Inputs {
	const rest = R.x % n;
	const inverse = Point.Fn.inv(rest);
	const Q = R.multiply((chosen * inverse) % n).add(
		Point.BASE.multiply((n - hashOf(message)) % n).multiply(inverse),
	);
	return es(Q.toBytes(true), message, pair(rest, chosen));
}
const anyR = Point.BASE.multiply(bigOf(bytesOf("k")) % n);

/** The first point whose x is at or above n: one of 2^128 would be met by chance. */
function beyondN(): Point {
	for (let x = n; ; x++)
		try {
			return Point.fromBytes(concatBytes(Uint8Array.of(2), big(x)));
		} catch {
			// No point has this x.
		}
}
const far = beyondN();

/** The first x at or above `from` of which there is no point, or there is one. */
function firstX(from: bigint, isPoint: boolean): bigint {
	for (let x = from; ; x++) {
		const y2 = Point.Fp.create(x ** 3n - 3n * x + Point.CURVE().b);
		const isSquare = Point.Fp.pow(y2, (prime - 1n) / 2n) === 1n;
		if (isSquare === isPoint) return x;
	}
}

const half = n >> 1n;
const withPrefix = (prefix: number, rest: Bytes): Bytes => concatBytes(Uint8Array.of(prefix), rest);
const x = key.subarray(1);

const bounds: readonly Case[] = [
	accepts("s of one", keyFor(anyR, 1n)),
	accepts("s of n/2, rounded down", keyFor(anyR, half)),
	refuses(invalid, "s of n/2, rounded up: the equation holds", keyFor(anyR, half + 1n)),
	refuses(invalid, "s of n - 1: the equation holds", keyFor(anyR, n - 1n)),
	refuses(invalid, "n - s: the equation holds", es(key, message, pair(r, n - s))),
	accepts("R whose x is at or above n", keyFor(far, 2n)),
	refuses(
		invalid,
		"the same with r not reduced",
		es(keyFor(far, 2n)["key"] as Bytes, message, pair(far.x, 2n)),
	),
	refuses(invalid, "r of zero", es(key, message, pair(0n, s))),
	refuses(invalid, "s of zero", es(key, message, pair(r, 0n))),
	refuses(invalid, "r and s of zero", es(key, message, pair(0n, 0n))),
	refuses(invalid, "r of n", es(key, message, pair(n, s))),
	refuses(invalid, "s of n", es(key, message, pair(r, n))),
	refuses(invalid, "r of n + 1", es(key, message, pair(n + 1n, s))),
	refuses(invalid, "s of n + 1", es(key, message, pair(r, n + 1n))),
	refuses(invalid, "r of the prime of the field", es(key, message, pair(prime, s))),
	refuses(invalid, "r and s of 2^256 - 1", es(key, message, pair(2n ** 256n - 1n, 2n ** 256n - 1n))),
	refuses(invalid, "r and s exchanged", es(key, message, pair(s, r))),
	refuses(invalid, "r of one and s of one", es(key, message, pair(1n, 1n))),
];

const keys: readonly Case[] = [
	accepts("the generator as a key", es(Point.BASE.toBytes(true), message, p256.sign(message, big(1n)))),
	accepts("its negative", es(Point.BASE.negate().toBytes(true), message, p256.sign(message, big(n - 1n)))),
	refuses(invalid, "the other point of the same x", es(key.with(0, (key[0] as number) ^ 1), message, good)),
	refuses(
		invalid,
		"x of no point of the curve",
		es(withPrefix(2, big(firstX(bigOf(x), false))), message, good),
	),
	refuses(invalid, "x at the prime of the field", es(withPrefix(2, big(prime)), message, good)),
	refuses(
		invalid,
		"x above the prime, of a point when reduced",
		es(withPrefix(2, big(prime + firstX(0n, true))), message, good),
	),
	refuses(invalid, "x of 2^256 - 1", es(withPrefix(3, new Uint8Array(32).fill(0xff)), message, good)),
	refuses(
		invalid,
		"x of zero under a signature of another",
		es(withPrefix(2, new Uint8Array(32)), message, good),
	),
	refuses(invalid, "the prefix 00", es(withPrefix(0, x), message, good)),
	refuses(invalid, "the prefix 01", es(withPrefix(1, x), message, good)),
	refuses(invalid, "the prefix 04 on 33 bytes", es(withPrefix(4, x), message, good)),
	refuses(invalid, "the prefix 05", es(withPrefix(5, x), message, good)),
	refuses(invalid, "33 zeros", es(new Uint8Array(33), message, good)),
	refuses(invalid, "an uncompressed key of 65 bytes", es(p256.getPublicKey(secret, false), message, good)),
	refuses(
		invalid,
		"a hybrid key (06 or 07) of 65 bytes",
		es(p256.getPublicKey(secret, false).with(0, 4 + (key[0] as number)), message, good),
	),
	refuses(invalid, "the point at infinity as one zero", es(Uint8Array.of(0), message, good)),
	refuses(invalid, "x alone, 32 bytes", es(x, message, good)),
	refuses(invalid, "no key", es(new Uint8Array(), message, good)),
];

/** ASN.1, as other formats carry it. */
const der = ((): Bytes => {
	const integer = (bytes: Bytes): Bytes => {
		const padded = (bytes[0] as number) > 0x7f ? concatBytes(Uint8Array.of(0), bytes) : bytes;
		return concatBytes(Uint8Array.of(2, padded.length), padded);
	};
	const content = concatBytes(integer(big(r)), integer(big(s)));
	return concatBytes(Uint8Array.of(0x30, content.length), content);
})();

/** RFC 6979, A.2.5, SHA-256; its s is above n/2 in the first, and replaced by n - s. */
const rfcKey = withPrefix(
	3,
	fromHex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6") as Bytes,
);
const text = (value: string): Bytes => new TextEncoder().encode(value);
const rfcPair = (first: string, second: string): readonly [bigint, bigint] => [
	BigInt(`0x${first}`),
	BigInt(`0x${second}`),
];
const sample = rfcPair(
	"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
	"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
);
const tested = rfcPair(
	"f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
	"019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
);

const plain: readonly Case[] = [
	accepts(
		"RFC 6979, section A.2.5, SHA-256, sample, with n - s",
		es(rfcKey, text("sample"), pair(sample[0], n - sample[1])),
	),
	refuses(
		invalid,
		"RFC 6979, section A.2.5, SHA-256, sample, as printed: s is high",
		es(rfcKey, text("sample"), pair(...sample)),
	),
	accepts("RFC 6979, section A.2.5, SHA-256, test", es(rfcKey, text("test"), pair(...tested))),
	accepts("of an empty message", es(key, new Uint8Array(), p256.sign(new Uint8Array(), secret))),
	accepts(
		"of a message of a thousand bytes",
		es(key, new Uint8Array(1000), p256.sign(new Uint8Array(1000), secret)),
	),
	refuses(invalid, "of another message", es(key, text("another"), good)),
	refuses(invalid, "under another key", es(p256.getPublicKey(bytesOf("another"), true), message, good)),
	refuses(
		invalid,
		"over the hash of the message, hashed again",
		es(key, message, p256.sign(new Uint8Array(createHash("sha256").update(message).digest()), secret)),
	),
	refuses(invalid, "a bit of r", es(key, message, flipped(good, 31))),
	refuses(invalid, "a bit of s", es(key, message, flipped(good, 63))),
	refuses(invalid, "a signature of 63 bytes", es(key, message, good.subarray(0, 63))),
	refuses(invalid, "a signature of 65 bytes", es(key, message, concatBytes(good, Uint8Array.of(0)))),
	refuses(
		invalid,
		"a signature of 65 bytes, a zero before",
		es(key, message, concatBytes(Uint8Array.of(0), good)),
	),
	refuses(invalid, "a signature in ASN.1", es(key, message, der)),
	refuses(invalid, "no signature", es(key, message, new Uint8Array())),
];

export const es256Cases: readonly Case[] = [...plain, ...bounds, ...keys];
