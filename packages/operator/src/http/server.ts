/** Serves an operator's app on a port, and stops gracefully: what was begun is answered first. */
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { pino } from "pino";
import type { Operator } from "../operator.ts";
import { createApp, type RequestLog } from "./app.ts";

export type ServerOptions = {
	readonly operator: Operator;
	/** 0 takes any free port */
	readonly port: number;
	readonly hostname?: string;
	readonly log?: RequestLog;
};

export type RunningServer = {
	readonly url: string;
	/** Stops listening, answers what was begun, and resolves. The operator stays open. */
	readonly close: () => Promise<void>;
};

export async function startServer(options: ServerOptions): Promise<RunningServer> {
	const { operator, port, hostname = "127.0.0.1" } = options;
	const log = options.log ?? pino({ name: operator.entry.name });
	const app = createApp({ operator, log });
	return new Promise((resolve, reject) => {
		const server = serve({ fetch: app.fetch, port, hostname }, (address: AddressInfo) => {
			const close = (): Promise<void> =>
				new Promise((closed, failed) => {
					server.close((error) => (error ? failed(error) : closed()));
					if ("closeIdleConnections" in server) server.closeIdleConnections();
				});
			resolve({ url: `http://${hostname}:${address.port}`, close });
		});
		server.once("error", reject);
	});
}
