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
import { eventually } from "./patience.ts";

const titles = [
	["densha", "Densha Card"],
	["mise", "Mise Pay"],
	["minato", "Minato Pay"],
] as const;

/** minor units that the bank holds for each: more than any of them owes here */
const funds = 1_000_000n;

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
		for (const house of trio.houses) house.fund(await trio.#funded(house));
		const entries = await Promise.all(trio.houses.map((house) => house.startOperator(trio.others(house))));
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

	/** What the witness of each other says of a log, once it is so. */
	until(
		what: string,
		of: House,
		isSo: (standing: PeerStanding) => boolean,
	): Promise<readonly PeerStanding[]> {
		return eventually(what, async () => {
			const seen = await Promise.all(this.others(of).map((by) => this.seen(by, of)));
			return seen.every(isSo) ? seen : undefined;
		});
	}

	async close(): Promise<void> {
		await Promise.all(this.houses.map((house) => Promise.all([house.stopWitness(), house.stopOperator()])));
	}
}

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
