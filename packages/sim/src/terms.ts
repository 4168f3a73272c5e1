/**
 * Terms: what one seed's assets are bound by from their issue on, who its people are, and what they add and ask for.
 *
 * In some seeds nothing is bound; in others an asset may go to shops alone, at most so far, so much or so long.
 * People add caveats of their own, ask with invoices, and answer payments with documents.
 */
import type { Caveat, Condition, Document } from "@tenten/protocol";
import type { Chance } from "./chance.ts";

const day = 86_400;

export type Terms = {
	/** by code of asset */
	readonly conditionsOf: (code: string) => readonly Condition[];
	/** what a device's owner is certified as */
	readonly classOf: (device: string) => "person" | "shop";
	/** how often a payer adds a caveat; a payee sends an invoice, or answers with documents */
	readonly caveats: number;
	readonly invoices: number;
	readonly replies: number;
};

export const noTerms: Terms = {
	conditionsOf: () => [],
	classOf: () => "person",
	caveats: 0,
	invoices: 0,
	replies: 0,
};

/** `now`: unix seconds at which the world begins. */
export function drawTerms(chance: Chance, now: number): Terms {
	const isBound = chance.happens(0.4);
	const conditions = new Map(
		["JPY", "SEAT"].map((code) => [code, isBound && chance.happens(0.6) ? drawConditions(chance, now) : []]),
	);
	const shops = chance.below(1_000);
	return {
		conditionsOf: (code) => conditions.get(code) ?? [],
		classOf: (device) => (isBound && hasBit(shops, device) ? "shop" : "person"),
		caveats: chance.happens(0.3) ? 0.1 : 0,
		invoices: chance.happens(0.4) ? 0.15 : 0,
		replies: chance.happens(0.4) ? 0.3 : 0,
	};
}

/** Who is what does not depend on how many there are. */
function hasBit(bits: number, device: string): boolean {
	return ((bits >> Number(device.at(-1))) & 1) === 1;
}

function drawConditions(chance: Chance, now: number): readonly Condition[] {
	const drawn: Condition[] = [];
	if (chance.happens(0.5)) drawn.push(shopsOnly);
	if (chance.happens(0.4)) drawn.push({ kind: "hopLimit", hops: chance.between(1, 6) });
	if (chance.happens(0.4)) drawn.push({ kind: "transferCap", amount: BigInt(chance.between(5, 300)) });
	if (chance.happens(0.3))
		drawn.push({ kind: "expires", time: now + day * chance.between(1, 40), ...end(chance) });
	return drawn;
}

function end(chance: Chance): { readonly atExpiry: "refund" | "burn" } {
	return { atExpiry: chance.happens(0.5) ? "refund" : "burn" };
}

const shopsOnly: Condition = {
	kind: "payees",
	classes: ["shop"],
	merchantCategories: null,
	regions: null,
	operators: null,
	certificates: null,
};

/** What a payer may add. */
export function drawCaveats(chance: Chance): readonly Caveat[] {
	const condition: Condition = chance.happens(0.5)
		? shopsOnly
		: { kind: "transferCap", amount: BigInt(chance.between(1, 100)) };
	return [{ condition, liftedBy: chance.happens(0.5) ? "shop" : null }];
}

/** Something to send along. */
export function drawDocuments(chance: Chance): readonly Document[] {
	return Array.from({ length: chance.between(1, 2) }, () => ({
		mediaType: "text/plain",
		content: chance.bytes(chance.between(1, 200)),
	}));
}
