/**
 * The scenes of `tenten demo verify`: what three ecosystems that witness each other see of one another, while all is well
 * and while one of them does wrong. Each scene says whether it went as promised; a wrong is done by the party's own
 * keys and files alone (`meddling.ts`), and shown by files that are checked here as a stranger would check them.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { verify } from "@tenten/module";
import type { PeerStanding } from "@tenten/operator";
import {
	type AssetTotals,
	type Bytes,
	isRefusal,
	type LogKeys,
	parseVerifierKey,
	verifyMisbehaviour,
} from "@tenten/protocol";
import { ForeignGate, memorySettings } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { now } from "../../surroundings.ts";
import type { Scene } from "../scenes.ts";
import { type House, unlock } from "./house.ts";
import { eventually } from "./patience.ts";
import { Person } from "./person.ts";
import { isGreen, type Trio } from "./trio.ts";

export type Play = {
	readonly trio: Trio;
	readonly folder: string;
	readonly say: (text: string) => void;
	/** two in each ecosystem */
	readonly people: readonly (readonly [Person, Person])[];
};

/** Value is issued, paid and redeemed, and the witnesses of each find nothing to object to. */
export async function allGreen({ trio, people, say }: Play): Promise<Scene> {
	for (const [payer, payee] of people) {
		await payer.takeIn(600n);
		await payer.pay(payee, 250n);
		await payee.giveBack(100n);
	}
	say("In each ecosystem somebody takes money into a wallet, pays with it, and gives some back.");
	const seen: PeerStanding[] = [];
	const totals: (AssetTotals | undefined)[] = [];
	for (const house of trio.houses) {
		const { number, assets } = await house.sealed(
			"what was given back is sealed, and how far both others were seen",
			({ assets: [of], checkpoints }) => of?.redeemed === 100n && checkpoints.length === 2,
		);
		const standings = await trio.until(
			"all is green",
			house,
			(each) => isGreen(each) && (each.seal?.number ?? 0) >= number,
		);
		seen.push(...standings);
		totals.push(assets[0]);
		const [first] = standings;
		say(
			`${house.known.title}: ${assets[0]?.issued} yen issued, ${assets[0]?.outstanding} outstanding, says seal ${number}; cosigned by both others, ${first?.rules.length} rules green. It names the newest checkpoint of each of them.`,
		);
	}
	const areWhole = totals.every((of) => of?.issued === 600n && of.outstanding === 500n);
	return { scene: "allGreen", ok: areWhole && seen.length === 6 && seen.every(isGreen) };
}

/** seconds that a quorum may be old for whoever takes value of another ecosystem here */
const oldMost_s = 6;

/** A witness is out of reach: value of the others stops at the border, and everything can be read. */
export async function offline({ trio, people, folder, say }: Play): Promise<Scene> {
	const [home, abroad, away] = [trio.houses[1], trio.houses[0], trio.houses[2]];
	const gate = new ForeignGate({
		ecosystems: {
			homes: [home.known.id],
			foreign: [{ operator: abroad.known.id, policy: abroad.policy(), oldMost_s }],
		},
		door: abroad.door(),
		settings: memorySettings(),
		verify,
		now,
	});
	const shop = await Person.join(join(folder, "shop"), home, 1n, { foreign: gate, others: [abroad] });
	const payer = people[0]?.[0] as Person;
	const before = await payer.pay(shop, 20n);
	say(`A shop of ${home.known.title} takes 20 yen of ${abroad.known.title}: both witnesses watch its log.`);
	await away.stopWitness();
	await pause(1_000 * (oldMost_s + 2));
	const balances = [payer.holds(abroad), shop.holds(abroad)];
	const refused = await payer.pay(shop, 20n);
	const isKept = [payer.holds(abroad), shop.holds(abroad)].join() === balances.join();
	const mark = (await gate.mark(abroad.known.id)).kind;
	const { visit } = await trio.seen(home, abroad);
	say(
		`${away.known.title} is out of reach. The next 20 yen: ${refused ?? "taken"}; balances ${isKept ? "have not changed" : "have changed"}. The log is ${visit.outcome} as before, and marked ${mark}.`,
	);
	await away.startWitness();
	const isTaken = async () => (await payer.pay(shop, 20n)) === null || undefined;
	await eventually("20 yen are taken again", isTaken);
	say(`${away.known.title} is back, and 20 yen are taken again.`);
	const received = shop.holds(abroad);
	await shop.close();
	const ok =
		before === null &&
		refused === "quorum-stale" &&
		isKept &&
		visit.outcome === "followed" &&
		mark === "stale" &&
		received === 40n;
	return { scene: "offline", ok, refused, mark };
}

