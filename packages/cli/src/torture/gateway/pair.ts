/**
 * Two simulated devices that pay each other by meter, over a room at the gateway's broker, each the other and both at once:
 *
 *   each asks for a meter ─▶ both opened ─▶ each pays a tick a second ─▶ both closed, counted here
 *        ▲                                                                        │
 *        └──────────────── each leaves its record with the gateway ◀──────────────┘
 *
 * Nothing is given up: what has no answer is asked again until the gateway, or its line, is back.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
	type AssetId,
	assetHash,
	type Bytes,
	deviceRecord,
	deviceRecordId,
	dueFor,
	type FogQuestion,
	isRefusal,
	parse,
	sha256,
	signDeviceRecord,
	toHex,
} from "@tenten/protocol";
import { type FogLine, makeInvitation, mqttDial, type RelayLink, relayLink } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { now, random } from "../../surroundings.ts";
import type { Chance } from "../actor.ts";
import { type Device, price } from "./device.ts";

/** A device, and by which way it asks the gateway. */
export type Side = { readonly device: Device; readonly gateway: FogLine };

export type PairOptions = {
	readonly sides: readonly [Side, Side];
	readonly asset: AssetId;
	/** of the broker */
	readonly broker: string;
	readonly chance: Chance;
	/** ticks of a meter: at least, and how many more by chance */
	readonly ticks: readonly [least: number, more: number];
	/** whether to begin nothing more */
	readonly isOver: () => boolean;
	/** where everything is counted */
	readonly book: Book;
};

/** What a driver of pairs counts. */
export type Book = {
	ticks: number;
	counted: number;
	meters: number;
	/** minor units of all closed meters */
	due: bigint;
	/** how often a connection of a room was gone */
	reconnects: number;
	/** exchanges that had no answer in their time */
	unanswered: number;
	/** minor units of closed meters, by who answers for whoever paid, and for whoever was paid */
	readonly paid: Map<string, bigint>;
	readonly received: Map<string, bigint>;
	/** records that the gateway said it keeps, by id */
	readonly kept: Set<string>;
	readonly losses: string[];
};

const tick_ms = 1_000;
/** more than any meter here is ticked */
const ticksMost = 256;
const again_ms = 200;

/** Who pays whom. */
type Way = {
	readonly payerAt: 0 | 1;
	readonly payeeAt: 0 | 1;
	readonly payer: Device;
	readonly payee: Device;
};

export class MeteringPair {
	readonly #options: PairOptions;
	readonly #links: readonly [RelayLink, RelayLink];
	/** when either ticked last */
	readonly #tickedAt_ms: [number, number] = [performance.now(), performance.now()];

	constructor(options: PairOptions) {
		this.#options = options;
		const invitation = makeInvitation(options.broker);
		const open = ({ device }: Side, side: "inviter" | "guest"): RelayLink => {
			let wasConnected = false;
			const told = (state: string): void => {
				if (state === "connecting" && wasConnected) options.book.reconnects++;
				wasConnected = state === "connected";
			};
			const handle = (frames: readonly Bytes[]): Promise<readonly Bytes[]> => device.hear(frames);
			const report = (error: unknown): void => void options.book.losses.push(`a device failed: ${error}`);
			const dial = mqttDial({ loopback: true });
			return must(relayLink({ invitation, side, handle, dial, told, report }));
		};
		const [first, second] = options.sides;
		this.#links = [open(first, "inviter"), open(second, "guest")];
	}

