/** Chains of Android key attestations, as a device's keystore gives them: X.509 certificates, and what the last says of its key. */
import {
	createECDH,
	createPrivateKey,
	createPublicKey,
	ECDH,
	generateKeyPairSync,
	type KeyObject,
	sign,
} from "node:crypto";
import {
	AuthorizationList,
	IntegerSet,
	id_ce_keyDescription,
	KeyMintKeyDescription,
	RootOfTrust,
} from "@peculiar/asn1-android";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
	AlgorithmIdentifier,
	AttributeTypeAndValue,
	AttributeValue,
	Certificate,
	Extension,
	Extensions,
	Name,
	RelativeDistinguishedName,
	SubjectPublicKeyInfo,
	TBSCertificate,
	Validity,
	Version,
} from "@peculiar/asn1-x509";
import { androidChain, type Bytes, type PublicKey, serialize } from "@tenten/protocol";
import type { AndroidRoot } from "../../src/index.ts";

export type Issuer = { readonly name: string; readonly key: KeyObject };

export type CertificateOf = {
	readonly subject: string;
	readonly key: KeyObject;
	readonly by: Issuer;
	/** hexadecimal, an even number of digits */
	readonly serial: string;
	/** unix seconds */
	readonly from: number;
	readonly until: number;
	/** `KeyDescription`, DER: an extension each */
	readonly descriptions?: readonly ArrayBuffer[];
};

/** A point (SEC 1, section 2.3.3, uncompressed) as JWK has it. */
function jwkOf(point: Buffer) {
	const [x, y] = [point.subarray(1, 33), point.subarray(33)] as const;
	return { kty: "EC", crv: "P-256", x: x.toString("base64url"), y: y.toString("base64url") } as const;
}

/** An EC key, always the same for a number. */
export function ecKey(fill: number): KeyObject {
	const pair = createECDH("prime256v1");
	const d = Buffer.alloc(32, fill);
	pair.setPrivateKey(d);
	const key = { ...jwkOf(pair.getPublicKey()), d: d.toString("base64url") };
	return createPrivateKey({ format: "jwk", key });
}

export const rsaKey = (): KeyObject => generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;

/** The public half of a device's key here. */
export function p256Of({ bytes }: PublicKey): KeyObject {
	const point = ECDH.convertKey(bytes, "prime256v1", undefined, undefined, "uncompressed") as Buffer;
	return createPublicKey({ format: "jwk", key: jwkOf(point) });
}

export function spkiOf(key: KeyObject): Bytes {
	const half = key.type === "private" ? createPublicKey(key) : key;
	return new Uint8Array(half.export({ type: "spki", format: "der" }));
}

const nameOf = (commonName: string): Name =>
	new Name([
		new RelativeDistinguishedName([
			new AttributeTypeAndValue({ type: "2.5.4.3", value: new AttributeValue({ utf8String: commonName }) }),
		]),
	]);

export function certificateOf(of: CertificateOf): Bytes {
	const isRsa = of.by.key.asymmetricKeyType === "rsa";
	const algorithm = new AlgorithmIdentifier(
		isRsa ? { algorithm: "1.2.840.113549.1.1.11", parameters: null } : { algorithm: "1.2.840.10045.4.3.2" },
	);
	const said = (of.descriptions ?? []).map(
		(description) => new Extension({ extnID: id_ce_keyDescription, extnValue: new OctetString(description) }),
	);
	const tbsCertificate = new TBSCertificate({
		version: Version.v3,
		serialNumber: new Uint8Array(Buffer.from(of.serial, "hex")).buffer,
		signature: algorithm,
		issuer: nameOf(of.by.name),
		validity: new Validity({ notBefore: new Date(of.from * 1000), notAfter: new Date(of.until * 1000) }),
		subject: nameOf(of.subject),
		subjectPublicKeyInfo: AsnConvert.parse(spkiOf(of.key), SubjectPublicKeyInfo),
		...(said.length > 0 && { extensions: new Extensions(said) }),
	});
	const signature = sign("sha256", new Uint8Array(AsnConvert.serialize(tbsCertificate)), of.by.key);
	const signed = new Certificate({
		tbsCertificate,
		signatureAlgorithm: algorithm,
		signatureValue: new Uint8Array(signature).buffer,
	});
	return new Uint8Array(AsnConvert.serialize(signed));
}

