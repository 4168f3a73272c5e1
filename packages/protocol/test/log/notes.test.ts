/** Notes, checkpoints and cosignatures: those of others read as they were signed, and nothing else counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	checkpointText,
	contradict,
	cosignNote,
	emptyRoot,
	fromBase64,
	fromUtf8,
	isRefusal,
	joinSignatures,
	type Note,
	openCheckpoint,
	parseCheckpoint,
	parseNote,
	parseSignatures,
	parseSize,
	parseVerifierKey,
	type Refusal,
	signNote,
	toBase64,
	toUtf8,
	type VerifierKey,
	verifierKey,
	verifyAny,
	verifySignatures,
	writeNote,
	writeSignatures,
	writeVerifierKey,
} from "@tenten/protocol";
import fc from "fast-check";
import { generateKey, signerFrom, verify } from "../../../module/src/index.ts";

function must<T>(value: T | Refusal): T {
	if (isRefusal(value)) assert.fail(`${value.code}: ${value.detail}`);
	return value as T;
}
const codeOf = (value: unknown): string => (isRefusal(value) ? value.code : "accepted");
const keyOf = (text: string): VerifierKey => must(parseVerifierKey(text));

/** The example in the documentation of golang.org/x/mod/sumdb/note. */
const peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const peterText =
	"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const peterNote = `${peterText}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

/** A checkpoint of the Go checksum database, as it was served. */
const goKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const goNote = `go.sum database tree
63096908
8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=

— sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=
`;

/** What a witness of the public network said of somebody's log on 2026-10-03. */
const witnessKey =
	"witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G";
const witnessed = `markovianprotocol.com/log
9266
QnwPzJywq5AyOk9k1zLqfryh6Ktw1CnaaKplELApoxw=

— markovianprotocol.com/log AwLGyIvuxLXZM101mKdNCPTsl9GgtiG/wzbd8cGru0pGnWVMXI06twIsEIZho7n8id+w2EO0BZCalxuEm6BauQGNmgo=
— witness.navigli.sunlight.geomys.org o+AP4gAAAABqwX+So8evhUsltetL+QnwUxEYMNrD25pJYOTFHwDCopbgQMl2AEh583AxfFNMDZzE73rdjK62tUN8oUBfd9p6usq+BA==
`;

test("the note that Go's documentation shows is read, verified, and signed again to the same bytes", async () => {
	const note = must(parseNote(toUtf8(peterNote)));
	assert.equal(fromUtf8(note.text), peterText);
	assert.equal(must(verifyAny(note, [keyOf(peter)], verify)).length, 1);
	// "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz" of the same page
	const seed = fromBase64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")?.subarray(1) ?? assert.fail();
	const signature = await signNote(note.text, "PeterNeumann", signerFrom(seed, "Ed25519"));
	assert.equal(fromUtf8(writeNote({ text: note.text, signatures: [signature] })), peterNote);
	assert.equal(writeVerifierKey(keyOf(peter)), peter);
});

test("a checkpoint of the Go checksum database counts under its published key", () => {
	const keys = { origin: "go.sum database tree", keys: [keyOf(goKey)] };
	const checkpoint = must(openCheckpoint(toUtf8(goNote), keys, verify));
	assert.equal(checkpoint.size, 63_096_908);
	assert.equal(toBase64(checkpoint.root), "8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=");
	assert.equal(fromUtf8(checkpointText(checkpoint)), fromUtf8(checkpoint.note.text));
	const altered = goNote.replace("63096908", "63096909");
	assert.equal(codeOf(openCheckpoint(toUtf8(altered), keys, verify)), "signature-invalid");
	const other = { ...keys, origin: "go.sum database" };
	assert.equal(codeOf(openCheckpoint(toUtf8(goNote), other, verify)), "malformed");
	const unknown = { ...keys, keys: [keyOf(peter)] };
	assert.equal(codeOf(openCheckpoint(toUtf8(goNote), unknown, verify)), "signature-invalid");
});

test("a cosignature of the public witness network counts, for its time and text alone", () => {
	const note = must(parseNote(toUtf8(witnessed)));
	const key = keyOf(witnessKey);
	assert.deepEqual(must(verifyAny(note, [key], verify)), [{ key, at: 0x6ac17f92 }]);
	const other = must(parseNote(toUtf8(witnessed.replace("9266", "9267"))));
	assert.equal(codeOf(verifySignatures(other, [key], verify)), "signature-invalid");
	const signature = note.signatures[1]?.signature.slice() ?? assert.fail();
	for (const at of [0, 7, 8, 71]) {
		const broken = signature.slice();
		broken[at] = (broken[at] as number) ^ 1;
		const signatures = [{ name: key.name, keyId: key.keyId, signature: broken }];
		assert.equal(codeOf(verifySignatures({ ...note, signatures }, [key], verify)), "signature-invalid");
	}
});

