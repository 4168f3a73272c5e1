/** A partner's endpoint on loopback: keeps what it is sent, and answers as it is told. */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { mock } from "node:test";
import { Webhook } from "standardwebhooks";

export type Received = {
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
};

/** The parts of an envelope that tests look at. */
export type Envelope = {
	readonly specversion: string;
	readonly id: string;
	readonly source: string;
	readonly type: string;
	readonly time: string;
	readonly subject: string;
	readonly datacontenttype: string;
	readonly data: Readonly<Record<string, unknown>>;
};

export type Receiver = {
	readonly url: string;
	readonly received: Received[];
	/** how the next requests are answered: 204 unless something else is set */
	answer: (response: http.ServerResponse, request: http.IncomingMessage) => void;
	readonly close: () => Promise<void>;
};

/** A private key and a certificate, in PEM. */
export type Credentials = { readonly key: string; readonly cert: string };

/** Over TLS with these credentials, or without. */
export async function startReceiver(credentials?: Credentials): Promise<Receiver> {
	const received: Received[] = [];
	const listener = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
		const body = (await buffer(request)).toString("utf8");
		received.push({ path: request.url ?? "", headers: request.headers as Record<string, string>, body });
		receiver.answer(response, request);
	};
	const server =
		credentials === undefined ? http.createServer(listener) : https.createServer(credentials, listener);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const receiver: Receiver = {
		url: `${credentials === undefined ? "http" : "https"}://127.0.0.1:${port}/hook`,
		received,
		answer: (response) => response.writeHead(204).end(),
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
	return receiver;
}

export function envelopeOf({ body }: Received): Envelope {
	return JSON.parse(body) as Envelope;
}

/** What the published library says of a message, at `now` (unix seconds); throws where it refuses. */
export function verified(secret: string, { headers, body }: Received, now: number): Envelope {
	mock.timers.enable({ apis: ["Date"], now: now * 1000 });
	try {
		return new Webhook(secret).verify(body, headers) as Envelope;
	} finally {
		mock.timers.reset();
	}
}
