/**
 * The three headers of x402 version 2 (specs/transports-v2/http.md there), with the scheme of Tenten in them.
 *
 *   PAYMENT-REQUIRED    server ──▶ client   what may be paid, and how
 *   PAYMENT-SIGNATURE   client ──▶ server   the payment: here the release of its lock
 *   PAYMENT-RESPONSE    server ──▶ client   what became of it
 *
 * Each is base64 (RFC 4648 section 4) of JSON. What can go wrong: a header that is longer than anybody should read,
 * or that says something twice or in another type. So length is judged first, each member is read by its type, and
 * members that are not known are passed over, as x402 has it. Other schemes than ours are passed over, too.
 */
import {
	type AssetId,
	type Bytes,
	fromBase64,
	fromHex,
	fromUtf8,
	type Refusal,
	refuse,
	toBase64,
	toHex,
	toUtf8,
} from "@tenten/protocol";

import { mostCalls } from "./book.ts";

export const requiredHeader = "PAYMENT-REQUIRED";
export const signatureHeader = "PAYMENT-SIGNATURE";
export const responseHeader = "PAYMENT-RESPONSE";

/** characters of one of these headers: servers and proxies take 8 to 16 KiB in all */
export const maximumHeader = 8_192;

/** Value passes in two phases, as on docs/spec/handover.md; or tick by tick, as on docs/spec/meter.md. */
const schemes = ["two-phase", "meter"] as const;
type Scheme = (typeof schemes)[number];
const version = 2;
const mostAccepts = 16;

/** One way to pay, as x402 has it: `PaymentRequirements`. Amount in minor units, as text. */
type Requirements = {
	readonly scheme: string;
	readonly network: string;
	readonly amount: string;
	readonly asset: string;
	readonly payTo: string;
	readonly maxTimeoutSeconds: number;
	readonly extra: object;
};

/** What is asked for one call: the terms that x402 knows, and the signed request that binds them. */
export type Asking = {
	readonly scheme: Scheme;
	/** the address that was asked for */
	readonly url: string;
	readonly asset: AssetId;
	/** minor units; of a meter, what all its ticks come to */
	readonly amount: bigint;
	/** hash of the payee's certificate */
	readonly payTo: Bytes;
	/** how many calls of this origin it is for; one: this very call, or a meter */
	readonly calls: number;
	/** seconds until which it can be paid */
	readonly lifetime: number;
	/** the payee's signed request, encoded */
	readonly request: Bytes;
	/** a path at the same origin: the payee's wallet takes bundles under it */
	readonly address: string;
	/** the requirements as they came: they go back with the payment */
	readonly accepted: string;
};

/** The payment that a client shows: which request was paid by which attempt, and the release of its lock. */
export type Shown = {
	readonly request: Bytes;
	readonly attempt: Bytes;
	readonly release: Bytes;
	readonly accepted: Pick<Asking, "asset" | "amount" | "payTo">;
};

/** What became of a payment: `SettlementResponse`. `attempt` is null where nothing was paid. */
export type Settled = {
	readonly attempt: Bytes | null;
	readonly asset: AssetId;
	readonly amount: bigint;
	/** hash of the certificate that paid; null where that is not known */
	readonly payer: Bytes | null;
	/** why not; null of a payment that stands */
	readonly why: string | null;
};

/** A network in the format of CAIP-2, whose references have 32 characters at most: the first half of the operator's id. */
function networkOf({ operator }: AssetId): string {
	return `tenten:${toHex(operator.subarray(0, 16))}`;
}

function assetName({ operator, code }: AssetId): string {
	return `${toHex(operator)}/${code}`;
}

function assetOf(name: unknown): AssetId | undefined {
	const [, id = "", code = ""] = (typeof name === "string" && /^([0-9a-f]{64})\/(.{1,32})$/.exec(name)) || [];
	const operator = fromHex(id);
	return code === "" || operator === undefined ? undefined : { operator, code };
}

/** The ways to pay one call, the best first. */
export function writeRequired(
	url: string,
	askings: readonly Omit<Asking, "accepted" | "url">[],
	error: string,
): string {
	const accepts = askings.map(requirementsOf);
	return encoded({ x402Version: version, error, resource: { url }, accepts });
}

function requirementsOf({
	scheme,
	asset,
	amount,
	payTo,
	lifetime,
	request,
	address,
	calls,
}: Omit<Asking, "accepted" | "url">): Requirements {
	return {
		scheme,
		network: networkOf(asset),
		amount: amount.toString(),
		asset: assetName(asset),
		payTo: toHex(payTo),
		maxTimeoutSeconds: lifetime,
		extra: { request: toBase64(request), address, ...(calls === 1 ? {} : { calls }) },
	};
}

