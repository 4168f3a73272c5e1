/** A bank desk over a store and a log, with cars that pay chargers. */
import assert from "node:assert/strict";
import { after } from "node:test";
import {
	type Bytes,
	type ClaimState,
	isRefusal,
	type Signer,
	signDeviceRecord,
	toHex,
} from "@tenten/protocol";
import { verify } from "../../../../module/src/index.ts";
import { id, must, signerOf } from "../../../../protocol/test/crossing/support/sides.ts";
import type { Answers } from "../../../src/devices/recording.ts";
import { openStore } from "../../../src/index.ts";
import { BankDesk } from "../../../src/settle/bank-desk.ts";
import type { OwnAccount, PartyAccount } from "../../../src/settle/bank-file.ts";
import type { KeptClaim } from "../../../src/settle/claim-rows.ts";
import { clock, KeptAt } from "../../support/keeper-world.ts";

export const yenAsset: Bytes = id(0xa0);
export const drivers = { ann: id(0xd1), bob: id(0xd2), cyd: id(0xd3) } as const;
export const chargers = { north: id(0xc1), south: id(0xc2) } as const;
const cars = new Map<string, Signer>([
	[toHex(drivers.ann), signerOf(0x31)],
	[toHex(drivers.bob), signerOf(0x32)],
	[toHex(drivers.cyd), signerOf(0x33)],
]);
const partyOf = (device: { readonly bytes: Bytes }): Bytes | undefined =>
	Object.values(drivers).find(
		(party) => toHex(cars.get(toHex(party))?.key.bytes ?? id(0)) === toHex(device.bytes),
	);

export const yen = { asset: yenAsset, currency: "JPY", scale: 0 };
export const month = { asset: yenAsset, from: 1_000, until: 2_000 };

export const own: OwnAccount = {
	rail: "zengin",
	account: { bank: "0001", branch: "001", kind: "ordinary", number: "1234567", holder: "テンテン" },
	clientCode: "12345",
	isBroken: true,
};

const account = (number: string): PartyAccount => ({
	rail: "zengin",
	account: { bank: "0005", branch: "001", kind: "ordinary", number, holder: "ヤマダ" },
});
export const accounts: Readonly<Record<string, PartyAccount>> = Object.fromEntries(
	[...Object.values(drivers), ...Object.values(chargers)].map((party, at) => [
		toHex(party),
		account(`${at + 1}`),
	]),
);

export type Paid = readonly [payer: Bytes, payee: Bytes, amount: bigint, paidAt?: number];

/** Encoded records, each of a payment of its own. */
export function recordsOf(
	operator: Bytes,
	payments: readonly Paid[],
	from = 0,
	asset = yenAsset,
): Promise<readonly Bytes[]> {
	return Promise.all(
		payments.map(([payer, payee, amount, paidAt = 1_500], at) => {
			const proof = new Uint8Array(32);
			new DataView(proof.buffer).setUint32(0, from + at + 1);
			const car = cars.get(toHex(payer));
			assert.ok(car, "no car pays for this party");
			return signDeviceRecord({ operator, asset, amount, payer, payee, proof, paidAt }, car);
		}),
	);
}

/** As if each car had been delegated to by its driver, without a limit. */
const answers: Answers = async (_, device) => {
	const party = partyOf(device);
	return party && { party, count: async () => undefined };
};

export const rules = { answers, verify };

export class DeskWorld {
	readonly kept: KeptAt;
	readonly desk: BankDesk;
	#records = 0;

	private constructor(kept: KeptAt) {
		this.kept = kept;
		this.desk = this.beside(kept);
	}

	static async open(): Promise<DeskWorld> {
		return new DeskWorld(await KeptAt.open(0x51, [yenAsset]));
	}

	/** Another process over the same database; the same where that is in memory. */
	async another(): Promise<BankDesk> {
		const { database } = this.kept;
		if (database === ":memory:") return this.desk;
		const store = await openStore(database, {});
		after(() => store.close());
		return this.beside({ store });
	}

	private beside({ store }: Pick<KeptAt, "store">): BankDesk {
		return new BankDesk({ id: this.kept.id, store, now: () => clock.now });
	}

	/** Pays, and seals. */
	async pay(payments: readonly Paid[]): Promise<readonly Bytes[]> {
		const records = await recordsOf(this.kept.id, payments, this.#records);
		this.#records += payments.length;
		for (const record of records) must(await this.desk.take(record, rules));
		await this.kept.seal();
		return records;
	}

	async claim(party: Bytes): Promise<KeptClaim> {
		return must(await this.desk.claim({ party, ...month })) as KeptClaim;
	}

	/** A file for a bank, of these claims. */
	file(name: string, ...claims: readonly KeptClaim[]) {
		const filing = {
			name,
			claims: claims.map(({ id: each }) => each),
			own,
			accounts,
			money: yen,
			date: "2026-11-27",
		};
		return this.desk.file(filing);
	}

	async stateOf(claim: KeptClaim): Promise<string> {
		const found = (await this.desk.claims()).find((each) => toHex(each.id) === toHex(claim.id));
		const state = found?.history.at(-1) as ClaimState;
		return state.kind === "reopened" ? `reopened: ${state.why}` : state.kind;
	}

	/** Every row of settlement, and what the next seal has of it. */
	rows(): Promise<unknown> {
		return this.kept.store.read(async (transaction) => {
			const tables = [
				"recorded_payments",
				"party_claims",
				"claimed_records",
				"party_claim_states",
				"party_files",
				"party_file_lines",
				"party_results",
				"party_contradictions",
				"party_suspensions",
				"unsealed",
			] as const;
			const rows: unknown[] = [];
			for (const table of tables) {
				const all: readonly object[] = await transaction.selectFrom(table).selectAll().execute();
				rows.push(all.map((row) => JSON.stringify(row, shown)).sort());
			}
			return rows;
		});
	}
}

function shown(_: string, value: unknown): unknown {
	if (typeof value === "bigint") return `${value}`;
	return value instanceof Uint8Array ? toHex(value) : value;
}

export const codeIn = (answer: unknown): string =>
	isRefusal(answer) ? `${(answer as { readonly code: string }).code}` : "done";
