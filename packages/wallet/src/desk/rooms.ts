/**
 * Rooms at relays in which this wallet is met: as the payee that invited, or as the payer that was invited.
 *
 *   payee   invite ──▶ a link that answers, and comes back where it was replaced   ┐ remembered until `tidy`
 *   payer   noted with the request ──▶ channel: opened when it is asked for        ┘ finds that it is over
 *
 * A room is named by the request that it is for. Nothing is opened because a stranger's request says so: a payer's
 * wallet connects when its owner reaches for the payee. What is remembered is as private as the payment. A relay
 * bears few connections of one address, so of many rooms the newest are answered in.
 */
import { type Bytes, fromHex, isRefusal, type Refusal, refuse, toHex } from "@tenten/protocol";
import type { SettingStore } from "../store/settings.ts";
import type { Channel, Handle } from "../transport/channel.ts";
import type { Invitation } from "../transport/invitation.ts";
import type { Dial } from "../transport/relay-connection.ts";
import type { Side } from "../transport/relay-frame.ts";
import { type RelayLink, relayLink } from "../transport/relay-link.ts";
import { heldUnder, Remembered } from "./remembered.ts";
import type { AttemptView } from "./views.ts";

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

/** By the digest of the request, the newest last. */
type Noted = Readonly<Record<string, Room>>;

/** To a room in which another took our seat. */
type Return = { readonly pause_ms: number; readonly timer: ReturnType<typeof setTimeout> | undefined };

/** What a room has to know of a payment on its request. */
type RoomPayment = Pick<AttemptView, "request" | "isOpen" | "funds">;

const setting = "rooms";
/** What came for the payee while it was away waits as long at a relay. */
const inviterStays_s = 86_400;
/** A payer that was away may come back for its answer after the request's own time. */
const guestStays_s = 7 * 86_400;
/** After a payment: its last word may have been lost on the way. */
const lingers_s = 3_600;
/** Answered in at once: of those with an open payment, and of the others. A relay bears 128 by address. */
const mostAnswered = 16;
/** Remembered without an open payment. */
const mostRemembered = 256;
const shortestPause_ms = 1_000;
const longestPause_ms = 60_000;

export class Rooms {
	readonly #options: RoomsOptions;
	readonly #remembered: Remembered<Noted>;
	readonly #links = new Map<string, RelayLink>();
	readonly #returns = new Map<string, Return>();
	#payments: ReadonlyMap<string, "open" | "over"> = new Map();
	#handle: Handle = async () => [];

	private constructor(options: RoomsOptions, remembered: Remembered<Noted>) {
		this.#options = options;
		this.#remembered = remembered;
	}

	static async open(options: RoomsOptions): Promise<Rooms> {
		return new Rooms(options, await Remembered.open<Noted>(options.settings, setting, {}));
	}

