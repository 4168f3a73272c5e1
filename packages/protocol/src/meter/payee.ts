/**
 * The payee's machine of a meter.
 *
 *          open          signed          release       signed stop, or its wish     signed          close
 *   idle ─────────▶ answering ───▶ reserved ───▶ open ──────────────────────▶ counting ───▶ counted ───▶ closed
 *                                                │ ▲ tick: one hash; kept every so many      │ crash      ▲
 *                                          claim │ └──────────────────────────────────────────┘           │
 *                                                ▼                                  claim                 │
 *                                             claimed ◀──────────────────────────── counted ──────────────┘
 *
 * It serves what has been paid: a tick counts once it is checked. What it has not kept it may lose in a crash, at
 * most as many ticks as it chose; the payer's next word brings them back. Whoever sends is unknown, so it counts for
 * its payer's signature alone, and for no fewer ticks than that says: a stranger who knows the meter ends nothing, and
 * no tick that was lost in a crash is left out. A count is signed once and is durable before
 * it is told; from then on no tick counts. Who has claimed takes no Close: the operator pays the one or the other.
 */
import {
	type Bytes,
	bytes32,
	equalBytes,
	isRefusal,
	nullable,
	record,
	refuse,
	type TypeOf,
	tickCountOrZero,
	union,
} from "../codec/index.ts";
import { signature, verifySign1 } from "../crypto/index.ts";
import {
	finalCountPayload,
	leadsTo,
	noChanges,
	placeOf,
	releaseToken,
	type TickHash,
	tickHash,
	token,
	type VerifiedToken,
} from "../token/index.ts";
import { acceptClose } from "./closing.ts";
import {
	type MeterContext,
	type MeterEffect,
	type MeterStep,
	meterIn,
	remain,
	reopened,
	sending,
} from "./machine.ts";
import { type MeterMessage, type MeterMessageOf, meterOpenedPayload, meterStopPayload } from "./messages.ts";
import { acceptMeter } from "./opening.ts";
import type { VerifiedMeterRequest } from "./request.ts";
import { type Tick, tickProof } from "./tick.ts";

/** The payee's states that are ever durable. `meter`: its id; `preimage` of its last tick, null where there was none. */
export const meterPayeeState = union({
	reserved: [1, record({ meter: bytes32, token, link: bytes32, signature })],
	/** `token` ends in the metered output, released */
	open: [2, record({ meter: bytes32, token, ticks: tickCountOrZero, preimage: nullable(bytes32) })],
	counted: [
		3,
		record({ meter: bytes32, token, ticks: tickCountOrZero, preimage: nullable(bytes32), signature }),
	],
	closed: [4, record({ meter: bytes32 })],
	claimed: [5, record({ meter: bytes32, token, ticks: tickCountOrZero, preimage: bytes32 })],
});
type Durable = TypeOf<typeof meterPayeeState>;
type Kept<K extends Durable["kind"]> = Extract<Durable, { readonly kind: K }>;

/**
 * `kept`: how many ticks are durable. `isBehind`: what it has may be less than what was paid. `missedAt`: when a far
 * tick was last false, unix seconds.
 */
type Open = Kept<"open"> & {
	readonly kept: number;
	readonly isBehind: boolean;
	readonly missedAt: number | undefined;
};

export type MeterPayee =
	| { readonly kind: "idle" }
	| { readonly kind: "answering"; readonly meter: Bytes; readonly token: VerifiedToken }
	| Exclude<Durable, { readonly kind: "open" }>
	| Open
	| { readonly kind: "counting"; readonly open: Open };

export type MeterPayeeEvent =
	/** `everOwned`: whether this module has ever taken a metered output */
	| {
			readonly kind: "opened";
			readonly message: MeterMessageOf<"open">;
			readonly request: VerifiedMeterRequest;
			readonly everOwned: (output: Bytes) => boolean;
	  }
	| { readonly kind: "signed"; readonly signatures: readonly Bytes[] }
	/** the preimage is the machine's from then on */
	| { readonly kind: "ticked"; readonly tick: Tick }
	| { readonly kind: "received"; readonly message: MeterMessage }
	/** ends it: the final count */
	| { readonly kind: "count" }
	/** the operator is asked for what is due */
	| { readonly kind: "claim" }
	/** contact with the payer, or a restart */
	| { readonly kind: "contact" };

/** `step`: the most ticks that one may pay; `keepEvery`: how many may be lost in a crash. */
export type PayeePolicy = { readonly step: number; readonly keepEvery: number };

type Step = MeterStep<MeterPayee>;
const over = refuse("meter-over");
/** A tick that is further ahead is far: checking it takes up to a tenth of a second. */
const nearby = 1024;

/** The state after a restart: the payer may have paid more than was kept. */
export function reopenMeterPayee(kept: Durable): MeterPayee {
	return kept.kind === "open" ? { ...kept, kept: kept.ticks, isBehind: true, missedAt: undefined } : kept;
}

/** When the host should count or claim: the time by which the meter is to be closed. Unix seconds. */
export function meterPayeeWakesAt(state: MeterPayee): number | undefined {
	return state.kind === "open" || state.kind === "counted" ? termsIn(state).until : undefined;
}

