/**
 * Who answers for the devices of a torture: a few parties, each with many devices and a budget, of which each device has
 * a slice of its own.
 *
 *   evidence of a device ──▶ its party delegates, a slice with it ──▶ application ──▶ operator ──▶ certificate
 *
 * Neighbours in what is asked at once are of different parties, since no party pays itself.
 */
import { generateKey, signerFrom } from "@tenten/module";
import { type Bytes, keyId, type Signer } from "@tenten/protocol";
import { delegate } from "../../device/party.ts";
import { must } from "../../ecosystem.ts";
import type { Line } from "../../ipc-line.ts";
import { now } from "../../surroundings.ts";
import type { FogOperatorMethods } from "./operator-process.ts";

type Party = { readonly signer: Signer; readonly id: Bytes; readonly reset: number; given: bigint };

const [partiesLeast, partiesMost, devicesEach] = [2, 20, 10] as const;
const delegatedFor_s = 30 * 86_400;

export class Parties {
	readonly #operator: Line<FogOperatorMethods>;
	readonly #parties: readonly Party[];
	readonly #slice: bigint;
	#turn: Promise<unknown> = Promise.resolve();

	private constructor(operator: Line<FogOperatorMethods>, parties: readonly Party[], slice: bigint) {
		[this.#operator, this.#parties, this.#slice] = [operator, parties, slice];
	}

	/** Adds them at the operator, for so many devices, which pay at most `slice` minor units each. */
	static async add(operator: Line<FogOperatorMethods>, devices: number, slice: bigint): Promise<Parties> {
		const count = Math.max(partiesLeast, Math.min(partiesMost, Math.floor(devices / devicesEach)));
		const signers = Array.from({ length: count }, () =>
			signerFrom(generateKey("Ed25519").privateKey, "Ed25519"),
		);
		const keys = signers.map(({ key }) => key);
		// What is asked at once may give one device more to the first than to the last.
		const budget = slice * BigInt(devices);
		const resets = await operator.call("addParties", { keys, budget });
		const parties = signers.map((signer, at) => {
			const reset = resets[at];
			if (reset === undefined) throw new Error("a party without a budget");
			return { signer, id: keyId(signer.key), reset, given: 0n };
		});
		return new Parties(operator, parties, slice);
	}

	/** By the ids of their keys. */
	get ids(): readonly Bytes[] {
		return this.#parties.map(({ id }) => id);
	}

	/** Has the operator certify devices, for what their keys say of themselves: bytes of `enrolled` for each. */
	enrol(evidences: readonly Bytes[]): Promise<readonly Bytes[]> {
		const enrolled = this.#turn.then(() => this.#enrol(evidences));
		this.#turn = enrolled.catch(() => undefined);
		return enrolled;
	}

	async #enrol(evidences: readonly Bytes[]): Promise<readonly Bytes[]> {
		const parties = this.#parties;
		const applications = await Promise.all(
			evidences.map((evidence, at) => this.#apply(parties[at % parties.length] as Party, evidence)),
		);
		return this.#operator.call("certify", applications);
	}

	async #apply(party: Party, evidence: Bytes): Promise<Bytes> {
		const from = party.given;
		party.given += this.#slice;
		const slice = { reset: party.reset, from, to: party.given };
		const terms = { purposes: null, perTransfer: null, slice, until: now() + delegatedFor_s };
		return must(await delegate(evidence, terms, party.signer)).application;
	}
}
