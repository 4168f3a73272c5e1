/**
 * Listening on a port, so that a crowd is taken as fast as it comes.
 *
 * A turn of Node's loop takes one connection from each socket that listens, however many wait (libuv accepts one a
 * turn). A turn in which a batch of claims is written lasts a tenth of a second: with one socket, ten connections a
 * second come in, and no door can turn away who is not in. So several sockets listen on the port, where the system
 * deals connections out among them (SO_REUSEPORT: Linux); what they take is one server's.
 */
import { once } from "node:events";
import net, { type AddressInfo, type Server } from "node:net";

/** Sockets that listen. */
const doors = process.platform === "linux" ? 16 : 1;

/**
 * Connections that the system holds for us until we come to take them. Where it is full the system drops who comes,
 * and they come again after one second, three, seven: nobody was told that the operator is busy. The system's own
 * limit (net.core.somaxconn) may be lower.
 */
const backlog = 4_096;

export type Listening = {
	readonly port: number;
	/** Takes no more connections; those that are open stay. */
	readonly stop: () => void;
};

/** Throws where the port is taken: by anyone, also one that would share it. */
export async function listen(server: Server, wanted: number, host: string): Promise<Listening> {
	const port = await freeOf(wanted, host);
	const others = Array.from({ length: doors - 1 }, () =>
		net.createServer((socket) => server.emit("connection", socket)),
	);
	const reusePort = doors > 1;
	for (const each of [server, ...others]) {
		each.listen({ port, host, backlog, reusePort });
		await once(each, "listening");
	}
	return {
		port,
		stop: () => {
			for (const each of others) each.close();
		},
	};
}

/** The port, if nobody has it: sockets that share a port would let a second operator have it too. */
async function freeOf(port: number, host: string): Promise<number> {
	const alone = net.createServer().listen({ port, host });
	await once(alone, "listening");
	const { port: free } = alone.address() as AddressInfo;
	alone.close();
	await once(alone, "close");
	return free;
}