export function stepMeterPayee(
	state: MeterPayee,
	event: MeterPayeeEvent,
	policy: PayeePolicy,
	context: MeterContext,
): Step {
	switch (event.kind) {
		case "opened":
			return state.kind === "idle" ? open(event, context) : again(state);
		case "signed":
			return signed(state, event.signatures[0] ?? new Uint8Array());
		case "ticked":
			return ticked(state, event.tick, policy, context);
		case "received":
			return received(state, event.message, context);
		case "count":
			return count(state, context);
		case "claim":
			return claim(state);
		case "contact":
			return asking(state);
		default:
			return event satisfies never;
	}
}

function open(
	{ message, request, everOwned }: Extract<MeterPayeeEvent, { readonly kind: "opened" }>,
	context: MeterContext,
): Step {
	const accepted = acceptMeter(message.token, request, everOwned, context);
	if (isRefusal(accepted)) return remain({ kind: "idle" }, accepted);
	const { id: meter, payee } = meterIn(accepted);
	if (!equalBytes(meter, message.meter)) return remain({ kind: "idle" }, refuse("request-mismatch", "meter"));
	const payload = meterOpenedPayload(linkOf(accepted));
	const requests = [{ signer: payee.hash, type: "meter-opened", payload }] as const;
	return { state: { kind: "answering", meter, token: accepted }, effects: [{ kind: "sign", requests }] };
}

function linkOf({ path }: VerifiedToken): Bytes {
	return path.at(-1)?.id as Bytes;
}

function signed(state: MeterPayee, made: Bytes): Step {
	if (state.kind === "answering") {
		const { meter, token: metered } = state;
		const link = linkOf(metered);
		const reserved: Kept<"reserved"> = {
			kind: "reserved",
			meter,
			token: metered.token,
			link,
			signature: made,
		};
		return kept(reserved, "reserved", sending({ kind: "opened", meter, link, signature: made }));
	}
	if (state.kind !== "counting") return remain(state, over);
	const { meter, token: metered, ticks, preimage } = state.open;
	const final: Kept<"counted"> = { kind: "counted", meter, token: metered, ticks, preimage, signature: made };
	return kept(final, "counted", countOf(final));
}

function kept(
	state: MeterPayee,
	news: "reserved" | "open" | "counted" | "claimed",
	...then: MeterEffect[]
): Step {
	return { state, effects: [{ kind: "persist", changes: noChanges }, { kind: "tell", news }, ...then] };
}

function countOf({ meter, ticks, preimage, signature: made }: Kept<"counted">): MeterEffect {
	const proof = preimage && tickProof(meter, { ticks, preimage });
	return sending({ kind: "count", meter, ticks, proof, signature: made });
}

const hashes = new WeakMap<Bytes, TickHash>();

function hashOf(meter: Bytes): TickHash {
	const known = hashes.get(meter);
	if (known !== undefined) return known;
	const made = tickHash(meter);
	hashes.set(meter, made);
	return made;
}

/** The terms stand in the opening of the metered output, which is the last that was made. */
function termsIn({ token: { hops } }: Kept<"open" | "counted">) {
	const terms = hops.at(-1)?.opening.meter;
	if (terms === undefined) throw new Error("a meter's token without its meter");
	return terms;
}

const taken = [{ kind: "tell", news: "ticked" }] as const;
const takenAndKept = [{ kind: "persist", changes: noChanges }, ...taken] as const;

/**
 * One hash a tick. What was paid before is a repetition, and changes nothing. Whoever sends is unknown: after a far
 * tick that was false no other far one is hashed within the same second.
 */
function ticked(
	state: MeterPayee,
	{ ticks, preimage }: Tick,
	{ step, keepEvery }: PayeePolicy,
	{ now }: MeterContext,
): Step {
	if (state.kind === "counted") return again(state);
	if (state.kind !== "open") return remain(state, over);
	if (ticks <= state.ticks) return { state, effects: [] };
	const ahead = ticks - state.ticks;
	const isFar = ahead > nearby;
	const isHashed = (state.isBehind || ahead <= step) && !(isFar && state.missedAt === now);
	if (!isHashed || !isPaid(state, ticks, preimage)) {
		const missedAt = isHashed && isFar ? now : state.missedAt;
		return remain({ ...state, isBehind: false, missedAt }, refuse("tick-invalid"));
	}
	const next: Open = { ...state, ticks, preimage, isBehind: false };
	if (ticks - state.kept < keepEvery) return { state: next, effects: taken };
	return { state: { ...next, kept: ticks }, effects: takenAndKept };
}

/** Whether a preimage leads to the last that was shown, or to its chain's anchor. */
function isPaid(state: Open, ticks: number, preimage: Bytes): boolean {
	const terms = termsIn(state);
	if (ticks > terms.ticks) return false;
	const { chain, position } = placeOf(ticks);
	const goesOn = state.ticks > 0 && placeOf(state.ticks).chain === chain;
	const target = goesOn ? state.preimage : (terms.anchors[chain] ?? null);
	const steps = goesOn ? ticks - state.ticks : position;
	return target !== null && leadsTo(hashOf(state.meter), preimage, steps, target);
}

