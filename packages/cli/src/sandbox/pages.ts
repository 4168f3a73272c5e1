/**
 * The wallet's pages and a relay at one address of this machine, which goes dark as a whole and comes back.
 *
 *   /            leads to the sandbox's page
 *   /wallet/…    the pages that were built: a service worker keeps them, and nothing beside them
 *   /v1/rooms/…  the relay
 *
 * What was open is cut when it goes dark, and what the relay kept is gone: its sides send it again. The address stays.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type LoopbackServer, listenOnLoopback, Relay } from "@tenten/wallet";
import { Hono } from "hono";
import { BadInput } from "../bad-input.ts";
import type { BuiltPages } from "../server/console-pages.ts";
import { freePort, onPort } from "../server/port.ts";
import { readJson, writeJson } from "../wallet/settings.ts";

export class Pages {
	readonly url: string;
	readonly relayUrl: string;
	readonly #port: number;
	readonly #app: BuiltPages;
	#running: { readonly server: LoopbackServer; readonly relay: Relay } | undefined;

	/** Whoever opens the address is led to `start`, a path. */
	constructor(port: number, built: BuiltPages, start: string) {
		this.#port = port;
		this.url = originAt(port);
		this.relayUrl = `ws://127.0.0.1:${port}`;
		const app = new Hono();
		app.get("/", (context) => {
			context.header("cache-control", "no-store");
			return context.redirect(`${this.url}${start}`);
		});
		app.mount("/wallet", built.fetch);
		this.#app = app;
	}

	get isRunning(): boolean {
		return this.#running !== undefined;
	}

	async start(): Promise<void> {
		if (this.#running !== undefined) return;
		const relay = new Relay({ origins: [this.url] });
		const upgrade: Relay["upgrade"] = (...asked) => relay.upgrade(...asked);
		const port = this.#port;
		const server = await onPort(port, () => listenOnLoopback(this.#app, { port, upgrade }));
		this.#running = { server, relay };
	}

	async stop(): Promise<void> {
		const running = this.#running;
		this.#running = undefined;
		await Promise.all([running?.server.stop(), running?.relay.stop()]);
	}
}

export function originAt(port: number): string {
	return `http://127.0.0.1:${port}`;
}

/** `port` of the pages, `switches` of the switchboard. */
export type ScreenPorts = { readonly port: number; readonly switches: number };

/**
 * The ports of a folder, the same whenever it is opened: what a browser keeps belongs to the address of the pages, and
 * the policy that it keeps with them names the switchboard.
 */
export async function screenPorts(folder: string): Promise<ScreenPorts> {
	const file = join(folder, "pages.json");
	const kept: { readonly port?: unknown; readonly switches?: unknown } = existsSync(file)
		? readJson(file)
		: {};
	const { port = await freePort(), switches = await freePort() } = kept;
	if (typeof port !== "number" || typeof switches !== "number") throw new BadInput("names no port", { file });
	writeJson(file, { port, switches });
	return { port, switches };
}
