/**
 * Who says what was paid and given: cars sign what they paid, chargers the energy that they gave, and a driver what its
 * lost car cannot say any more.
 *
 * A record is in its device's outbox until a gateway keeps it. What was in the outbox of a car that is lost is signed by
 * its driver, over the proof that the charger has; but for what the gateways have of that car already, which they are
 * asked first: a proof that two sign is owed twice.
 */
import {
	assetHash,
	type Bytes,
	deviceRecord,
	isRefusal,
	keyId,
	parse,
	sha256,
	toHex,
	toUtf8,
} from "@tenten/protocol";
import type { Device } from "./device.ts";
import { Outbox, type Paid } from "./outbox.ts";
import type { Company, ResponsibleParty } from "./parties.ts";
import type { Session } from "./sessions.ts";
import type { Town } from "./town.ts";

type Said = { readonly paid: Paid; readonly proof: Bytes };

export class Records {
	readonly #town: Town;
	/** by the name of the car: all that it ever said */
	readonly #said = new Map<string, Said[]>();
	/** what drivers sign themselves, and whose gateway they use */
	readonly #drivers = new Map<ResponsibleParty, Outbox>();
	signedInstead = 0;

	constructor(town: Town) {
		this.#town = town;
	}

	/** The charger says what it gave, paid for or not. */
	async energy({ line, from, until, wattHours }: Session, car: Device, charger: Device): Promise<void> {
		if (wattHours === 0n) return;
		const reading = toUtf8(JSON.stringify({ charger: charger.name, session: line, from, until }));
		await charger.outbox.write(this.#between(charger, car, this.#town.energy, wattHours, until), reading);
	}

	/** The car says what it paid. `proof`: the Close of its meter, or its last tick where there is none. */
	async payment(car: Device, charger: Device, amount: bigint, proof: Bytes, paidAt: number): Promise<void> {
		const paid = this.#between(car, charger, this.#town.money, amount, paidAt);
		await car.outbox.write(paid, proof);
		const said = this.#said.get(car.name) ?? [];
		this.#said.set(car.name, said);
		said.push({ paid, proof });
	}

	/** The car is lost after it paid this: its driver signs it, and all that the car said and no gateway has. */
	async lost(car: Device, charger: Device, amount: bigint, proof: Bytes, paidAt: number): Promise<void> {
		const kept = new Set(this.#town.edges.flatMap((edge) => edge.recordsOf(keyId(car.key))).map(proofIn));
		const outbox = this.#drivers.get(car.party) ?? new Outbox(car.party.signer);
		this.#drivers.set(car.party, outbox);
		const last = { paid: this.#between(car, charger, this.#town.money, amount, paidAt), proof };
		for (const { paid, proof: of } of [...(this.#said.get(car.name) ?? []), last]) {
			if (kept.has(toHex(sha256(of)))) continue;
			await outbox.write(paid, of);
			this.signedInstead++;
		}
		this.#said.delete(car.name);
	}

	/** Hands on what a device has to a gateway of this company; whether nothing is left. */
	async hand(device: Device, company: Company): Promise<boolean> {
		if (device.isOutOfReach) return false;
		await device.outbox.hand(this.#town.edgeOf(company));
		return device.outbox.isEmpty;
	}

	/** Drivers hand on what they signed; whether nothing is left. */
	async handDrivers(): Promise<boolean> {
		for (const [{ company }, outbox] of this.#drivers) await outbox.hand(this.#town.edgeOf(company));
		return [...this.#drivers.values()].every(({ isEmpty }) => isEmpty);
	}

	#between(payer: Device, payee: Device, asset: Town["money"], amount: bigint, paidAt: number): Paid {
		const { operator } = this.#town;
		return {
			operator: operator.id,
			asset: assetHash(asset),
			amount,
			payer: payer.party.id,
			payee: payee.party.id,
			paidAt,
		};
	}
}

/** Of a record that a gateway has: what it is of, in hexadecimal. */
function proofIn({ encoded }: { readonly encoded: Bytes }): string {
	const read = parse(deviceRecord, encoded);
	if (isRefusal(read)) throw new Error("a gateway keeps what is no record");
	return toHex(read.body.proof);
}
