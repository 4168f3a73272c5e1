/**
 * What the embedded broker keeps for clients that are away: their topics, and letters that came meanwhile.
 *
 *   subscribed, session kept ──▶ away ──letters wait──▶ back: all of them, oldest first ──acknowledged──▶ gone
 *
 * In memory: after a restart clients subscribe anew, and send again what was not answered. Topics are exact, nothing is
 * retained, there are no wills and no QoS 2, so none of that is kept; `broker.ts` refuses them. All that strangers can
 * make it hold is bounded: letters and bytes of a client, bytes in all, clients. What would not fit is not kept.
 */
import { Readable } from "node:stream";

export type SessionLimits = {
	/** of clients that are kept; the one longest unseen goes first */
	readonly sessions: number;
	/** of one client */
	readonly letters: number;
	readonly letterBytes: number;
	/** of all clients */
	readonly bytes: number;
	/** how long a letter waits */
	readonly keep_ms: number;
};

/** As aedes has it: a packet that goes out. */
export type OutgoingPacket = {
	readonly payload: Uint8Array;
	readonly brokerId?: string;
	readonly brokerCounter?: number;
	messageId?: number | undefined;
};

type Client = { readonly id: string };
type Subscription = { readonly topic: string; readonly qos: number };
type Waiting = { packet: OutgoingPacket; readonly bytes: number; readonly until_ms: number };
type Session = { readonly topics: Map<string, number>; waiting: Waiting[]; bytes: number };

/** The persistence that aedes asks for (aedes-persistence 11), of which only these methods can be reached. */
export class Sessions {
	readonly #limits: SessionLimits;
	readonly #now: () => number;
	/** the one longest unseen first */
	readonly #sessions = new Map<string, Session>();
	readonly #byTopic = new Map<string, Set<string>>();
	#bytes = 0;

	/** `now`: milliseconds that never go back */
	constructor(limits: SessionLimits, now: () => number = () => performance.now()) {
		this.#limits = limits;
		this.#now = now;
	}

	/** Sessions, letters that wait, and their bytes. */
	count(): { readonly sessions: number; readonly letters: number; readonly bytes: number } {
		let letters = 0;
		for (const { waiting } of this.#sessions.values()) letters += waiting.length;
		return { sessions: this.#sessions.size, letters, bytes: this.#bytes };
	}

	// aedes wants a function that is declared async.
	async setup(): Promise<void> {}

	async addSubscriptions({ id }: Client, subscriptions: readonly Subscription[]): Promise<void> {
		const session = this.#sessions.get(id) ?? { topics: new Map(), waiting: [], bytes: 0 };
		this.#sessions.delete(id);
		this.#sessions.set(id, session);
		for (const { topic, qos } of subscriptions) {
			session.topics.set(topic, qos);
			const clients = this.#byTopic.get(topic) ?? new Set();
			this.#byTopic.set(topic, clients.add(id));
		}
		for (const oldest of this.#sessions.keys()) {
			if (this.#sessions.size <= this.#limits.sessions) return;
			this.#forget(oldest);
		}
	}

	async removeSubscriptions({ id }: Client, topics: readonly string[]): Promise<void> {
		const session = this.#sessions.get(id);
		if (session === undefined) return;
		for (const topic of topics) this.#leave(id, session, topic);
		if (session.topics.size === 0) this.#forget(id);
	}

	async subscriptionsByClient({ id }: Client): Promise<readonly Subscription[]> {
		return [...(this.#sessions.get(id)?.topics ?? [])].map(([topic, qos]) => ({ topic, qos }));
	}

	async subscriptionsByTopic(topic: string): Promise<readonly (Subscription & { clientId: string })[]> {
		return [...(this.#byTopic.get(topic) ?? [])].flatMap((clientId) => {
			const qos = this.#sessions.get(clientId)?.topics.get(topic) ?? 0;
			return qos > 0 ? [{ clientId, topic, qos }] : [];
		});
	}

	/** A client that wants no session: whatever was kept of an earlier one goes. */
	async cleanSubscriptions({ id }: Client): Promise<void> {
		this.#forget(id);
	}

	async outgoingEnqueue({ clientId }: { readonly clientId: string }, packet: OutgoingPacket): Promise<void> {
		const session = this.#sessions.get(clientId);
		if (session === undefined) return;
		const { letters, letterBytes, bytes, keep_ms } = this.#limits;
		const length = packet.payload.length;
		const fits = session.bytes + length <= letterBytes && this.#bytes + length <= bytes;
		if (session.waiting.length >= letters || !fits) return;
		// A packet of its own: what aedes marks on one client's must not show on another's.
		session.waiting.push({ packet: { ...packet }, bytes: length, until_ms: this.#now() + keep_ms });
		session.bytes += length;
		this.#bytes += length;
	}

	async outgoingEnqueueCombi(
		clients: readonly { readonly clientId: string }[],
		packet: OutgoingPacket,
	): Promise<void> {
		for (const client of clients) await this.outgoingEnqueue(client, packet);
	}

	/** The packet went out under its message id. One that was not kept goes out all the same. */
	async outgoingUpdate({ id }: Client, packet: OutgoingPacket): Promise<void> {
		const found = this.#sessions
			.get(id)
			?.waiting.find(
				({ packet: { brokerId, brokerCounter } }) =>
					brokerId === packet.brokerId && brokerCounter === packet.brokerCounter,
			);
		if (found !== undefined) found.packet.messageId = packet.messageId;
	}

	/** The client acknowledged it. */
	async outgoingClearMessageId(
		{ id }: Client,
		{ messageId }: OutgoingPacket,
	): Promise<OutgoingPacket | undefined> {
		const session = this.#sessions.get(id);
		const at = session?.waiting.findIndex(({ packet }) => packet.messageId === messageId) ?? -1;
		if (session === undefined || at < 0) return undefined;
		const [gone] = session.waiting.splice(at, 1) as [Waiting];
		this.#free(session, [gone]);
		return gone.packet;
	}

	outgoingStream({ id }: Client): Readable {
		const session = this.#sessions.get(id);
		if (session === undefined) return Readable.from([]);
		const now_ms = this.#now();
		const isOver = ({ until_ms }: Waiting): boolean => until_ms <= now_ms;
		this.#free(session, session.waiting.filter(isOver));
		session.waiting = session.waiting.filter((each) => !isOver(each));
		return Readable.from(session.waiting.map(({ packet }) => packet));
	}

	/** Nothing is retained. */
	async storeRetained(): Promise<void> {}

	createRetainedStreamCombi(): Readable {
		return Readable.from([]);
	}

	/** Nobody has a will. */
	async delWill(): Promise<void> {}

	streamWill(): Readable {
		return Readable.from([]);
	}

	async cleanIncoming(): Promise<void> {}

	async destroy(): Promise<void> {
		for (const id of [...this.#sessions.keys()]) this.#forget(id);
	}

	#forget(id: string): void {
		const session = this.#sessions.get(id);
		if (session === undefined) return;
		for (const topic of [...session.topics.keys()]) this.#leave(id, session, topic);
		this.#free(session, session.waiting);
		this.#sessions.delete(id);
	}

	#leave(id: string, session: Session, topic: string): void {
		session.topics.delete(topic);
		const clients = this.#byTopic.get(topic);
		clients?.delete(id);
		if (clients?.size === 0) this.#byTopic.delete(topic);
	}

	#free(session: Session, gone: readonly Waiting[]): void {
		for (const { bytes } of gone) {
			session.bytes -= bytes;
			this.#bytes -= bytes;
		}
	}
}
