/**
 * The embedded broker: MQTT 3.1.1 for the devices beside a gateway (docs/spec/fog.md).
 *
 *   connection ──▶ room for it? ──▶ packets in bounds ──▶ our topics alone ──▶ clients that are there, or their sessions
 *
 * It carries letters and questions, and can read none. Whoever reaches its port may connect, as at a relay; what a
 * stranger can make it hold or do is bounded by address, by connection and in all. No patterns of topics, nothing
 * retained, no wills, no QoS 2: each would let one client hear, or hold, what is not its own. TLS ends in front of it.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { packetLengths, topicOf } from "@tenten/protocol";
import { Aedes, type Client } from "aedes";
import { listen } from "../http/listening.ts";
import { type SessionLimits, Sessions } from "./sessions.ts";

export type BrokerLimits = SessionLimits & {
	/** at once */
	readonly connections: number;
	readonly connectionsByAddress: number;
	/** of one connection */
	readonly messagesPerMinute: number;
	/** of one connection; it needs one or two */
	readonly topics: number;
	/** bytes of a packet; the longest letter is 4,194,691 */
	readonly packetBytes: number;
};

export type BrokerOptions = {
	/** 0 takes any free port */
	readonly port: number;
	/** loopback without */
	readonly hostname?: string;
	/** the account of the gateway itself: it alone hears all questions, and answers them */
	readonly gateway?: { readonly username: string; readonly password: string };
	readonly limits?: Partial<BrokerLimits>;
};

export type RunningBroker = {
	/** `mqtt://…` */
	readonly url: string;
	readonly count: () => { readonly connections: number; readonly letters: number; readonly bytes: number };
	readonly close: () => Promise<void>;
};

const usualLimits: BrokerLimits = {
	sessions: 10_000,
	letters: 128,
	letterBytes: 8_389_380,
	bytes: 268_435_456,
	keep_ms: 86_400_000,
	connections: 10_000,
	connectionsByAddress: 2_048,
	messagesPerMinute: 3_000,
	topics: 8,
	packetBytes: 4_195_072,
};

const connect_ms = 10_000;
/** seconds between two words of a client; twice that of silence ends it */
const keepaliveMost_s = 300;

/** Rejects where it cannot listen. */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
	const { port, hostname = "127.0.0.1" } = options;
	const limits = { ...usualLimits, ...options.limits };
	const sessions = new Sessions(limits);
	const aedes = await Aedes.createBroker({
		persistence: sessions,
		connectTimeout: connect_ms,
		keepaliveLimit: keepaliveMost_s,
		...rulesOf(limits, options.gateway),
	});
	// Whoever breaks a rule is disconnected; there is nobody else to tell.
	aedes.on("clientError", () => undefined);
	aedes.on("connectionError", () => undefined);
	const sockets = new Set<Socket>();
	const server = createServer(seating(aedes, sockets, limits));
	const close = (): Promise<void> => new Promise((resolve) => aedes.close(() => resolve()));
	const listening = await listen(server, port, hostname).catch(async (error: unknown) => {
		await close();
		throw error;
	});
	return {
		url: `mqtt://${hostname}:${listening.port}`,
		count: () => ({ ...sessions.count(), connections: sockets.size }),
		close: async () => {
			listening.stop();
			const closed = once(server, "close");
			server.close();
			await close();
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}

function seating(aedes: Aedes, sockets: Set<Socket>, limits: BrokerLimits): (socket: Socket) => void {
	const byAddress = new Map<string, number>();
	return (socket) => {
		const address = socket.remoteAddress ?? "nowhere";
		const there = byAddress.get(address) ?? 0;
		if (sockets.size >= limits.connections || there >= limits.connectionsByAddress)
			return void socket.destroy();
		byAddress.set(address, there + 1);
		sockets.add(socket);
		socket.once("close", () => {
			sockets.delete(socket);
			const left = (byAddress.get(address) ?? 1) - 1;
			if (left === 0) byAddress.delete(address);
			else byAddress.set(address, left);
		});
		socket.setNoDelay();
		const isInBounds = packetLengths(limits.packetBytes);
		socket.on("data", (chunk: Buffer) => {
			if (!isInBounds(chunk)) socket.destroy();
		});
		aedes.handle(socket);
	};
}

/** What a client may do, in the words of aedes: an error ends its connection. */
function rulesOf(
	{ messagesPerMinute, topics }: BrokerLimits,
	account: BrokerOptions["gateway"],
): Pick<
	NonNullable<ConstructorParameters<typeof Aedes>[0]>,
	"preConnect" | "authenticate" | "authorizePublish" | "authorizeSubscribe"
> {
	const allowances = new WeakMap<Client, () => boolean>();
	const gateways = new WeakSet<Client>();
	return {
		preConnect: (_, { will, clientId }, done) => {
			if (will !== undefined && will !== null) return done(new Error("no wills"), false);
			done(null, clientId.length <= 64);
		},
		authenticate: (client, username, password, done) => {
			const isGateway = username !== undefined && username === account?.username;
			if (!isGateway) return done(null, true);
			gateways.add(client);
			done(null, isSecret(password, account.password));
		},
		authorizePublish: (client, { topic, qos, retain }, done) => {
			// The broker's own words about itself are of no client.
			if (client === null || gateways.has(client)) return done(null);
			const allowed = allowances.get(client) ?? allowance(messagesPerMinute);
			allowances.set(client, allowed);
			if (!allowed()) return done(new Error("too many messages"));
			const place = topicOf(topic);
			const isOurs = place !== undefined && place.kind !== "answer" && qos !== 2 && !retain;
			done(isOurs ? null : new Error("no topic of ours, or not in this way"));
		},
		authorizeSubscribe: (client, subscription, done) => {
			if (gateways.has(client)) return done(null, subscription);
			const { subscriptions } = client as Client & { readonly subscriptions: object };
			const isKnown = Object.hasOwn(subscriptions, subscription.topic);
			const hasRoom = isKnown || Object.keys(subscriptions).length < topics;
			const { topic, qos } = subscription;
			const place = topicOf(topic);
			const isOurs = place !== undefined && place.kind !== "question" && qos !== 2;
			done(null, isOurs && hasRoom ? subscription : null);
		},
	};
}

function isSecret(given: Buffer | undefined, secret: string): boolean {
	const [a, b] = [given ?? Buffer.alloc(0), secret].map((each) => createHash("sha256").update(each).digest());
	return timingSafeEqual(a as Buffer, b as Buffer);
}

/** A token bucket: so many at once, filled again in a minute. */
function allowance(perMinute: number): () => boolean {
	let left = perMinute;
	let at_ms = performance.now();
	return () => {
		const now_ms = performance.now();
		left = Math.min(perMinute, left + ((now_ms - at_ms) * perMinute) / 60_000);
		at_ms = now_ms;
		if (left < 1) return false;
		left--;
		return true;
	};
}
