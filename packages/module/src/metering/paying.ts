/** The payer's side of meters: consent is checked here, the machine decides, the row is durable before it is told. */
import {
	type Bytes,
	type DurableMeterPayer,
	dueFor,
	equalBytes,
	isRefusal,
	type MeterMessage,
	type MeterPayer,
	type MeterPayerEvent,
	type Refusal,
	refuse,
	type Spendable,
	stepMeterPayer,
	type TokenChanges,
	toHex,
	type VerifiedMeterRequest,
	verifyParsedToken,
} from "@tenten/protocol";
import { authenticate } from "../authenticating.ts";
import { fitting } from "../candidates.ts";
import type { Core } from "../core.ts";
import type { Subject } from "../passkey/challenge.ts";
import { type Consent, spendables } from "../paying.ts";
import { meterRecordOf } from "../records.ts";
import type { TokenSummary } from "../rows.ts";
import type { StoreWrite } from "../store.ts";
import { factsOf } from "./facts.ts";
import type { Meters } from "./meters.ts";
import { readRequest } from "./requesting.ts";
import type { MeterFacts, PayerMeterRow } from "./rows.ts";
import { type MeterOutcome, runMeter } from "./run.ts";
import { tellMeter } from "./telling.ts";

export type OpenMeterOptions = {
	/** the payee's signed request, encoded */
	readonly request: Bytes;
	/** `amount`: what all of its ticks come to, in minor units */
	readonly consent: Consent;
	/** the output that it is opened from; what is left over is change */
	readonly input: Bytes;
	/** seconds after which an opening that nobody answers is cancelled */
	readonly patience?: number;
};

/** What goes out, and the meter's id. */
export type OpenedMeter = { readonly meter: Bytes; readonly frames: readonly Bytes[] };

const defaultPatience = 600;
const longestPatience = 365 * 86_400;

/** What all ticks of a request come to, in minor units: what its payer sets aside. */
export function mostOf({ body }: VerifiedMeterRequest): bigint {
	return dueFor(body, body.ticks);
}

/** What a passkey is asked for: the most that the meter may come to. */
export function subjectOf(request: VerifiedMeterRequest): Subject {
	const { digest, payee, body } = request;
	return { kind: "payment", request: digest, payee: payee.hash, asset: body.asset, amount: mostOf(request) };
}

/** Signs the opening exactly as consented to, and sets its input aside before it says so. */
export async function openMeter(
	core: Core,
	meters: Meters,
	options: OpenMeterOptions,
): Promise<OpenedMeter | Refusal> {
	const request = readRequest(core, options.request);
	if (isRefusal(request)) return request;
	const { consent, patience = defaultPatience } = options;
	const not = checkConsent(consent, request) ?? openedBefore(meters, request.digest);
	if (not !== undefined) return not;
	if (!Number.isSafeInteger(patience) || patience < 0 || patience > longestPatience)
		return refuse("malformed", "patience");
	const inputs = spendables(core, [options.input]);
	if (isRefusal(inputs)) return inputs;
	const authenticated = authenticate(core, subjectOf(request), consent.assertion);
	if (isRefusal(authenticated)) return authenticated;
	const plan = { request, input: inputs[0] as Spendable, patience };
	const event = { kind: "start", plan, entropy: core.random(96) } as const;
	const outcome = await runPayer(core, meters, { kind: "idle" }, event, authenticated);
	if (isRefusal(outcome)) return outcome;
	const { state, frames, refusal } = outcome;
	return state.kind === "locked"
		? { meter: state.meter, frames }
		: (refusal ?? refuse("meter-mismatch", state.kind));
}

function checkConsent({ request, payee, amount }: Consent, shown: VerifiedMeterRequest): Refusal | undefined {
	if (!equalBytes(request, shown.digest) || !equalBytes(payee, shown.payee.hash))
		return refuse("consent-missing", "consent was given to another request");
	return amount === mostOf(shown)
		? undefined
		: refuse("consent-missing", "consent was given to another amount");
}

/** A request is for one meter, also where its payer gave it up: what was locked once has told its payee an id. */
function openedBefore({ payers }: Meters, request: Bytes): Refusal | undefined {
	for (const row of payers.rows.entries.values())
		if (equalBytes(row.request, request))
			return row.state.kind === "locked"
				? refuse("attempt-pending", "this meter is being opened")
				: refuse("request-reused");
	return undefined;
}

/** The tokens that a meter could be opened from: free, of its asset, and worth what all of its ticks come to. */
export function meterCandidates(core: Core, encoded: Bytes): readonly TokenSummary[] | Refusal {
	const request = readRequest(core, encoded);
	if (isRefusal(request)) return request;
	const most = mostOf(request);
	const { asset, purpose } = request.body;
	const meant = { payee: request.payee, purpose, against: null, isDirect: false, now: core.now() };
	return fitting(core, asset, { ...meant, amount: most }).filter(({ amount }) => amount >= most);
}

/** Runs one event of a payer's meter. What began under a trust list that has expired since may end. */
async function runPayer(
	core: Core,
	meters: Meters,
	state: MeterPayer,
	event: MeterPayerEvent,
	rows: readonly StoreWrite[] = [],
): Promise<MeterOutcome<MeterPayer> | Refusal> {
	const trust = event.kind === "start" ? core.trust() : core.keptTrust();
	if (isRefusal(trust)) return trust;
	const context = { trust, now: core.now() };
	if (event.kind === "claim") noteShown(meters, state);
	let ticks: number | null = null;
	const outcome = await runMeter(state, stepMeterPayer(state, event, context), {
		enter: (next) => {
			if (next.kind === "closing") ticks = next.ticks;
			const meter = meterIn(next);
			if (meter !== undefined) meters.payers.enter(meter, next);
		},
		sign: (requests) => core.sign(requests),
		signed: (next, signatures) => stepMeterPayer(next, { kind: "signed", signatures }, context),
		persist: (next, changes) => persist(core, meters, { state: next, changes, ticks, rows }),
	});
	const meter = meterIn(outcome.state);
	const row = meter && meters.payers.rows.get(meter);
	if (row !== undefined) tellMeter(core, row.state.meter, "payer", row, outcome.news);
	return outcome;
}