	/** The requests, by their digests, of whose payments it wants to hear. */
	get requests(): readonly string[] {
		return Object.keys(this.#remembered.value);
	}

	/** Answers with `handle` in the rooms to which this wallet invited; tidies. */
	async serve(handle: Handle, payments: readonly RoomPayment[]): Promise<void> {
		this.#handle = handle;
		await this.tidy(payments);
	}

	/** Forgets rooms whose time or whose payment is over, and leaves them; answers in the others as `serve` does. */
	async tidy(payments: readonly RoomPayment[]): Promise<void> {
		const over = payments.filter(({ funds }) => funds === "spent" || funds === "received");
		const open = payments.filter(({ isOpen }) => isOpen);
		this.#payments = new Map([
			...over.map(({ request }) => [request, "over"] as const),
			...open.map(({ request }) => [request, "open"] as const),
		]);
		await this.#remembered.set(this.#lasting(this.#remembered.value));
		this.#answer();
	}

	/** The payee's: answers in the room of a request (its digest) from now on. `expiresAt`: unix seconds. */
	async invite(request: string, invitation: Invitation, expiresAt: number): Promise<Refusal | undefined> {
		const room = await this.#keep(request, invitation, "inviter", expiresAt + inviterStays_s);
		const link = this.#link(request, room);
		this.#answer();
		return isRefusal(link) ? link : undefined;
	}

	/**
	 * The payer's: remembers where the payee of a request that its owner reads can be reached, and connects to nothing.
	 * What was read last counts: an earlier copy may have named another's room.
	 */
	async note(request: string, invitation: Invitation, expiresAt: number): Promise<void> {
		// A wallet that pays itself is met as the payee.
		if (heldUnder(this.#remembered.value, request)?.side === "inviter") return;
		const soon = this.#options.now() + guestStays_s;
		await this.#keep(request, invitation, "guest", Math.min(expiresAt, soon) + guestStays_s);
	}

	/** Whether the other side of a request can be reached in a room. */
	has(request: string): boolean {
		return heldUnder(this.#remembered.value, request) !== undefined;
	}

	/** The invitation that went with a request of one's own. */
	invitationTo(request: string): Invitation | undefined {
		const room = heldUnder(this.#remembered.value, request);
		return room?.side === "inviter" ? invitationOf(room) : undefined;
	}

	/** The way to the other side of a request. */
	channel(request: string): Channel | Refusal {
		const room = heldUnder(this.#remembered.value, request);
		return room === undefined ? refuse("channel-failed", "no room is known") : this.#link(request, room);
	}

	close(): void {
		for (const request of new Set([...this.#links.keys(), ...this.#returns.keys()])) this.#leave(request);
	}

	async #keep(request: string, { relay, secret }: Invitation, side: Side, until: number): Promise<Room> {
		const { [request]: before, ...others } = this.#remembered.value;
		const room = { relay, secret: toHex(secret), side, until };
		if (before?.relay !== room.relay || before.secret !== room.secret) this.#leave(request);
		await this.#remembered.set(this.#lasting({ ...others, [request]: room }));
		return room;
	}

	/** Those of `noted` that are still to be remembered. */
	#lasting(noted: Noted): Noted {
		const now = this.#options.now();
		const rooms = Object.entries(noted).map(([request, room]) => {
			const isOver = this.#payments.get(request) === "over";
			return [request, isOver ? { ...room, until: Math.min(room.until, now + lingers_s) } : room] as const;
		});
		const idle = rooms.filter(([request]) => !this.#isOpen(request));
		const ended = idle.filter(([, { until }]) => until <= now);
		const tooMany = idle.filter(([, { until }]) => until > now).slice(0, -mostRemembered);
		const forgotten = new Set([...ended, ...tooMany]);
		return Object.fromEntries(rooms.filter((each) => !forgotten.has(each)));
	}

	#isOpen(request: string): boolean {
		return this.#payments.get(request) === "open";
	}

	/** Is in the rooms to which this wallet invited, the newest first, and no more in those that are forgotten. */
	#answer(): void {
		const rooms = this.#remembered.value;
		const invited = Object.keys(rooms)
			.filter((request) => rooms[request]?.side === "inviter")
			.reverse();
		const newest = (isOpen: boolean): readonly string[] =>
			invited.filter((request) => this.#isOpen(request) === isOpen).slice(0, mostAnswered);
		const answered = new Set([...newest(true), ...newest(false)]);
		for (const request of new Set([...this.#links.keys(), ...this.#returns.keys()]))
			if (rooms[request]?.side !== "guest" && !answered.has(request)) this.#leave(request);
		for (const request of answered) {
			const room = rooms[request];
			const isToWait = this.#returns.get(request)?.timer !== undefined;
			if (room !== undefined && !isToWait) this.#link(request, room);
		}
	}

	#leave(request: string): void {
		clearTimeout(this.#returns.get(request)?.timer);
		this.#returns.delete(request);
		const link = this.#links.get(request);
		this.#links.delete(request);
		link?.close();
	}

	/**
	 * Another took our seat. A payee comes back to answer, each time later, so that two do not chase each other; a
	 * payer when its owner reaches for the payee again.
	 */
	#replaced(request: string, side: Side): void {
		this.#links.delete(request);
		if (side === "guest") return;
		const { pause_ms, timer: before } = this.#returns.get(request) ?? { pause_ms: shortestPause_ms };
		clearTimeout(before);
		const next_ms = Math.min(2 * pause_ms, longestPause_ms);
		const timer = setTimeout(() => {
			this.#returns.set(request, { pause_ms: next_ms, timer: undefined });
			this.#answer();
		}, pause_ms);
		this.#returns.set(request, { pause_ms: next_ms, timer });
	}

	#link(request: string, room: Room): RelayLink | Refusal {
		const { side } = room;
		const open = this.#links.get(request);
		if (open !== undefined) return open;
		const { dial, report } = this.#options;
		const link: RelayLink | Refusal = relayLink({
			invitation: invitationOf(room),
			side,
			handle: (messages) => this.#handle(messages),
			dial,
			told: (state) => {
				// One that we close ourselves is no longer among them.
				if (state === "closed" && this.#links.get(request) === link) this.#replaced(request, side);
			},
			...(report === undefined ? {} : { report }),
		});
		if (!isRefusal(link)) this.#links.set(request, link);
		return link;
	}
}

function invitationOf({ relay, secret }: Room): Invitation {
	return { relay, secret: fromHex(secret) as Bytes };
}
