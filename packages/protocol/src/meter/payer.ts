/**
 * The payer's machine of a meter.
 *
 *          start        signed           opened           close, signed            count            signed
 *   idle ─────────▶ signing ───▶ locked ───────────▶ open ───────────────▶ stopped ─────────▶ closing ───▶ closed
 *                                  │                 │ ▲ tick: no write       │                ▲  │ crash: as before
 *                           cancel │           claim │ └─── crash ── stopping │    the payee's count, unasked
 *                                  ▼                 ▼                        ▼
 *                              cancelled          claimed ◀───────────────────┘   the rest, from the operator
 *
 * What is decided is durable before it is told: locked, open (the release), stopped, closed, claimed, cancelled. A
 * payee counts for whoever shows it the signed stop, so no tick follows one, also after a crash. Ticks are not durable:
 * after a crash the payee proves how far it has come, by what follows from a preimage that only this payer can have made,
 * and the payer goes on from there. Without it the payer shows again what it has shown, which pays nothing twice.
 */
import { type Bytes, equalBytes, isRefusal, refuse } from "../codec/index.ts";
import { verifySign1 } from "../crypto/index.ts";
import {
	type Counts,
	counting,
	noChanges,
	releaseToken,
	signatureRequests,
	type UnsignedLink,
	type VerifiedToken,
} from "../token/index.ts";
import { type Chains, chainsFrom } from "./chain.ts";
import { draftClose, signedClose } from "./closing.ts";
import {
	claimableFrom,
	type MeterContext,
	type MeterEffect,
	type MeterStep,
	meterIn,
	remain,
	reopened,
	sending,
} from "./machine.ts";
import { type MeterMessage, type MeterMessageOf, meterOpenedPayload, meterStopPayload } from "./messages.ts";
import { draftMeter, type MeterPlan, signedMeter } from "./opening.ts";
import type { DurableMeterPayer, GoingPayer, KeptPayer, MeterPayer, OpenPayer } from "./payer-state.ts";
import { writeTick } from "./tick.ts";

export type MeterPayerEvent =
	/** `entropy`: 96 random bytes */
	| { readonly kind: "start"; readonly plan: MeterPlan; readonly entropy: Bytes }
	| { readonly kind: "signed"; readonly signatures: readonly Bytes[] }
	/** pays so many ticks more, by one preimage */
	| { readonly kind: "tick"; readonly by: number }
	/** ticks no more, signs that, and asks for the count */
	| { readonly kind: "close" }
	/** `changeRequest`: 32 random bytes; `counts`: of a device */
	| {
			readonly kind: "received";
			readonly message: MeterMessage;
			readonly changeRequest: Bytes;
			readonly counts: Counts;
	  }
	| { readonly kind: "cancel" }
	/** from `until` and grace on: the operator is asked for the rest */
	| { readonly kind: "claim" }
	/** contact with the payee, or a restart */
	| { readonly kind: "contact" };

type Step = MeterStep<MeterPayer>;
const over = refuse("meter-over");

/** The state after a restart: what was kept, and no tick known. */
export function reopenMeterPayer(kept: DurableMeterPayer): MeterPayer {
	return kept.kind === "open" ? { ...kept, ticks: 0 } : kept;
}

/** When the host should cancel, or claim the rest; undefined: never. Unix seconds. */
export function meterPayerWakesAt(state: MeterPayer, { trust }: MeterContext): number | undefined {
	if (state.kind === "locked") return state.cancelAt;
	if (!isGoing(state) && state.kind !== "claimed") return undefined;
	const metered = reopened(state.token, trust);
	return isRefusal(metered) ? undefined : claimableFrom(metered, trust);
}

export function stepMeterPayer(state: MeterPayer, event: MeterPayerEvent, context: MeterContext): Step {
	switch (event.kind) {
		case "start":
			return state.kind === "idle" ? start(event.plan, event.entropy, context) : remain(state, over);
		case "signed":
			return signed(state, event.signatures[0] ?? new Uint8Array(), context);
		case "tick":
			return tick(state, event.by, context);
		case "close":
			return close(state, context);
		case "received":
			return received(state, event, context);
		case "cancel":
			return cancel(state);
		case "claim":
			return claim(state, context);
		case "contact":
			return asking(state);
		default:
			return event satisfies never;
	}
}

function start(plan: MeterPlan, entropy: Bytes, context: MeterContext): Step {
	const [release, seed] = [entropy.slice(0, 32), entropy.slice(32, 64)];
	const draft = draftMeter(plan, { release, seed, changeRequest: entropy.slice(64, 96) }, context);
	if (isRefusal(draft)) return remain({ kind: "idle" }, draft);
	const effects = [{ kind: "sign", requests: signatureRequests([draft.link]) }] as const;
	return { state: { kind: "signing", plan, draft, release, seed }, effects };
}

