/** The messages of a meter, each an array that begins with its number (docs/spec/meter.md). Ticks are in tick.ts. */
import {
	type Bytes,
	bytes32,
	encodeItem,
	nullable,
	parse,
	type Refusal,
	record,
	serialize,
	type TypeOf,
	text,
	tickCount,
	tickCountOrZero,
	union,
} from "../codec/index.ts";
import { signature } from "../crypto/index.ts";
import { token } from "../token/index.ts";
import { signedMeterRequest } from "./request.ts";

/** `meter` is the meter's id. */
export const meterMessage = union({
	request: [1, record({ request: signedMeterRequest })],
	/** ends in the metered output, locked */
	open: [2, record({ meter: bytes32, request: bytes32, token })],
	/** the payee holds it: signed, of the opening link */
	opened: [3, record({ meter: bytes32, link: bytes32, signature })],
	release: [4, record({ meter: bytes32, secret: bytes32 })],
	/** ticks no more, signed, and asks for the final count: `ticks` is what was paid as far as the payer knows */
	stop: [5, record({ meter: bytes32, ticks: tickCountOrZero, signature })],
	/** the final count; `proof`: that its payee has that tick (tick.ts), null where there was none */
	count: [
		6,
		record({
			meter: bytes32,
			ticks: tickCountOrZero,
			proof: nullable(bytes32),
			signature,
		}),
	],
	/** ends in the payee's part of the Close; where nothing is due, in the payer's change */
	close: [7, record({ meter: bytes32, token })],
	closed: [8, record({ meter: bytes32 })],
	/** asks for the other side's last word */
	status: [9, record({ meter: bytes32 })],
	/** `about` is a meter or a request */
	refused: [10, record({ about: bytes32, code: text(32), detail: text(256) })],
	/** how far the payee has come, and the proof of that tick */
	reached: [11, record({ meter: bytes32, ticks: tickCount, proof: bytes32 })],
});
export type MeterMessage = TypeOf<typeof meterMessage>;
export type MeterMessageOf<K extends MeterMessage["kind"]> = Extract<MeterMessage, { readonly kind: K }>;

export function parseMeterMessage(encoded: Bytes): MeterMessage | Refusal {
	return parse(meterMessage, encoded);
}

export function serializeMeterMessage(value: MeterMessage): Bytes {
	return serialize(meterMessage, value);
}

/** What a payee signs when it holds a meter: the link that opens it. */
export function meterOpenedPayload(link: Bytes): Bytes {
	return encodeItem([link]);
}

/** What a payer signs when it stops: the meter, and how many ticks it has paid. */
export function meterStopPayload(meter: Bytes, ticks: number): Bytes {
	return encodeItem([meter, ticks]);
}
