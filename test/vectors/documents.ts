/** Vectors of documents and receipts. */
import { type Bytes, type Message, manifest, receipt, serialize } from "../../packages/protocol/src/index.ts";
import { accepts, changed, type Draft, type Inputs, refuses } from "./drafts.ts";
import { counter, sells } from "./exchange.ts";
import {
	contentsOf,
	documentsOf,
	type Made,
	paymentOf,
	requestOf,
	reservedOf,
	secretOf,
} from "./payments.ts";
import { alice, bob, bytesOf, carol, encodedList, issueTo } from "./world.ts";

const { manifest: value, documents } = documentsOf("documents", "一番目", "second", "");
const encoded = serialize(manifest, value);
const contents = contentsOf(documents);
const short = contents.map(({ position, content }) => ({ position, content: content.subarray(0, -1) }));
const longest = documentsOf("longest", "a".repeat(1000));

export const documentFiles: Draft = {
	name: "documents",
	comment: "Documents against their manifest: docs/spec/handover.md#documents.",
	judge: "documents",
	given: { manifest: encoded, documents: contents },
	cases: [
		accepts("three documents, of which one is empty", {}),
		accepts("one that came beside is passed over", {
			documents: [...contents, { position: 9, content: bytesOf("other") }],
		}),
		accepts("one of a thousand bytes", {
			manifest: serialize(manifest, longest.manifest),
			documents: contentsOf(longest.documents),
		}),
		refuses("document-missing", "none came", { documents: [] }),
		refuses("document-missing", "the last did not come", { documents: contents.slice(0, 2) }),
		refuses("document-mismatch", "shorter than they are listed", { documents: short }),
		refuses("document-mismatch", "another, of the same size", {
			documents: [
				...contents.slice(0, 1),
				{ position: 1, content: Uint8Array.from("secone", (c) => c.charCodeAt(0)) },
				...contents.slice(2),
			],
		}),
		refuses("document-mismatch", "under another salt", {
			manifest: changed(encoded, [0], bytesOf("other salt")),
		}),
		refuses("document-mismatch", "of another size than is listed", {
			manifest: changed(encoded, [1, 0, 1], 8),
		}),
		refuses("malformed", "a manifest of no documents", { manifest: changed(encoded, [1], []) }),
		refuses("malformed", "a document longer than one may be", {
			manifest: changed(encoded, [1, 0, 1], 65_025),
		}),
		refuses("too-many", "61 documents", { manifest: changed(encoded, [1], new Array(61).fill(0)) }),
	],
};

const request = await requestOf(bob, "of a receipt");
const locked = await paymentOf([await issueTo(alice, 600n, "of a receipt")], alice, request, "receipt");
const direct = await requestOf(bob, "of a direct receipt", { mode: "direct" });
const sent = await paymentOf([await issueTo(alice, 600n, "of a direct receipt")], alice, direct, "receipt", {
	lock: null,
});
const other = await requestOf(bob, "another request");
const reserved = await reservedOf(request, locked);
const withReply = await reservedOf(request, locked, { reply: value });
const release = secretOf("receipt");
const shown = (to: Made, answer: Message, secret: Bytes | null): Inputs => ({
	receipt: serialize(receipt, { request: to.signed, answer, secret }),
});

export const receipts: Draft = {
	name: "receipts",
	comment: "Proof of payment: docs/spec/handover.md#receipts.",
	judge: "receipt",
	given: { trustList: encodedList },
	cases: [
		accepts("reserved and its release", shown(request, reserved, release)),
		accepts("with documents in return", shown(request, withReply, release)),
		accepts("direct", shown(direct, await reservedOf(direct, sent), null)),
		accepts("of an exchange", shown(sells, counter, secretOf("swap"))),
		refuses("signature-invalid", "a request that is not signed", {
			receipt: changed(
				serialize(receipt, { request: request.signed, answer: reserved, secret: release }),
				[0, 1],
				new Uint8Array(64),
			),
		}),
		refuses(
			"type-unknown",
			"an answer that is none",
			shown(request, { kind: "done", attempt: reserved.attempt }, release),
		),
		refuses("request-mismatch", "of another request", shown(other, reserved, release)),
		refuses(
			"signature-invalid",
			"signed by another",
			shown(request, await reservedOf(request, locked, { by: carol }), release),
		),
		refuses("release-mismatch", "without its release", shown(request, reserved, null)),
		refuses("release-mismatch", "another release", shown(request, reserved, secretOf("other"))),
		refuses(
			"release-mismatch",
			"direct, with a release",
			shown(direct, await reservedOf(direct, sent), release),
		),
		refuses(
			"document-mismatch",
			"another manifest than was signed",
			shown(request, { ...withReply, reply: longest.manifest }, release),
		),
		refuses(
			"document-mismatch",
			"no manifest, where one was signed",
			shown(request, { ...withReply, reply: null }, release),
		),
		refuses(
			"document-mismatch",
			"a manifest, where none was signed",
			shown(request, { ...reserved, reply: value }, release),
		),
		refuses("malformed", "a field short", {
			receipt: changed(
				serialize(receipt, { request: request.signed, answer: reserved, secret: release }),
				[2],
				undefined,
			),
		}),
	],
};