function signed(state: MeterPayer, signature: Bytes, context: MeterContext): Step {
	if (state.kind === "closing") return closed(state.open, state.ticks, state.link, signature);
	if (state.kind === "stopping") return stopped(state.open, signature);
	if (state.kind !== "signing") return remain(state, over);
	const { plan, draft, release, seed } = state;
	const made = signedMeter(draft, signature);
	if (isRefusal(made)) return remain({ kind: "idle" }, made);
	const input = plan.input.token.outputId;
	const locked: KeptPayer<"locked"> = {
		kind: "locked",
		meter: draft.id,
		request: plan.request.digest,
		input,
		token: made.token.token,
		change: made.change?.token ?? null,
		release,
		seed,
		cancelAt: context.now + plan.patience,
	};
	return {
		state: locked,
		effects: [
			{ kind: "persist", changes: counting({ ...noChanges, hold: [input] }, [draft.link]) },
			{ kind: "tell", news: "locked" },
			openingOf(locked),
		],
	};
}

function openingOf({ meter, request, token }: KeptPayer<"locked">) {
	return sending({ kind: "open", meter, request, token });
}

const chainsOfSeed = new WeakMap<Bytes, Chains>();

/** Made once for each opening of the state: the seed's bytes stand in it. */
function chainsOf({ meter, seed }: GoingPayer, ticks: number): Chains {
	const known = chainsOfSeed.get(seed);
	if (known !== undefined) return known;
	const made = chainsFrom(meter, seed, ticks);
	chainsOfSeed.set(seed, made);
	return made;
}

/** The terms stand in the opening of the metered output, which is the last that was made. */
function termsIn({ token: { hops } }: GoingPayer) {
	const terms = hops.at(-1)?.opening.meter;
	if (terms === undefined) throw new Error("a meter's token without its meter");
	return terms;
}

function tick(state: MeterPayer, by: number, { now }: MeterContext): Step {
	if (state.kind !== "open") return remain(state, over);
	const terms = termsIn(state);
	const ticks = state.ticks + by;
	if (by < 1 || ticks > terms.ticks || now >= terms.until) return remain(state, over);
	const preimage = chainsOf(state, terms.ticks).preimage(ticks);
	return { state: { ...state, ticks }, effects: [{ kind: "send", frame: writeTick(ticks, preimage) }] };
}

/** The payee has a tick of ours, or this is nothing. */
function reached(state: MeterPayer, { ticks, proof }: MeterMessageOf<"reached">): Step {
	if (!isGoing(state) || !isOurs(state, ticks, proof)) return remain(state, refuse("tick-invalid"));
	// What it has signed it has paid stays what it says: the payee's count may be higher.
	if (state.kind === "stopped") return { state, effects: [] };
	return { state: { ...state, ticks: Math.max(ticks, state.ticks) }, effects: [] };
}

function isGoing(state: MeterPayer): state is GoingPayer {
	return state.kind === "open" || state.kind === "stopped";
}

function isOurs(state: GoingPayer, ticks: number, proof: Bytes): boolean {
	const most = termsIn(state).ticks;
	return ticks >= 1 && ticks <= most && chainsOf(state, most).proves(ticks, proof);
}

/** Asks for the signature that it ticks no more: without it whoever knows the meter could end it. */
function close(state: MeterPayer, { trust }: MeterContext): Step {
	if (state.kind !== "open") return again(state);
	const metered = reopened(state.token, trust);
	if (isRefusal(metered)) return remain(state, metered);
	const payload = meterStopPayload(state.meter, state.ticks);
	const requests = [{ signer: metered.owner.certificate.hash, type: "meter-stop", payload }] as const;
	return { state: { kind: "stopping", open: state }, effects: [{ kind: "sign", requests }] };
}

function stopped({ meter, token, release, seed, ticks }: OpenPayer, signature: Bytes): Step {
	const state = { kind: "stopped", meter, token, release, seed, ticks, signature } as const;
	return { state, effects: [{ kind: "persist", changes: noChanges }, ...again(state).effects] };
}

function received(
	state: MeterPayer,
	event: Extract<MeterPayerEvent, { readonly kind: "received" }>,
	context: MeterContext,
): Step {
	const { message } = event;
	switch (message.kind) {
		case "opened":
			return state.kind === "locked" ? release(state, message, context) : again(state);
		case "count":
			return isGoing(state) ? count(state, message, event, context) : again(state);
		case "status":
			return again(state);
		case "reached":
			return reached(state, message);
		case "closed":
		case "refused":
			return { state, effects: [] };
		case "request":
		case "open":
		case "release":
		case "stop":
		case "close":
			return remain(state, refuse("type-unknown", message.kind));
		default:
			return message satisfies never;
	}
}

