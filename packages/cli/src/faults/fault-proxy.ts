/**
 * The network of the processes' world: every message of a cell passes this HTTP server on loopback, which hands it on,
 * loses it, hands it on twice or holds it, as it is told.
 *
 *   sender ──POST /life──▶ 102 as soon as it is on its way ──▶ POST to the receiver ──▶ 204 once it is durable there
 *
 * What is lost is a connection that ends without an answer, as a sender sees it where a cable is cut.
 */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Message } from "@tenten/sim";

export type Passing = {
	/** tells the sender that the message is on its way */
	readonly accept: () => void;
	/** tells the sender that it is durable */
	readonly acknowledge: () => void;
	/** ends the connection without a word */
	readonly drop: () => void;
};

/** What becomes of a message that a party sends in this life of it. */
export type Pass = (message: Message, life: number, passing: Passing) => Promise<void>;

export class FaultProxy {
	readonly #server: Server;
	readonly url: string;

	private constructor(server: Server) {
		this.#server = server;
		this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	static async open(pass: Pass): Promise<FaultProxy> {
		const server = createServer((incoming, response) => {
			void receive(incoming, response, pass);
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		return new FaultProxy(server);
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

async function receive(incoming: IncomingMessage, response: ServerResponse, pass: Pass): Promise<void> {
	const drop = (): void => {
		response.destroy();
	};
	response.on("error", drop);
	try {
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const message = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Message;
		await pass(message, Number(incoming.url?.slice(1)), {
			accept: () => response.writeProcessing(),
			acknowledge: () => response.writeHead(204).end(),
			drop,
		});
	} catch {
		drop();
	}
}

/** Hands a message to its receiver: whether it is durable there. */
export function deliver(message: Message, to: string): Promise<boolean> {
	return new Promise((resolve) => {
		const sending = request(to, { method: "POST", agent: false }, (response) => {
			response.resume();
			response.on("end", () => resolve(response.statusCode === 204));
			response.on("error", () => resolve(false));
		});
		sending.on("error", () => resolve(false));
		sending.end(JSON.stringify(message));
	});
}
