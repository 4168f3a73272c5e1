/**
 * What is sealed: documents, key envelopes, backups and the rows of a module. What opens is what was sealed, and
 * everything else is a refusal.
 */
import {
	type Bytes,
	dataHash,
	decodeItem,
	encodeItem,
	equalBytes,
	type Item,
	isRefusal,
	type MessageOf,
	parseMessage,
	sha256,
} from "@tenten/protocol";
import { memoryStore } from "@tenten/wallet";
import { platformCryptography, platformKeySource } from "../../packages/module/src/cryptography.ts";
import { openEnvelope, sealEnvelope } from "../../packages/module/src/keystore/envelope.ts";
import {
	createSoftwareKeyStore,
	createWebCryptoKeyStore,
	memoryShelf,
	newRecoveryCode,
	openSoftwareKeyStore,
	openWebCryptoKeyStore,
	restoreSoftwareKeyStore,
} from "../../packages/module/src/keystore/index.ts";
import { packDocuments, unpackDocuments } from "../../packages/module/src/parcel.ts";
import { openState } from "../../packages/module/src/sealed-state.ts";
import { documentPublicKey, openerFrom } from "../../packages/module/src/suite/documents.ts";
import { Broken, outcomeOf, type Target } from "../target.ts";

const secret = sha256(Uint8Array.of(7));
const device = { kind: "device", key: secret } as const;

const documents: Target = {
	name: "sealed/documents",
	weight: 20,
	open: async () => {
		const publicKey = documentPublicKey(secret);
		const open = await openerFrom(secret, publicKey);
		const contents = [sha256(Uint8Array.of(1)), new Uint8Array(3000).fill(5)];
		const packed = await packDocuments(
			contents.map((content) => ({ mediaType: "text/plain", content })),
			publicKey,
			secret,
			platformCryptography,
		);
		if (isRefusal(packed)) throw new Error("documents that were just made");
		const carried = packed.rows.map(
			({ value }) => parseMessage(value ?? new Uint8Array()) as MessageOf<"document">,
		);
		const bundle = dataHash(packed.manifest) as Bytes;
		return {
			seeds: carried.map(({ position, content }) => encodeItem([position, content])),
			form: "items",
			run: async (input) => {
				const item = decodeItem(input, 1 << 20);
				if (isRefusal(item)) return item.code;
				const [position, content] = Array.isArray(item) ? (item as readonly Item[]) : [];
				if (typeof position !== "number" || !(content instanceof Uint8Array)) return "malformed";
				const came = [{ kind: "document", bundle, position, content }] as const;
				const opened = await unpackDocuments(packed.manifest, came, open);
				const found = opened.get(position);
				if (found === undefined) return "document-mismatch";
				if (!equalBytes(found, contents[position] ?? new Uint8Array()))
					throw new Broken("a document that was never sealed");
				return "accepted";
			},
		};
	},
};

const envelope: Target = {
	name: "sealed/envelope",
	weight: 3,
	open: async () => ({
		seeds: [
			await sealEnvelope("keys", device, secret, platformKeySource),
			await sealEnvelope("keys", device, new Uint8Array(300), platformKeySource),
		],
		form: "items",
		run: async (input) => {
			const opened = await openEnvelope("keys", device, input, platformCryptography);
			if (isRefusal(opened)) return opened.code;
			if (!equalBytes(opened, secret) && !equalBytes(opened, new Uint8Array(300)))
				throw new Broken("secrets that were never sealed");
			return "accepted";
		},
	}),
};

const keyRows: Target = {
	name: "sealed/key store",
	weight: 4,
	open: async () => {
		const { keyStore, writes } = await createSoftwareKeyStore(device);
		const rows = [
			...writes,
			(await keyStore.createKey("ES256")).write,
			(await keyStore.createDocumentKey()).write,
		];
		return {
			seeds: [encodeRows(new Map(rows.map(({ key, value }) => [key, value ?? new Uint8Array()])))],
			form: "items",
			run: async (input) => {
				const found = rowsIn(input);
				return typeof found === "string" ? found : outcomeOf(await openSoftwareKeyStore(found, device));
			},
		};
	},
};

/** Over WebCrypto: rows beside keys that stay where they are. */
const webCryptoRows: Target = {
	name: "sealed/key store of WebCrypto",
	weight: 30,
	open: async () => {
		const { unlock, rows } = await webCryptoKeys();
		return {
			seeds: [encodeRows(rows)],
			form: "items",
			run: async (input) => {
				const found = rowsIn(input);
				if (typeof found === "string") return found;
				return outcomeOf(await openWebCryptoKeyStore(found, unlock, quickSource));
			},
		};
	},
};

