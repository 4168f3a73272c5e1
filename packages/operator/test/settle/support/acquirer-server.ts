/** An acquirer of cards over HTTP, with troubles: answers that are lost after it has acted, or never begun. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Kept = { state: "authorised" | "captured" | "declined"; amount: string; readonly card: string };

/** What happens to an answer: `lost`: the acquirer acts, and the line breaks; `down`: it breaks before. */
export type Trouble = "fine" | "lost" | "down" | "busy" | "nonsense";

export type AcquirerServer = {
	readonly address: string;
	/** for the next requests, one each; then all is fine */
	troubles: Trouble[];
	/** by reference */
	readonly charges: ReadonlyMap<string, Kept>;
	/** minor units that it has taken from cards in all */
	taken: bigint;
	/** how often it was asked to take money that it had not taken before */
	captures: number;
	readonly asked: string[];
	/** takes this many minor units more than it was asked for */
	takesMore: bigint;
	readonly close: () => Promise<void>;
};

export async function startAcquirer(): Promise<AcquirerServer> {
	const charges = new Map<string, Kept>();
	const acquirer = {
		address: "",
		troubles: [] as Trouble[],
		charges,
		taken: 0n,
		captures: 0,
		asked: [] as string[],
		takesMore: 0n,
		close: () => new Promise<void>((resolve) => server.close(() => resolve())),
	};
	const server = createServer((request, response) => {
		void answered(request, response);
	});
	async function answered(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part as Buffer);
		const trouble = acquirer.troubles.shift() ?? "fine";
		acquirer.asked.push(
			`${request.method} ${(request.url ?? "").replace(/[0-9]{20}/, "REFERENCE")} ${trouble}`,
		);
		if (trouble === "down") return void request.socket.destroy();
		if (trouble === "busy") return void response.writeHead(503).end();
		const reply = act(request, Buffer.concat(parts).toString());
		if (trouble === "lost") return void request.socket.destroy();
		if (trouble === "nonsense") return void response.writeHead(200).end("<html>");
		response.writeHead(reply === undefined ? 404 : 200).end(JSON.stringify(reply ?? {}));
	}
	function act({ method, url = "", headers }: IncomingMessage, body: string): object | undefined {
		if (headers.authorization !== "Bearer secret") return undefined;
		const [, , reference = "", verb] = url.split("/");
		if (method === "POST" && reference === "") {
			const asked = JSON.parse(body) as { reference: string; amount: string; card: string };
			// The same reference is the same charge.
			const known = charges.get(asked.reference);
			const state = asked.card.startsWith("declined") ? "declined" : "authorised";
			if (known === undefined)
				charges.set(asked.reference, { state, amount: asked.amount, card: asked.card });
			return shown(asked.reference);
		}
		const charge = charges.get(reference);
		if (charge === undefined) return undefined;
		if (verb === "capture" && charge.state === "authorised") {
			charge.state = "captured";
			charge.amount = `${BigInt(charge.amount) + acquirer.takesMore}`;
			acquirer.taken += BigInt(charge.amount);
			acquirer.captures++;
		}
		return shown(reference);
	}
	function shown(reference: string): object {
		const { state, amount } = charges.get(reference) as Kept;
		return { state, ...(state === "captured" && { amount }), ...(state === "declined" && { code: "51" }) };
	}
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	acquirer.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return acquirer;
}
