/**
 * Lines of HTTP, with as little of its own as may be: requests are put together before the clock runs, and of an
 * answer the status and the length are read. So the load takes little of the machine that it shares with the
 * server.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Bytes, toHex } from "@tenten/protocol";
import { random } from "../../ecosystem.ts";

export type Answered = { readonly status: number; readonly body: Buffer };

/** One claim as it goes over the line. */
export function requestFor(url: string, claim: Bytes): Buffer {
	const head = [
		"POST /v1/claims HTTP/1.1",
		`host: ${new URL(url).host}`,
		"content-type: application/cose",
		`idempotency-key: ${toHex(random(16))}`,
		`content-length: ${claim.length}`,
	];
	return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), claim]);
}

function closed(): Error {
	return new Error("the line was closed");
}

export class HttpLine {
	readonly #socket: Socket;
	#received: Buffer = Buffer.alloc(0);
	#answered: ((answer: Answered) => void) | null = null;
	#failed: ((error: Error) => void) | null = null;

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setNoDelay(true);
		socket.on("data", (chunk) => this.#take(chunk));
		socket.on("error", (error) => this.#failed?.(error));
		socket.on("close", () => this.#failed?.(closed()));
	}

	static async open(url: string): Promise<HttpLine> {
		const { hostname, port } = new URL(url);
		const socket = connect(Number(port), hostname);
		await once(socket, "connect");
		return new HttpLine(socket);
	}

	ask(request: Buffer): Promise<Answered> {
		// What is written to a line that is gone is answered by nobody.
		if (this.#socket.destroyed) return Promise.reject(closed());
		return new Promise((resolve, reject) => {
			[this.#answered, this.#failed] = [resolve, reject];
			this.#socket.write(request);
		});
	}

	#take(chunk: Buffer): void {
		this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
		const end = this.#received.indexOf("\r\n\r\n");
		if (end === -1) return;
		const head = this.#received.toString("latin1", 0, end);
		const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
		if (Number.isNaN(length)) {
			this.#failed?.(new Error(`an answer without a length: ${head}`));
			return;
		}
		const whole = end + 4 + length;
		if (this.#received.length < whole) return;
		const body = this.#received.subarray(end + 4, whole);
		this.#received = this.#received.subarray(whole);
		this.#failed = null;
		this.#answered?.({ status: Number(head.slice(9, 12)), body });
	}

	close(): void {
		this.#failed = null;
		this.#socket.destroy();
	}
}
