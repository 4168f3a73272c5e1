/**
 * Invitations: where a wallet can be reached that has no address of its own, a phone or a page.
 *
 * A payee makes one and puts it beside its request; whoever gets both finds the payee's room at a relay and can
 * read and write there. So it is as private as the payment, and made anew for each.
 */
import {
	type Bytes,
	bytes32,
	isRefusal,
	malformed,
	mapped,
	parse,
	type Refusal,
	record,
	type Shape,
	serialize,
	taggedHash,
	text,
} from "@tenten/protocol";

export type Invitation = {
	/** the relay's address, e.g. `wss://relay.example` */
	readonly relay: string;
	/** 32 random bytes that the two sides alone know */
	readonly secret: Bytes;
};

const kind: Shape<"relay"> = mapped(
	text(8),
	(word) => (word === "relay" ? word : malformed("another kind of invitation")),
	(word) => word,
);

export const invitation: Shape<Invitation & { readonly kind: "relay" }> = record({
	kind,
	relay: text(256),
	secret: bytes32,
});

/** A fresh one to the relay at `relay`. */
export function makeInvitation(relay: string): Invitation {
	return { relay, secret: crypto.getRandomValues(new Uint8Array(32)) };
}

/** As one more entry of a bundle. */
export function encodeInvitation({ relay, secret }: Invitation): Bytes {
	return serialize(invitation, { kind: "relay", relay, secret });
}

export function decodeInvitation(encoded: Bytes): Invitation | Refusal {
	const read = parse(invitation, encoded);
	return isRefusal(read) ? read : { relay: read.relay, secret: read.secret };
}

/** The first invitation among the entries of a bundle. */
export function invitationIn(messages: readonly Bytes[]): Invitation | undefined {
	for (const message of messages) {
		const read = decodeInvitation(message);
		if (!isRefusal(read)) return read;
	}
	return undefined;
}

/** The room at the relay: its id says nothing of the secret. */
export function roomOf({ secret }: Invitation): Bytes {
	return taggedHash("room", secret);
}