export type Said = {
	readonly attestedBy?: number;
	readonly keptBy?: number;
	readonly software?: Partial<AuthorizationList>;
	readonly hardware?: Partial<AuthorizationList>;
};

export const bootOf = (deviceLocked = true, verifiedBootState = 0): RootOfTrust =>
	new RootOfTrust({ verifiedBootKey: new OctetString(new Uint8Array(32)), deviceLocked, verifiedBootState });

/** What a TEE says of a key that it made to sign, on a device that is locked, unless `said` has it say another thing. */
export function describedKey(nonce: Bytes, said: Said = {}): ArrayBuffer {
	const usual = {
		...{ purpose: new IntegerSet([2]), algorithm: 3, keySize: 256, digest: new IntegerSet([4]), ecCurve: 1 },
		...{ noAuthRequired: null, origin: 0, rootOfTrust: bootOf(), osVersion: 150_000, osPatchLevel: 202_610 },
	};
	const described = new KeyMintKeyDescription({
		...{ attestationVersion: 300, keyMintVersion: 300 },
		...{ attestationSecurityLevel: said.attestedBy ?? 1, keyMintSecurityLevel: said.keptBy ?? 1 },
		attestationChallenge: new OctetString(nonce),
		uniqueId: new OctetString(new Uint8Array()),
		softwareEnforced: new AuthorizationList({ creationDateTime: 1_700_000_000, ...said.software }),
		hardwareEnforced: new AuthorizationList({ ...usual, ...said.hardware }),
	});
	return AsnConvert.serialize(described);
}

/** A maker's hierarchy: its root, what signs below, and the key in a device that attests. */
export type Hierarchy = {
	readonly root: Issuer;
	readonly between: Issuer;
	readonly batch: Issuer;
	/** of the certificates below the device's own, the batch's first */
	readonly above: readonly Bytes[];
};

/** Serials of what is above a device's own certificate, as a status list may name them. */
export const serials = { batch: "0abc", between: "07", root: "00ffee01" } as const;

export function hierarchy(
	now: number,
	{
		root,
		between = ecKey(42),
		from = now - 86_400,
		until = now + 86_400,
	}: {
		readonly root: KeyObject;
		readonly between?: KeyObject;
		readonly from?: number;
		readonly until?: number;
	},
): Hierarchy {
	const [top, middle, batch] = [
		{ name: "Root", key: root },
		{ name: "Intermediate", key: between },
		{ name: "TEE", key: ecKey(43) },
	] as const;
	const old = { from: 1_000_000_000, until: 1_100_000_000 };
	return {
		...{ root: top, between: middle, batch },
		above: [
			certificateOf({ subject: batch.name, key: batch.key, by: middle, serial: serials.batch, from, until }),
			certificateOf({ subject: middle.name, key: middle.key, by: top, serial: serials.between, from, until }),
			// Google's first root ended in 2026, and devices show it for ever.
			certificateOf({ subject: top.name, key: top.key, by: top, serial: serials.root, ...old }),
		],
	};
}

/** The certificate of a key that the batch key attests; a device's clock dates it, from 1970 on as a rule. */
export function attestedCertificate(
	{ batch }: Hierarchy,
	key: KeyObject,
	description: ArrayBuffer | readonly ArrayBuffer[],
	until = 2_461_449_600,
): Bytes {
	const descriptions = description instanceof ArrayBuffer ? [description] : description;
	const of = { subject: "Android Keystore Key", key, by: batch, serial: "01", from: 0, until };
	return certificateOf({ ...of, descriptions });
}

export const chainOf = (certificates: readonly Bytes[]): Bytes => serialize(androidChain, certificates);

/** As an operator pins it, with a list that names nothing and is of `asOf`. */
export function pinned(
	{ root }: Hierarchy,
	assurance: AndroidRoot["assurance"],
	asOf: number,
	named: readonly string[] = [],
): AndroidRoot {
	const list = { asOf, serials: new Set(named) };
	return { key: spkiOf(root.key), assurance, statusList: () => list, statusListValidity: 86_400 };
}
