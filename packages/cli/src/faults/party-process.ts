/**
 * A party of the fault matrix as a process of its own: its store in a folder, its messages over HTTP, its own clock.
 *
 *   proxy ──POST──▶ take, durable ──▶ told to the stage ──▶ 200, and what it sends goes to the proxy, one after another
 *
 * One process serves one party after another, each from its start. Where the cell says that its power fails in a
 * durable write, it ends itself by SIGKILL there: nothing is flushed, closed or said. It ends with its parent.
 */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import {
	type Cell,
	type Flow,
	flows,
	Injection,
	type Message,
	type Party,
	randomOf,
	type State,
} from "@tenten/sim";
import { Line } from "../ipc-line.ts";
import { type Clock, readClock } from "./clock.ts";
import type { StageMethods } from "./processes-world.ts";

/** `cell`: the power failure that is still to come, if any. */
type PartyStart = {
	readonly flow: string;
	readonly party: string;
	readonly seed: number;
	readonly folder: string;
	readonly proxy: string;
	readonly clock: Clock;
	readonly life: number;
	readonly cell: Cell | undefined;
};

export type PartyMethods = {
	/** Opens a party from its store; where it listens, and what it holds. */
	readonly open: (start: PartyStart) => Promise<{ readonly port: number; readonly state: State }>;
	/** Lets it begin to work. */
	readonly go: (input: null) => Promise<void>;
	/** Puts something into its hands. */
	readonly tap: (message: Message) => Promise<void>;
	/** A second acknowledgement. */
	readonly delivered: (id: string) => Promise<void>;
	readonly read: (input: null) => Promise<{ readonly state: State; readonly isIdle: boolean }>;
	readonly close: (input: null) => Promise<void>;
};

/** What to start as a child process. */
export const partyProgram: string = import.meta.filename;

if (import.meta.main) serveParty(flows);

/** Serves the parties of these flows to the process that started this one. */
export function serveParty(known: readonly Flow[]): void {
	let served: Served | undefined;
	const one = (): Served => {
		if (served === undefined) throw new Error("no party is open");
		return served;
	};
	const methods: PartyMethods = {
		open: async (start) => {
			const flow = known.find(({ name }) => name === start.flow);
			if (flow === undefined) throw new Error(`no flow ${start.flow}`);
			served = await Served.open(flow, start, line);
			return { port: await listening, state: await served.read() };
		},
		go: async () => one().wake(),
		tap: async (message) => one().tap(message),
		delivered: async (id) => one().delivered(id),
		read: async () => ({ state: await one().read(), isIdle: one().isIdle }),
		close: async () => {
			await served?.close();
			served = undefined;
		},
	};
	const line = new Line<StageMethods>(process, methods);
	const server = createServer((incoming, response) => {
		const chunks: Buffer[] = [];
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.on("end", () => {
			const message = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Message;
			const { url } = incoming;
			if (served === undefined || url !== served.path) return response.writeHead(410).end();
			return served.take(message, () => response.writeHead(204).end()).catch(() => response.destroy());
		});
	});
	const listening = new Promise<number>((resolve) => {
		server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
	});
	process.on("disconnect", () => process.exit());
}

/** One life of one party. */
class Served {
	readonly path: string;
	readonly #start: PartyStart;
	readonly #line: Line<StageMethods>;
	readonly #payment: string;
	readonly #now: () => number;
	readonly #party: Party;
	#timer: NodeJS.Timeout | undefined;
	#work: Promise<unknown> = Promise.resolve();
	#busy = 0;
	#isOver = false;

	private constructor(start: PartyStart, line: Line<StageMethods>, payment: string, party: Party) {
		this.path = `/${start.party}/${start.seed}/${start.life}`;
		this.#start = start;
		this.#line = line;
		this.#payment = payment;
		this.#now = readClock(start.clock);
		this.#party = party;
	}

