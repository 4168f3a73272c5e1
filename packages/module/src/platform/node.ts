/** What the module computes with in Node: libsodium's binding, and node:crypto for P-256. */
import type { Bytes } from "@tenten/protocol";
import sodium from "sodium-native";
import { argon2id } from "../keystore/argon2id.ts";
import { asBuffer, openSealed, randomBytes, seal, zero } from "../seal.ts";
import { documentPublicKey, openerFrom, sealDocument } from "../suite/documents.ts";
import { pointOf } from "../suite/es256.ts";
import { generateKey, signerFrom, verify } from "../suite/index.ts";
import type { Platform } from "./port.ts";

export const platform: Platform = {
	cryptography: {
		verify,
		generateKey,
		signerFrom,
		documentPublicKey,
		openerFrom,
		sealDocument,
		seal,
		openSealed,
		stretch: argon2id,
	},
	randomBytes,
	zero,
	keyedHash,
	pointOf,
};

function keyedHash(key: Bytes, content: Bytes): Bytes {
	const hash = new Uint8Array(32);
	sodium.crypto_generichash(asBuffer(hash), asBuffer(content), asBuffer(key));
	return hash;
}
