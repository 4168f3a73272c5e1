/**
 * Serves the built pages. All of them are read once and held in memory, so no path that is asked for reaches the
 * disk; a file whose name bears its digest may be kept for ever, the others are asked for again.
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { type Policy, securityHeaders } from "./policy.ts";

type Served = {
	readonly body: Uint8Array<ArrayBuffer>;
	/** absent where it would not be smaller */
	readonly gzipped: Uint8Array<ArrayBuffer> | undefined;
	readonly headers: Readonly<Record<string, string>>;
};

const mediaTypes: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
	".wasm": "application/wasm",
	".webmanifest": "application/manifest+json",
};

/** An app that serves the folder that `buildWeb` gave. Throws where it holds a kind of file that is not known here. */
export function webApp(folder: string, policy: Policy = {}): Hono {
	const files = readAll(folder);
	const app = new Hono();
	app.use(securityHeaders(policy));
	app.use(etag());
	app.get("*", (context) => {
		const path = context.req.path.slice(1);
		const file = files.get(path === "" ? "index.html" : path);
		if (file === undefined) return context.text("not here", 404);
		const acceptsGzip = /\bgzip\b/.test(context.req.header("accept-encoding") ?? "");
		const { body, gzipped, headers } = file;
		for (const [name, value] of Object.entries(headers)) context.header(name, value);
		if (gzipped === undefined || !acceptsGzip) return context.body(body);
		context.header("content-encoding", "gzip");
		return context.body(gzipped);
	});
	return app;
}

function readAll(folder: string): ReadonlyMap<string, Served> {
	const names = readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
	return new Map(names.map((name) => [name.split(sep).join("/"), read(folder, name)]));
}

function read(folder: string, name: string): Served {
	const mediaType = mediaTypes[extname(name)];
	if (mediaType === undefined) throw new Error(`no media type for ${name}`);
	const body = Uint8Array.from(readFileSync(join(folder, name)));
	const gzipped = Uint8Array.from(gzipSync(body, { level: constants.Z_BEST_COMPRESSION }));
	const isNamedByDigest = name.startsWith(`assets${sep}`);
	return {
		body,
		gzipped: gzipped.length < body.length ? gzipped : undefined,
		headers: {
			"content-type": mediaType,
			"cache-control": isNamedByDigest ? "public, max-age=31536000, immutable" : "no-cache",
			vary: "accept-encoding",
		},
	};
}
