/**
 * Who pays in a settlement world, and who brings word of it: devices of several parties sign what they paid, some of them
 * by a clock that is ahead, some two things of one payment; gateways bring that late, twice and out of order.
 */
import {
	type Bytes,
	deviceRecord,
	deviceRecordId,
	equalBytes,
	isRefusal,
	keyId,
	parse,
	recordBatch,
	recordsTaken,
	serialize,
	signDeviceRecord,
	toHex,
} from "@tenten/protocol";
import type { Chance } from "../chance.ts";
import type { Counts } from "../counts.ts";
import { must } from "../must.ts";
import { Violation } from "../violation.ts";
import type { SettlementHouse, SettlingDevice } from "./house.ts";

/** What a device signed: of parties, ids and the proof in hexadecimal. */
export type Signed = {
	readonly id: string;
	readonly encoded: Bytes;
	readonly device: string;
	readonly payer: string;
	readonly payee: string;
	readonly amount: bigint;
	readonly paidAt: number;
	/** whether its device signed another record of the same proof, of which one is taken */
	readonly hasRival: boolean;
	/** null: nobody has heard */
	word: "taken" | "record-known" | null;
};

const gateways = 3;
const ahead_s = 60;

export class SettlingPeople {
	/** by id */
	readonly signed: Map<string, Signed> = new Map();
	readonly #waiting: Signed[][] = Array.from({ length: gateways }, () => []);
	readonly #brought: Signed[] = [];
	readonly #chance: Chance;
	readonly #house: SettlementHouse;
	readonly #devices: readonly SettlingDevice[];
	readonly #counts: Counts;

	constructor(house: SettlementHouse, devices: readonly SettlingDevice[], chance: Chance, counts: Counts) {
		[this.#house, this.#devices, this.#chance, this.#counts] = [house, devices, chance, counts];
	}

	get isDone(): boolean {
		return this.#waiting.every((queue) => queue.length === 0);
	}

	/** A device pays another party's, and leaves its record at one gateway or more. */
	async pay(now: number): Promise<void> {
		const chance = this.#chance;
		const payer = chance.of(this.#devices);
		const others = this.#devices.filter(
			({ party }) => payer !== undefined && !equalBytes(party, payer.party),
		);
		const payee = chance.of(others);
		if (payer === undefined || payee === undefined) return;
		const paidAt = now + (chance.happens(0.1) ? chance.between(1, 7_200) : -chance.below(86_400));
		const amount = BigInt(chance.happens(0.2) ? chance.between(1, 100_000) : chance.between(1, 9));
		const proof = chance.bytes(32);
		const isTwo = chance.happens(0.05);
		for (const said of isTwo ? [amount, amount + 1n] : [amount])
			this.#leave(await this.#sign(payer, payee, { amount: said, paidAt, proof }, isTwo));
	}

	async #sign(
		{ signer, party }: SettlingDevice,
		payee: SettlingDevice,
		said: { readonly amount: bigint; readonly paidAt: number; readonly proof: Bytes },
		hasRival: boolean,
	): Promise<Signed> {
		const { asset, operator } = this.#house;
		const body = { operator: operator.id, asset, payer: party, payee: payee.party, ...said };
		const encoded = await signDeviceRecord(body, signer);
		const read = must(parse(deviceRecord, encoded));
		const { amount, paidAt } = said;
		return {
			id: toHex(deviceRecordId(read.body)),
			encoded,
			device: toHex(keyId(signer.key)),
			payer: toHex(party),
			payee: toHex(payee.party),
			...{ amount, paidAt, hasRival, word: null },
		};
	}

	#leave(signed: Signed): void {
		this.signed.set(signed.id, signed);
		this.#counts.add("settlement", "records");
		const first = this.#chance.below(gateways);
		for (let at = 0; at < gateways; at++)
			if (at === first || this.#chance.happens(0.3)) this.#waiting[at]?.push(signed);
	}

	/** A gateway brings some of what it has, and now and then what was taken before. */
	async bring(now: number, most: number): Promise<void> {
		const chance = this.#chance;
		const queue = chance.of(this.#waiting.filter(({ length }) => length > 0));
		if (queue === undefined) return;
		const some = Array.from({ length: chance.between(1, most) }, () => chance.of(queue) as Signed);
		const again = chance.happens(0.3) ? chance.of(this.#brought) : undefined;
		const batch = [...new Set(again === undefined ? some : [...some, again])];
		const answer = await this.#house.ask(({ operator }) =>
			operator.devices.takeRecords(
				serialize(
					recordBatch,
					batch.map(({ encoded }) => encoded),
				),
			),
		);
		if (answer === null) return;
		if (isRefusal(answer)) throw new Violation("books", `records refused: ${answer.code}`);
		const taken = must(parse(recordsTaken, answer));
		for (const [at, record] of batch.entries()) this.#heard(record, taken[at]?.code ?? null, now);
		for (const [at, waiting] of this.#waiting.entries())
			this.#waiting[at] = waiting.filter(({ word }) => word === null);
	}

	#heard(record: Signed, code: string | null, now: number): void {
		const { id, word, paidAt, hasRival } = record;
		if (code === "record-early" && word === null && paidAt > now + ahead_s) {
			this.#counts.add("settlement", "early");
			return;
		}
		const said = code === null ? "taken" : code;
		const isFit = said === "taken" || (said === "record-known" && hasRival);
		if (!isFit || (word !== null && word !== said))
			throw new Violation("books", `record ${id}: ${said}, and before ${word}`);
		if (word !== null) this.#counts.add("settlement", "brought again");
		else this.#brought.push(record);
		record.word = said === "taken" ? "taken" : "record-known";
	}
}
