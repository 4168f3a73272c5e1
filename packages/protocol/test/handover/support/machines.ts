/** The machines of one host: under which key each stands, and which of them a message or a question is for. */
import {
	type Bytes,
	type DurablePayee,
	type DurablePayer,
	type Message,
	type Payee,
	type Payer,
	requestDigest,
	requestPayload,
	type SignatureRequest,
	toHex,
} from "@tenten/protocol";
import { bodyOf } from "./steps.ts";

export type Machine = {
	readonly role: "payer" | "payee";
	readonly peer: string;
	state: Payer | Payee;
	/** waits for signatures, or for the app's word */
	signing: readonly SignatureRequest[] | null;
	asks: boolean;
	/** outputs set aside in memory while signing */
	aside: readonly string[];
};

/** Under `payer/` or `payee/` and the attempt in hexadecimal. */
type Machines = ReadonlyMap<string, Machine>;

/** The keys of the machines that a message is for; a refusal of a request may be for any payer. */
export function addressees(
	message: Message,
	machines: Machines,
	states: ReadonlyMap<string, DurablePayer | DurablePayee>,
): readonly string[] {
	if ("attempt" in message) return [`payer/${toHex(message.attempt)}`, `payee/${toHex(message.attempt)}`];
	if (message.kind === "refused") {
		const known = `payer/${toHex(message.about)}`;
		return machines.has(known) ? [known] : [...machines.keys()].filter((key) => key.startsWith("payer/"));
	}
	if (message.kind !== "ruling") return [];
	const subject = toHex(message.ruling.body.subject);
	return [...states]
		.filter(([, { terms }]) =>
			[terms.lock, ...terms.links].some((id) => id !== null && toHex(id) === subject),
		)
		.map(([key]) => key);
}

/** The attempt at a request that is not cancelled. */
export function activeAttempt(machines: Machines, digest: Bytes): Bytes | null {
	for (const [key, { role, state }] of machines) {
		if (role !== "payee" || state.kind === "cancelled") continue;
		const body = "offer" in state ? state.offer.request.body : bodyOf(state as Payee);
		if (body !== undefined && toHex(requestDigest(requestPayload(body))) === toHex(digest))
			return Uint8Array.from(Buffer.from(key.slice("payee/".length), "hex"));
	}
	return null;
}

/** Whether the app is being asked about this output. */
export function isAsked(machines: Machines, output: Bytes): boolean {
	return [...machines.values()].some(
		({ state }) =>
			"offer" in state &&
			state.offer.accepted.tokens.some((token) => toHex(token.outputId) === toHex(output)),
	);
}
