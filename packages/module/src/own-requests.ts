/**
 * One's own requests, as they were shown: whoever made one can show it again, after a crash too.
 *
 *   makeRequest ──▶ request row, and where it has documents its message and theirs, in one commit
 *                     └──▶ shownAgain: the same bytes as the first time, until the row is forgotten
 */
import {
	type Bytes,
	equalBytes,
	fromHex,
	isRefusal,
	type MessageOf,
	parseMessage,
	type Refusal,
	type RequestBody,
	refuse,
	serializeMessage,
	toHex,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { documentRowsOf, type Packed, packedDocuments } from "./parcel.ts";
import type { StoreWrite } from "./store.ts";

/** One that can still be paid. */
export type OwnRequest = {
	readonly digest: Bytes;
	readonly body: RequestBody;
	/** the payment on it that was not given up; always null of a static one */
	readonly attempt: Bytes | null;
};

/** Those that a payer may still begin to pay; none of a certificate that came with a backup, to which nothing is paid. */
export function ownRequests(core: Core): readonly OwnRequest[] {
	const now = core.now();
	const speaking = core.certificates().filter(({ hash }) => core.isSilenced(hash) === undefined);
	return [...core.vault.requests.entries].flatMap(
		([
			name,
			{
				signed: { body },
				active,
			},
		]) => {
			const digest = fromHex(name);
			const isOpen =
				body.expiresAt > now && speaking.some(({ encoded }) => equalBytes(encoded, body.certificate));
			return digest !== undefined && isOpen ? [{ digest, body, attempt: active }] : [];
		},
	);
}

function messageRowOf(digest: string): string {
	return `shown/${digest}`;
}

/** What is kept beside a request to show it again: a request without documents is its row alone. */
export function shownRows(
	message: MessageOf<"request">,
	digest: Bytes,
	{ rows }: Packed,
): readonly StoreWrite[] {
	if (rows.length === 0) return [];
	return [...rows, { key: messageRowOf(toHex(digest)), value: serializeMessage(message) }];
}

/** The rows that are there beside a request (its digest in hex). */
export function shownKeys(rows: ReadonlyMap<string, Bytes>, digest: string): readonly string[] {
	const message = rows.get(messageRowOf(digest));
	return message === undefined ? [] : [messageRowOf(digest), ...documentRowsOf(invoiceIn(message))];
}

/** The messages of a request, documents first, as they were when it was made. */
export function shownAgain({ vault }: Core, digest: Bytes): readonly Bytes[] | Refusal {
	const row = vault.requests.get(digest);
	if (row === undefined) return refuse("request-mismatch", "no request of one's own");
	const { rows } = vault.state;
	const kept = rows.get(messageRowOf(toHex(digest)));
	if (kept !== undefined) return [...packedDocuments(invoiceIn(kept), rows), kept];
	return [serializeMessage({ kind: "request", request: row.signed, invoice: null })];
}

function invoiceIn(message: Bytes): MessageOf<"request">["invoice"] {
	const read = parseMessage(message);
	if (isRefusal(read) || read.kind !== "request") throw new Error("a kept request does not parse");
	return read.invoice;
}
