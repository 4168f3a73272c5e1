/**
 * Conditions tried against recorded fares: would this token pay this fare, to this payee, at this time?
 *
 * For each agency and price the operator issues one real token, signed and verified, that may be paid only
 * to that agency as a transit company, up to the fare, until it expires. Every recorded fare then asks five
 * questions of `wouldAccept`, the function that payer and payee run, so there are as many verdicts as five
 * times the fares, while fares of one agency and price share their token. At last each token is paid at its fare:
 * signed, and verified by the agency. The fares are their own oracle.
 */
import {
	isRefusal,
	type RefusalCode,
	serializeToken,
	type VerifiedCertificate,
	type VerifiedToken,
	verifyToken,
	wouldAccept,
} from "@tenten/protocol";
import { reasonWords } from "@tenten/wallet";
import { type Ecosystem, type Holder, issueTokens, makeEcosystem, random } from "../ecosystem.ts";
import type { Progress } from "../output.ts";
import { passToken } from "../passing.ts";
import type { Agency, Fare, FareTable } from "./read-fares.ts";

type Question =
	| "the fare, by that route's agency"
	| "the fare and one more"
	| "the fare, by another agency"
	| "the fare, by a shop"
	| "the fare, after expiry";

/** What is asked, and the one code with which it must be refused; null where it must be accepted. */
const questions: Readonly<Record<Question, RefusalCode | null>> = {
	"the fare, by that route's agency": null,
	"the fare and one more": "condition-cap",
	"the fare, by another agency": "condition-payee",
	"the fare, by a shop": "condition-payee",
	"the fare, after expiry": "condition-expired",
};

type Verdict = {
	readonly question: Question;
	readonly accepted: number;
	readonly refused: number;
	/** answers other than the expected one */
	readonly wrong: number;
	/** the first refusal, in words */
	readonly sample: { readonly en: string; readonly ja: string } | null;
};

export type FareReport = {
	readonly fares: number;
	readonly prices: number;
	readonly agencies: number;
	/** agencies that ask for any of the fares */
	readonly agenciesWithFares: number;
	readonly tokens: number;
	/** tokens that were then really paid at the fare: signed by the payer, verified by the agency */
	readonly paid: number;
	readonly verdicts: readonly Verdict[];
	readonly wrong: number;
};

const validity_s = 30 * 86_400;

export async function checkFares(
	table: FareTable,
	progress: (total: number) => Progress,
): Promise<FareReport> {
	const fares: Fare[] = [];
	for await (const fare of table.fares()) fares.push(fare);
	const ecosystem = await makeEcosystem("Transit card", { code: table.currency, scale: 0 });
	const payees = await certifyPayees(ecosystem, table.agencies);
	const payer = await ecosystem.newHolder({ class: "person" });
	const tokens = await issueTransitTokens(ecosystem, payer, fares, payees.agencies);
	const tally = new Map<Question, Verdict>();
	const bar = progress(fares.length);
	fares.forEach((fare, i) => {
		const token = tokens.get(tokenName(fare)) as VerifiedToken;
		askAll(fare, token, payees, ecosystem, tally);
		if (i % 1000 === 0) bar.reach(i);
	});
	bar.reach(fares.length);
	bar.end();
	const verdicts = [...tally.values()];
	return {
		fares: fares.length,
		prices: new Set(fares.map(({ price }) => price)).size,
		agencies: table.agencies.length,
		agenciesWithFares: new Set(fares.map(({ agency }) => agency.id)).size,
		tokens: tokens.size,
		paid: await payAll(ecosystem, payer, fares, tokens, payees),
		verdicts,
		wrong: verdicts.reduce((sum, { wrong }) => sum + wrong, 0),
	};
}

type Payees = {
	readonly agencies: ReadonlyMap<string, VerifiedCertificate>;
	/** an agency other than this one */
	readonly other: (agency: Agency) => VerifiedCertificate;
	readonly shop: VerifiedCertificate;
};

