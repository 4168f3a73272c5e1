/**
 * The relay: a server that keeps sealed letters for two sides until they are taken (docs/spec/transports.md#relay).
 *
 *   upgrade ──▶ path, origin, address allowed? ──▶ seat in a room ◀──▶ letters, taken, beats
 *
 * It writes nothing to disk and logs nothing. What a stranger can make it hold is bounded by address and in all:
 * connections, bytes that wait, letters a minute, bytes on their way to a reader that does not read.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Bytes, isRefusal, type RefusalCode } from "@tenten/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import { addressReader } from "./client-address.ts";
import type { LoopbackServer } from "./loopback-server.ts";
import {
	beatInterval_ms,
	closeCodes,
	decodeFrame,
	encodeFrame,
	maximumFrameBytes,
	type Side,
	silenceLimit_ms,
} from "./relay-frame.ts";
import { type RelayLimits, RelayRooms, type Rooms, type Seat, usualRelayLimits } from "./relay-rooms.ts";

export type RelayOptions = {
	/** a free one where none is named */
	readonly port?: number;
	/** loopback without: a proxy in front of it brings TLS */
	readonly host?: string;
	/** web pages that may connect, as `https://wallet.example`; any without */
	readonly origins?: readonly string[];
	/** proxies whose `X-Forwarded-For` is believed, as `10.0.0.0/8` or `loopback`; none without */
	readonly trustedProxies?: readonly string[];
	readonly limits?: Partial<RelayLimits & ConnectionLimits>;
	/** where letters wait, if not in its own memory */
	readonly rooms?: Rooms;
};

export type ConnectionLimits = {
	/** at once */
	readonly connections: number;
	readonly connectionsByAddress: number;
	/** frames of one connection */
	readonly framesPerMinute: number;
};

const usualConnectionLimits: ConnectionLimits = {
	connections: 10_000,
	connectionsByAddress: 128,
	framesPerMinute: 3_000,
};

const beat: Bytes = encodeFrame({ kind: "beat" });
const sweep_ms = 60_000;
const grace_ms = 1_000;
const restarting = 1012;
const roomPath = /^(?:\/[^?#]*)?\/v1\/rooms\/([0-9a-f]{64})\/(inviter|guest)$/;

/** A relay that listens; `url` begins with `ws:`. Rejects where it cannot listen. */
export function listenAsRelay(options: RelayOptions = {}): Promise<LoopbackServer> {
	const relay = new Relay(options);
	const server = createServer((_, response) => {
		response.writeHead(426, { upgrade: "websocket", connection: "close" }).end();
	});
	server.requestTimeout = 10_000;
	server.on("upgrade", (request, socket, head) => relay.upgrade(request, socket, head));
	const stop = async (): Promise<void> => {
		const closed = new Promise<void>((resolve) => server.close(() => resolve()));
		await relay.stop();
		server.closeAllConnections();
		await closed;
	};
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(options.port ?? 0, options.host ?? "127.0.0.1", () => {
			const { address, port, family } = server.address() as AddressInfo;
			resolve({ url: `ws://${family === "IPv6" ? `[${address}]` : address}:${port}`, stop });
		});
	});
}

