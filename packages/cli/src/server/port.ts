/** Ports of this machine: finding a free one, and saying so when one is taken. */
import { createServer } from "node:net";
import { BadInput } from "../bad-input.ts";

/** A port that nobody listens on. Its owner may still lose it to another program before it listens. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer().once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
		});
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