function received(state: MeterPayee, message: MeterMessage, context: MeterContext): Step {
	switch (message.kind) {
		case "open":
		case "status":
			return again(state);
		case "release":
			return state.kind === "reserved" ? release(state, message.secret, context) : { state, effects: [] };
		case "stop":
			return stop(state, message, context);
		case "close":
			return close(state, message, context);
		case "refused":
			return { state, effects: [] };
		case "request":
		case "opened":
		case "count":
		case "closed":
		case "reached":
			return remain(state, refuse("type-unknown", message.kind));
		default:
			return message satisfies never;
	}
}

function release(state: Kept<"reserved">, secret: Bytes, { trust }: MeterContext): Step {
	const locked = reopened(state.token, trust);
	if (isRefusal(locked)) return remain(state, locked);
	const released = releaseToken(locked, secret);
	if (isRefusal(released)) return remain(state, released);
	const { meter } = state;
	const opened: Open = {
		kind: "open",
		meter,
		token: released.token,
		ticks: 0,
		preimage: null,
		kept: 0,
		isBehind: false,
		missedAt: undefined,
	};
	return kept(opened, "open");
}

/** Counts for its payer, once it has every tick that its payer says it has paid. */
function stop(state: MeterPayee, message: MeterMessageOf<"stop">, context: MeterContext): Step {
	if (state.kind !== "open") return again(state);
	const { trust } = context;
	const metered = reopened(state.token, trust);
	if (isRefusal(metered)) return remain(state, metered);
	const payload = meterStopPayload(state.meter, message.ticks);
	const { key } = metered.owner.certificate;
	if (!verifySign1(trust.verify, key, "meter-stop", payload, message.signature))
		return remain(state, refuse("signature-invalid", "stop"));
	return state.ticks < message.ticks ? asking(state) : count(state, context);
}

/** Asks for the signature of the final count. */
function count(state: MeterPayee, { trust }: MeterContext): Step {
	if (state.kind !== "open") return again(state);
	const metered = reopened(state.token, trust);
	if (isRefusal(metered)) return remain(state, metered);
	const payload = finalCountPayload(metered.outputId, state.ticks);
	const requests = [{ signer: meterIn(metered).payee.hash, type: "final-count", payload }] as const;
	return { state: { kind: "counting", open: state }, effects: [{ kind: "sign", requests }] };
}

/** The Close of our very count. */
function close(state: MeterPayee, message: MeterMessageOf<"close">, { trust }: MeterContext): Step {
	if (state.kind === "closed") return { state, effects: [sending({ kind: "closed", meter: state.meter })] };
	if (state.kind !== "counted") return remain(state, over);
	const metered = reopened(state.token, trust);
	if (isRefusal(metered)) return remain(state, metered);
	const paid = acceptClose(message.token, metered, state.ticks, trust);
	if (isRefusal(paid)) return remain(state, paid);
	return {
		state: { kind: "closed", meter: state.meter },
		effects: [
			{ kind: "persist", changes: { ...noChanges, add: paid === null ? [] : [paid] } },
			{ kind: "tell", news: "closed" },
			sending({ kind: "closed", meter: state.meter }),
		],
	};
}

/** From here on no Close is taken, and no lower count signed: the claim says so. */
function claim(state: MeterPayee): Step {
	if (state.kind === "claimed") return { state, effects: [] };
	if ((state.kind !== "open" && state.kind !== "counted") || state.preimage === null)
		return remain(state, over);
	const { meter, token: metered, ticks, preimage } = state;
	return kept({ kind: "claimed", meter, token: metered, ticks, preimage }, "claimed");
}

/** The last word, again: to whoever asks, so no tick is in it. */
function again(state: MeterPayee): Step {
	switch (state.kind) {
		case "idle":
		case "answering":
		case "counting":
			return { state, effects: [] };
		case "reserved": {
			const { meter, link, signature: made } = state;
			return { state, effects: [sending({ kind: "opened", meter, link, signature: made })] };
		}
		case "open": {
			const { meter, ticks, preimage } = state;
			if (preimage === null) return { state, effects: [] };
			const proof = tickProof(meter, { ticks, preimage });
			return { state, effects: [sending({ kind: "reached", meter, ticks, proof })] };
		}
		case "counted":
			return { state, effects: [countOf(state)] };
		case "closed":
			return { state, effects: [sending({ kind: "closed", meter: state.meter })] };
		case "claimed":
			return {
				state,
				effects: [sending({ kind: "refused", about: state.meter, code: "meter-over", detail: "" })],
			};
		default:
			return state satisfies never;
	}
}

/** As `again`; what the payer answers may be far ahead of what this side has. */
function asking(state: MeterPayee): Step {
	if (state.kind !== "open") return again(state);
	const { effects } = again(state);
	const asked = sending({ kind: "status", meter: state.meter });
	return { state: { ...state, isBehind: true }, effects: [...effects, asked] };
}
