/** Requests of this module: signed, and kept, because only what answers one of them is taken. */
import {
	type Against,
	type AssetId,
	type Bytes,
	type Document,
	dataHash,
	equalBytes,
	isRefusal,
	type Mode,
	matchDocuments,
	ownRequest,
	parseRequest,
	type Refusal,
	type RequestBody,
	refuse,
	requestPayload,
	serialize,
	serializeMessage,
	signedRequest,
	type Trust,
	type VerifiedRequest,
	verifyRequest,
} from "@tenten/protocol";
import { type Core, readBundle } from "./core.ts";
import { shownRows } from "./own-requests.ts";
import { checkDocuments, keptRows, packDocuments } from "./parcel.ts";

/** What a payee asks for. Amount in minor units, zero for any; times in seconds. */
export type RequestOptions = {
	readonly asset: AssetId;
	readonly amount: bigint;
	readonly mode?: Mode;
	readonly purpose?: string;
	readonly memo?: string;
	readonly wants?: readonly string[];
	readonly against?: Against;
	readonly isStatic?: boolean;
	readonly lifetime?: number;
	readonly documents?: readonly Document[];
	/** what its payment is answered with, where the app says nothing else then */
	readonly reply?: readonly Document[];
	/** hash of the certificate to be paid; without, one that the asset's operator gave */
	readonly certificate?: Bytes;
};

export type MadeRequest = {
	readonly digest: Bytes;
	/** the signed request, encoded */
	readonly encoded: Bytes;
	/** the request as messages, with its documents */
	readonly messages: readonly Bytes[];
};

const requestLifetime = 3600;

/** Makes a request durable before it is shown to anyone. */
export async function makeRequest(core: Core, options: RequestOptions): Promise<MadeRequest | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const { certificate } = options;
	const own =
		certificate === undefined
			? core.certificateFor(options.asset.operator)
			: core.ownCertificate(certificate);
	if (isRefusal(own)) return own;
	const silenced = core.isSilenced(own.hash);
	if (silenced !== undefined) return silenced;
	const packed = await packDocuments(options.documents ?? [], null, core.random(32), core.cryptography);
	if (isRefusal(packed)) return packed;
	const reply = options.reply ?? [];
	const unfit = checkDocuments(reply);
	if (unfit !== undefined) return unfit;
	const { manifest: invoice } = packed;
	const now = core.now();
	const body: RequestBody = {
		certificate: own.encoded,
		mode: options.mode ?? "twoPhase",
		asset: options.asset,
		amount: options.amount,
		nonce: core.random(32),
		purpose: options.purpose ?? null,
		memo: options.memo ?? "",
		documentKey: core.documentKey,
		wants: options.wants ?? [],
		invoice: dataHash(invoice),
		against: options.against ?? null,
		isStatic: options.isStatic ?? false,
		issuedAt: now,
		expiresAt: now + (options.lifetime ?? requestLifetime),
	};
	// No time is a part of a second, and what is none cannot be written.
	if (!Number.isSafeInteger(body.expiresAt)) return refuse("malformed", "lifetime");
	const payload = requestPayload(body);
	const [signature] = await core.sign([{ signer: own.hash, type: "request", payload }]);
	const signed = { body, signature: signature ?? new Uint8Array() };
	const encoded = serialize(signedRequest, signed);
	// What no payer could read must not be kept either: it would not be read back.
	const readBack = parseRequest(encoded);
	const not = isRefusal(readBack) ? readBack : checkTerms(body, trust);
	if (not !== undefined) return not;
	const { digest } = ownRequest(signed, own, trust);
	const keepUntil = keepRequestUntil(trust, body);
	const request = [digest, { signed, active: null, attempts: 0, keepUntil }] as const;
	const message = { kind: "request", request: signed, invoice } as const;
	const shown = shownRows(message, digest, packed);
	await core.commit({ request, other: [...shown, ...keptRows("answer", digest, reply)] });
	const contents = packed.rows.map(({ value }) => value ?? new Uint8Array());
	return { digest, encoded, messages: [...contents, serializeMessage(message)] };
}

/** Why every payer would refuse a request. */
function checkTerms({ mode, against, isStatic, asset }: RequestBody, trust: Trust): Refusal | undefined {
	if (trust.asset(asset) === undefined) return refuse("asset-unknown");
	if ((mode === "exchange") !== (against !== null))
		return refuse("request-mismatch", "an exchange, and only that, names what it gives");
	return isStatic && mode !== "direct" ? refuse("request-mismatch", "static requests are direct") : undefined;
}

/**
 * Until when an answer may come. A direct one is effective already and may be late: as long as any token that
 * was issued before the request expired.
 */
function keepRequestUntil(trust: Trust, { mode, asset, expiresAt }: RequestBody): number {
	const definition = trust.asset(asset);
	if (mode !== "direct" || definition === undefined) return expiresAt;
	return expiresAt + definition.redeemWindow + definition.grace;
}

/** A request as it came, with the documents that it lists. */
export type OpenedRequest = {
	/** the signed request, encoded */
	readonly encoded: Bytes;
	readonly request: VerifiedRequest;
	readonly documents: readonly Document[];
};

/** The request in these messages, if all that it lists is there, unchanged. */
export function openRequest(messages: readonly Bytes[], trust: Trust): OpenedRequest | Refusal {
	const { messages: found, documents: came } = readBundle(messages);
	const [message] = found;
	if (message?.kind !== "request" || found.length !== 1) return refuse("type-unknown", "not one request");
	const request = verifyRequest(message.request, trust);
	if (isRefusal(request)) return request;
	const hash = dataHash(message.invoice);
	const { invoice } = request.body;
	if (hash === null ? invoice !== null : invoice === null || !equalBytes(hash, invoice))
		return refuse(hash === null ? "document-missing" : "document-mismatch", "invoice");
	const contents = new Map<number, Bytes>();
	for (const { bundle, position, content } of came)
		if (hash !== null && equalBytes(bundle, hash) && !contents.has(position)) contents.set(position, content);
	const documents = matchDocuments(message.invoice, contents);
	if (isRefusal(documents)) return documents;
	return { encoded: serialize(signedRequest, message.request), request, documents };
}
