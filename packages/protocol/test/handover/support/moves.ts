/** The moves that a machine may make from one durable state to the next, and on what. */
import type { DurablePayee, DurablePayer } from "@tenten/protocol";
import { isWaiting } from "./ledger.ts";
import { Violation } from "./violation.ts";

const payerMoves: Readonly<Record<string, readonly string[]>> = {
	none: ["locked", "sent"],
	locked: ["released", "cancelled", "ruled"],
	sent: ["sent", "returned", "ruled"],
	released: ["released"],
	cancelled: [],
	returned: [],
	ruled: [],
};
const payeeMoves: Readonly<Record<string, readonly string[]>> = {
	none: ["reserved", "lockedForeign", "owned"],
	reserved: ["owned", "cancelled", "resolving", "ruled"],
	lockedForeign: ["owned", "cancelled", "resolving", "ruled"],
	resolving: ["owned", "cancelled", "resolving", "ruled"],
	cancelled: ["owned"],
	owned: ["returned"],
	returned: [],
	ruled: [],
};
/** A reservation ends by the other side's word or an operator's, and by nothing else. */
const endsReservation: Readonly<Record<string, readonly string[]>> = {
	owned: ["release", "ruling"],
	cancelled: ["cancel"],
	ruled: ["ruling"],
	resolving: ["resolve", "ruling"],
};

export function checkMove(
	role: "payer" | "payee",
	before: DurablePayer | DurablePayee | undefined,
	after: DurablePayer | DurablePayee,
	cause: string,
): void {
	const from = before?.kind ?? "none";
	const moves = role === "payer" ? payerMoves : payeeMoves;
	if (!moves[from]?.includes(after.kind))
		throw new Violation("decided twice", `${role} from ${from} to ${after.kind}`);
	const isLeaving = role === "payee" && before !== undefined && isWaiting(before as DurablePayee);
	if (isLeaving && !endsReservation[after.kind]?.includes(cause))
		throw new Violation("left by itself", `from ${from} to ${after.kind} on ${cause}`);
}
