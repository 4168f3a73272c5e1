/** The payee's side of meters: every check first, then the row is durable before the opening is told to be held. */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	leadsTo,
	type MeterMessage,
	type MeterMessageOf,
	type MeterPayee,
	type MeterPayeeEvent,
	noChanges,
	type PayeePolicy,
	placeOf,
	type Refusal,
	readTick,
	refuse,
	stepMeterPayee,
	type Tick,
	type TokenChanges,
	type Trust,
	tickHash,
	toHex,
	type VerifiedToken,
	verifyMeterRequest,
} from "@tenten/protocol";
import type { Core } from "../core.ts";
import { factsOf } from "./facts.ts";
import type { Meters } from "./meters.ts";
import type { MeterFacts, MeterRequestRow, PayeeMeterRow } from "./rows.ts";
import { type MeterOutcome, runMeter } from "./run.ts";
import { tellMeter } from "./telling.ts";

/** How often a request may be answered by openings that are never released: each is kept. */
const mostOpenings = 16;

/** What an opening is answered. */
export async function meterArrives(
	core: Core,
	meters: Meters,
	message: MeterMessageOf<"open">,
): Promise<MeterOutcome<MeterPayee> | Refusal> {
	const asked = meters.requests.get(message.request);
	if (asked === undefined) return refuse("request-mismatch", "no such request");
	const trust = core.trust();
	const request = isRefusal(trust) ? trust : verifyMeterRequest(asked.signed, trust);
	if (isRefusal(request)) return request;
	const silenced = core.isSilenced(request.payee.hash);
	if (silenced !== undefined) return silenced;
	if (asked.answered >= mostOpenings) return refuse("request-reused", `${asked.answered} openings`);
	if (isServed(meters, message.request)) return refuse("request-reused", "its meter is open");
	const event = { kind: "opened", message, request, everOwned: everOwned(core, meters) } as const;
	return runPayee(core, meters, { kind: "idle" }, event, { asked, policy: asked });
}

function everOwned(core: Core, meters: Meters): (output: Bytes) => boolean {
	return (output) => meters.everTook(output) || core.everOwned(output);
}

/** Whether a meter of this request was released already: nobody opens a second one by mistake. */
function isServed({ payees }: Meters, request: Bytes): boolean {
	return [...payees.rows.entries.values()].some(
		(row) => row.state.kind !== "reserved" && equalBytes(row.request, request),
	);
}

type Beside = {
	readonly policy: PayeePolicy;
	/** the request that an opening answers */
	readonly asked?: MeterRequestRow;
};

/** Runs one event of a payee's meter. What began under a trust list that has expired since may end. */
async function runPayee(
	core: Core,
	meters: Meters,
	state: MeterPayee,
	event: MeterPayeeEvent,
	{ policy, asked }: Beside,
): Promise<MeterOutcome<MeterPayee> | Refusal> {
	const trust = event.kind === "opened" ? core.trust() : core.keptTrust();
	if (isRefusal(trust)) return trust;
	const context = { trust, now: core.now() };
	let opening: Opening | undefined;
	const outcome = await runMeter(state, stepMeterPayee(state, event, policy, context), {
		enter: (next) => {
			if (next.kind === "answering" && asked !== undefined) opening = { token: next.token, asked, trust };
			else if ("meter" in next && next.kind !== "answering") meters.payees.enter(next.meter, next);
			else if (next.kind === "counting") meters.payees.enter(next.open.meter, next);
		},
		sign: (requests) => core.sign(requests),
		signed: (next, signatures) => stepMeterPayee(next, { kind: "signed", signatures }, policy, context),
		persist: (next, changes) => persist(core, meters, next, changes, opening),
	});
	const row = "meter" in outcome.state ? meters.payees.rows.get(outcome.state.meter) : undefined;
	if (row !== undefined) tellMeter(core, row.state.meter, "payee", row, outcome.news);
	return outcome;
}

/** What is known of a meter that is kept for the first time. */
type Opening = { readonly token: VerifiedToken; readonly asked: MeterRequestRow; readonly trust: Trust };

async function persist(
	core: Core,
	meters: Meters,
	state: MeterPayee,
	changes: TokenChanges,
	opening: Opening | undefined,
): Promise<void> {
	if (state.kind === "idle" || state.kind === "answering" || state.kind === "counting")
		throw new Error(`${state.kind} is not durable`);
	const { meter } = state;
	const known = meters.payees.rows.get(meter);
	const before = known ?? newRow(core, opening);
	const row: PayeeMeterRow = { ...before, state, counted: countedIn(state) ?? before.counted };
	const id = toHex(meter);
	const asked = known === undefined ? opening?.asked : undefined;
	const request = toHex(row.request);
	const next = asked && { ...asked, answered: asked.answered + 1 };
	await core.commit(
		{
			tokens: changes,
			attempt: meter,
			other: [
				meters.payees.rows.write(id, row),
				...(next === undefined ? [] : [meters.requests.write(request, next)]),
			],
		},
		known === undefined && opening !== undefined ? [opening.token] : [],
	);
	meters.payees.rows.set(id, row);
	meters.took(row);
	if (next !== undefined) meters.requests.set(request, next);
}

