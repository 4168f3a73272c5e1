/**
 * Three ecosystems that witness each other, on loopback: six processes, and the funds of all of them with one bank.
 *
 *   Densha Card ◀──▶ Mise Pay ◀──▶ Minato Pay ◀──▶ Densha Card      each operator's log is witnessed by the other two
 */
import { join } from "node:path";
import { generateKey, signerFrom } from "@tenten/module";
import type { PeerStanding } from "@tenten/operator";
import { assetHash, type Bytes, keyId, serialize, signedReserve, signReserve, toHex } from "@tenten/protocol";
import { now } from "../../surroundings.ts";
import { House } from "./house.ts";

const titles = [
	["densha", "Densha Card"],
	["mise", "Mise Pay"],
	["minato", "Minato Pay"],
] as const;

/** minor units that the bank holds for each: more than any of them owes here */
const funds = 1_000_000n;

/** milliseconds for six processes to come to something, on a busy machine */
export const patience_ms = 60_000;

export class Trio {
	readonly houses: readonly [House, House, House];
	readonly #bank = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");

	private constructor(houses: readonly [House, House, House]) {
		this.houses = houses;
	}

	static async open(folder: string): Promise<Trio> {
		const [a, b, c] = titles.map(([name, title]) => House.make(join(folder, name), name, title));
		const trio = new Trio([
			await (a as Promise<House>),
			await (b as Promise<House>),
			await (c as Promise<House>),
		]);
		const bank = toHex(keyId(trio.#bank.key));
		for (const house of trio.houses) house.introduce(trio.others(house), bank);
		const entries = await Promise.all(
			trio.houses.map(async (house) => house.startOperator(trio.others(house), [await trio.#funded(house)])),
		);
		for (const [i, { operator }] of trio.houses.entries())
			await operator.call("list", entries.toSpliced(i, 1));
		await Promise.all(trio.houses.map((house) => house.startWitness()));
		return trio;
	}

	others(house: House): readonly House[] {
		return this.houses.filter((each) => each !== house);
	}

	/** The bank's word on what it holds for one of them. */
	async #funded(house: House): Promise<Bytes> {
		const body = { operator: house.known.id, asset: assetHash(house.asset), amount: funds, heldAt: now() };
		return serialize(signedReserve, await signReserve(body, this.#bank));
	}

	/** How the witness of one sees the log of another. */
	async seen(by: House, of: House): Promise<PeerStanding> {
		const standing = (await by.standings()).find(({ operator }) => operator === toHex(of.known.id));
		if (standing === undefined) throw new Error("a log that is not followed");
		return standing;
	}

	/** Waits until what the witness of each other says of a log is so, and gives it. */
	async until(of: House, isSo: (standing: PeerStanding) => boolean): Promise<readonly PeerStanding[]> {
		for (const end_ms = Date.now() + patience_ms; ; await pause(200)) {
			const seen = await Promise.all(this.others(of).map((by) => this.seen(by, of)));
			if (seen.every(isSo)) return seen;
			if (Date.now() > end_ms) throw new Error(`it did not come to that: ${JSON.stringify(seen)}`);
		}
	}

	async close(): Promise<void> {
		await Promise.all(this.houses.map((house) => Promise.all([house.stopWitness(), house.stopOperator()])));
	}
}

const pause = (milliseconds: number): Promise<void> =>
	new Promise((resolve) => setTimeout(resolve, milliseconds));

/** All that a witness looks at is well. */
export function isGreen({ visit, quorum, rules, evidence, others }: PeerStanding): boolean {
	return (
		visit.outcome === "followed" &&
		quorum === "fresh" &&
		rules.every(({ isKept }) => isKept === true) &&
		evidence.length === 0 &&
		others.every(({ outcome }) => outcome === "agrees")
	);
}