/** What is claimed tells no more how much of it was ticked. */
function noteShown({ payers, shown }: Meters, state: MeterPayer): void {
	if ((state.kind === "open" || state.kind === "stopped") && payers.isWhole(state.meter))
		shown.set(toHex(state.meter), state.ticks);
}

/** Whose state it is; undefined before there is a row. */
function meterIn(state: MeterPayer): Bytes | undefined {
	if (state.kind === "closing" || state.kind === "stopping") return state.open.meter;
	return state.kind === "idle" || state.kind === "signing" ? undefined : state.meter;
}

type Persisted = {
	readonly state: MeterPayer;
	readonly changes: TokenChanges;
	/** how many it is closed at */
	readonly ticks: number | null;
	readonly rows: readonly StoreWrite[];
};

/** The row, and what changes with it, in one commit. */
async function persist(
	core: Core,
	meters: Meters,
	{ state, changes, ticks, rows }: Persisted,
): Promise<void> {
	if (!isDurable(state)) throw new Error(`${state.kind} is not durable`);
	const { meter } = state;
	const before = meters.payers.rows.get(meter) ?? newFacts(core, state);
	const row: PayerMeterRow = { ...before, state, counted: ticks };
	const id = toHex(meter);
	const recorded = meterRecordOf(core, state, row);
	await core.commit({
		tokens: changes,
		attempt: meter,
		other: [meters.payers.rows.write(id, row), ...rows, ...recorded],
	});
	meters.payers.rows.set(id, row);
}

function isDurable(state: MeterPayer): state is Exclude<MeterPayer, { readonly kind: Fleeting }> {
	const { kind } = state;
	return kind !== "idle" && kind !== "signing" && kind !== "stopping" && kind !== "closing";
}

type Fleeting = "idle" | "signing" | "stopping" | "closing";

function newFacts(core: Core, state: DurableMeterPayer): MeterFacts {
	const trust = core.keptTrust();
	if (state.kind !== "locked" || isRefusal(trust)) throw new Error("a meter that was never locked");
	const token = verifyParsedToken(state.token, trust, { signatures: false });
	const facts = isRefusal(token) ? token : factsOf(token, trust, core.now());
	if (isRefusal(facts)) throw new Error(`our own opening does not read: ${facts.detail}`);
	return facts;
}

/** A payer's meter, and where it is. `isSure`: nothing was signed since the backup that brought it. */
function payerOf(
	core: Core,
	meters: Meters,
	meter: Bytes,
	isSure = false,
): { readonly row: PayerMeterRow; readonly state: MeterPayer } | Refusal {
	const row = meters.payers.rows.get(meter);
	const state = meters.payers.state(meter);
	if (row === undefined || state === undefined) return refuse("attempt-unknown", "no such meter");
	// What a backup knows of it is not what was signed since.
	return (isSure ? undefined : core.isSilenced(row.payer)) ?? { row, state };
}

/** Pays `by` ticks more: the frame for the payee. One hash at most, and no write. */
export function tickMeter(core: Core, meters: Meters, meter: Bytes, by: number): Bytes | Refusal {
	const known = payerOf(core, meters, meter);
	const trust = core.keptTrust();
	if (isRefusal(known)) return known;
	if (isRefusal(trust)) return trust;
	const step = stepMeterPayer(known.state, { kind: "tick", by }, { trust, now: core.now() });
	meters.payers.enter(meter, step.state);
	const [effect] = step.effects;
	if (effect?.kind !== "send") return step.refusal ?? refuse("meter-over");
	return effect.frame;
}

/** What a payer does with its meter unasked by its payee. */
export async function payerDoes(
	core: Core,
	meters: Meters,
	meter: Bytes,
	kind: "close" | "cancel" | "contact" | "claim",
	isSure = false,
): Promise<MeterOutcome<MeterPayer> | Refusal> {
	const known = payerOf(core, meters, meter, isSure);
	return isRefusal(known) ? known : runPayer(core, meters, known.state, { kind });
}

/** What a payer makes of a message that its payee sent. */
export async function payerHears(
	core: Core,
	meters: Meters,
	meter: Bytes,
	message: MeterMessage,
): Promise<MeterOutcome<MeterPayer> | Refusal> {
	const known = payerOf(core, meters, meter);
	if (isRefusal(known)) return known;
	const { state, row } = known;
	// Nothing was released, so whatever the payee refuses it for, its payer has it back.
	if (message.kind === "refused" && state.kind === "locked")
		return runPayer(core, meters, state, { kind: "cancel" });
	// Worth no durable write of its own: after a restart it is asked again, and answered the same.
	if (message.kind === "closed" && state.kind === "closed")
		meters.payers.rows.set(toHex(meter), { ...row, isOver: true });
	const counts = core.vault.counts.all();
	return runPayer(core, meters, state, {
		kind: "received",
		message,
		changeRequest: core.random(32),
		counts,
	});
}

/** Openings that nobody has answered in time. */
export function dueCancels({ payers }: Meters, now: number): readonly Bytes[] {
	return [...payers.rows.entries.values()].flatMap(({ state }) =>
		state.kind === "locked" && state.cancelAt <= now ? [state.meter] : [],
	);
}
