/** Requests of this module: signed, and kept, because only what answers one of them is taken. */
import {
	type Against,
	type AssetId,
	type Bytes,
	type Document,
	dataHash,
	isRefusal,
	type Mode,
	manifestOf,
	ownRequest,
	type Refusal,
	type RequestBody,
	requestDigest,
	requestPayload,
	serialize,
	serializeMessage,
	signedRequest,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { packDocuments } from "./parcel.ts";

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
	const { certificate } = options;
	const own =
		certificate === undefined
			? core.certificateFor(options.asset.operator)
			: core.ownCertificate(certificate);
	if (isRefusal(own)) return own;
	const documents = options.documents ?? [];
	const invoice = manifestOf(documents, core.random(32));
	const packed = await packDocuments(invoice, documents, null);
	if (isRefusal(packed)) return packed;
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
	const payload = requestPayload(body);
	const [signature] = await core.sign([{ signer: own.hash, type: "request", payload }]);
	const signed = { body, signature: signature ?? new Uint8Array() };
	const digest = requestDigest(payload);
	await core.commit({ request: [digest, { signed, active: null }] });
	const trust = core.trust();
	if (!isRefusal(trust)) ownRequest(signed, own, trust);
	const message = serializeMessage({ kind: "request", request: signed, invoice });
	const contents = packed.map(({ value }) => value ?? new Uint8Array());
	return { digest, encoded: serialize(signedRequest, signed), messages: [...contents, message] };
}