/** What a recovery code opens. Passphrases are stretched by `sealed/backup`; here a hash stands for that. */
const recoverable: Target = {
	name: "sealed/backup under a code",
	weight: 30,
	open: async () => {
		const { keyStore } = await webCryptoKeys();
		const keys = keyStore.keys().map(({ bytes }) => bytes);
		return {
			seeds: [await keyStore.exportBackup()],
			form: "items",
			run: async (input) => {
				const restored = await restoreSoftwareKeyStore(input, recoveryCode, device, quickSource);
				if (isRefusal(restored)) return restored.code;
				const came = restored.keyStore.keys().map(({ bytes }) => bytes);
				if (!equalBytes(encodeItem(came), encodeItem(keys)))
					throw new Broken("keys that were never backed up");
				return "accepted";
			},
		};
	},
};

const recoveryCode = newRecoveryCode((length) => secret.slice(0, length));
const quickSource = {
	...platformKeySource,
	cryptography: { ...platformCryptography, stretch: async (_: Bytes, salt: Bytes) => sha256(salt) },
};

async function webCryptoKeys() {
	const unlock = { kind: "webcrypto", shelf: memoryShelf(), recoveryCode } as const;
	const made = await createWebCryptoKeyStore(unlock, quickSource);
	if (isRefusal(made)) throw new Error("a new key store");
	const { keyStore } = made;
	const writes = [
		...made.writes,
		(await keyStore.createKey("ES256")).write,
		(await keyStore.createDocumentKey()).write,
	];
	const rows = new Map(writes.map(({ key, value }) => [key, value ?? new Uint8Array()]));
	return { unlock, keyStore, rows };
}

/** Argon2id runs wherever an input still is an envelope: few inputs, and dear. */
const backup: Target = {
	name: "sealed/backup",
	weight: 100,
	// The passphrase's own cost; an envelope may ask for libsodium's dearest level and no more.
	limit_us: 10_000_000,
	open: async () => {
		const { keyStore } = await createSoftwareKeyStore(device);
		await keyStore.createKey("Ed25519");
		return {
			seeds: [await keyStore.exportBackup("correct horse", "interactive")],
			form: "items",
			run: async (input) => outcomeOf(await restoreSoftwareKeyStore(input, "correct horse", device)),
		};
	},
};

const state: Target = {
	name: "sealed/rows",
	weight: 4,
	open: async () => {
		const store = memoryStore();
		const opened = await openState(store, secret);
		if (isRefusal(opened)) throw new Error("an empty store");
		await opened.commit([
			{ key: "token/aa", value: Uint8Array.of(1, 2, 3) },
			{ key: "trust", value: secret },
		]);
		await opened.commit([{ key: "token/bb", value: Uint8Array.of(4) }]);
		const original = await store.load();
		return {
			seeds: [encodeRows(original)],
			form: "items",
			run: async (input) => {
				const rows = rowsIn(input);
				if (typeof rows === "string") return rows;
				const again = memoryStore();
				await again.commit([...rows].map(([key, value]) => ({ key, value })));
				const result = await openState(again, secret);
				if (isRefusal(result)) return result.code;
				// None at all is a new state; what is not the module's is left alone.
				const kept = [...rows].filter(([key]) => key !== "keys" && !key.startsWith("keys/"));
				const isSame = kept.length === 0 || equalBytes(encodeRows(new Map(kept)), encodeRows(original));
				if (!isSame) throw new Broken("rows that were never committed together");
				return "accepted";
			},
		};
	},
};

function encodeRows(rows: ReadonlyMap<string, Bytes>): Bytes {
	return encodeItem(new Map([...rows].map(([key, value]) => [key, value])));
}

function rowsIn(input: Bytes): Map<string, Bytes> | string {
	const item = decodeItem(input, 1 << 20);
	if (isRefusal(item)) return item.code;
	if (!(item instanceof Map)) return "malformed";
	const rows = new Map<string, Bytes>();
	for (const [key, value] of item as ReadonlyMap<string | number, Item>)
		if (typeof key === "string" && value instanceof Uint8Array) rows.set(key, value);
	return rows;
}

export const sealedTargets: readonly Target[] = [
	documents,
	envelope,
	keyRows,
	webCryptoRows,
	backup,
	recoverable,
	state,
];
