/**
 * The machines: any events in any order from any state, messages of an attacker who holds every key among them.
 *
 * An input is `[state, [event, …]]`: the number of a state of real hand-overs, and events as small arrays. What must
 * hold of each step: nothing is thrown, a refusal writes nothing and leaves the state, only moves of the tables are
 * made, and what is persisted reads back as it was.
 */
import {
	type Bytes,
	type Context,
	type DurablePayee,
	type DurablePayer,
	decodeItem,
	type Effect,
	encodeItem,
	type Item,
	isRefusal,
	type Message,
	type Payee,
	type PayeeEvent,
	type Payer,
	type PayerEvent,
	parse,
	parseMessage,
	payeeState,
	payerState,
	type Shape,
	type Step,
	serialize,
	serializeMessage,
	stepPayee,
	stepPayer,
} from "@tenten/protocol";
import { checkMove } from "../../packages/protocol/test/handover/support/moves.ts";
import { entropy, offering, planOf, signAll } from "../../packages/protocol/test/handover/support/stages.ts";
import { checkRefusal } from "../../packages/protocol/test/handover/support/steps.ts";
import { stages } from "../material.ts";
import { Broken, mustBeSame, type Outcome, type Target } from "../target.ts";
import { believingTrust, now } from "./trusts.ts";

type State = Payer | Payee;
type Durable = DurablePayer | DurablePayee;
type Side = {
	readonly role: "payer" | "payee";
	readonly states: readonly State[];
	/** what one event, as it stands in an input, is for this machine: a refusal's code where it is none */
	readonly read: (event: readonly Item[], asked: readonly Effect[]) => PayerEvent | PayeeEvent | string;
	readonly step: (state: State, event: never, context: Context) => Step<State>;
	readonly shape: Shape<Durable>;
};

const plans = stages.map(({ request }) => planOf(request));
const requests = stages.map(({ request }) => request);
const undecided = ["idle", "none", "asked", "signing"];

/** What is durable of a state: the one before, while it is being left. */
function durableOf(state: State): Durable | undefined {
	if (state.kind === "cancelling") return state.locked;
	if (state.kind === "returning") return state.owned;
	return undecided.includes(state.kind) ? undefined : (state as Durable);
}

function bytesIn(item: Item | undefined): Bytes {
	return item instanceof Uint8Array ? item : new Uint8Array();
}

function numberIn(item: Item | undefined, below: number): number {
	return typeof item === "number" ? Math.abs(item) % below : 0;
}

/** What was asked to be signed, signed; or as many signatures that are none. A host gives none that was not asked for. */
function signaturesOf(asked: readonly Effect[], isGood: boolean): readonly Bytes[] | undefined {
	const sign = asked.find(({ kind }) => kind === "sign");
	if (sign?.kind !== "sign") return undefined;
	return isGood ? signAll(sign.requests) : sign.requests.map(() => new Uint8Array(64));
}

function signedOf(asked: readonly Effect[], isGood: Item | undefined) {
	const signatures = signaturesOf(asked, isGood !== false);
	return signatures === undefined ? "no-event" : ({ kind: "signed", signatures } as const);
}

const payer: Side = {
	role: "payer",
	states: stages.flatMap((stage) => Object.values(stage.payer)),
	shape: payerState as Shape<Durable>,
	step: stepPayer as Side["step"],
	read: ([kind, first], asked) => {
		switch (kind) {
			case 0: {
				const message = parseMessage(bytesIn(first));
				if (isRefusal(message)) return message.code;
				return { kind: "received", message, contents: new Map(), everOwned: () => false };
			}
			case 1:
				return { kind: "cancel" };
			case 2:
				return { kind: "contact" };
			case 3:
				return signedOf(asked, first);
			case 4:
				return { kind: "start", plan: plans[numberIn(first, plans.length)] as (typeof plans)[0], entropy };
			default:
				return "no-event";
		}
	},
};

