/**
 * Rooms at relays in which this wallet is met: as the payee that invited, or as the payer that was invited.
 *
 *   payee   invite ──▶ a link that answers, until the request is over          ┐ remembered, and
 *   payer   noted with the request ──▶ channel: opened when it is asked for    ┘ opened again by `serve`
 *
 * A room is named by the request that it is for. Nothing is opened because a stranger's request says so: a payer's
 * wallet connects when its owner reaches for the payee. What is remembered is as private as the payment.
 */
import { type Bytes, fromHex, isRefusal, type Refusal, refuse, toHex } from "@tenten/protocol";
import type { SettingStore } from "../store/settings.ts";
import type { Channel, Handle } from "../transport/channel.ts";
import type { Invitation } from "../transport/invitation.ts";
import type { Dial } from "../transport/relay-connection.ts";
import type { Side } from "../transport/relay-frame.ts";
import { type RelayLink, relayLink } from "../transport/relay-link.ts";
import { Remembered } from "./remembered.ts";

export type RoomsOptions = {
	readonly settings: SettingStore;
	readonly dial: Dial;
	/** unix seconds */
	readonly now: () => number;
	/** told what `handle` throws: a bug */
	readonly report?: (error: unknown) => void;
};

type Room = {
	readonly relay: string;
	/** in hexadecimal */
	readonly secret: string;
	readonly side: Side;
	/** unix seconds; from then on nobody comes any more */
	readonly until: number;
};

/** By the digest of the request. */
type Noted = Readonly<Record<string, Room>>;

const setting = "rooms";
/** A payer that was away may come back for its answer after the request's own time. */
const stays_s = 7 * 86_400;

export class Rooms {
	readonly #options: RoomsOptions;
	readonly #remembered: Remembered<Noted>;
	readonly #links = new Map<string, RelayLink>();
	#handle: Handle = async () => [];

	private constructor(options: RoomsOptions, remembered: Remembered<Noted>) {
		this.#options = options;
		this.#remembered = remembered;
	}

	static async open(options: RoomsOptions): Promise<Rooms> {
		return new Rooms(options, await Remembered.open<Noted>(options.settings, setting, {}));
	}

	/** Answers with `handle` in the rooms to which this wallet invited; forgets those whose time is over. */
	async serve(handle: Handle): Promise<void> {
		this.#handle = handle;
		const now = this.#options.now();
		const rooms = Object.entries(this.#remembered.value).filter(([, { until }]) => until > now);
		await this.#remembered.set(Object.fromEntries(rooms));
		for (const [request, room] of rooms) if (room.side === "inviter") this.#link(request, room);
	}

	/** The payee's: answers in the room of a request (its digest) from now on. `expiresAt`: unix seconds. */
	async invite(request: string, invitation: Invitation, expiresAt: number): Promise<Refusal | undefined> {
		const room = await this.#keep(request, invitation, "inviter", expiresAt);
		const link = this.#link(request, room);
		return isRefusal(link) ? link : undefined;
	}

	/** The payer's: remembers where the payee of a request can be reached, and connects to nothing. */
	async note(request: string, invitation: Invitation, expiresAt: number): Promise<void> {
		// A wallet that pays itself is met as the payee.
		if (this.#remembered.value[request] === undefined)
			await this.#keep(request, invitation, "guest", expiresAt);
	}

	/** Whether the other side of a request can be reached in a room. */
	has(request: string): boolean {
		return this.#remembered.value[request] !== undefined;
	}

	/** The way to the other side of a request. */
	channel(request: string): Channel | Refusal {
		const room = this.#remembered.value[request];
		return room === undefined ? refuse("channel-failed", "no room is known") : this.#link(request, room);
	}

	close(): void {
		for (const link of this.#links.values()) link.close();
		this.#links.clear();
	}

	async #keep(request: string, { relay, secret }: Invitation, side: Side, expiresAt: number): Promise<Room> {
		const room = { relay, secret: toHex(secret), side, until: expiresAt + stays_s };
		await this.#remembered.set({ ...this.#remembered.value, [request]: room });
		return room;
	}

	#link(request: string, { relay, secret, side }: Room): RelayLink | Refusal {
		const open = this.#links.get(request);
		if (open !== undefined) return open;
		const { dial, report } = this.#options;
		const link = relayLink({
			invitation: { relay, secret: fromHex(secret) as Bytes },
			side,
			handle: (messages) => this.#handle(messages),
			dial,
			...(report === undefined ? {} : { report }),
		});
		if (!isRefusal(link)) this.#links.set(request, link);
		return link;
	}
}
