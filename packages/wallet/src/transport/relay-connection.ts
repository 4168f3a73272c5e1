/**
 * One side's connection to a relay, kept up: a WebSocket that is opened again whenever it ends, until it is closed
 * for good or another connection of the same side takes its place.
 *
 *   connecting ──open──▶ connected ──close, error, silence──▶ connecting (after a pause that grows)
 *        └───────────────── closed, or replaced: for good ◀──────┘
 */
import { isRefusal, type Refusal } from "@tenten/protocol";
import { closeCodes, decodeFrame, encodeFrame, type RelayFrame, silenceLimit_ms } from "./relay-frame.ts";

/** What a WebSocket is here: the browser's, or one that holds to an address that was checked. */
export type Socket = {
	binaryType: string;
	onopen: (() => void) | null;
	onmessage: ((event: { readonly data: unknown }) => void) | null;
	onclose: ((event: { readonly code: number }) => void) | null;
	onerror: (() => void) | null;
	readonly send: (data: Uint8Array<ArrayBuffer>) => void;
	readonly close: () => void;
};

/** Begins to open a WebSocket, or says why this address is not for us: `peer-refused`. */
export type Dial = (url: string) => Socket | Refusal;

export type ConnectionState = "connecting" | "connected" | "closed";

export type ConnectionEvents = {
	readonly changed: (state: ConnectionState) => void;
	readonly came: (frame: Exclude<RelayFrame, { kind: "beat" }>) => void;
};

const connectTimeout_ms = 10_000;
const shortestPause_ms = 200;
const longestPause_ms = 5_000;

export class RelayConnection {
	readonly #url: string;
	readonly #dial: Dial;
	readonly #events: ConnectionEvents;
	#socket: Socket | undefined;
	#isOpen = false;
	#openedAt_ms = 0;
	#isClosed = false;
	#pause_ms = shortestPause_ms;
	/** the next try, or the limit of silence */
	#timer: ReturnType<typeof setTimeout> | undefined;

	private constructor(url: string, dial: Dial, events: ConnectionEvents) {
		this.#url = url;
		this.#dial = dial;
		this.#events = events;
	}

	static open(url: string, dial: Dial, events: ConnectionEvents): RelayConnection | Refusal {
		const connection = new RelayConnection(url, dial, events);
		const refusal = connection.#connect();
		return refusal ?? connection;
	}

	/** Whether it went under way; what is lost on the way is the caller's to send again. */
	send(frame: RelayFrame): boolean {
		if (!this.#isOpen) return false;
		this.#socket?.send(Uint8Array.from(encodeFrame(frame)));
		return true;
	}

	close(): void {
		this.#isClosed = true;
		this.#drop();
		this.#events.changed("closed");
	}

	#connect(): Refusal | undefined {
		const socket = this.#dial(this.#url);
		if (isRefusal(socket)) return socket;
		this.#socket = socket;
		this.#events.changed("connecting");
		socket.binaryType = "arraybuffer";
		socket.onopen = () => {
			this.#isOpen = true;
			this.#openedAt_ms = performance.now();
			this.#expect(silenceLimit_ms);
			this.#events.changed("connected");
		};
		socket.onmessage = ({ data }) => this.#heard(data);
		socket.onclose = ({ code }) => (code === closeCodes.replaced ? this.close() : this.#again());
		// A close follows every error.
		socket.onerror = () => undefined;
		this.#expect(connectTimeout_ms);
		return undefined;
	}

	#heard(data: unknown): void {
		this.#expect(silenceLimit_ms);
		const frame = data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : undefined;
		if (frame === undefined || isRefusal(frame)) this.#again();
		else if (frame.kind === "beat") this.send({ kind: "beat" });
		else this.#events.came(frame);
	}

	/** Something must be heard within this time. */
	#expect(limit_ms: number): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#again(), limit_ms);
	}

	/**
	 * Some of the pause is chance, so that all sides of a relay do not come back at once. A connection that did not hold
	 * for the longest pause does not shorten it: two that take one another's place do not chase each other.
	 */
	#again(): void {
		if (this.#isClosed) return;
		if (this.#isOpen && performance.now() - this.#openedAt_ms > longestPause_ms)
			this.#pause_ms = shortestPause_ms;
		this.#drop();
		this.#events.changed("connecting");
		this.#timer = setTimeout(() => this.#connect(), this.#pause_ms * (0.5 + Math.random() / 2));
		this.#pause_ms = Math.min(2 * this.#pause_ms, longestPause_ms);
	}

	#drop(): void {
		clearTimeout(this.#timer);
		this.#isOpen = false;
		const socket = this.#socket;
		if (socket === undefined) return;
		this.#socket = undefined;
		socket.onopen = socket.onmessage = socket.onclose = null;
		socket.close();
	}
}