test("keys are read as they are written: every part and every letter of one counts", () => {
	for (let from = 0; from <= peter.length; from++)
		for (let to = from + 1; to <= peter.length; to++)
			if (to - from < peter.length) assert.ok(isRefusal(parseVerifierKey(peter.slice(from, to))));
	for (let at = 0; at < peter.length; at++) {
		const letter = String.fromCharCode(peter.charCodeAt(at) + 1);
		assert.ok(isRefusal(parseVerifierKey(peter.slice(0, at) + letter + peter.slice(at + 1))));
	}
	const unknown = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	assert.equal(codeOf(parseVerifierKey(unknown)), "type-unknown");
	assert.equal(codeOf(parseVerifierKey("x".repeat(5000))), "malformed");
	for (const name of ["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\u0085b", "a\nb", "a\u0001b", "a\ud800b"])
		assert.throws(() => verifierKey(name, "note", emptyRoot), RangeError, JSON.stringify(name));
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.boolean(), (bytes, cosigns) => {
			const key = verifierKey("転々.example/log", cosigns ? "cosignature" : "note", bytes);
			assert.deepEqual(parseVerifierKey(writeVerifierKey(key)), key);
		}),
	);
});

test("what is no note is refused, by the first thing that is wrong with it", () => {
	const line = peterNote.slice(peterText.length + 1);
	const bytes = (text: string): Bytes => toUtf8(text);
	const wrong: readonly (readonly [Bytes, string])[] = [
		[bytes(""), "malformed"],
		[bytes("\n"), "malformed"],
		[bytes("\n\n"), "malformed"],
		[bytes(peterText), "malformed"],
		[bytes(`${peterText}\n`), "malformed"],
		[bytes(peterNote.slice(0, -1)), "malformed"],
		[bytes(`\u0001${peterNote}`), "malformed"],
		[bytes(peterNote.replace("\n", "\r\n")), "malformed"],
		[Uint8Array.of(0xff, ...bytes(peterNote)), "malformed"],
		[Uint8Array.of(0xed, 0xa0, 0x80, ...bytes(peterNote)), "malformed"],
		[bytes(`${peterNote}and more\n`), "malformed"],
		[bytes(peterNote.replace("— ", "- ")), "malformed"],
		[bytes(peterNote.replace("PeterNeumann ", "Peter Neumann ")), "malformed"],
		[bytes(peterNote.replace("PeterNeumann ", "Peter+Neumann ")), "malformed"],
		[bytes(peterNote.replace("PeterNeumann ", " ")), "malformed"],
		[bytes(peterNote.replace("AM=\n", "AN=\n")), "malformed"],
		[bytes(peterNote.replace("AM=\n", "AM\n")), "malformed"],
		[bytes(`${peterText}\n— a x08gow==\n`), "malformed"],
		[bytes(`${peterText}\n${line.repeat(101)}`), "too-many"],
		[new Uint8Array(131_073).fill(0x61), "too-large"],
	];
	for (const [input, code] of wrong) assert.equal(codeOf(parseNote(input)), code, fromUtf8(input));
	assert.equal(must(parseNote(bytes(`${peterText}\n${line.repeat(100)}`))).signatures.length, 100);
	assert.equal(codeOf(parseSignatures(bytes(line))), "accepted");
	assert.equal(codeOf(parseSignatures(bytes(""))), "malformed");
	assert.equal(codeOf(parseSignatures(new Uint8Array(131_073))), "too-large");
});

test("a text may hold empty lines: the last one ends it", () => {
	const text = "a\n\n\n\nb\n";
	const note = must(parseNote(toUtf8(`${text}\n${peterNote.slice(peterText.length + 1)}`)));
	assert.equal(fromUtf8(note.text), text);
});

test("what is no checkpoint is refused", () => {
	const root = toBase64(emptyRoot);
	const read = (text: string) => parseCheckpoint(toUtf8(text));
	assert.deepEqual(must(read(`a b\n12\n${root}\nmore\n`)), {
		origin: "a b",
		size: 12,
		root: emptyRoot,
		extensions: ["more"],
	});
	const wrong = [
		"",
		`a\n12\n${root}`,
		`a\n12\n`,
		`\n12\n${root}\n`,
		`a\n12\n${root}\n\n`,
		`a\n12\n${root}\n\nb\n`,
		`a\n012\n${root}\n`,
		`a\n-1\n${root}\n`,
		`a\n1e3\n${root}\n`,
		`a\n\n${root}\n`,
		`a\n9007199254740992\n${root}\n`,
		`a\n12\n${root.slice(0, -4)}\n`,
		`a\n12\n${root.replace("FU=", "FV=")}\n`,
	];
	for (const text of wrong) assert.equal(codeOf(read(text)), "malformed", text);
	assert.equal(parseSize("9007199254740991"), Number.MAX_SAFE_INTEGER);
	assert.equal(parseSize("0"), 0);
	for (const checkpoint of [
		{ origin: "", size: 1, root: emptyRoot },
		{ origin: "a\nb", size: 1, root: emptyRoot },
		{ origin: "a", size: 0.5, root: emptyRoot },
	])
		assert.throws(() => checkpointText(checkpoint), RangeError);
});

const { privateKey } = generateKey("Ed25519");
const signer = signerFrom(privateKey, "Ed25519");
const ownKey = verifierKey("log.tenten.example/jpy", "note", signer.key.bytes);
const text = checkpointText({ origin: ownKey.name, size: 123_456_789, root: emptyRoot });