	/** Works until it is over, and ends the meters that it has. */
	async work(): Promise<void> {
		const { isOver, book, sides } = this.#options;
		try {
			while (!isOver()) await this.#meters();
		} catch (error) {
			book.losses.push(`a pair ended: ${error instanceof Error ? error.stack : error}`);
		} finally {
			for (const link of this.#links) link.close();
			for (const { gateway } of sides) gateway.close();
		}
	}

	/** A meter each way. */
	async #meters(): Promise<void> {
		const { sides, chance, ticks, book } = this.#options;
		const ways = [this.#way(0), this.#way(1)] as const;
		await both(ways, async ({ payeeAt, payee }) => this.#talk(payeeAt, await payee.asks(ticksMost)));
		for (const { payer, payee } of ways) mustBeBoth("open", payer, payee);
		const least = ticks[0] + chance(ticks[1]);
		const ticked = await both(ways, (way) => this.#ticks(way, least));
		const counted = ways.map(({ payee }) => (payee.serving.kind === "open" ? payee.serving.ticks : -1));
		const before = sides.map(({ device }) => device.worth);
		await both(ways, async ({ payerAt, payer }) => this.#talk(payerAt, await payer.close()));
		for (const { payer, payee } of ways) mustBeBoth("closed", payer, payee);
		const dues = ticked.map((count) => dueFor(price, count)) as [bigint, bigint];
		for (const { payerAt, payeeAt, payer, payee } of ways) {
			if (counted[payerAt] !== ticked[payerAt])
				book.losses.push(`${ticked[payerAt]} ticks were paid, ${counted[payerAt]} counted`);
			const [due, received] = [dues[payerAt], dues[payeeAt]];
			// What it had set aside for its meter comes back but for what is due.
			const rest = dueFor(price, ticksMost) - due;
			if (payer.worth !== (before[payerAt] ?? 0n) + rest + received)
				book.losses.push(`Closes of ${ticked.join(" and ")} ticks do not add up`);
			book.meters++;
			book.counted += counted[payerAt] ?? 0;
			book.due += due;
			for (const [sums, { party }] of [[book.paid, payer] as const, [book.received, payee] as const])
				sums.set(toHex(party), (sums.get(toHex(party)) ?? 0n) + due);
		}
		await both(ways, async ({ payerAt, payer, payee }) => {
			const due = dues[payerAt];
			if (due > 0n) await this.#leave(sides[payerAt], payee, payer.proof(), due);
		});
	}

	#way(payerAt: 0 | 1): Way {
		const { sides } = this.#options;
		const payeeAt = payerAt === 0 ? 1 : 0;
		return { payerAt, payeeAt, payer: sides[payerAt].device, payee: sides[payeeAt].device };
	}

	/** A tick a second, so many unless it is over before: how many were made. */
	async #ticks({ payerAt, payer }: Way, least: number): Promise<number> {
		const { isOver, book } = this.#options;
		let ticked = 0;
		for (; ticked < least && !isOver(); ticked++) {
			// What is late is not made up for: at most one tick a second, from one meter to the next as well.
			const at_ms = Math.max(this.#tickedAt_ms[payerAt] + tick_ms, performance.now());
			this.#tickedAt_ms[payerAt] = at_ms;
			await pause(Math.max(0, at_ms - performance.now()));
			await this.#talk(payerAt, await payer.tick());
			book.ticks++;
		}
		return ticked;
	}

	/** Frames to the other side, what it answers, and so on until nothing is left to say. */
	async #talk(from: 0 | 1, frames: readonly Bytes[]): Promise<void> {
		const { book, sides } = this.#options;
		let next = frames;
		while (next.length > 0) {
			const answers = await this.#links[from].exchange(next);
			if (isRefusal(answers)) {
				book.unanswered++;
				await pause(again_ms);
			} else next = await sides[from].device.hear(answers as readonly Bytes[]);
		}
	}

	/** The payer's record of it: asked to be kept until the gateway says that it is. */
	async #leave({ device, gateway }: Side, payee: Device, proof: Bytes, due: bigint): Promise<void> {
		const { asset, book } = this.#options;
		const body = {
			operator: asset.operator,
			asset: assetHash(asset),
			amount: due,
			payer: device.party,
			payee: payee.party,
			proof: sha256(proof),
			paidAt: now(),
		};
		const record = await signDeviceRecord(body, device.signer);
		const id = toHex(deviceRecordId(must(parse(deviceRecord, record)).body));
		const question: FogQuestion = { kind: "keep", id: random(16), records: [{ record, proof }] };
		for (;;) {
			const answer = await gateway.ask(question);
			if (isRefusal(answer)) {
				book.unanswered++;
				await pause(again_ms);
				continue;
			}
			if (answer.kind !== "kept") {
				const why = answer.kind === "refused" ? `${answer.code} ${answer.detail}` : answer.kind;
				book.losses.push(`a record was not kept: ${why}`);
			} else if (answer.records.length !== 1 || toHex(answer.records[0] as Bytes) !== id)
				book.losses.push("the gateway keeps another record than it was given");
			else book.kept.add(id);
			return;
		}
	}
}

function both<T>(
	[there, back]: readonly [Way, Way],
	work: (way: Way) => Promise<T>,
): Promise<readonly [T, T]> {
	return Promise.all([work(there), work(back)]);
}

function mustBeBoth(kind: "open" | "closed", { paying }: Device, { serving }: Device): void {
	if (paying.kind !== kind || serving.kind !== kind)
		throw new Error(`a meter is to be ${kind}: ${paying.kind}, ${serving.kind}`);
}
