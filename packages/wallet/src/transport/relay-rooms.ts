/**
 * The rooms of a relay: what waits for whom, in memory, and how much of it anybody may leave.
 *
 * A room is there while a side is connected or a letter waits, so an empty one costs nothing and nobody has to
 * make or end it. A letter waits until it is taken or too old. What it costs is counted against the address that
 * left it, so that one stranger fills its own share and not everybody's.
 */
import { type Bytes, type Refusal, refuse, toHex } from "@tenten/protocol";
import { maximumFrameBytes, otherSide, type Side } from "./relay-frame.ts";

export type RelayLimits = {
	/** letters in a mailbox */
	readonly letters: number;
	/** bytes in a mailbox: two letters of full length */
	readonly mailboxBytes: number;
	/** bytes that wait, left by one address */
	readonly addressBytes: number;
	/** bytes that wait in all rooms */
	readonly bytes: number;
	/** how long a letter waits */
	readonly life_ms: number;
};

export const usualRelayLimits: RelayLimits = {
	letters: 128,
	mailboxBytes: 2 * maximumFrameBytes,
	addressBytes: 32 * 2 ** 20,
	bytes: 512 * 2 ** 20,
	life_ms: 24 * 3_600_000,
};

/** What a letter costs besides its bytes: the room, the mailbox and the entries that hold it. */
const overheadBytes = 1_024;

type Waiting = {
	readonly frame: Bytes;
	readonly cost: number;
	readonly address: string;
	readonly until_ms: number;
};

/** The connection of a side, as far as rooms go. */
export type Seat = {
	readonly deliver: (frame: Bytes) => void;
	readonly replaced: () => void;
	/** the rooms cannot be reached through this seat any more: it is to be taken anew */
	readonly ended: () => void;
};

/** Where letters wait: `RelayRooms`, or what is behind it. */
export type Rooms = {
	/** Takes a seat, from whoever has it, and gives it what waits. */
	readonly sit: (id: string, side: Side, seat: Seat) => void;
	/** Leaves a seat, unless it is another's by now. */
	readonly leave: (id: string, side: Side, seat: Seat) => void;
	/** A letter from `side` for the other. */
	readonly post: (
		id: string,
		side: Side,
		letter: { readonly id: Bytes; readonly frame: Bytes },
		from: { readonly address: string; readonly now_ms: number },
	) => Refusal | undefined;
	/** `side` has a letter. */
	readonly taken: (id: string, side: Side, letterId: Bytes) => void;
	/** Lets go of what has waited too long. */
	readonly expire: (now_ms: number) => void;
	/** what there is, for a test or a figure */
	readonly size: { readonly rooms: number; readonly bytes: number; readonly addresses: number };
};

type Room = {
	readonly seats: Map<Side, Seat>;
	/** by the side for which they wait, then by id; the oldest first */
	readonly mailboxes: Readonly<Record<Side, Map<string, Waiting>>>;
};

export class RelayRooms implements Rooms {
	readonly #limits: RelayLimits;
	readonly #rooms = new Map<string, Room>();
	readonly #bytesBy = new Map<string, number>();
	#bytes = 0;

	constructor(limits: RelayLimits) {
		this.#limits = limits;
	}

	/** Takes a seat, from whoever has it, and gives it what waits. */
	sit(id: string, side: Side, seat: Seat): void {
		const room = this.#roomOf(id);
		room.seats.get(side)?.replaced();
		room.seats.set(side, seat);
		for (const { frame } of [...room.mailboxes[side].values()]) seat.deliver(frame);
	}

	/** Leaves a seat, unless it is another's by now. */
	leave(id: string, side: Side, seat: Seat): void {
		const room = this.#rooms.get(id);
		if (room?.seats.get(side) !== seat) return;
		room.seats.delete(side);
		this.#forgetEmpty(id, room);
	}

	/** A letter from `side`: kept for the other, and given to it if it is there. One that waits already stays. */
	post(
		id: string,
		side: Side,
		letter: { readonly id: Bytes; readonly frame: Bytes },
		{ address, now_ms }: { readonly address: string; readonly now_ms: number },
	): Refusal | undefined {
		const room = this.#roomOf(id);
		const mailbox = room.mailboxes[otherSide[side]];
		const key = toHex(letter.id);
		if (mailbox.has(key)) return undefined;
		const cost = letter.frame.length + overheadBytes;
		const refusal = this.#whyNot(mailbox, cost, address);
		if (refusal !== undefined) {
			this.#forgetEmpty(id, room);
			return refusal;
		}
		mailbox.set(key, { frame: letter.frame, cost, address, until_ms: now_ms + this.#limits.life_ms });
		this.#count(address, cost);
		room.seats.get(otherSide[side])?.deliver(letter.frame);
		return undefined;
	}

	/** `side` has a letter. */
	taken(id: string, side: Side, letterId: Bytes): void {
		const room = this.#rooms.get(id);
		if (room !== undefined) this.#drop(id, room, side, toHex(letterId));
	}

	/** Lets go of what has waited too long. */
	expire(now_ms: number): void {
		for (const [id, room] of [...this.#rooms])
			for (const side of ["inviter", "guest"] as const)
				for (const [key, { until_ms }] of [...room.mailboxes[side]])
					if (until_ms <= now_ms) this.#drop(id, room, side, key);
	}

	/** What there is, for a test or a figure. */
	get size(): { readonly rooms: number; readonly bytes: number; readonly addresses: number } {
		return { rooms: this.#rooms.size, bytes: this.#bytes, addresses: this.#bytesBy.size };
	}

	#whyNot(mailbox: ReadonlyMap<string, Waiting>, cost: number, address: string): Refusal | undefined {
		const { letters, mailboxBytes, addressBytes, bytes } = this.#limits;
		if (mailbox.size >= letters) return refuse("too-many", "letters in this mailbox");
		let waiting = cost;
		for (const entry of mailbox.values()) waiting += entry.cost;
		if (waiting > mailboxBytes + letters * overheadBytes)
			return refuse("too-large", "what waits in this mailbox");
		const own = (this.#bytesBy.get(address) ?? 0) + cost;
		if (own > addressBytes) return refuse("rate-limited", "what this address has left");
		return this.#bytes + cost > bytes ? refuse("rate-limited", "what waits here") : undefined;
	}

	#roomOf(id: string): Room {
		const known = this.#rooms.get(id);
		if (known !== undefined) return known;
		const room: Room = { seats: new Map(), mailboxes: { inviter: new Map(), guest: new Map() } };
		this.#rooms.set(id, room);
		return room;
	}

	#drop(id: string, room: Room, side: Side, key: string): void {
		const letter = room.mailboxes[side].get(key);
		if (letter === undefined) return;
		room.mailboxes[side].delete(key);
		this.#count(letter.address, -letter.cost);
		this.#forgetEmpty(id, room);
	}

	#count(address: string, cost: number): void {
		this.#bytes += cost;
		const own = (this.#bytesBy.get(address) ?? 0) + cost;
		if (own === 0) this.#bytesBy.delete(address);
		else this.#bytesBy.set(address, own);
	}

	#forgetEmpty(id: string, room: Room): void {
		const { inviter, guest } = room.mailboxes;
		if (room.seats.size + inviter.size + guest.size === 0) this.#rooms.delete(id);
	}
}
