/** Ports of this machine: finding a free one, and saying so when one is taken. */
import { createServer } from "node:net";
import { BadInput } from "../bad-input.ts";

/**
 * Systems give outgoing connections ports from 32768 or 49152 on (RFC 6335, section 6): below these a port that is free
 * stays so until its owner listens, unless another program names it.
 */
const [least, most] = [20_000, 32_767] as const;
const triesMost = 1_000;

/**
 * Whoever gets a port listens on it later: so none is given twice here, and processes that look for ports at once begin
 * 32 or more apart.
 */
const ports = most - least + 1;
let next = (process.pid * 5 * 32) % ports;

/** A port that nobody listens on, and that no outgoing connection is given meanwhile. */
export async function freePort(): Promise<number> {
	for (let tries = 0; tries < triesMost; tries++) {
		const port = least + next;
		next = (next + 1) % ports;
		if (await isFree(port)) return port;
	}
	throw new BadInput(`no port from ${least} to ${most} is free`);
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer().once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}

/** What `listen` gives. A port that another program has is bad input, and so is a setting out of range; no bugs. */
export async function onPort<T>(port: number, listen: () => Promise<T>): Promise<T> {
	try {
		return await listen();
	} catch (error) {
		if (error instanceof RangeError) throw new BadInput(error.message);
		const { code } = error as { readonly code?: unknown };
		if (code === "EADDRINUSE") throw new BadInput(`port ${port} is taken: perhaps this runs already`);
		if (code === "EACCES") throw new BadInput(`port ${port} is not for this user`);
		throw error;
	}
}

/** The port that a flag names. */
export function portOf(text: string): number {
	if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65_535) throw new BadInput(`${text} is no port`);
	return Number(text);
}
