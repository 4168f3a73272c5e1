/**
 * Serves an operator's app on a port, within limits, and stops gracefully.
 *
 * Nobody holds a connection by saying little: a head and a whole request have their time, and a connection that
 * says nothing is closed. Stopping takes no new connections, answers what was begun, closes each connection as
 * it falls idle, and ends what is left when its time is over: whoever is cut off then asks again with the same
 * content, as after a crash.
 */
import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import { pino } from "pino";
import { type AppOptions, createApp } from "./app.ts";
import { listen } from "./listening.ts";

export type ServerOptions = Omit<AppOptions, "log"> & {
	/** 0 takes any free port */
	readonly port: number;
	readonly hostname?: string;
	readonly log?: AppOptions["log"];
	readonly limits?: Partial<ServerLimits>;
};

export type ServerLimits = {
	/** for the head of a request to arrive */
	readonly head_ms: number;
	/** for a whole request to arrive */
	readonly request_ms: number;
	/** between two requests of one connection */
	readonly idle_ms: number;
	/** for what was begun to be answered, once the server stops */
	readonly stop_ms: number;
	/** at once */
	readonly connections: number;
};

export type RunningServer = {
	readonly url: string;
	/** Stops listening, answers what was begun, and resolves. The operator stays open. */
	readonly close: () => Promise<void>;
};

export type RunningApp = RunningServer & {
	/** Gives connections that ask for another protocol to this one; they end with the server. */
	readonly upgrades: (take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void) => void;
};

const usualLimits: ServerLimits = {
	head_ms: 10_000,
	request_ms: 30_000,
	idle_ms: 5_000,
	stop_ms: 10_000,
	connections: 10_000,
};

/** Bytes of all headers of a request; a signed question for a balance is the longest, below 4 KiB. */
const maximumHead = 16_384;

export async function startServer(options: ServerOptions): Promise<RunningServer> {
	const log = options.log ?? pino({ name: options.operator.entry.name });
	const app = createApp({ ...options, log });
	return serveApp(app.fetch, options);
}

/** Serves any app within these limits. */
export async function serveApp(
	fetch: (request: Request) => Response | Promise<Response>,
	options: Pick<ServerOptions, "port" | "hostname" | "limits">,
): Promise<RunningApp> {
	const { port, hostname = "127.0.0.1" } = options;
	const limits = { ...usualLimits, ...options.limits };
	const serverOptions = {
		headersTimeout: limits.head_ms,
		requestTimeout: limits.request_ms,
		keepAliveTimeout: limits.idle_ms,
		maxHeaderSize: maximumHead,
		connectionsCheckingInterval: Math.min(limits.head_ms, 1_000),
	};
	// Plain HTTP/1.1: TLS ends in front of it.
	const server = createAdaptorServer({ fetch, hostname, serverOptions }) as Server;
	const connections = connectionsOf(server, limits.connections);
	const listening = await listen(server, port, hostname);
	return {
		url: `http://${hostname}:${listening.port}`,
		close: () => {
			listening.stop();
			return stop(server, connections, limits.stop_ms);
		},
		upgrades: (take) => void server.on("upgrade", take),
	};
}

/** Connections, and those of them on which something is being answered. */
type Connections = { readonly all: Set<Socket>; readonly busy: Set<Socket> };

/** Node counts a connection on which nothing was ever asked as busy; here it is one that waits. */
function connectionsOf(server: Server, most: number): Connections {
	const all = new Set<Socket>();
	const busy = new Set<Socket>();
	server.on("connection", (socket) => {
		if (all.size >= most) return socket.destroy();
		all.add(socket);
		socket.once("close", () => all.delete(socket));
	});
	server.on("request", ({ socket }, answer) => {
		busy.add(socket);
		answer.once("close", () => {
			busy.delete(socket);
			if (!server.listening) socket.end();
		});
	});
	return { all, busy };
}

async function stop(server: Server, { all, busy }: Connections, stop_ms: number): Promise<void> {
	const end = setTimeout(() => {
		for (const socket of all) socket.destroy();
	}, stop_ms);
	const closed = once(server, "close");
	server.close();
	for (const socket of all) if (!busy.has(socket)) socket.destroy();
	await closed;
	// The server itself counts only the connections that came in by its own socket.
	await Promise.all([...all].map((socket) => once(socket, "close")));
	clearTimeout(end);
}