/** The payer's one irrevocable act: from here on the meter ends by a Close, or by claims. */
function release(state: KeptPayer<"locked">, message: MeterMessageOf<"opened">, context: MeterContext): Step {
	const { trust, now } = context;
	const locked = reopened(state.token, trust);
	if (isRefusal(locked)) return remain(state, locked);
	if (now >= locked.issue.spendUntil) return remain(state, refuse("expired"));
	const link = locked.path.at(-1)?.id as Bytes;
	const payload = meterOpenedPayload(link);
	if (!equalBytes(message.link, link)) return remain(state, refuse("request-mismatch", "another opening"));
	if (!verifySign1(trust.verify, meterIn(locked).payee.key, "meter-opened", payload, message.signature))
		return remain(state, refuse("signature-invalid", "opened"));
	const change = state.change && reopened(state.change, trust);
	if (isRefusal(change)) return remain(state, change);
	const { meter, seed, release: secret } = state;
	const open: OpenPayer = {
		kind: "open",
		meter,
		token: effective(locked, secret).token,
		release: secret,
		seed,
		ticks: 0,
	};
	const add = change === null ? [] : [effective(change, secret)];
	return {
		state: open,
		effects: [
			{ kind: "persist", changes: { ...noChanges, remove: [state.input], add } },
			{ kind: "tell", news: "open" },
			sending({ kind: "release", meter, secret }),
		],
	};
}

function effective(locked: VerifiedToken, secret: Bytes): VerifiedToken {
	const released = releaseToken(locked, secret);
	if (isRefusal(released)) throw new Error(`our own lock does not open: ${released.detail}`);
	return released;
}

/** Drafts the Close of the payee's count, which must be one that this payer has paid. */
function count(
	state: GoingPayer,
	message: MeterMessageOf<"count">,
	{ changeRequest, counts }: { readonly changeRequest: Bytes; readonly counts: Counts },
	{ trust }: MeterContext,
): Step {
	const metered = reopened(state.token, trust);
	if (isRefusal(metered)) return remain(state, metered);
	const { ticks, proof } = message;
	const isPaid = proof === null ? ticks === 0 : isOurs(state, ticks, proof);
	if (!isPaid) return remain(state, refuse("tick-invalid"));
	const link = draftClose(metered, message, { changeRequest, counts }, trust);
	if (isRefusal(link)) return remain(state, link);
	return {
		state: { kind: "closing", open: state, ticks, link },
		effects: [{ kind: "sign", requests: signatureRequests([link]) }],
	};
}

function closed(open: GoingPayer, ticks: number, link: UnsignedLink, signature: Bytes): Step {
	const made = signedClose(link, ticks, signature);
	if (isRefusal(made)) return remain(open, made);
	const { meter } = open;
	const { token } = made.shown;
	const add = made.change === null ? [] : [made.change];
	return {
		state: { kind: "closed", meter, token },
		effects: [
			{ kind: "persist", changes: counting({ ...noChanges, add }, [link]) },
			{ kind: "tell", news: "closed" },
			sending({ kind: "close", meter, token }),
		],
	};
}

function cancel(state: MeterPayer): Step {
	if (state.kind !== "locked") return again(state);
	const changes = { ...noChanges, free: [{ output: state.input, after: null }] };
	return {
		state: { kind: "cancelled", meter: state.meter },
		effects: [
			{ kind: "persist", changes },
			{ kind: "tell", news: "cancelled" },
		],
	};
}

/** From here on no Close is signed: the claim says so. */
function claim(state: MeterPayer, { trust, now }: MeterContext): Step {
	if (state.kind === "claimed") return { state, effects: [] };
	if (!isGoing(state)) return remain(state, over);
	const metered = reopened(state.token, trust);
	if (isRefusal(metered)) return remain(state, metered);
	if (now < claimableFrom(metered, trust)) return remain(state, refuse("ruling-early"));
	return {
		state: { kind: "claimed", meter: state.meter, token: state.token },
		effects: [
			{ kind: "persist", changes: noChanges },
			{ kind: "tell", news: "claimed" },
		],
	};
}

/** The last word, again. */
function again(state: MeterPayer): Step {
	switch (state.kind) {
		case "idle":
		case "signing":
		case "stopping":
		case "closing":
			return { state, effects: [] };
		case "locked":
			return { state, effects: [openingOf(state)] };
		case "open":
		case "stopped": {
			const { meter, release: secret, ticks } = state;
			const effects: MeterEffect[] = [sending({ kind: "release", meter, secret })];
			if (ticks > 0) {
				const preimage = chainsOf(state, termsIn(state).ticks).preimage(ticks);
				effects.push({ kind: "send", frame: writeTick(ticks, preimage) });
			}
			// After the last tick: a payee that lost it in a crash would count without it.
			if (state.kind === "stopped")
				effects.push(sending({ kind: "stop", meter, ticks, signature: state.signature }));
			return { state, effects };
		}
		case "closed":
			return { state, effects: [sending({ kind: "close", meter: state.meter, token: state.token })] };
		case "claimed":
		case "cancelled":
			return { state, effects: [refusing(state.meter)] };
		default:
			return state satisfies never;
	}
}

/** As `again`, and asks a payee of which no tick is known since a restart. */
function asking(state: MeterPayer): Step {
	const { effects } = again(state);
	const isLost = isGoing(state) && state.ticks === 0;
	return { state, effects: isLost ? [...effects, sending({ kind: "status", meter: state.meter })] : effects };
}

function refusing(about: Bytes) {
	return sending({ kind: "refused", about, code: "meter-over", detail: "" });
}