async function certifyPayees(ecosystem: Ecosystem, agencies: readonly Agency[]): Promise<Payees> {
	const certified = new Map<string, VerifiedCertificate>();
	const merchant = { role: "merchant", merchantCategory: 4131, region: "JP-19" } as const;
	for (const { id } of agencies)
		certified.set(id, (await ecosystem.newHolder({ ...merchant, class: "transit" })).certificate);
	const shop = await ecosystem.newHolder({ ...merchant, merchantCategory: 5411, class: "shop" });
	const ids = agencies.map(({ id }) => id);
	// Another transit company where the file names only one agency.
	const outsider = (await ecosystem.newHolder({ ...merchant, class: "transit" })).certificate;
	return {
		agencies: certified,
		other: ({ id }) => certified.get(ids.find((other) => other !== id) ?? "") ?? outsider,
		shop: shop.certificate,
	};
}

/** One token for each agency and price, worth one more than the fare so that the cap alone can refuse more. */
async function issueTransitTokens(
	ecosystem: Ecosystem,
	{ certificate: owner }: Holder,
	fares: readonly Fare[],
	agencies: ReadonlyMap<string, VerifiedCertificate>,
): Promise<ReadonlyMap<string, VerifiedToken>> {
	const distinct = new Map(fares.map((fare) => [tokenName(fare), fare]));
	const drafts = [...distinct.values()].map(({ agency, price }) => ({
		amount: price + 1n,
		owner,
		request: random(32),
		conditions: [
			{
				kind: "payees",
				classes: ["transit"],
				merchantCategories: null,
				regions: null,
				operators: [ecosystem.operatorId],
				certificates: [(agencies.get(agency.id) as VerifiedCertificate).hash],
			},
			{ kind: "transferCap", amount: price },
			{ kind: "expires", time: ecosystem.now + validity_s, atExpiry: "refund" },
		] as const,
	}));
	const tokens = await issueTokens(ecosystem, drafts);
	return new Map([...distinct.keys()].map((name, i) => [name, tokens[i] as VerifiedToken]));
}

/** Pays each token once, at its fare, to its agency. Returns how many the agency's own verification takes. */
async function payAll(
	{ trust, now }: Ecosystem,
	payer: Holder,
	fares: readonly Fare[],
	tokens: ReadonlyMap<string, VerifiedToken>,
	payees: Payees,
): Promise<number> {
	let paid = 0;
	for (const [name, { agency, price }] of new Map(fares.map((fare) => [tokenName(fare), fare]))) {
		const token = tokens.get(name) as VerifiedToken;
		const payee = payees.agencies.get(agency.id) as VerifiedCertificate;
		const { transferred } = await passToken(token, payer, { payee, amount: price, way: "twoPhase" });
		if (!isRefusal(verifyToken(serializeToken(transferred), trust, { now }))) paid++;
	}
	return paid;
}

function tokenName({ agency, price }: Fare): string {
	return `${agency.id} ${price}`;
}

function askAll(
	{ agency, price }: Fare,
	token: VerifiedToken,
	payees: Payees,
	ecosystem: Ecosystem,
	tally: Map<Question, Verdict>,
): void {
	const { now, trust, asset } = ecosystem;
	const payee = payees.agencies.get(agency.id) as VerifiedCertificate;
	const fare = { token, payee, amount: price, now, purpose: "fare", against: null };
	const asked: Readonly<Record<Question, typeof fare>> = {
		"the fare, by that route's agency": fare,
		"the fare and one more": { ...fare, amount: price + 1n },
		"the fare, by another agency": { ...fare, payee: payees.other(agency) },
		"the fare, by a shop": { ...fare, payee: payees.shop },
		"the fare, after expiry": { ...fare, now: now + validity_s },
	};
	for (const question of Object.keys(questions) as Question[]) {
		const reasons = wouldAccept(asked[question]);
		const expected = questions[question];
		const isRight =
			expected === null ? reasons.length === 0 : reasons.length === 1 && reasons[0]?.code === expected;
		const so = tally.get(question) ?? { question, accepted: 0, refused: 0, wrong: 0, sample: null };
		const [first] = reasons;
		tally.set(question, {
			question,
			accepted: so.accepted + (first === undefined ? 1 : 0),
			refused: so.refused + (first === undefined ? 0 : 1),
			wrong: so.wrong + (isRight ? 0 : 1),
			sample: so.sample ?? (first === undefined ? null : reasonWords(first, { trust, asset })),
		});
	}
}
