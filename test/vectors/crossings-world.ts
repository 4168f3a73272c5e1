/** Densha's cards pay in Machi's shops: an agreement, quotes, and what seals of either side show of them. */

import {
	agreement,
	type Bytes,
	type CrossingState,
	outcome,
	type SealWord,
	type ShownState,
	serialize,
	shownState,
	signedQuote,
	stateValue,
	transferId,
	writeVerifierKey,
} from "../../packages/protocol/src/index.ts";
import { Scene, secret, start } from "../../packages/protocol/test/crossing/support/scene.ts";
import {
	cosign,
	dispute,
	id,
	Side,
	witnesses,
	witnessIds,
} from "../../packages/protocol/test/crossing/support/sides.ts";
import type { Inputs } from "./drafts.ts";
import { densha, encodedList, machi } from "./world.ts";

const sourceSide = (): Side => new Side("densha.example/log", 0x11, densha);
const destinationSide = (): Side => new Side("machi.example/log", 0x21, machi);
export const scene = new Scene(sourceSide(), destinationSide());
export const quoted = await scene.signedQuote();
export const transfer: Bytes = transferId(quoted.body);
export const agreed = await scene.agreement();

type Named = CrossingState["state"];
/** What is put into a map: a state with the payer's secret where it holds one, or another, or nothing new. */
export type Put = Named | CrossingState | null;

export const stateOf = (state: Named): CrossingState => ({
	transfer,
	state,
	release: state === "committed" || state === "credited" ? secret : null,
});

/** A side that had these in its map, one after another, each under a seal. */
function sideWith(side: Side, puts: readonly Put[], value?: CrossingState): Side {
	for (const [position, put] of puts.entries()) {
		if (put !== null) side.put(typeof put === "string" ? stateOf(put) : put);
		// What stands under the transfer's id and names another.
		if (value !== undefined && position === puts.length - 1) side.putValue(transfer, stateValue(value));
		side.seal(start + position);
	}
	return side;
}

export const source = (...puts: readonly Put[]): Side => sideWith(sourceSide(), puts);
export const destination = (...puts: readonly Put[]): Side => sideWith(destinationSide(), puts);

/** What the last seal of a side shows, where a state that names another transfer stands under this one's id. */
export async function misplaced(
	side: "source" | "destination",
	seals: number,
	state: CrossingState,
): Promise<ShownState> {
	const puts = new Array<null>(seals).fill(null);
	const made = sideWith(side === "source" ? sourceSide() : destinationSide(), puts, state);
	return { ...(await made.show(transfer, seals)), state };
}

/** By the seal of a place; `words`: what witnesses say of it, else two cosign it a second after it was made. */
export const show = (side: Side, place = side.lastSeal, words?: readonly SealWord[]): Promise<ShownState> =>
	side.show(transfer, place, words);
export const encodeShown = (shown: ShownState): Bytes => serialize(shownState, shown);

export const cosignedAt = (side: Side, place: number, ...times: readonly number[]): Promise<SealWord[]> =>
	Promise.all(
		times.map((at, i) => cosign(side.sealAt(place), witnesses[i] as (typeof witnesses)[number], at)),
	);
export const disputed = (
	side: Side,
	place: number,
	rule: Parameters<typeof dispute>[3],
	count = 2,
): Promise<SealWord[]> =>
	Promise.all(
		witnesses.slice(0, count).map((witness) => dispute(side.sealAt(place), witness, start + 100, rule)),
	);

const logOf = (side: Side) => ({
	origin: side.log.keys.origin,
	keys: side.log.keys.keys.map(writeVerifierKey),
});

/** What each vector of a payment is given. */
export const crossingGiven = {
	trustList: encodedList,
	agreement: serialize(agreement, agreed),
	quote: serialize(signedQuote, quoted),
	sourceLog: logOf(scene.source),
	destinationLog: logOf(scene.destination),
	witnesses: witnessIds,
	least: 2,
} as const satisfies Inputs;

export const outcomeOf = (decided: ShownState, duty: ShownState | null): Bytes =>
	serialize(outcome, { agreement: agreed, quote: quoted, decided, duty });

export { id, secret, start };
