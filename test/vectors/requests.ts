/** Vectors of requests. */
import { type Bytes, dataHash } from "../../packages/protocol/src/index.ts";
import { accepts, changed, type Draft, flipped, itemAt, refuses } from "./drafts.ts";
import { documentsOf, requestOf } from "./payments.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	certify,
	early,
	encodedList,
	late,
	now,
	signerOf,
	tickets,
	yen,
} from "./world.ts";

const plain = await requestOf(bob, "plain");
const byEd25519 = await requestOf(alice, "by alice", {
	memo: "お茶",
	purpose: "books",
	wants: ["text/plain"],
});
const open = await requestOf(bob, "open", { amount: 0n });
const printed = await requestOf(bob, "printed", { mode: "direct", isStatic: true, amount: 0n });
const direct = await requestOf(bob, "direct", { mode: "direct" });
const exchange = await requestOf(bob, "exchange", {
	mode: "exchange",
	against: { asset: tickets, amount: 2n },
});
const full = await requestOf(bob, "full", {
	documentKey: bytesOf("document key"),
	invoice: dataHash(documentsOf("invoice", "an invoice").manifest),
	wants: Array.from({ length: 8 }, (_, i) => `text/${i}`),
	memo: "a".repeat(256),
});
const byLate = await requestOf(late, "late");
const byEarly = await requestOf(early, "early");
const stranger = await certify(signerOf("stranger authority", "Ed25519"), bob.signer, "stranger");
const req = (request: Bytes): { readonly request: Bytes } => ({ request });
const edit = (path: readonly number[], to: Parameters<typeof changed>[2]): { readonly request: Bytes } =>
	req(changed(plain.encoded, path, to));

export const requests: Draft = {
	name: "requests",
	comment: "Signed requests: docs/spec/handover.md#requests. With now, whether they are open too.",
	judge: "request",
	given: { trustList: encodedList },
	cases: [
		accepts("two-phase, by an ES256 key", req(plain.encoded)),
		accepts("by an Ed25519 key, with memo, purpose and a wanted document", req(byEd25519.encoded)),
		accepts("of no fixed amount", req(open.encoded)),
		accepts("printed: static and direct", req(printed.encoded)),
		accepts("direct", req(direct.encoded)),
		accepts("an exchange", req(exchange.encoded)),
		accepts("everything that may stand in one", req(full.encoded)),
		accepts(
			"by a payee whose certificate has expired: dates are not judged without now",
			req(byLate.encoded),
		),
		accepts("in its last second", { ...req(plain.encoded), now: now + 299 }),
		refuses("request-expired", "in the second of its end", { ...req(plain.encoded), now: now + 300 }),
		refuses("certificate-expired", "of an expired payee", { ...req(byLate.encoded), now }),
		refuses("certificate-not-yet-valid", "of a payee not yet valid", { ...req(byEarly.encoded), now }),
		refuses("request-expired", "its own end comes before the dates of its payee", {
			...req(byLate.encoded),
			now: now + 300,
		}),
		refuses(
			"authority-unknown",
			"of a payee whom nobody listed certified",
			req((await requestOf({ ...bob, encoded: stranger }, "stranger")).encoded),
		),
		refuses(
			"signature-invalid",
			"a certificate whose signature does not hold",
			edit([0, 0], changed(bob.encoded, [1], new Uint8Array(64))),
		),
		refuses("malformed", "no certificate at all", edit([0, 0], Uint8Array.of(0))),
		refuses(
			"asset-unknown",
			"in an asset that nobody lists",
			req((await requestOf(bob, "eur", { asset: { ...yen, code: "EUR" } })).encoded),
		),
		refuses(
			"request-mismatch",
			"an exchange that gives nothing",
			req((await requestOf(bob, "no leg", { mode: "exchange" })).encoded),
		),
		refuses(
			"request-mismatch",
			"no exchange, and gives something",
			req((await requestOf(bob, "leg", { against: { asset: tickets, amount: 1n } })).encoded),
		),
		refuses(
			"request-mismatch",
			"static and two-phase",
			req((await requestOf(bob, "static", { isStatic: true })).encoded),
		),
		refuses(
			"signature-invalid",
			"a bit of the signature",
			edit([1], flipped(itemAt(plain.encoded, [1]) as Bytes, 63)),
		),
		refuses("signature-invalid", "another amount than was signed", edit([0, 3], 1)),
		refuses(
			"signature-invalid",
			"signed by another",
			req((await requestOf({ ...bob, signer: carol.signer }, "other")).encoded),
		),
		refuses("malformed", "a mode that is not listed", edit([0, 1], 4)),
		refuses("malformed", "a memo of 257 characters", edit([0, 6], "a".repeat(257))),
		refuses("malformed", "a purpose of 33 characters", edit([0, 5], "a".repeat(33))),
		refuses("malformed", "a document key of 31 bytes", edit([0, 7], new Uint8Array(31))),
		refuses("malformed", "static as a number", edit([0, 11], 0)),
		refuses("too-many", "nine wanted documents", edit([0, 8], new Array(9).fill("a"))),
		refuses("amount-invalid", "an amount below zero", edit([0, 3], -1)),
		refuses("amount-invalid", "an amount of 2^63", edit([0, 3], 2n ** 63n)),
		refuses("amount-invalid", "an amount as text", edit([0, 3], "600")),
		refuses("malformed", "a field more", edit([0, 14], 0)),
	],
};