test("a checkpoint with five cosignatures has at most 900 bytes", async () => {
	const signatures = [await signNote(text, ownKey.name, signer)];
	for (let i = 1; i <= 5; i++)
		signatures.push(await cosignNote(text, `witness${i}.tenten.example`, signer, 1_900_000_000 + i));
	const bytes = writeNote({ text, signatures });
	assert.ok(bytes.length <= 900, `${bytes.length} bytes`);
	const witnesses = signatures.slice(1).map(({ name }) => verifierKey(name, "cosignature", signer.key.bytes));
	const opened = must(openCheckpoint(bytes, { origin: ownKey.name, keys: [ownKey], witnesses }, verify));
	assert.deepEqual(
		opened.cosignatures.map(({ at }) => at),
		[1, 2, 3, 4, 5].map((i) => 1_900_000_000 + i),
	);
});

test("one signature that does not hold refuses the note, also beside one that does", async () => {
	const good = await signNote(text, ownKey.name, signer);
	const bad = { ...good, signature: good.signature.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) };
	const short = { ...good, signature: good.signature.subarray(1) };
	for (const wrong of [bad, short])
		for (const signatures of [[wrong], [good, wrong], [wrong, good]])
			assert.equal(codeOf(verifyAny({ text, signatures }, [ownKey], verify)), "signature-invalid");
	assert.equal(codeOf(verifyAny({ text, signatures: [] }, [ownKey], verify)), "signature-invalid");
	const stranger = { ...bad, name: "elsewhere.example" };
	assert.equal(must(verifyAny({ text, signatures: [stranger, good] }, [ownKey], verify)).length, 1);
});

test("a signature of a log is no cosignature, and a cosignature signs no log", async () => {
	const own = await signNote(text, ownKey.name, signer);
	const cosigned = await cosignNote(text, ownKey.name, signer, 5);
	const asCosigner = verifierKey(ownKey.name, "cosignature", signer.key.bytes);
	assert.equal(must(verifySignatures({ text, signatures: [own] }, [asCosigner], verify)).length, 0);
	const relabelled = {
		...own,
		keyId: asCosigner.keyId,
		signature: Uint8Array.of(...new Uint8Array(8), ...own.signature),
	};
	assert.equal(
		codeOf(verifySignatures({ text, signatures: [relabelled] }, [asCosigner], verify)),
		"signature-invalid",
	);
	const stripped = { ...cosigned, keyId: ownKey.keyId, signature: cosigned.signature.subarray(8) };
	assert.equal(
		codeOf(verifySignatures({ text, signatures: [stripped] }, [ownKey], verify)),
		"signature-invalid",
	);
});

test("a log of others may begin its name as none of ours does, and is judged all the same", () => {
	for (const origin of ['"quoted"', "cosignature/v1"]) {
		const foreign: Note = { text: toUtf8(`${origin}\n0\n`), signatures: [] };
		const signature = { name: ownKey.name, keyId: ownKey.keyId, signature: new Uint8Array(64) };
		const judged = verifyAny({ ...foreign, signatures: [signature] }, [ownKey], verify);
		assert.equal(codeOf(judged), "signature-invalid");
	}
});

test("no key of ours signs a text that is something else that it signs", async () => {
	for (const first of [0x22, 0x84])
		await assert.rejects(async () => signer.sign("note", Uint8Array.of(first, 10)), RangeError);
	const es256 = signerFrom(generateKey("ES256").privateKey, "ES256");
	await assert.rejects(signNote(text, ownKey.name, es256), RangeError);
	await assert.rejects(cosignNote(text, ownKey.name, signer, -1), RangeError);
});

test("a witness's newer cosignature takes the place of its older one", async () => {
	const own = await signNote(text, ownKey.name, signer);
	const older = await cosignNote(text, "w.example", signer, 1);
	const newer = await cosignNote(text, "w.example", signer, 2);
	assert.deepEqual(joinSignatures([own, older], [newer]), [own, newer]);
	assert.deepEqual(must(parseSignatures(writeSignatures([newer]))), [newer]);
});

test("two checkpoints contradict each other where one log shows one size twice", () => {
	const one = { origin: "a", size: 3, root: emptyRoot, extensions: [] };
	const other = { ...one, root: new Uint8Array(32) };
	assert.ok(contradict(one, other));
	for (const fine of [one, { ...other, size: 4 }, { ...other, origin: "b" }])
		assert.ok(!contradict(one, fine));
});

test("whatever bytes are read as a note are written again to the same bytes", () => {
	const pieces = fc.constantFrom(
		"— ",
		"a",
		"\n",
		"\n\n",
		" ",
		"x08gow",
		"==",
		"=",
		"+",
		"AAAAAAA=",
		"é",
		"\u2028",
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
			const bytes = toUtf8(parts.join(""));
			const note = parseNote(bytes);
			if (!isRefusal(note)) assert.deepEqual(writeNote(note), bytes);
		}),
		{ numRuns: 3000 },
	);
});
