/**
 * Rooms that are at an MQTT broker, for a relay in front of it: who comes by WebSocket meets who comes by MQTT.
 *
 *   WebSocket ──letter──▶ relay ──▶ topic of the other side      one's own topic ──letter──▶ relay ──▶ WebSocket
 *
 * Each seat is a client of the broker, as a device of that side is (docs/spec/transports.md#mqtt): the broker keeps what
 * waits, within its own limits, and nothing is kept here but what comes before it is reached. A seat whose connection to
 * the broker ends is ended with it; its side connects again, and sends again what was not answered.
 */
import { type Bytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import type { Dial, Socket } from "./relay-connection.ts";
import { decodeFrame, type Side } from "./relay-frame.ts";
import type { Rooms, Seat } from "./relay-rooms.ts";

/** A seat at the broker; `early`: letters that came before it was reached. */
type Seated = { readonly seat: Seat; readonly socket: Socket; early: Bytes[] | undefined };

/** letters of one seat */
const earlyMost = 16;

export class BrokerRooms implements Rooms {
	readonly #broker: string;
	readonly #dial: Dial;
	readonly #seats = new Map<string, Seated>();

	/** `broker`: `mqtt://host:port` or `mqtts://host:port`; `dial`: an `mqttDial` that may go there. */
	constructor(broker: string, dial: Dial) {
		this.#broker = broker.replace(/\/$/, "");
		this.#dial = dial;
	}

	sit(id: string, side: Side, seat: Seat): void {
		const place = `${id}/${side}`;
		const before = this.#seats.get(place);
		const socket = this.#dial(`${this.#broker}/v1/rooms/${place}`);
		if (isRefusal(socket)) {
			seat.ended();
			return;
		}
		const seated: Seated = { seat, socket, early: [] };
		this.#seats.set(place, seated);
		before?.seat.replaced();
		before?.socket.close();
		socket.onopen = () => {
			for (const frame of seated.early ?? []) socket.send(Uint8Array.from(frame));
			seated.early = undefined;
		};
		socket.onmessage = ({ data }) => {
			const frame = new Uint8Array(data as ArrayBuffer);
			const read = decodeFrame(frame);
			// Beats are between a side and its own relay.
			if (!isRefusal(read) && read.kind === "letter") seat.deliver(frame);
		};
		socket.onclose = () => seat.ended();
	}

	leave(id: string, side: Side, seat: Seat): void {
		const place = `${id}/${side}`;
		const seated = this.#seats.get(place);
		if (seated?.seat !== seat) return;
		this.#seats.delete(place);
		seated.socket.close();
	}

	post(id: string, side: Side, { frame }: { readonly frame: Bytes }): Refusal | undefined {
		const seated = this.#seats.get(`${id}/${side}`);
		// A seat that was taken over: what it still says is said again by who has it now.
		if (seated === undefined) return undefined;
		const { early, socket } = seated;
		if (early === undefined) socket.send(Uint8Array.from(frame));
		else if (early.length >= earlyMost) return refuse("too-many", "letters before the broker is reached");
		else early.push(frame);
		return undefined;
	}

	/** The broker is told by the acknowledgements of MQTT. */
	taken(): void {}

	/** What waits too long is the broker's to let go of. */
	expire(): void {}

	get size(): Rooms["size"] {
		let bytes = 0;
		for (const { early } of this.#seats.values()) for (const { length } of early ?? []) bytes += length;
		return { rooms: this.#seats.size, bytes, addresses: 0 };
	}
}
