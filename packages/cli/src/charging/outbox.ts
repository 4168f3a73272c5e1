/**
 * What a device has to hand on: records that its gateway has not said it keeps, each with what proves it.
 *
 * Whatever is in doubt is handed on again: the gateway keeps a record once, however often it comes.
 */
import {
	type Bytes,
	type DeviceRecordBody,
	deviceRecordId,
	type Signer,
	sha256,
	signDeviceRecord,
} from "@tenten/protocol";
import type { Edge, Offered } from "./edge.ts";

/** in one question */
const together = 16;

/** A record without what follows from its proof. */
export type Paid = Omit<DeviceRecordBody, "proof">;

export class Outbox {
	readonly #signer: Signer;
	#waiting: readonly Offered[] = [];

	/** `signer`: the device's key. */
	constructor(signer: Signer) {
		this.#signer = signer;
	}

	/** The record's id. */
	async write(paid: Paid, proof: Bytes): Promise<Bytes> {
		const body = { ...paid, proof: sha256(proof) };
		this.#waiting = [...this.#waiting, { record: await signDeviceRecord(body, this.#signer), proof }];
		return deviceRecordId(body);
	}

	get isEmpty(): boolean {
		return this.#waiting.length === 0;
	}

	/** Hands on what waits; what the gateway did not answer stays. */
	async hand(edge: Edge): Promise<void> {
		for (const asked of chunks(this.#waiting))
			if (await edge.keep(asked)) this.#waiting = this.#waiting.filter((each) => !asked.includes(each));
	}
}

function chunks(waiting: readonly Offered[]): readonly (readonly Offered[])[] {
	return Array.from({ length: Math.ceil(waiting.length / together) }, (_, at) =>
		waiting.slice(together * at, together * (at + 1)),
	);
}