function newRow(core: Core, opening: Opening | undefined): MeterFacts & PayeePolicy {
	if (opening === undefined) throw new Error("a meter that was never opened");
	const { token, asked, trust } = opening;
	const facts = factsOf(token, trust, core.now());
	if (isRefusal(facts)) throw new Error(`an opening without a meter: ${facts.detail}`);
	return { ...facts, step: asked.step, keepEvery: asked.keepEvery };
}

function countedIn(state: MeterPayee): number | undefined {
	return state.kind === "counted" || state.kind === "claimed" ? state.ticks : undefined;
}

/** A payee's meter, and where it is. `isSure`: nothing was signed since the backup that brought it. */
function payeeOf(
	core: Core,
	meters: Meters,
	meter: Bytes,
	isSure = false,
): { readonly row: PayeeMeterRow; readonly state: MeterPayee } | Refusal {
	const row = meters.payees.rows.get(meter);
	const state = meters.payees.state(meter);
	if (row === undefined || state === undefined) return refuse("attempt-unknown", "no such meter");
	if (meters.outdated.has(meter)) return refuse("tick-invalid", "what is kept of it proves no tick any more");
	// What a backup knows of it is not what was signed since.
	return (isSure ? undefined : core.isSilenced(row.payee)) ?? { row, state };
}

/**
 * Takes a tick: one hash, and no write but each `keepEvery` ticks. Its step is taken at once, whatever else the module
 * is at; what is to be kept waits its turn.
 */
export function takeTick(
	core: Core,
	meters: Meters,
	meter: Bytes,
	frame: Bytes,
): { readonly refusal: Refusal | undefined; readonly frames: readonly Bytes[]; readonly mustKeep: boolean } {
	const known = payeeOf(core, meters, meter);
	const trust = core.keptTrust();
	const tick = readTick(frame);
	const nothing = { frames: [], mustKeep: false };
	if (isRefusal(known) || isRefusal(trust) || isRefusal(tick))
		return { ...nothing, refusal: [known, trust, tick].find(isRefusal) as Refusal };
	const { row, state } = known;
	const step = stepMeterPayee(state, { kind: "ticked", tick }, row, { trust, now: core.now() });
	meters.payees.enter(meter, step.state);
	const frames = step.effects.flatMap((effect) => (effect.kind === "send" ? [effect.frame] : []));
	return { refusal: step.refusal, frames, mustKeep: step.effects.some(({ kind }) => kind === "persist") };
}

/**
 * Whether a payee that still counts has this tick: it is its last, or leads to it in at most so many hashes. Its own app
 * may know; over a channel nobody is told.
 */
export function hasTick(core: Core, meters: Meters, meter: Bytes, tick: Tick, most: number): boolean {
	const known = payeeOf(core, meters, meter);
	if (isRefusal(known)) return false;
	const { state } = known;
	if ((state.kind !== "open" && state.kind !== "counted") || state.preimage === null) return false;
	const steps = state.ticks - tick.ticks;
	const isNear = steps >= 0 && steps <= most && placeOf(tick.ticks).chain === placeOf(state.ticks).chain;
	return isNear && leadsTo(tickHash(meter), state.preimage, steps, tick.preimage);
}

/** Makes durable how far a meter has come. */
export async function keepTicks(core: Core, meters: Meters, meter: Bytes): Promise<void> {
	const row = meters.payees.rows.get(meter);
	const state = meters.payees.state(meter);
	if (state?.kind !== "open" || row?.state.kind !== "open" || row.state.ticks >= state.ticks) return;
	await persist(core, meters, state, noChanges, undefined);
}

/** What a payee does with its meter unasked by its payer. */
export async function payeeDoes(
	core: Core,
	meters: Meters,
	meter: Bytes,
	kind: "count" | "claim" | "contact",
	isSure = false,
): Promise<MeterOutcome<MeterPayee> | Refusal> {
	const known = payeeOf(core, meters, meter, isSure);
	return isRefusal(known) ? known : runPayee(core, meters, known.state, { kind }, { policy: known.row });
}

/** What a payee makes of a message that its payer sent. */
export async function payeeHears(
	core: Core,
	meters: Meters,
	meter: Bytes,
	message: MeterMessage,
): Promise<MeterOutcome<MeterPayee> | Refusal> {
	const known = payeeOf(core, meters, meter);
	if (isRefusal(known)) return known;
	return runPayee(core, meters, known.state, { kind: "received", message }, { policy: known.row });
}
