/** The key store over WebCrypto keeps the contract, its keys do not come out, and its backups open anywhere. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, decodeItem, encodeItem, isRefusal, keyId, type Refusal } from "@tenten/protocol";
import { platformKeySource } from "../src/cryptography.ts";
import {
	createSoftwareKeyStore,
	createWebCryptoKeyStore,
	type KeyShelf,
	type KeyStore,
	memoryShelf,
	type NewKeyStore,
	newRecoveryCode,
	openSoftwareKeyStore,
	openWebCryptoKeyStore,
	readRecoveryCode,
	restoreSoftwareKeyStore,
	restoreWebCryptoKeyStore,
} from "../src/index.ts";
import { openKeyStore } from "../src/keystore/choice.ts";
import { keyStoreContract, rowsOf } from "./support/key-store-contract.ts";

const source = platformKeySource;
const recoveryCode = newRecoveryCode(source.random);
const device = { kind: "device", key: new Uint8Array(32).fill(3) } as const;
const unlockOf = (shelf: KeyShelf) => ({ kind: "webcrypto", shelf, recoveryCode }) as const;

let lastShelf = memoryShelf();
keyStoreContract("a key store over WebCrypto", {
	create: async () => {
		lastShelf = memoryShelf();
		return done(await createWebCryptoKeyStore(unlockOf(lastShelf), source));
	},
	open: async (rows) => done(await openWebCryptoKeyStore(rows, unlockOf(lastShelf), source)),
});

function done<T>(result: T | Refusal): T {
	assert.ok(!isRefusal(result), isRefusal(result) ? `${result.code} ${result.detail}` : "");
	return result;
}

type Made = NewKeyStore & { readonly shelf: KeyShelf };

async function made(): Promise<Made> {
	const shelf = memoryShelf();
	return { ...done(await createWebCryptoKeyStore(unlockOf(shelf), source)), shelf };
}

async function codeOf(rows: ReadonlyMap<string, Bytes>, shelf: KeyShelf): Promise<string> {
	const opened = await openWebCryptoKeyStore(rows, unlockOf(shelf), source);
	return isRefusal(opened) ? opened.code : "opened";
}

describe("a key of WebCrypto", () => {
	test("does not come out", async () => {
		const { keyStore, shelf } = await made();
		for (const suite of ["Ed25519", "ES256"] as const) await keyStore.createKey(suite);
		await keyStore.createDocumentKey();
		const keys = await shelf.all();
		assert.equal(keys.size, 4);
		for (const key of keys.values()) {
			assert.equal(key.extractable, false);
			const format = key.type === "secret" ? "raw" : "pkcs8";
			await assert.rejects(crypto.subtle.exportKey(format, key), /extractable/);
		}
	});

	test("signs ES256 with the lower s alone", async () => {
		const { keyStore } = await made();
		const { key } = await keyStore.createKey("ES256");
		const signer = done(keyStore.signer(keyId(key)));
		const half = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
		for (let round = 0; round < 40; round++) {
			const signature = await signer.sign("link", Uint8Array.of(round));
			assert.ok(BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`) <= half);
		}
	});

	test("is on the shelf before anyone is given its row: where the shelf fails, there is no key", async () => {
		const { shelf, keyStore, writes } = await made();
		const { write } = await keyStore.createKey("Ed25519");
		assert.ok((await shelf.all()).has(write.key));
		const full = { ...shelf, put: () => Promise.reject(new Error("full")) };
		const over = done(await openWebCryptoKeyStore(rowsOf(writes), unlockOf(full), source));
		await assert.rejects(over.createKey("Ed25519"), /full/);
		assert.deepEqual(over.keys(), []);
	});

	test("stays on the shelf until its row is gone, and leaves it when the module opens next", async () => {
		const { shelf, keyStore, writes } = await made();
		const kept = await keyStore.createKey("Ed25519");
		const lost = await keyStore.createKey("Ed25519");
		const forgotten = await keyStore.createKey("ES256");
		keyStore.forget(keyId(forgotten.key));
		const rows = rowsOf([...writes, kept.write, forgotten.write]);
		const again = done(await openKeyStore(rows, unlockOf(shelf), source));
		assert.deepEqual([...(await shelf.all()).keys()], ["root", kept.write.key, forgotten.write.key]);
		assert.ok(!isRefusal(again.signer(keyId(forgotten.key))), "its row was never taken away");
		assert.ok(isRefusal(again.signer(keyId(lost.key))));
		rows.delete(forgotten.write.key);
		done(await openKeyStore(rows, unlockOf(shelf), source));
		assert.deepEqual([...(await shelf.all()).keys()], ["root", kept.write.key]);
	});

	test("is missed where its row is and it is not", async () => {
		const { shelf, keyStore, writes } = await made();
		const rows = rowsOf([...writes, (await keyStore.createKey("ES256")).write]);
		assert.equal(await codeOf(rows, shelf), "opened");
		assert.equal(await codeOf(rows, memoryShelf()), "state-damaged");
		await shelf.delete([...rows.keys()]);
		assert.equal(await codeOf(rows, shelf), "state-damaged");
	});

	test("opens from no row of which a byte was changed, and by no other shelf or way", async () => {
		const { shelf, keyStore, writes } = await made();
		const rows = rowsOf([...writes, (await keyStore.createDocumentKey()).write]);
		for (const [row, content] of rows)
			for (let i = 0; i < content.length; i++) {
				const changed = content.with(i, (content[i] as number) ^ 1);
				assert.notEqual(await codeOf(new Map(rows).set(row, changed), shelf), "opened", `${row} ${i}`);
			}
		assert.equal(await codeOf(rows, (await made()).shelf), "unlock-failed");
		const software = await openSoftwareKeyStore(rows, device);
		assert.ok(isRefusal(software) && software.code === "unlock-failed");
		const sealed = rowsOf((await createSoftwareKeyStore(device)).writes);
		assert.equal(await codeOf(sealed, shelf), "unlock-failed");
	});

	test("is made only with a recovery code, and a code with a slip is none", async () => {
		const shelf = memoryShelf();
		for (const unlock of [
			{ kind: "webcrypto", shelf },
			{ kind: "webcrypto", shelf, recoveryCode: "correct horse" },
		] as const) {
			const refused = await createWebCryptoKeyStore(unlock, source);
			assert.ok(isRefusal(refused) && refused.code === "unlock-failed");
		}
		assert.equal((await shelf.all()).size, 0);
	});
});

describe("a backup under a recovery code", () => {
	async function filled() {
		const { keyStore, writes, shelf } = await made();
		const keys = [await keyStore.createKey("ES256"), await keyStore.createKey("Ed25519")];
		const document = await keyStore.createDocumentKey();
		const rows = rowsOf([...writes, document.write, ...keys.map(({ write }) => write)]);
		return { keyStore, rows, shelf, keys: keys.map(({ key }) => key), document: document.publicKey };
	}

	async function mustHold(restored: KeyStore, original: Awaited<ReturnType<typeof filled>>): Promise<void> {
		assert.deepEqual(restored.stateKey, original.keyStore.stateKey);
		assert.deepEqual(restored.keys(), original.keys);
		const place = Uint8Array.of(7);
		const sealed = done(await source.cryptography.sealDocument(original.document, place, place));
		assert.deepEqual(await restored.openDocument(original.document, place, sealed), place);
		for (const key of original.keys) {
			const signer = done(restored.signer(keyId(key)));
			const [here, there] = [signer, done(original.keyStore.signer(keyId(key)))];
			assert.deepEqual(here.key, there.key);
			if (key.suite === "Ed25519")
				assert.deepEqual(await here.sign("order", place), await there.sign("order", place));
		}
	}

	test("opens in a software key store, and in another browser", async () => {
		const original = await filled();
		const backup = await original.keyStore.exportBackup();
		const software = done(await restoreSoftwareKeyStore(backup, recoveryCode, device));
		await mustHold(software.keyStore, original);
		const shelf = memoryShelf();
		const browser = done(await restoreWebCryptoKeyStore(backup, recoveryCode, unlockOf(shelf), source));
		await mustHold(browser.keyStore, original);
		const reopened = done(await openWebCryptoKeyStore(rowsOf(browser.writes), unlockOf(shelf), source));
		await mustHold(reopened, original);
		assert.ok([...(await shelf.all()).values()].every(({ extractable }) => !extractable));
	});

	test("is made after a restart too, of keys that were forgotten by nobody", async () => {
		const original = await filled();
		const [gone, ...kept] = original.keys;
		assert.ok(gone !== undefined);
		const again = done(await openWebCryptoKeyStore(original.rows, unlockOf(original.shelf), source));
		again.forget(keyId(gone));
		const restored = done(await restoreSoftwareKeyStore(await again.exportBackup(), recoveryCode, device));
		assert.deepEqual(restored.keyStore.keys(), kept);
	});

	test("of a software key store, under a passphrase, opens in a browser", async () => {
		const { keyStore } = await createSoftwareKeyStore(device);
		const { key } = await keyStore.createKey("ES256");
		const backup = await keyStore.exportBackup("paper", "interactive");
		const restored = done(await restoreWebCryptoKeyStore(backup, "paper", unlockOf(memoryShelf()), source));
		assert.deepEqual(restored.keyStore.keys(), [key]);
		assert.deepEqual(restored.keyStore.stateKey, keyStore.stateKey);
		// What came from a passphrase goes on under the code.
		const onward = await restored.keyStore.exportBackup();
		const back = done(await restoreSoftwareKeyStore(onward, recoveryCode, device));
		assert.deepEqual(back.keyStore.keys(), [key]);
	});

	test("opens for its code alone, however it is typed", async () => {
		const original = await filled();
		const backup = await original.keyStore.exportBackup();
		const codeFor = async (secret: string): Promise<string> => {
			const restored = await restoreSoftwareKeyStore(backup, secret, device);
			return isRefusal(restored) ? restored.code : "opened";
		};
		assert.equal(await codeFor(recoveryCode.toLowerCase().replaceAll("-", " ")), "opened");
		assert.equal(await codeFor(newRecoveryCode(source.random)), "unlock-failed");
		assert.equal(await codeFor(""), "unlock-failed");
		assert.equal(await codeFor("correct horse"), "unlock-failed");
	});

	test("opens with no byte changed, and nobody without the code makes one that it opens", async () => {
		const backup = await (await filled()).keyStore.exportBackup();
		// Argon2id runs for most of them: a sample, the ends of every part among it.
		for (let i = 0; i < backup.length; i += 1 + (i % 53)) {
			const changed = backup.with(i, (backup[i] as number) ^ 1);
			assert.ok(isRefusal(await restoreSoftwareKeyStore(changed, recoveryCode, device)), `byte ${i}`);
		}
		const [mine, other] = await Promise.all(
			[backup, await (await filled()).keyStore.exportBackup()].map(async (encoded) => decodeItem(encoded)),
		);
		assert.ok(Array.isArray(mine) && Array.isArray(other));
		const spliced = encodeItem([mine[0], mine[1], other[2]]);
		const refused = await restoreSoftwareKeyStore(spliced, recoveryCode, device);
		assert.ok(isRefusal(refused) && refused.code === "state-damaged");
	});

	test("each key store is asked for a backup in its own way", async () => {
		const { keyStore } = await made();
		await assert.rejects(keyStore.exportBackup("paper", "interactive"), RangeError);
		const software = (await createSoftwareKeyStore(device)).keyStore;
		await assert.rejects(software.exportBackup(), RangeError);
	});
});

describe("a recovery code", () => {
	test("is seven groups of four, and reads back however it is typed", () => {
		for (let round = 0; round < 50; round++) {
			const code = newRecoveryCode(source.random);
			assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
			const wide = code.replace(/[0-9A-Z]/g, (letter) =>
				String.fromCodePoint((letter.codePointAt(0) as number) + 0xfee0),
			);
			for (const typed of [
				code,
				code.toLowerCase(),
				code.replaceAll("-", ""),
				` ${code.replaceAll("-", "\u2013")}\n`,
				code.replaceAll("1", "I").replaceAll("0", "o"),
				code.replaceAll("1", "l"),
				wide.replaceAll("-", "ー"),
			])
				assert.equal(readRecoveryCode(typed), code);
		}
	});

	test("with one letter wrong, two swapped, one lost or one more is none", () => {
		// The same each time: one slip in a million passes.
		const code = newRecoveryCode((length) => new Uint8Array(length).map((_, i) => 31 * i)).replaceAll(
			"-",
			"",
		);
		for (let i = 0; i < code.length; i++) {
			const [here, next] = [code[i] as string, code[i + 1] ?? ""];
			const other = here === "A" ? "B" : "A";
			assert.equal(readRecoveryCode(code.slice(0, i) + other + code.slice(i + 1)), undefined);
			assert.equal(readRecoveryCode(code.slice(0, i) + code.slice(i + 1)), undefined);
			assert.equal(readRecoveryCode(code.slice(0, i) + here + code.slice(i)), undefined);
			if (here !== next && next !== "")
				assert.equal(readRecoveryCode(code.slice(0, i) + next + here + code.slice(i + 2)), undefined);
		}
		assert.equal(readRecoveryCode(""), undefined);
		assert.equal(readRecoveryCode("U".repeat(28)), undefined);
	});
});