/** Those of the ways to pay that are of our schemes, in their order; perhaps none. */
export function readRequired(header: string): readonly Asking[] | Refusal {
	const value = decoded(header);
	if ("code" in value) return value;
	const { x402Version, resource, accepts } = value.members;
	if (x402Version !== version) return refuse("type-unknown", "another version of x402");
	const url = membersOf(resource)?.["url"];
	if (typeof url !== "string") return refuse("malformed", "no resource");
	if (!Array.isArray(accepts)) return refuse("malformed", "accepts");
	if (accepts.length > mostAccepts) return refuse("too-many", `${accepts.length} ways to pay`);
	const askings = accepts.flatMap((each: unknown) => {
		const accepted = membersOf(each);
		const scheme = schemes.find((known) => known === accepted?.["scheme"]);
		return accepted === undefined || scheme === undefined ? [] : [askingOf(scheme, accepted, url)];
	});
	const whole = askings.filter((asking) => asking !== undefined);
	return whole.length === askings.length ? whole : refuse("malformed", "a way to pay that cannot be read");
}

function askingOf(scheme: Scheme, accepted: Members, url: string): Asking | undefined {
	const terms = termsOf(accepted);
	const { request, address, calls = 1 } = membersOf(accepted["extra"]) ?? {};
	const { maxTimeoutSeconds: lifetime } = accepted;
	const signed = typeof request === "string" ? fromBase64(request) : undefined;
	if (terms === undefined || signed === undefined) return undefined;
	if (typeof lifetime !== "number" || !Number.isSafeInteger(lifetime) || lifetime < 0) return undefined;
	if (typeof calls !== "number" || !Number.isSafeInteger(calls) || calls < 1 || calls > mostCalls)
		return undefined;
	// Nothing that leads to another host: `//host` does, and so does `/\host`.
	if (typeof address !== "string" || !/^(\/[\w.~-]+)+$/.test(address)) return undefined;
	if (scheme === "meter" && calls !== 1) return undefined;
	const said = { ...terms, scheme, url, lifetime, calls, request: signed, address };
	return { ...said, accepted: JSON.stringify(accepted) };
}

function termsOf(accepted: Members): Pick<Asking, "asset" | "amount" | "payTo"> | undefined {
	const asset = assetOf(accepted["asset"]);
	const payTo = idOf(accepted["payTo"]);
	const { amount, network } = accepted;
	if (typeof amount !== "string" || !/^[1-9][0-9]{0,18}$/.test(amount)) return undefined;
	if (asset === undefined || payTo === undefined || network !== networkOf(asset)) return undefined;
	return { asset, amount: BigInt(amount), payTo };
}

/** `accepted`: as `Asking` has it. */
export function writeSignature(
	{ request, attempt, release }: Omit<Shown, "accepted">,
	accepted: string,
): string {
	const payload = { request: toHex(request), attempt: toHex(attempt), release: toHex(release) };
	return encoded({ x402Version: version, accepted: JSON.parse(accepted) as unknown, payload });
}

export function readSignature(header: string): Shown | Refusal {
	const value = decoded(header);
	if ("code" in value) return value;
	const { x402Version, accepted, payload } = value.members;
	if (x402Version !== version) return refuse("type-unknown", "another version of x402");
	const chosen = membersOf(accepted);
	if (chosen?.["scheme"] !== "two-phase") return refuse("type-unknown", "another scheme");
	const terms = termsOf(chosen);
	const shown = membersOf(payload) ?? {};
	const [request, attempt, release] = ["request", "attempt", "release"].map((name) => idOf(shown[name]));
	if (terms === undefined) return refuse("malformed", "accepted");
	if (request === undefined || attempt === undefined || release === undefined)
		return refuse("malformed", "payload");
	return { request, attempt, release, accepted: terms };
}

export function writeResponse({ attempt, asset, amount, payer, why }: Settled): string {
	return encoded({
		success: why === null,
		...(why === null ? {} : { errorReason: why }),
		transaction: attempt === null ? "" : toHex(attempt),
		network: networkOf(asset),
		...(payer === null ? {} : { payer: toHex(payer) }),
		...(why === null ? { amount: amount.toString() } : {}),
	});
}

/** The attempt that was taken, or why none was. */
export function readResponse(
	header: string,
): { readonly attempt: Bytes } | { readonly why: string } | Refusal {
	const value = decoded(header);
	if ("code" in value) return value;
	const { success, errorReason, transaction } = value.members;
	const attempt = idOf(transaction);
	if (success === true && attempt !== undefined) return { attempt };
	if (success === false) return { why: typeof errorReason === "string" ? errorReason.slice(0, 64) : "" };
	return refuse("malformed", "neither taken nor refused");
}

type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown): Members | undefined {
	return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function idOf(value: unknown): Bytes | undefined {
	const bytes = typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? fromHex(value) : undefined;
	return bytes;
}

function encoded(value: object): string {
	return toBase64(toUtf8(JSON.stringify(value)));
}

/** The members of the object that a header holds. */
function decoded(header: string): { readonly members: Members } | Refusal {
	if (header.length > maximumHeader) return refuse("too-large", `a header of ${header.length} characters`);
	const bytes = fromBase64(header);
	const text = bytes === undefined ? undefined : fromUtf8(bytes);
	if (text === undefined) return refuse("malformed", "not base64 of text");
	try {
		const members = membersOf(JSON.parse(text));
		return members === undefined ? refuse("malformed", "not an object") : { members };
	} catch {
		return refuse("malformed", "not JSON");
	}
}
