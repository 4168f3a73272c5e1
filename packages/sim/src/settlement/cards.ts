/** An acquirer of a settlement world: it declines some, and some of its answers are lost when it has acted. */
import type { Acquirer, Charge, ChargeState } from "@tenten/operator";
import type { Chance } from "../chance.ts";
import { Violation } from "../violation.ts";

type Kept = { readonly charge: Charge; state: "authorised" | "captured" | "declined" };

export class SettlementCards implements Acquirer {
	/** a share of one, each */
	rates: { readonly declines: number; readonly loses: number } = { declines: 0, loses: 0 };
	readonly #charges = new Map<string, Kept>();
	readonly #chance: Chance;

	constructor(chance: Chance) {
		this.#chance = chance;
	}

	readonly status = async ({ reference }: Charge): Promise<ChargeState> =>
		this.#answer(this.#charges.get(reference));

	readonly authorise = async (charge: Charge): Promise<ChargeState> => {
		const known = this.#charges.get(charge.reference);
		if (known !== undefined) return this.#answer(known);
		const isDeclined = this.#chance.happens(this.rates.declines);
		const kept: Kept = { charge, state: isDeclined ? "declined" : "authorised" };
		this.#charges.set(charge.reference, kept);
		return this.#answer(kept);
	};

	readonly capture = async ({ reference }: Charge): Promise<ChargeState> => {
		const known = this.#charges.get(reference);
		if (known === undefined) throw new Violation("books", "a charge is captured that was not authorised");
		if (known.state === "authorised") known.state = "captured";
		return this.#answer(known);
	};

	/** Minor units that were taken by cards of this claim, in hexadecimal. */
	takenOf(claim: string): bigint {
		return this.#of(claim).reduce(
			(sum, { charge, state }) => sum + (state === "captured" ? charge.amount : 0n),
			0n,
		);
	}

	liveOf(claim: string): number {
		return this.#of(claim).filter(({ state }) => state !== "declined").length;
	}

	declinedOf(claim: string): number {
		return this.#of(claim).filter(({ state }) => state === "declined").length;
	}

	/** As a bank would say it. */
	stateOf(reference: string): "settled" | "refused" | undefined {
		const state = this.#charges.get(reference)?.state;
		if (state === "captured") return "settled";
		return state === "declined" ? "refused" : undefined;
	}

	#of(claim: string): readonly Kept[] {
		return [...this.#charges.values()].filter(({ charge }) => charge.card === claim);
	}

	#answer(kept: Kept | undefined): ChargeState {
		if (this.#chance.happens(this.rates.loses)) return { kind: "unknown" };
		if (kept === undefined) return { kind: "none" };
		const { charge, state } = kept;
		if (state === "captured") return { kind: "captured", amount: charge.amount };
		return state === "declined" ? { kind: "declined", why: "AM04" } : { kind: "authorised" };
	}
}
