/**
 * One certificate of an Android key attestation, read: OpenSSL judges names, dates, keys and signatures; the extension
 * that says how the key is kept (OID 1.3.6.1.4.1.11129.2.1.17) is taken out by an ASN.1 schema.
 *
 * The bytes are a stranger's and the libraries throw at what they cannot read: that is `undefined` here.
 */
import { X509Certificate } from "node:crypto";
import { id_ce_keyDescription } from "@peculiar/asn1-android";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate } from "@peculiar/asn1-x509";
import { type Bytes, equalBytes, type PublicKey } from "@tenten/protocol";
import { type KeyDescription, readKeyDescription } from "./key-description.ts";

export type AndroidCertificate = {
	readonly issuer: string;
	readonly subject: string;
	/** lower-case hexadecimal, without leading zeros */
	readonly serial: string;
	/** unix seconds */
	readonly from: number;
	readonly until: number;
	/** SubjectPublicKeyInfo, DER */
	readonly key: Bytes;
	/** the same, where it is a key that a device may have here */
	readonly deviceKey: PublicKey | null;
	readonly description: KeyDescription | null;
	readonly isSignedBy: (issuer: AndroidCertificate) => boolean;
	readonly x509: X509Certificate;
};

export function readCertificate(der: Bytes): AndroidCertificate | undefined {
	try {
		const x509 = new X509Certificate(der);
		// It reads PEM as well, and ignores what stands behind.
		if (!equalBytes(x509.raw, der)) return undefined;
		return {
			issuer: x509.issuer,
			subject: x509.subject,
			serial: plainSerial(x509.serialNumber),
			from: Math.floor(x509.validFromDate.getTime() / 1000),
			until: Math.floor(x509.validToDate.getTime() / 1000),
			key: new Uint8Array(x509.publicKey.export({ type: "spki", format: "der" })),
			deviceKey: deviceKeyOf(x509),
			description: descriptionIn(der),
			isSignedBy: (issuer) => isSigned(x509, issuer.x509),
			x509,
		};
	} catch {
		return undefined;
	}
}

/** A serial as status lists name it. */
export function plainSerial(hex: string): string {
	return hex.toLowerCase().replace(/^0+(?=.)/, "");
}

function isSigned(x509: X509Certificate, by: X509Certificate): boolean {
	try {
		return x509.verify(by.publicKey);
	} catch {
		return false;
	}
}

/** P-256 as a compressed point (SEC 1, section 2.3.3). */
function deviceKeyOf({ publicKey }: X509Certificate): PublicKey | null {
	if (publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") return null;
	const { x = "", y = "" } = publicKey.export({ format: "jwk" });
	const isOdd = ((Buffer.from(y, "base64url").at(-1) ?? 0) & 1) === 1;
	return {
		suite: "ES256",
		bytes: Uint8Array.of(isOdd ? 3 : 2, ...Buffer.from(x, "base64url")),
	};
}

function descriptionIn(der: Bytes): KeyDescription | null {
	const { extensions = [] } = AsnConvert.parse(der, Certificate).tbsCertificate;
	const found = extensions.filter(({ extnID }) => extnID === id_ce_keyDescription);
	if (found.length > 1) throw new Error("one extension stands there twice (RFC 5280, section 4.2)");
	return found[0] === undefined ? null : readKeyDescription(new Uint8Array(found[0].extnValue.buffer));
}
