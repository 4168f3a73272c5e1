/**
 * The payee's app: it shows what B tells it, and asks to use what is reserved as soon as it is.
 *
 *   told: received ──▶ received
 *   told: reserved ──▶ reserved: ⑲ ── told ──▶ received | abandoned
 */

import { type Moment, type RailEvent, refusedMessage, type Step, stepped } from "./machine.ts";
import type { Standing } from "./messages.ts";

export type PayeeApp = { readonly kind: "received" | "reserved" | "refused" | "abandoned" };

export type PayeeAppPolicy = { readonly system: string };

type Out = Step<PayeeApp>;

export function stepPayeeApp(
	kept: PayeeApp | undefined,
	event: RailEvent,
	_: Moment,
	{ system }: PayeeAppPolicy,
): Out {
	if (event.kind !== "received" || event.body.kind !== "told") return refusedMessage("kind-unexpected");
	if (event.from !== system) return refusedMessage("sender-refused");
	const { standing } = event.body;
	if (kept !== undefined && kept.kind !== "reserved") return stepped(kept);
	return shown(kept, standing, system);
}

function shown(kept: PayeeApp | undefined, standing: Standing, system: string): Out {
	switch (standing) {
		case "completed":
			return stepped<PayeeApp>({ kind: "received" });
		case "reserved":
			if (kept !== undefined) return stepped(kept);
			return stepped<PayeeApp>({ kind: "reserved" }, [{ to: system, step: 19, body: { kind: "use" } }]);
		case "refused":
		case "abandoned":
			return stepped<PayeeApp>({ kind: standing });
		case "pending":
			return kept === undefined ? refusedMessage("kind-unexpected") : stepped(kept);
		default:
			return standing satisfies never;
	}
}
