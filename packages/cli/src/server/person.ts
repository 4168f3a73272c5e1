/**
 * A person who signs definitions: a folder with a key of their own, and the certificate that the operator gave it.
 *
 *   person.sealed      the key, under the person's passphrase
 *   person.json        which key it is
 *   certificate.cbor   put there by the person, as it came from whoever administers the operator
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createSoftwareKeyStore, type NewUnlock, openSoftwareKeyStore } from "@tenten/module";
import {
	type Approval,
	type ApprovalPart,
	approvalPayload,
	type Bytes,
	bytes,
	coseKey,
	fromHex,
	isRefusal,
	keyId,
	list,
	parse,
	record,
	serialize,
	type Trust,
	text,
	toHex,
} from "@tenten/protocol";
import { makeFolder, refusalWords, replaceFile } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { readJson, writeJson } from "../wallet/settings.ts";

const maximumBytes = 65_536;
const rows = list(record({ key: text(128), value: bytes(1, 4_096) }), 64);

/** Makes the folder; the public key, for whoever certifies it: a COSE_Key in hexadecimal. */
export async function createPerson(folder: string, unlock: NewUnlock): Promise<string> {
	if (existsSync(join(folder, "person.json"))) throw new BadInput("there is a key already", { file: folder });
	makeFolder(folder);
	const { keyStore, writes } = await createSoftwareKeyStore(unlock);
	const { key, write } = await keyStore.createKey("Ed25519");
	keyStore.close();
	const kept = [...writes, write].flatMap(({ key: name, value }) =>
		value === null ? [] : [{ key: name, value }],
	);
	replaceFile(join(folder, "person.sealed"), serialize(rows, kept));
	const publicKey = toHex(serialize(coseKey, key));
	writeJson(join(folder, "person.json"), { keyId: toHex(keyId(key)), publicKey });
	return publicKey;
}

/** Signs a definition of this id, in a part for which the operator certified the person. */
export async function signAs(
	folder: string,
	part: ApprovalPart,
	definition: Bytes,
	trust: Trust,
	unlock: NewUnlock,
): Promise<Approval> {
	const encoded = bytesIn(join(folder, "certificate.cbor"));
	const certificate = trust.certificate(encoded);
	if (isRefusal(certificate))
		throw new BadInput(refusalWords[certificate.code].en, { file: join(folder, "certificate.cbor") });
	const { keyId: id }: { readonly keyId?: unknown } = readJson(join(folder, "person.json"));
	if (typeof id !== "string") throw new BadInput("names no key", { file: join(folder, "person.json") });
	const kept = parse(rows, bytesIn(join(folder, "person.sealed")), maximumBytes);
	if (isRefusal(kept)) throw new BadInput("is damaged", { file: join(folder, "person.sealed") });
	const keyStore = await openSoftwareKeyStore(new Map(kept.map(({ key, value }) => [key, value])), unlock);
	if (isRefusal(keyStore)) throw new BadInput(refusalWords[keyStore.code].en, { file: folder });
	const signer = keyStore.signer(fromHex(id) ?? new Uint8Array());
	if (isRefusal(signer)) throw new BadInput("its key is not there", { file: folder });
	const signature = await signer.sign("approval", approvalPayload(part, definition, certificate.hash));
	keyStore.close();
	return { part, certificate: encoded, signature };
}

function bytesIn(file: string): Bytes {
	if (!existsSync(file)) throw new BadInput("is not there", { file });
	return new Uint8Array(readFileSync(file));
}
