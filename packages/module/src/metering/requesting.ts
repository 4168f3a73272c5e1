/** Requests for meters: a payee's own, signed and kept, and others' as they were shown. */
import {
	type AssetId,
	type Bytes,
	dueFor,
	isRefusal,
	type MeterRequestBody,
	meterRequestPayload,
	type PayeePolicy,
	parse,
	parseMeterMessage,
	type Refusal,
	readMeterBundle,
	refuse,
	serialize,
	serializeMeterMessage,
	signedMeterRequest,
	toHex,
	type VerifiedMeterRequest,
	verifyMeterRequest,
	writeMeterBundle,
} from "@tenten/protocol";
import type { Core } from "../core.ts";
import type { Meters } from "./meters.ts";
import { type MeterRequestRow, meterRequestRow } from "./rows.ts";

/** What a payee asks for: so many minor units for so many ticks, until a time (unix seconds). */
export type MeterRequestOptions = {
	readonly asset: AssetId;
	readonly units: bigint;
	readonly perTicks: number;
	/** the most that may be ticked: the payer sets aside what they come to */
	readonly ticks: number;
	/** by then it is to be closed */
	readonly until: number;
	/** hash of the deal that it is opened under; 32 zeros without one */
	readonly offer?: Bytes;
	readonly purpose?: string;
	/** seconds within which it must be opened */
	readonly lifetime?: number;
	/** hash of the certificate to be paid; without, one that the asset's operator gave */
	readonly certificate?: Bytes;
} & Partial<PayeePolicy>;

export type MadeMeterRequest = {
	readonly digest: Bytes;
	/** the signed request, encoded */
	readonly encoded: Bytes;
	/** the request as a bundle */
	readonly messages: readonly Bytes[];
};

const requestLifetime = 3600;
const noOffer: Bytes = new Uint8Array(32);
/** One tick at a time, and at most 64 lost in a crash, which the payer's next word brings back. */
const defaultPolicy: PayeePolicy = { step: 1, keepEvery: 64 };

/** Makes a request durable before it is shown to anyone. */
export async function requestMeter(
	core: Core,
	meters: Meters,
	options: MeterRequestOptions,
): Promise<MadeMeterRequest | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const { certificate, lifetime = requestLifetime } = options;
	const own =
		certificate === undefined
			? core.certificateFor(options.asset.operator)
			: core.ownCertificate(certificate);
	const not = isRefusal(own) ? own : core.isSilenced(own.hash);
	if (not !== undefined || isRefusal(own)) return not as Refusal;
	const now = core.now();
	const body: MeterRequestBody = {
		certificate: own.encoded,
		asset: options.asset,
		units: options.units,
		perTicks: options.perTicks,
		ticks: options.ticks,
		until: options.until,
		offer: options.offer ?? noOffer,
		nonce: core.random(32),
		purpose: options.purpose ?? null,
		issuedAt: now,
		expiresAt: now + lifetime,
	};
	const unfit = checkTerms(body, now);
	if (unfit !== undefined) return unfit;
	const payload = meterRequestPayload(body);
	const [signature = new Uint8Array()] = await core.sign([
		{ signer: own.hash, type: "meter-request", payload },
	]);
	const signed = { body, signature };
	const encoded = serialize(signedMeterRequest, signed);
	// What no payer could read must not be kept either: it would not be read back.
	const readBack = readRequest(core, encoded);
	if (isRefusal(readBack)) return readBack;
	const { step = defaultPolicy.step, keepEvery = defaultPolicy.keepEvery } = options;
	const row = { signed, step, keepEvery, answered: 0 };
	const fits = parse(meterRequestRow, serialize(meterRequestRow, row));
	if (isRefusal(fits)) return fits;
	const { digest } = readBack;
	const write = meters.requests.write(toHex(digest), row);
	await core.commit({ other: [write] });
	meters.requests.set(toHex(digest), row);
	return { digest, encoded, messages: shownRequest(digest, row) };
}

/** Why every payer would refuse a request, and why it could not be written. */
function checkTerms(
	{ units, perTicks, ticks, until, expiresAt }: MeterRequestBody,
	now: number,
): Refusal | undefined {
	if (![perTicks, ticks, until, expiresAt].every(Number.isSafeInteger))
		return refuse("malformed", "not a whole number");
	if (perTicks < 1 || dueFor({ units, perTicks }, ticks) < 1n) return refuse("amount-invalid", "nothing due");
	return until <= now || expiresAt <= now ? refuse("request-expired") : undefined;
}

/** The bundle of a request of one's own. */
function shownRequest(digest: Bytes, { signed }: MeterRequestRow): readonly Bytes[] {
	return writeMeterBundle(digest, [serializeMeterMessage({ kind: "request", request: signed })]);
}

/** A request that somebody signed, verified: to be shown before anyone consents. */
export function readRequest(core: Core, encoded: Bytes): VerifiedMeterRequest | Refusal {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const signed = parse(signedMeterRequest, encoded);
	return isRefusal(signed) ? signed : verifyMeterRequest(signed, trust);
}

/** The signed request, encoded, that came as a bundle; what else stands in it is passed over. */
export function requestIn(messages: readonly Bytes[]): Bytes | Refusal {
	for (const frame of readMeterBundle(messages)?.frames ?? []) {
		const message = parseMeterMessage(frame);
		if (!isRefusal(message) && message.kind === "request")
			return serialize(signedMeterRequest, message.request);
	}
	return refuse("type-unknown", "no request for a meter");
}