/** One answers everything but those who want their money back. */
export async function stalling({ trio, folder, say }: Play, culprit: House): Promise<Scene> {
	const [witness] = trio.others(culprit);
	if (witness === undefined) throw new Error("nobody else");
	const wallet = join(folder, "driller");
	await (await Person.join(wallet, culprit, 10n, { unlock })).close();
	const paid = await witness.drill(wallet);
	say(
		`Unannounced, ${witness.known.title} redeems one yen at ${culprit.known.title}: ${paid.result}, after ${paid.after_ms} ms.`,
	);
	await culprit.operator.call("stall", true);
	const stalled = await witness.drill(wallet);
	await culprit.operator.call("stall", false);
	const { drills } = await trio.seen(witness, culprit);
	say(
		`${culprit.known.title} lets everybody wait who wants money back. The next drill: ${stalled.result}. Published: ${drills.paid} of ${drills.count} drills paid in time.`,
	);
	const ok =
		paid.result === "paid" && stalled.result === "unanswered" && drills.count === 2 && drills.paid === 1;
	return { scene: "stalling", ok, drills };
}

/** One seals more than it logged. */
export async function inflation({ trio, folder, say }: Play, culprit: House): Promise<Scene> {
	await culprit.operator.call("inflate", { by: 100_000n });
	say(`${culprit.known.title} seals 100,000 yen more than its batches say.`);
	const seen = await trio.until(
		"the seal is refused",
		culprit,
		({ seal, evidence }) => seal?.word === "broken" && evidence.length > 0,
	);
	const broken = seen.map(({ rules }) =>
		rules.filter(({ isKept }) => isKept === false).map(({ rule }) => rule),
	);
	say(`Both witnesses refuse the seal, signed, for the rule ${broken[0]?.join(", ")}: red.`);
	const convicted = await convictions({ trio, folder, say }, culprit);
	return {
		scene: "inflation",
		ok: isOnly(broken.flat(), "totals") && isOnly(convicted, "brokenRule"),
		broken,
		convicted,
	};
}

/** One puts another leaf in the place of an early one. */
export async function rewriting({ trio, folder, say }: Play, culprit: House): Promise<Scene> {
	const refused = await culprit.operator.call("rewrite", null);
	say(
		`${culprit.known.title} changes an early batch, and shows that history. Asked to cosign it, the witnesses answer: ${refused.join("; ")}.`,
	);
	await trio.until("it is convicted", culprit, ({ visit }) => visit.outcome === "convicted");
	const convicted = await convictions({ trio, folder, say }, culprit);
	return {
		scene: "rewriting",
		ok: refused.length === 2 && isOnly(convicted, "rewriting"),
		refused,
		convicted,
	};
}

/** One shows one history to one witness and another to the other. */
export async function twoViews({ trio, folder, say }: Play, culprit: House): Promise<Scene> {
	await culprit.operator.call("forkView", null);
	say(`${culprit.known.title} shows each of its witnesses a history of its own. Each of them is in order.`);
	await trio.until("both compare", culprit, ({ others }) =>
		others.some(({ outcome }) => outcome === "convicted"),
	);
	say("The witnesses compare what they were shown.");
	const convicted = await convictions({ trio, folder, say }, culprit);
	return { scene: "twoViews", ok: convicted.length > 0 && isOnly(convicted, "splitView"), convicted };
}

/** Verifies every file of evidence that the witnesses have of one, offline, from the file and the log's key; the kinds. */
async function convictions(
	{ trio, folder, say }: Pick<Play, "trio" | "folder" | "say">,
	culprit: House,
): Promise<readonly string[]> {
	const kinds: string[] = [];
	for (const witness of trio.others(culprit))
		for (const { hash } of (await trio.seen(witness, culprit)).evidence) {
			const file = await witness.evidence(hash);
			const convicted = verifyMisbehaviour(file, keysOf(culprit), verify);
			if (isRefusal(convicted)) throw new Error(`evidence that convicts nobody: ${convicted.detail}`);
			kinds.push(convicted.kind);
			keep(folder, `${culprit.known.name}-${convicted.kind}.cbor`, file);
		}
	say(`Convicted by its own signatures, offline: ${[...new Set(kinds)].join(", ")}.`);
	return kinds;
}

function keep(folder: string, name: string, file: Bytes): void {
	writeFileSync(join(folder, name), file);
}

function keysOf({ known }: House): LogKeys {
	const key = must(parseVerifierKey(known.logKey));
	return { origin: key.name, keys: [key] };
}

function isOnly(found: readonly string[], wanted: string): boolean {
	return found.length > 0 && found.every((each) => each === wanted);
}
