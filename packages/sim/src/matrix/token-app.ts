/**
 * The payer's app: it takes the order to the company, the answer to its module, and shows what became of it.
 *
 *   tap ──▶ pay ──▶ answer ──▶ instruct ──▶ paid        no result in time: status? ──▶ receipt again ──▶ paid
 *
 * It decides nothing about money. Whoever paid by other means meanwhile has it tell the module to give up, which the
 * module does where it still can.
 */
import type { Seen } from "./party.ts";
import { type Body, bodyOf, type Onward } from "./token-body.ts";
import type { Follows, Role, Said } from "./token-party.ts";

/** Without a result for so long the app says `unknown`, and asks; as often again. */
const timeOut_ms = 10_000;

type Note = {
	readonly order: string;
	readonly state: "paying" | "paid" | "refused" | "abandoned";
	/** the module knows of it */
	readonly isInstructed: boolean;
	readonly isGivenUp: boolean;
	readonly asksAt_ms: number;
	readonly isLate: boolean;
};

export type AppSteps = Onward & { readonly pay: number; readonly askStatus: number };

export function appRole({ pay, askStatus, ...steps }: AppSteps, now: () => number): Role<Note> {
	const none = { available: {}, locked: {}, reserved: {} };
	const on = (step: number): number => steps[step]?.on ?? 0;
	const take = (body: Body, step: number, note: Note | undefined): Follows<Note> => {
		if (body.kind === "tap") {
			const asksAt_ms = now() + timeOut_ms;
			const begun = { order: body.order, state: "paying", asksAt_ms } as const;
			const fresh = { ...begun, isInstructed: false, isGivenUp: false, isLate: false };
			return { says: [{ to: "company", step: pay, body: { kind: "pay", order: body.order } }], note: fresh };
		}
		if (note === undefined) return { says: [], note: givenUpEarly(body) };
		switch (body.kind) {
			case "paid-again":
				return givesUp(note);
			case "answer": {
				const { messages, address } = body;
				if (note.isGivenUp || note.isInstructed) return { says: [] };
				const instruct: Said = {
					to: "module-A",
					step: on(step),
					body: { kind: "instruct", messages, address },
				};
				return { says: [instruct], note: { ...note, isInstructed: true } };
			}
			case "refused":
			case "not-instructed":
				return { says: [], note: { ...note, state: "refused" } };
			case "outcome":
				return { says: [], note: { ...note, state: body.outcome === "paid" ? "paid" : "abandoned" } };
			case "status":
				// Of what has not come yet there is no receipt.
				if (note.state !== "paying" || body.arrival === "nothing") return { says: [] };
				return {
					says: [
						{ to: "company", step: steps[step]?.back ?? 0, body: { kind: "ask-receipt", order: note.order } },
					],
				};
			default:
				throw new Error(`an app is told ${body.kind}`);
		}
	};
	return {
		take: async (message, note) => take(bodyOf(message), message.step, note),
		wake: async (note, under) => {
			const later = { ...note, isLate: true, asksAt_ms: now() + timeOut_ms };
			const asks = { to: "company", step: askStatus, body: { kind: "ask-status", order: note.order } };
			return { says: under.length > 0 ? [] : [asks], note: later };
		},
		dueAt: ({ state, asksAt_ms }) => (state === "paying" ? asksAt_ms : undefined),
		holdings: async () => none,
		sees: (_, note): Seen => {
			if (note === undefined) return "nothing";
			return note.state === "paying" && (note.isLate || now() >= note.asksAt_ms) ? "unknown" : note.state;
		},
		close: async () => undefined,
	};
}

/** Paid by other means before the app knew of it: there is nothing to give up, and nothing begins any more. */
function givenUpEarly(body: Body): Note {
	if (body.kind !== "paid-again") throw new Error(`an app is told ${body.kind} of a payment that it has not`);
	return { order: "", state: "abandoned", isInstructed: false, isGivenUp: true, asksAt_ms: 0, isLate: false };
}

function givesUp(note: Note): Follows<Note> {
	if (note.state !== "paying") return { says: [] };
	if (!note.isInstructed) return { says: [], note: { ...note, isGivenUp: true, state: "abandoned" } };
	return {
		says: [{ to: "module-A", step: 0, body: { kind: "cancel" } }],
		// Where it has not arrived yet it never shall; where it has, the module gives it up.
		takesBack: "module-A",
		note: { ...note, isGivenUp: true },
	};
}
