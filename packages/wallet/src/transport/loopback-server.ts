/** A server on this machine alone, on a free port: for tests, the sandbox and wallets behind a proxy. */
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";

export type LoopbackServer = {
	/** e.g. `http://127.0.0.1:49152` */
	readonly url: string;
	/** Takes no more connections, lets what is under way finish for a second, then ends it. */
	readonly stop: () => Promise<void>;
};

export type LoopbackOptions = {
	/** a free one where none is named */
	readonly port?: number;
	/** for a whole request to arrive */
	readonly timeout_ms?: number;
	/** who takes connections that become something else, and ends them: a relay. Nobody without */
	readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
};

const defaultTimeout_ms = 10_000;
const keepAlive_ms = 5_000;
const grace_ms = 1_000;

export function listenOnLoopback(
	app: Pick<Hono, "fetch">,
	options: LoopbackOptions = {},
): Promise<LoopbackServer> {
	const timeout_ms = options.timeout_ms ?? defaultTimeout_ms;
	return new Promise((resolve, reject) => {
		const serverOptions = {
			headersTimeout: timeout_ms,
			requestTimeout: timeout_ms,
			keepAliveTimeout: keepAlive_ms,
			connectionsCheckingInterval: Math.min(timeout_ms, 1_000),
		};
		const listening = ({ port }: AddressInfo): void =>
			resolve({ url: `http://127.0.0.1:${port}`, stop: () => stop(server) });
		const server = serve(
			{ fetch: app.fetch, hostname: "127.0.0.1", port: options.port ?? 0, serverOptions },
			listening,
		);
		if (options.upgrade !== undefined) server.on("upgrade", options.upgrade);
		server.once("error", reject);
	});
}

function stop(server: ReturnType<typeof serve>): Promise<void> {
	return new Promise((resolve, reject) => {
		const end = setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), grace_ms);
		server.close((error) => {
			clearTimeout(end);
			if (error === undefined) resolve();
			else reject(error);
		});
	});
}
