/**
 * The apps on either side of a payment across operators. They decide one thing: the payer's gives its secret, once, and
 * only while nobody has paid by other means.
 *
 *   tap ──▶ wish ──▶ quote ──▶ agree ──▶ reserved ──▶ release ──▶ ended
 */
import { type Bytes, sha256, toHex } from "@tenten/protocol";
import { type CrossingBody, crossingBody } from "./crossing-body.ts";
import type { Holdings, Seen } from "./party.ts";
import type { Follows, Role, Said } from "./token-party.ts";

const none: Holdings = { available: {}, locked: {}, reserved: {} };
/** Without a result for so long the app says `unknown`. */
const late_ms = 14_500;

type PayerNote = {
	readonly state: "paying" | "paid" | "refused" | "abandoned";
	/** hexadecimal; empty where it was paid by other means before anything began */
	readonly secret: string;
	readonly isGivenUp: boolean;
	readonly hasReleased: boolean;
	readonly lateAt_ms: number;
	readonly isLate: boolean;
};

export function payerAppRole(now: () => number, random: (length: number) => Bytes): Role<PayerNote> {
	const say = (step: number, body: CrossingBody): readonly Said[] => [{ to: "source", step, body }];
	const take = (body: CrossingBody, note: PayerNote | undefined): Follows<PayerNote> => {
		if (body.kind === "tap") {
			const secret = random(32);
			const wish = { kind: "wish", nonce: toHex(random(32)), release: toHex(sha256(secret)) } as const;
			return { says: say(1, wish), note: begun(toHex(secret), now() + late_ms) };
		}
		if (body.kind === "paid-again") return givesUp(note ?? begun("", now()));
		if (note === undefined) throw new Error(`an app is told ${body.kind} of a payment that it has not`);
		switch (body.kind) {
			case "quote":
				return { says: note.isGivenUp ? [] : say(5, { kind: "agree" }) };
			case "reserved":
				if (note.isGivenUp) return { says: [] };
				return {
					says: say(13, { kind: "release", secret: note.secret }),
					note: { ...note, hasReleased: true },
				};
			case "ended":
				return { says: [], note: { ...note, state: body.end } };
			default:
				throw new Error(`an app is told ${body.kind}`);
		}
	};
	return {
		take: async (message, note) => take(crossingBody(message), note),
		wake: async (note) => ({ says: [], note: { ...note, isLate: true } }),
		dueAt: ({ state, isLate, lateAt_ms }) => (state === "paying" && !isLate ? lateAt_ms : undefined),
		holdings: async () => none,
		sees: (_, note): Seen => {
			if (note === undefined) return "nothing";
			return note.state === "paying" && (note.isLate || now() >= note.lateAt_ms) ? "unknown" : note.state;
		},
		close: async () => undefined,
	};
}

function begun(secret: string, lateAt_ms: number): PayerNote {
	const fresh = { isGivenUp: false, hasReleased: false, isLate: false } as const;
	return { state: "paying", secret, lateAt_ms, ...fresh };
}

/** What was not released never is, and then the seal gives it back; what was may be committed by now. */
function givesUp(note: PayerNote): Follows<PayerNote> {
	if (note.state !== "paying") return { says: [] };
	if (note.hasReleased) return { says: [], note: { ...note, isGivenUp: true } };
	return { says: [], note: { ...note, isGivenUp: true, state: "abandoned" } };
}

type PayeeNote = { readonly hasCome: true };

export function payeeAppRole(): Role<PayeeNote> {
	return {
		take: async () => ({ says: [], note: { hasCome: true } }),
		holdings: async () => none,
		sees: (_, note) => (note === undefined ? "nothing" : "received"),
		close: async () => undefined,
	};
}
