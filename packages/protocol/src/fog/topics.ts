/**
 * Topics of MQTT brokers (docs/spec/fog.md#topics): where letters of a room go, and questions to a gateway.
 *
 * A topic is a capability: its room, or its client, is drawn at random, so whoever cannot subscribe to patterns of
 * topics hears nothing that is not for it. What lies on them is sealed or signed: a broker that lets everybody hear
 * everything gives nothing away but who is there.
 */

/** The two sides of a room (docs/spec/transports.md#relay). */
export type RoomSide = "inviter" | "guest";

/** What a topic of ours is for; `room`, `gateway` and `client` in lower-case hexadecimal. */
export type Topic =
	/** letters for this side of a room */
	| { readonly kind: "room"; readonly room: string; readonly side: RoomSide }
	/** what a client asks a gateway */
	| { readonly kind: "question"; readonly gateway: string; readonly client: string }
	/** what the gateway answers it */
	| { readonly kind: "answer"; readonly gateway: string; readonly client: string };

const root = "tenten/1";
const roomTopic = /^tenten\/1\/rooms\/([0-9a-f]{64})\/(inviter|guest)$/;
const fogTopic = /^tenten\/1\/fog\/([0-9a-f]{64})\/([0-9a-f]{32})\/(question|answer)$/;

export function topicName(topic: Topic): string {
	return topic.kind === "room"
		? `${root}/rooms/${topic.room}/${topic.side}`
		: `${root}/fog/${topic.gateway}/${topic.client}/${topic.kind}`;
}

/** What a topic is; undefined where it is none of ours, a pattern of topics above all. */
export function topicOf(name: string): Topic | undefined {
	const [, room, side] = roomTopic.exec(name) ?? [];
	if (room !== undefined) return { kind: "room", room, side: side as RoomSide };
	const [, gateway, client, kind] = fogTopic.exec(name) ?? [];
	if (gateway === undefined || client === undefined) return undefined;
	return { kind: kind as "question" | "answer", gateway, client };
}
