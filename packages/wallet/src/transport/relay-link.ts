/**
 * The relay, from either of its two sides: a channel that holds while the other side is away.
 *
 * Both sides may ask and both answer. A side that was reloaded goes on with the same invitation: what came for it
 * meanwhile waits at the relay, and is handled when it is back (docs/spec/transports.md#relay).
 */
import { type Cryptography, platformCryptography } from "@tenten/module";
import { type Bytes, encodeItem, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import type { Channel, Handle } from "./channel.ts";
import { type Invitation, roomOf } from "./invitation.ts";
import { type Letter, letters } from "./letters.ts";
import { type ConnectionState, type Dial, RelayConnection } from "./relay-connection.ts";
import { otherSide, type Side } from "./relay-frame.ts";

export type RelayLinkOptions = {
	readonly invitation: Invitation;
	readonly side: Side;
	/** what this wallet answers: to questions, and to answers that came when nobody waited any more */
	readonly handle: Handle;
	readonly dial: Dial;
	/** for a question to be answered */
	readonly timeout_ms?: number;
	/** what has no answer yet is sent again as often: whoever keeps letters may have lost one */
	readonly repeat_ms?: number;
	/** the platform's without */
	readonly cryptography?: Pick<Cryptography, "seal" | "openSealed">;
	/** told how the connection stands, whenever that changes */
	readonly told?: (state: ConnectionState) => void;
	/** told what `handle` throws: a bug */
	readonly report?: (error: unknown) => void;
};

export type RelayLink = Channel & { readonly close: () => void };

const defaultTimeout_ms = 20_000;
const defaultRepeat_ms = 4_000;

/** A link through the relay of an invitation, or `peer-refused`. It connects again and again until it is closed. */
export function relayLink(options: RelayLinkOptions): RelayLink | Refusal {
	const { invitation, side, handle, told, report } = options;
	const { seal, open } = letterSeals(invitation, side, options.cryptography ?? platformCryptography);
	const send = (letter: Letter): void => {
		if (!isRefusal(connection)) connection.send({ kind: "letter", id: letter.id, sealed: seal(letter) });
	};
	const post = letters({ handle, send, timeout_ms: options.timeout_ms ?? defaultTimeout_ms });
	const dealWith = async (id: Bytes, sealed: Bytes): Promise<void> => {
		const body = open(id, sealed);
		// What does not open, or is no bundle, is of no use however often it comes.
		const isLeft = body !== undefined && (await post.take({ id, body }))?.code === "too-many";
		if (!isLeft && !isRefusal(connection)) connection.send({ kind: "taken", id });
	};
	const sendUnanswered = (): void => {
		for (const letter of post.unanswered()) send(letter);
	};
	const repeating = setInterval(sendUnanswered, options.repeat_ms ?? defaultRepeat_ms);
	const url = `${invitation.relay.replace(/\/$/, "")}/v1/rooms/${toHex(roomOf(invitation))}/${side}`;
	const connection = RelayConnection.open(url, options.dial, {
		changed: (state) => {
			if (state === "connected") sendUnanswered();
			if (state === "closed") {
				clearInterval(repeating);
				post.close();
			}
			told?.(state);
		},
		came: (frame) => {
			if (frame.kind === "letter") dealWith(frame.id, frame.sealed).catch((error) => report?.(error));
		},
	});
	if (isRefusal(connection)) {
		clearInterval(repeating);
		return connection;
	}
	return { exchange: post.exchange, close: () => connection.close() };
}

/** Seals what `side` sends, and opens what the other side sent. */
export function letterSeals(
	invitation: Invitation,
	side: Side,
	cryptography: Pick<Cryptography, "seal" | "openSealed">,
): {
	readonly seal: (letter: Letter) => Bytes;
	readonly open: (id: Bytes, sealed: Bytes) => Bytes | undefined;
} {
	const room = roomOf(invitation);
	const place = (from: Side, id: Bytes): Bytes => letterPlace(room, from, id);
	return {
		seal: ({ id, body }) => cryptography.seal(invitation.secret, place(side, id), body),
		open: (id, sealed) => cryptography.openSealed(invitation.secret, place(otherSide[side], id), sealed),
	};
}

/** Where a letter belongs: it opens nowhere else. */
export function letterPlace(room: Bytes, from: Side, id: Bytes): Bytes {
	return encodeItem([room, from, id]);
}