	static async open(flow: Flow, start: PartyStart, line: Line<StageMethods>): Promise<Served> {
		const { seed, party: name, folder, life, cell, clock } = start;
		const injection = new Injection(flow, cell);
		const kind = (await flow.parties(seed, folder)).find((each) => each.name === name);
		if (kind === undefined) throw new Error(`${flow.name} has no party ${name}`);
		const party = await kind.open({
			now: readClock(clock),
			random: randomOf(seed, name, life),
			write: (steps, moment) => {
				if (!injection.failsIn(name, steps, moment)) return;
				process.kill(process.pid, "SIGKILL");
				for (;;);
			},
		});
		return new Served(start, line, flow.begin(seed).payment, party);
	}

	/** Nothing is under way, and nothing will be by the clock alone. */
	get isIdle(): boolean {
		return this.#busy === 0 && this.#party.dueAt() === undefined;
	}

	async read(): Promise<State> {
		const [holdings, sees] = [await this.#party.holdings(), await this.#party.sees(this.#payment)];
		return { isUp: true, holdings, sees };
	}

	take(message: Message, answer: () => void): Promise<void> {
		return this.#alone(async () => {
			const sends = await this.#party.take(message);
			await this.#line.call("taken", { message, state: await this.read() });
			answer();
			await this.#send(sends);
		});
	}

	tap(message: Message): Promise<void> {
		return this.#alone(async () => {
			const sends = await this.#party.take(message);
			await this.#line.call("tapped", { message, state: await this.read() });
			void this.#alone(() => this.#send(sends));
		});
	}

	wake(): Promise<void> {
		return this.#alone(async () => {
			const sends = await this.#party.wake();
			await this.#line.call("woke", { party: this.#start.party, state: await this.read() });
			await this.#send(sends);
		});
	}

	delivered(id: string): Promise<void> {
		return this.#alone(() => this.#party.delivered(id));
	}

	async close(): Promise<void> {
		this.#isOver = true;
		clearTimeout(this.#timer);
		await this.#work;
		await this.#party.close();
	}

	/** One thing after another, as its store writes; then it looks at the clock again. */
	#alone(work: () => Promise<void>): Promise<void> {
		this.#busy++;
		const done = this.#work.then(async () => {
			if (!this.#isOver) await work();
		});
		this.#work = done
			.catch((error: unknown) =>
				this.#line.call("failed", { party: this.#start.party, reason: String(error) }),
			)
			.finally(() => {
				this.#busy--;
				this.#setTimer();
			});
		return done;
	}

	#setTimer(): void {
		clearTimeout(this.#timer);
		const dueAt = this.#party.dueAt();
		if (dueAt === undefined || this.#isOver) return;
		const wait_ms = Math.max(1, (dueAt - this.#now()) / this.#start.clock.haste);
		this.#timer = setTimeout(() => void this.wake().catch(() => undefined), wait_ms);
	}

	/** Each is handed to the network before the next; what comes back of it comes when it comes. */
	async #send(messages: readonly Message[]): Promise<void> {
		for (const message of messages) await this.#post(message);
	}

	#post(message: Message): Promise<void> {
		const { proxy, life } = this.#start;
		return new Promise((isSent) => {
			this.#busy++;
			const end = (): void => {
				this.#busy--;
				isSent();
			};
			const sending = request(`${proxy}/${life}`, { method: "POST", agent: false }, (response) => {
				response.resume();
				response.on("end", () => {
					end();
					if (response.statusCode === 204) void this.#acknowledged(message).catch(() => undefined);
				});
				response.on("error", end);
			});
			sending.on("error", end);
			// The proxy says at once that it has it: what follows is what becomes of it.
			sending.on("information", () => isSent());
			sending.end(JSON.stringify(message));
		});
	}

	#acknowledged(message: Message): Promise<void> {
		return this.#alone(async () => {
			await this.#party.delivered(message.id);
			await this.#line.call("acknowledged", { message });
		});
	}
}
