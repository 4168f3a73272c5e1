/** Every message of a hand-over as a structure, and the faults of those that are not the first. */
import {
	type Bytes,
	type Item,
	type Message,
	message,
	serialize,
} from "../../packages/protocol/src/index.ts";
import { type Case, changed, refuses } from "./drafts.ts";
import { cancelled, counter, offer } from "./exchange.ts";
import {
	attemptOf,
	cancelOf,
	documentsOf,
	lockOf,
	passed,
	paymentOf,
	requestOf,
	reservedOf,
	secretOf,
	transferOf,
} from "./payments.ts";
import { rulingOf } from "./rulings.ts";
import { alice, bob, bytesOf, carol, densha, issueTo } from "./world.ts";

export const plain = await issueTo(alice, 600n, "plain, of a structure");
export const request = await requestOf(bob, "of a structure", { wants: ["text/plain"], memo: "お茶" });
export const locked = await paymentOf([plain], alice, request, "structure");
export const direct = await passed(plain, alice, bob, "structure");
export const otherwise = await passed(plain, alice, carol, "another structure");
export const reserved = await reservedOf(request, locked);
const attempt = attemptOf(request, locked);
export const documents = documentsOf("structure", "a document");
const withReply = await reservedOf(request, locked, { reply: documents.manifest });
const cancel = await cancelOf(attempt, lockOf("structure").hash, alice);
export const released = await rulingOf(densha, {
	subject: lockOf("structure").hash,
	verdict: "released",
	release: secretOf("structure"),
});
export const refunded = await rulingOf(densha, { subject: lockOf("structure").hash });

export const messages: readonly (readonly [string, Message])[] = [
	["transfer", transferOf(request, locked)],
	["request", { kind: "request", request: request.signed, invoice: null }],
	["request with an invoice", { kind: "request", request: request.signed, invoice: documents.manifest }],
	[
		"transfer with documents and a document key",
		transferOf(request, locked, { data: documents.manifest, documentKey: bytesOf("document key") }),
	],
	["transfer of an exchange", offer],
	["reserved", reserved],
	["reserved with documents", withReply],
	["release", { kind: "release", attempt, secret: secretOf("structure") }],
	["cancel", cancel],
	["cancel of an exchange", cancelled],
	["refused", { kind: "refused", about: attempt, code: "amount-mismatch", detail: "600 asked for" }],
	["refused with a code that is not listed", { kind: "refused", about: attempt, code: "", detail: "" }],
	["done", { kind: "done", attempt }],
	["status", { kind: "status", attempt }],
	["counterTransfer", counter],
	["document", { kind: "document", bundle: bytesOf("bundle"), position: 59, content: bytesOf("content") }],
	[
		"document without content",
		{ kind: "document", bundle: bytesOf("bundle"), position: 0, content: new Uint8Array() },
	],
	["returned", { kind: "returned", attempt, tokens: [direct.token] }],
	["ruling, released", { kind: "ruling", ruling: released }],
	["ruling, refunded", { kind: "ruling", ruling: refunded }],
];

const at = (encoded: Message): Bytes => serialize(message, encoded);
/** Faults of messages other than the first. */
export const messageFaults: readonly Case[] = (
	[
		["type-unknown", "kind 13", at({ kind: "done", attempt }), [0], 13],
		["type-unknown", "kind 0", at({ kind: "done", attempt }), [0], 0],
		["malformed", "kind as text", at({ kind: "done", attempt }), [0], "done"],
		["malformed", "done: an attempt of 31 bytes", at({ kind: "done", attempt }), [1], new Uint8Array(31)],
		[
			"malformed",
			"release: a secret of 33 bytes",
			at({ kind: "release", attempt, secret: attempt }),
			[2],
			new Uint8Array(33),
		],
		["malformed", "reserved: no link", at(reserved), [2, 1], []],
		["too-many", "reserved: seventeen links", at(reserved), [2, 1], new Array(17).fill(attempt)],
		["amount-invalid", "reserved: an amount of zero", at(reserved), [2, 3], 0],
		["malformed", "reserved: a signature of 65 bytes", at(reserved), [4], new Uint8Array(65)],
		[
			"malformed",
			"refused: a code of 33 characters",
			at({ kind: "refused", about: attempt, code: "", detail: "" }),
			[2],
			"a".repeat(33),
		],
		[
			"malformed",
			"refused: a detail of 257 characters",
			at({ kind: "refused", about: attempt, code: "", detail: "" }),
			[3],
			"a".repeat(257),
		],
		["malformed", "counterTransfer: no token", at(counter), [3], []],
		["malformed", "counterTransfer: no counter link", at(counter), [2, 1], []],
		[
			"malformed",
			"document: position 60",
			at({ kind: "document", bundle: attempt, position: 0, content: attempt }),
			[2],
			60,
		],
		[
			"malformed",
			"document: content of 65,089 bytes is longer than one may be",
			at({ kind: "document", bundle: attempt, position: 0, content: attempt }),
			[3],
			"no bytes",
		],
		["malformed", "returned: no token", at({ kind: "returned", attempt, tokens: [direct.token] }), [2], []],
		[
			"malformed",
			"ruling: a verdict that is not listed",
			at({ kind: "ruling", ruling: refunded }),
			[1, 0, 2],
			0,
		],
		["malformed", "cancel: a lock that is null", at(cancel), [2], null],
		[
			"too-many",
			"request: an invoice of 61 documents",
			at({ kind: "request", request: request.signed, invoice: documents.manifest }),
			[2, 1],
			new Array(61).fill(0),
		],
	] as const
).map(([code, comment, bytes, path, to]) =>
	refuses(code, `message: ${comment}`, { structure: "message", bytes: changed(bytes, path, to as Item) }),
);