const payee: Side = {
	role: "payee",
	states: stages.flatMap((stage) => Object.values(stage.payee)),
	shape: payeeState as Shape<Durable>,
	step: stepPayee as Side["step"],
	read: ([kind, first, second], asked) => {
		switch (kind) {
			case 0: {
				const message = parseMessage(bytesIn(first));
				return isRefusal(message) ? message.code : { kind: "received", message };
			}
			case 1:
				return { kind: "resolve" };
			case 2:
				return { kind: "contact" };
			case 3:
				return signedOf(asked, first);
			case 4: {
				const message = parseMessage(bytesIn(first));
				if (message.kind !== "transfer") return isRefusal(message) ? message.code : "no-event";
				return offering(message, requests[numberIn(second, requests.length)] as (typeof requests)[0]);
			}
			case 5:
				return { kind: "consented", consent: { reply: null, inputs: [], counts: new Map() }, entropy };
			case 6:
				return { kind: "declined", refusal: { kind: "refusal", code: "consent-missing", detail: "" } };
			case 7:
				return { kind: "sendBack", tokens: [] };
			default:
				return "no-event";
		}
	},
};

/** seconds that one event may move the clock */
const longestWait = 40_000;

function run({ role, states, read, step, shape }: Side, input: Bytes, context: Context): Outcome {
	const item = decodeItem(input, 1 << 20);
	if (isRefusal(item)) return item.code;
	const [first, events] = Array.isArray(item) ? (item as readonly Item[]) : [];
	if (!Array.isArray(events)) return "no-events";
	let state = states[numberIn(first, states.length)] as State;
	let durable = durableOf(state);
	let asked: readonly Effect[] = [];
	let time = context.now;
	let outcome = "no-events";
	for (const event of events.slice(0, 32) as readonly Item[]) {
		const given = Array.isArray(event) ? (event as readonly Item[]) : [event];
		if (given[0] === 9) time += numberIn(given[1], longestWait);
		const known = read(given, asked);
		if (typeof known === "string") {
			if (outcome === "no-events") outcome = known;
			continue;
		}
		const before = state;
		const result = step(before, known as never, { ...context, now: time });
		checkRefusal(before, result);
		if (result.effects.some(({ kind }) => kind === "persist"))
			durable = checkPersisted(shape, role, durable, result.state, known);
		asked = result.effects;
		state = result.state;
		outcome = result.refusal?.code ?? "accepted";
	}
	return outcome;
}

function checkPersisted(
	shape: Shape<Durable>,
	role: Side["role"],
	before: Durable | undefined,
	state: State,
	event: PayerEvent | PayeeEvent,
): Durable {
	const after = durableOf(state);
	if (after === undefined) throw new Broken(`${state.kind} was persisted`);
	const cause = event.kind === "received" ? event.message.kind : event.kind;
	checkMove(role, before, after, cause);
	const encoded = serialize(shape, after);
	const readBack = parse(shape, encoded, 1 << 24);
	if (isRefusal(readBack)) throw new Broken(`what was persisted is not read back: ${readBack.code}`);
	mustBeSame(serialize(shape, readBack as Durable), encoded);
	return after;
}

/** Every state with every message of its hand-over, signed for where that is asked. */
function seedsOf({ role, states }: Side): readonly Bytes[] {
	const sent: readonly Message[] = stages.flatMap(({ messages }) => Object.values(messages));
	const seeds: Bytes[] = [];
	for (const position of states.keys()) {
		for (const message of sent) {
			const encoded = serializeMessage(message);
			const isOffer = role === "payee" && message.kind === "transfer";
			const offers = isOffer ? requests.map((_, at) => [[4, encoded, at], [5], [3, true]]) : [];
			for (const events of [[[0, encoded], [3, true], [2]], ...offers])
				seeds.push(encodeItem([position, [...events, [9, 5]]]));
		}
		seeds.push(encodeItem([position, [[1], [3, true], [2], [7], [6], [4, 1], [3, false]]]));
	}
	return seeds;
}

function machine(name: string, side: Side): Target {
	return {
		name: `machine/${name}`,
		weight: 2,
		open: async () => {
			const { trust } = await believingTrust();
			const context = { trust, now: now + 10 };
			return { seeds: seedsOf(side), form: "items", run: (input) => run(side, input, context) };
		},
	};
}

export const machineTargets: readonly Target[] = [machine("payer", payer), machine("payee", payee)];
