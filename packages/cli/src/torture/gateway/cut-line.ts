/** A line to a port of this machine that is cut now and then: in the middle of a packet, of an answer, of anything. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type CutLine = {
	/** where it is reached, in the place of what is behind it */
	readonly port: number;
	/** Ends every connection at once; how many there were. */
	readonly cut: () => number;
	readonly close: () => Promise<void>;
};

/** A line to `port` of this machine. */
export async function openCutLine(port: number): Promise<CutLine> {
	const pairs = new Set<readonly [Socket, Socket]>();
	const server = createServer((here) => {
		const there = connect(port, "127.0.0.1");
		const pair = [here, there] as const;
		pairs.add(pair);
		for (const [from, to] of [pair, [there, here] as const]) {
			from.setNoDelay();
			from.pipe(to);
			// A side that is gone takes the other with it.
			from.on("error", () => undefined);
			from.once("close", () => {
				to.destroy();
				pairs.delete(pair);
			});
		}
	});
	const cut = (): number => {
		const cuts = pairs.size;
		for (const sockets of [...pairs]) for (const socket of sockets) socket.resetAndDestroy();
		return cuts;
	};
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		port: (server.address() as AddressInfo).port,
		cut,
		close: async () => {
			cut();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}
