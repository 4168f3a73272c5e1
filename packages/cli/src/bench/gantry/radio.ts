/**
 * A roadside radio between cars and the tolls behind it: a contact exists for a while, and then it does not.
 *
 * Real sockets on this machine, and between them what the air does, as radios of roads do it (DSRC, 802.11p): whatever
 * is sent goes in frames, each takes its time on the air and half a round trip more; a frame that is lost is sent again
 * by the radio, a round trip later, and those behind it wait. Opening a TCP connection takes a round trip, too. When
 * the contact ends, what is in the air is gone, and either side finds that there is nobody.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { seededChance } from "../../torture/chance.ts";

/** bytes of one frame, with what TCP and HTTP put around ours */
const frameBytes = 1_400;
/** of the air, each way: the usual rate of 802.11p in a channel of 10 MHz */
const bitsPerSecond = 6_000_000;

export type Air = {
	/** there and back, milliseconds */
	readonly roundTrip_ms: number;
	/** frames of a thousand that are lost */
	readonly lostOfThousand: number;
	/** which ones */
	readonly seed: number;
	/** the contact ends after so long, or before the next frame of those that arrive */
	readonly ends: { readonly after_ms: number } | { readonly afterFrames: number };
};

export type Contact = {
	/** where a car reaches each of the tolls while the contact lasts, in their order */
	readonly urls: readonly string[];
	/** how many frames arrived, once it is over */
	readonly over: Promise<number>;
	readonly end: () => void;
};

/** Opens a contact with the tolls at these addresses, e.g. `http://127.0.0.1:49152`. It begins when this resolves. */
export async function openContact(tolls: readonly string[], air: Air): Promise<Contact> {
	let tell: (frames: number) => void = () => undefined;
	const over = new Promise<number>((resolve) => {
		tell = resolve;
	});
	const chance = seededChance(air.seed);
	const sockets = new Set<Socket>();
	const servers: Server[] = [];
	let frames = 0;
	let isOver = false;
	let timer: NodeJS.Timeout | undefined;

	const end = (): void => {
		if (isOver) return;
		isOver = true;
		clearTimeout(timer);
		for (const socket of sockets) socket.destroy();
		for (const server of servers) server.close();
		tell(frames);
	};
	/** Whether the next frame arrives. */
	const arrives = (): boolean => {
		if ("afterFrames" in air.ends && frames >= air.ends.afterFrames) end();
		if (isOver) return false;
		frames++;
		return true;
	};
	const keep = (socket: Socket, other: () => Socket): void => {
		sockets.add(socket);
		socket.setNoDelay();
		socket.on("error", () => socket.destroy());
		socket.on("close", () => {
			sockets.delete(socket);
			other().destroy();
		});
	};
	const join = (car: Socket, port: number): void => {
		if (isOver) return void car.destroy();
		const toll = connect(port, "127.0.0.1");
		keep(car, () => toll);
		keep(toll, () => car);
		carry(car, toll, { air, chance, arrives, opening_ms: air.roundTrip_ms });
		carry(toll, car, { air, chance, arrives, opening_ms: 0 });
	};
	for (const address of tolls) {
		const port = Number(new URL(address).port);
		const server = createServer((car) => join(car, port));
		servers.push(server);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
	}
	if ("after_ms" in air.ends) timer = setTimeout(end, air.ends.after_ms);
	const urls = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	return { urls, over, end };
}

type Way = {
	readonly air: Air;
	readonly chance: (below: number) => number;
	readonly arrives: () => boolean;
	/** before the first frame, milliseconds */
	readonly opening_ms: number;
};

/** Frames one way, in their order, each when it is due. */
function carry(from: Socket, to: Socket, { air, chance, arrives, opening_ms }: Way): void {
	const waiting: { readonly frame: Buffer; readonly due_ms: number }[] = [];
	let free_ms = performance.now() + opening_ms;
	let timer: NodeJS.Timeout | undefined;
	const deliver = (): void => {
		timer = undefined;
		// A timer may be early by less than a millisecond.
		while ((waiting[0]?.due_ms ?? Number.POSITIVE_INFINITY) <= performance.now() + 0.5) {
			const next = waiting.shift();
			if (next === undefined || !arrives()) return;
			to.write(next.frame);
		}
		schedule();
	};
	const schedule = (): void => {
		const [next] = waiting;
		if (next === undefined || timer !== undefined) return;
		timer = setTimeout(deliver, Math.max(1, Math.ceil(next.due_ms - performance.now())));
	};
	from.on("data", (sent: Buffer) => {
		for (let at = 0; at < sent.length; at += frameBytes) {
			const frame = sent.subarray(at, at + frameBytes);
			free_ms = Math.max(free_ms, performance.now()) + (8_000 * frame.length) / bitsPerSecond;
			while (chance(1_000) < air.lostOfThousand) free_ms += air.roundTrip_ms;
			waiting.push({ frame, due_ms: free_ms + air.roundTrip_ms / 2 });
		}
		schedule();
	});
}
