/**
 * A call that is paid by a tick of a meter: its one header, and what says at which origin a meter is for calls.
 *
 * A meter is opened once, out of one payment's worth, and each call shows one more of its ticks (docs/spec/meter.md).
 * The header says which meter it is and holds the tick as it travels everywhere. Whoever sees it can show it again, and
 * gets nothing for that but the answer that this tick has paid for.
 */
import { type Bytes, isRefusal, type Refusal, readTick, refuse, type Tick } from "@tenten/protocol";
import { fromBase64url, toBase64url } from "../transport/base64url.ts";
import { callHash } from "./call.ts";

export const meterHeader = "TENTEN-METER";

/** calls of one meter: one chain of ticks */
export const mostMeteredCalls = 65_536;

export type MeteredCall = {
	/** the meter's id */
	readonly meter: Bytes;
	/** as it came, and as it was read */
	readonly frame: Bytes;
	readonly tick: Tick;
};

/** 43 characters, a dot, and 48 to 54 of the tick. */
export function writeMeteredCall(meter: Bytes, frame: Bytes): string {
	return `${toBase64url(meter)}.${toBase64url(frame)}`;
}

export function readMeteredCall(header: string): MeteredCall | Refusal {
	const [, id = "", text = ""] = /^([\w-]{43})\.([\w-]{48,54})$/.exec(header) ?? [];
	const [meter, frame] = [fromBase64url(id), fromBase64url(text)];
	const tick = frame === undefined ? undefined : readTick(frame);
	if (meter?.length !== 32 || frame === undefined || tick === undefined || isRefusal(tick))
		return refuse("malformed", "a tick");
	return { meter, frame, tick };
}

/** What a header says of a tick that was taken: the number alone with its answer, and more while its call is made. */
const stillRunning = ";running";

export function writeTaken(ticks: number, isRunning = false): string {
	return `${ticks}${isRunning ? stillRunning : ""}`;
}

/** Whether an answer is none yet: its tick was taken, and the handler runs. */
export function isStillMade(header: string | null): boolean {
	return header?.endsWith(stillRunning) === true;
}

/** What stands in a meter's terms as its offer: calls of this origin. No method of HTTP has a space in it. */
export function meterOffer(origin: string): Bytes {
	return callHash({ method: "METERED CALLS", url: `${origin}/`, body: new Uint8Array() });
}