/** For a server that is there already: give it the upgrades of that server, and stop it with it. */
export class Relay {
	readonly #rooms: Rooms;
	readonly #limits: RelayLimits & ConnectionLimits;
	readonly #origins: readonly string[] | undefined;
	readonly #addressOf: (request: IncomingMessage) => string;
	readonly #byAddress = new Map<string, number>();
	readonly #sockets = new WebSocketServer({
		noServer: true,
		maxPayload: maximumFrameBytes,
		perMessageDeflate: false,
		clientTracking: true,
	});
	readonly #sweep: ReturnType<typeof setInterval>;
	#isStopping = false;

	constructor(options: Omit<RelayOptions, "port" | "host"> = {}) {
		const { origins, trustedProxies = [], limits = {}, rooms } = options;
		this.#limits = { ...usualRelayLimits, ...usualConnectionLimits, ...limits };
		this.#rooms = rooms ?? new RelayRooms(this.#limits);
		this.#origins = origins;
		this.#addressOf = addressReader(trustedProxies);
		this.#sweep = setInterval(() => this.#rooms.expire(performance.now()), sweep_ms);
		this.#sweep.unref();
	}

	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		// A peer that breaks off is no error of ours.
		socket.on("error", () => socket.destroy());
		const [, room, side] = roomPath.exec(request.url ?? "") ?? [];
		const address = this.#addressOf(request);
		const status = room === undefined ? "404 Not Found" : this.#whyNot(request, address);
		if (status !== undefined) {
			socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
			return;
		}
		this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
			this.#serve(webSocket, { room: room as string, side: side as Side, address }),
		);
	}

	/** Tells every side that it goes, and ends what does not close in a second. */
	async stop(): Promise<void> {
		this.#isStopping = true;
		clearInterval(this.#sweep);
		const open = [...this.#sockets.clients];
		const ended = open.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())));
		for (const socket of open) socket.close(1001);
		const end = setTimeout(() => {
			for (const socket of open) socket.terminate();
		}, grace_ms);
		await Promise.all(ended);
		clearTimeout(end);
	}

	/** What waits and who is there. */
	get size(): Rooms["size"] & { readonly connections: number } {
		return { ...this.#rooms.size, connections: this.#sockets.clients.size };
	}

	#whyNot({ headers }: IncomingMessage, address: string): string | undefined {
		const { origin } = headers;
		if (this.#isStopping) return "503 Service Unavailable";
		if (origin !== undefined && this.#origins?.includes(origin) === false) return "403 Forbidden";
		if ((this.#byAddress.get(address) ?? 0) >= this.#limits.connectionsByAddress)
			return "429 Too Many Requests";
		return this.#sockets.clients.size >= this.#limits.connections ? "503 Service Unavailable" : undefined;
	}

	#serve(
		socket: WebSocket,
		at: { readonly room: string; readonly side: Side; readonly address: string },
	): void {
		const { room, side, address } = at;
		this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
		const refuse = (code: RefusalCode): void => {
			socket.removeAllListeners("message");
			socket.close(closeCodes.refused, code);
			setTimeout(() => socket.terminate(), grace_ms).unref();
		};
		const seat: Seat = {
			deliver: (frame) => {
				// Who does not read is let go before what waits for it in buffers grows past a mailbox.
				if (socket.bufferedAmount > this.#limits.mailboxBytes) socket.terminate();
				else socket.send(frame);
			},
			replaced: () => socket.close(closeCodes.replaced),
			// As of a relay that is started again (RFC 6455 section 7.4, and its registry).
			ended: () => socket.close(restarting),
		};
		const allowed = frameAllowance(this.#limits.framesPerMinute);
		let heardAt_ms = performance.now();
		const heart = setInterval(() => {
			if (performance.now() - heardAt_ms > silenceLimit_ms) socket.terminate();
			else socket.send(beat);
		}, beatInterval_ms);
		socket.on("message", (data, isBinary) => {
			heardAt_ms = performance.now();
			if (!allowed(heardAt_ms)) return refuse("rate-limited");
			// Copied out of the socket's buffers, which may be much longer.
			const bytes = Uint8Array.from(data as Buffer);
			const frame = decodeFrame(bytes);
			if (!isBinary || isRefusal(frame)) return refuse(isRefusal(frame) ? frame.code : "malformed");
			if (frame.kind === "taken") this.#rooms.taken(room, side, frame.id);
			if (frame.kind !== "letter") return;
			const letter = { id: frame.id, frame: bytes };
			const refused = this.#rooms.post(room, side, letter, { address, now_ms: heardAt_ms });
			if (refused !== undefined) refuse(refused.code);
		});
		// The close that follows says enough.
		socket.on("error", () => undefined);
		socket.once("close", () => {
			clearInterval(heart);
			this.#rooms.leave(room, side, seat);
			const left = (this.#byAddress.get(address) ?? 1) - 1;
			if (left === 0) this.#byAddress.delete(address);
			else this.#byAddress.set(address, left);
		});
		this.#rooms.sit(room, side, seat);
	}
}

/** A token bucket: so many at once, filled again in a minute. */
function frameAllowance(perMinute: number): (now_ms: number) => boolean {
	let left = perMinute;
	let at_ms = performance.now();
	return (now_ms) => {
		left = Math.min(perMinute, left + ((now_ms - at_ms) * perMinute) / 60_000);
		at_ms = now_ms;
		if (left < 1) return false;
		left--;
		return true;
	};
}
