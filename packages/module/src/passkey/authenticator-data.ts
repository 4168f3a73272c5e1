/**
 * What an authenticator says and signs (Web Authentication, section 6.1): a fixed layout, read by position.
 *
 *   32 hash of the relying party │ 1 flags │ 4 count │ registration: 16 model │ 2 length │ credential id │ key │ …
 *
 * The key is CBOR, but CTAP2 leaves each kind of key one encoding, so it is compared and not decoded: ES256 and
 * Ed25519, under the numbers of RFC 9053 or of RFC 9864. Extensions, at the end, are passed over.
 */
import {
	type Bytes,
	concatBytes,
	equalBytes,
	fromHex,
	type PublicKey,
	type Refusal,
	refuse,
} from "@tenten/protocol";
import { compressPoint } from "../suite/p256.ts";

export type AuthenticatorData = {
	/** SHA-256 of the relying party's id */
	readonly relyingParty: Bytes;
	/** somebody touched it */
	readonly isPresent: boolean;
	/** and showed who they are, by a finger, a face or a PIN */
	readonly isVerified: boolean;
	/** signatures so far; always 0 where none are counted */
	readonly signCount: number;
	/** of a registration: the new credential */
	readonly credential: { readonly id: Bytes; readonly key: PublicKey } | null;
};

const flags = {
	present: 0x01,
	verified: 0x04,
	mayBeBackedUp: 0x08,
	backedUp: 0x10,
	credential: 0x40,
	extensions: 0x80,
};
const headBytes = 37;
const modelBytes = 16;
const maximumBytes = 4096;
const maximumIdBytes = 1023;

/** Or `malformed`, `too-large`; `key-refused` where the credential's key is of another kind. */
export function parseAuthenticatorData(data: Bytes): AuthenticatorData | Refusal {
	if (data.length > maximumBytes) return refuse("too-large", "authenticator data");
	if (data.length < headBytes) return refuse("malformed", "authenticator data");
	const said = data[32] as number;
	const has = (flag: number): boolean => (said & flag) !== 0;
	if (has(flags.backedUp) && !has(flags.mayBeBackedUp)) return refuse("malformed", "flags");
	const rest = data.subarray(headBytes);
	const read = has(flags.credential) ? readCredential(rest) : { credential: null, length: 0 };
	if ("code" in read) return read;
	if (rest.length > read.length !== has(flags.extensions)) return refuse("malformed", "extensions");
	return {
		relyingParty: data.slice(0, 32),
		isPresent: has(flags.present),
		isVerified: has(flags.verified),
		signCount: new DataView(data.buffer, data.byteOffset).getUint32(33),
		credential: read.credential,
	};
}

type Read = { readonly credential: AuthenticatorData["credential"]; readonly length: number };

function readCredential(rest: Bytes): Read | Refusal {
	const idAt = modelBytes + 2;
	if (rest.length < idAt) return refuse("malformed", "a credential");
	const length = ((rest[modelBytes] as number) << 8) | (rest[modelBytes + 1] as number);
	if (length === 0 || length > maximumIdBytes || rest.length < idAt + length)
		return refuse("malformed", "a credential's id");
	const keyAt = idAt + length;
	const found = readKey(rest.subarray(keyAt));
	if (found === undefined) return refuse("key-refused", "neither ES256 nor Ed25519");
	return { credential: { id: rest.slice(idAt, keyAt), key: found.key }, length: keyAt + found.length };
}

const hex = (text: string): Bytes => fromHex(text) as Bytes;
/** kty EC2, alg, crv P-256, x of 32 bytes; y of 32 bytes */
const es256Heads = [hex("a5010203262001215820"), hex("a5010203282001215820")];
const es256Middle = hex("225820");
/** kty OKP, alg, crv Ed25519, x of 32 bytes */
const ed25519Heads = [hex("a4010103272006215820"), hex("a4010103322006215820")];

function readKey(bytes: Bytes): { readonly key: PublicKey; readonly length: number } | undefined {
	const head = bytes.subarray(0, 10);
	const x = bytes.slice(10, 42);
	if (x.length < 32) return undefined;
	if (ed25519Heads.some((known) => equalBytes(known, head)))
		return { key: { suite: "Ed25519", bytes: x }, length: 42 };
	const y = bytes.subarray(45, 77);
	if (!es256Heads.some((known) => equalBytes(known, head))) return undefined;
	if (!equalBytes(bytes.subarray(42, 45), es256Middle) || y.length < 32) return undefined;
	const point = compressPoint(concatBytes(Uint8Array.of(4), x, y));
	return { key: { suite: "ES256", bytes: point }, length: 77 };
}
