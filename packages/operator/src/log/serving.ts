/**
 * Serving a log: its static files as they lie, with the headers of docs/spec/log.md. Any web server can do the same.
 *
 * Nothing but the checkpoint and well-formed paths of tiles is looked for, so nothing else of the machine is read.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { isRefusal, parseTilePath } from "@tenten/protocol";
import { Hono } from "hono";
import { readWhole } from "./files.ts";

const checkpointHeaders = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" };
const tileHeaders = {
	"content-type": "application/octet-stream",
	"cache-control": "public, max-age=31536000, immutable",
};

/** bytes of the largest file: 256 entries of 65,535 bytes */
const fileBytes = 256 * (2 + 65_535);

/** The routes of a log of which `folder` is what is public; `under` is what stands before its paths. */
export function logApp(folder: string, under = "/"): Hono {
	const app = new Hono();
	app.get("*", async (context) => {
		const path = context.req.path.slice(under.length);
		const isCheckpoint = path === "checkpoint";
		const isNamed = isCheckpoint || !isRefusal(parseTilePath(path));
		const content = isNamed ? await readWhole(join(folder, path), fileBytes) : undefined;
		const common = { "access-control-allow-origin": "*", "x-content-type-options": "nosniff" };
		// A tile that is not there yet may come: that there is none is not to be kept.
		if (content === undefined)
			return context.text("not found\n", 404, { ...common, "cache-control": "no-cache" });
		const headers = { ...common, ...(isCheckpoint ? checkpointHeaders : tileHeaders) };
		const length = { "content-length": `${content.length}` };
		return context.body(content as Uint8Array<ArrayBuffer>, 200, { ...headers, ...length });
	});
	return app;
}

export type LogServer = { readonly url: string; readonly stop: () => Promise<void> };

/** Serves on a port, 0 for a free one. Throws where it is taken. */
export async function serveLog(folder: string, port: number, host = "127.0.0.1"): Promise<LogServer> {
	const server = createServer(getRequestListener(logApp(folder).fetch));
	server.listen({ port, host });
	await once(server, "listening");
	const { port: taken } = server.address() as AddressInfo;
	const name = host.includes(":") ? `[${host}]` : host;
	return {
		url: `http://${name}:${taken}`,
		stop: async () => {
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}
