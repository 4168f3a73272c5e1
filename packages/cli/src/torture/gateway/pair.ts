/**
 * Two simulated devices that pay each other by meter, over a room at the gateway's broker, turn about:
 *
 *   meter asked for ─▶ opened ─▶ a tick a second ─▶ closed, counted here ─▶ record left with the gateway ─▶ the other way
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

export class MeteringPair {
	readonly #options: PairOptions;
	readonly #links: readonly [RelayLink, RelayLink];

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

	/** Works until it is over, and ends the meter that it has. */
	async work(): Promise<void> {
		const { isOver, book, sides } = this.#options;
		try {
			for (let turn = 0; !isOver(); turn++) await this.#meter(turn % 2 === 0 ? [0, 1] : [1, 0]);
		} catch (error) {
			book.losses.push(`a pair ended: ${error instanceof Error ? error.stack : error}`);
		} finally {
			for (const link of this.#links) link.close();
			for (const { gateway } of sides) gateway.close();
		}
	}

	async #meter([payerAt, payeeAt]: readonly [0 | 1, 0 | 1]): Promise<void> {
		const { sides, chance, ticks, isOver, book } = this.#options;
		const [payer, payee] = [sides[payerAt].device, sides[payeeAt].device];
		await this.#talk(payeeAt, await payee.asks(ticksMost));
		mustBeBoth("open", payer, payee);
		const least = ticks[0] + chance(ticks[1]);
		let ticked = 0;
		for (let at_ms = performance.now(); ticked < least && !isOver(); ticked++) {
			// What is late is not made up for: at most one tick a second.
			at_ms = Math.max(at_ms + tick_ms, performance.now());
			await pause(Math.max(0, at_ms - performance.now()));
			await this.#talk(payerAt, await payer.tick());
			book.ticks++;
		}
		const counted = payee.serving.kind === "open" ? payee.serving.ticks : -1;
		const before = [payer.worth, payee.worth] as const;
		await this.#talk(payerAt, await payer.close());
		mustBeBoth("closed", payer, payee);
		const due = dueFor(price, ticked);
		const rest = dueFor(price, ticksMost) - due;
		if (counted !== ticked) book.losses.push(`${ticked} ticks were paid, ${counted} counted`);
		if (payer.worth !== before[0] + rest || payee.worth !== before[1] + due)
			book.losses.push(`a Close of ${ticked} ticks does not add up`);
		book.meters++;
		book.counted += counted;
		book.due += due;
		for (const [sums, { party }] of [[book.paid, payer] as const, [book.received, payee] as const])
			sums.set(toHex(party), (sums.get(toHex(party)) ?? 0n) + due);
		if (due > 0n) await this.#leave(sides[payerAt], payee, payer.proof(), due);
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

function mustBeBoth(kind: "open" | "closed", { paying }: Device, { serving }: Device): void {
	if (paying.kind !== kind || serving.kind !== kind)
		throw new Error(`a meter is to be ${kind}: ${paying.kind}, ${serving.kind}`);
}
