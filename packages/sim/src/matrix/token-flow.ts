/**
 * The token flows of the fault matrix: a phone's wallet pays a company's server wallet, by the real modules.
 *
 *   14: direct, debit reservation only          17: two phases, debit and credit reservation
 *
 * Four parties, each of which may go down alone: the payer's app, its module, the company's system, its module. The
 * central ones are the company's, as far as a company is central: no operator takes part in a payment.
 */
import { Orders } from "@tenten/wallet";
import { Chance } from "../chance.ts";
import { must } from "../must.ts";
import type { Flow, Party, PartyKind, Step, Surroundings, Words } from "./party.ts";
import { type AppSteps, appRole } from "./token-app.ts";
import type { Onward } from "./token-body.ts";
import { companyRole } from "./token-company.ts";
import { funds, TokenHouse } from "./token-house.ts";
import { payeeRole, payerRole } from "./token-modules.ts";
import { openParty, type Role, Strikes } from "./token-party.ts";
import { directSteps, twoPhaseSteps } from "./token-steps.ts";
import { type Restores, timedPayee, timedPayer } from "./token-timeout.ts";

/** Whoever pays waits so long for a result. */
const patience_ms = 30_000;
/** longer than every time-out and every wait here */
const outage_ms = 60_000;

/** How one mode of handing over goes. `onward`: which step follows from which. */
export type Course = {
	readonly name: string;
	readonly title: Words;
	readonly mode: "direct" | "twoPhase";
	readonly steps: readonly Step[];
	readonly app: AppSteps;
	readonly onward: Onward;
	/** wrong on purpose: when a time-out undoes what is reserved */
	readonly restores?: Restores;
};

const begun: Onward = { 2: { on: 3 }, 3: { back: 4 }, 4: { on: 5 }, 6: { on: 8 } };

export const direct: Course = {
	name: "14",
	title: { en: "Tokens, direct hand-over", ja: "トークン、直接の受け渡し" },
	mode: "direct",
	steps: directSteps,
	app: { pay: 2, 5: { on: 6 }, askStatus: 15, 16: { back: 17 } },
	onward: {
		...begun,
		8: { on: 10, back: 11 },
		11: { on: 13 },
		15: { back: 16 },
		17: { on: 18 },
		18: { on: 19 },
		19: { on: 21 },
	},
};

export const twoPhase: Course = {
	name: "17",
	title: { en: "Tokens, hand-over in two phases", ja: "トークン、二段階の受け渡し" },
	mode: "twoPhase",
	steps: twoPhaseSteps,
	app: { pay: 2, 5: { on: 6 }, askStatus: 18, 19: { back: 20 } },
	onward: {
		...begun,
		8: { back: 10, on: 11 },
		10: { back: 13, on: 16 },
		13: { on: 15 },
		18: { back: 19 },
		20: { on: 21 },
		21: { on: 22 },
		22: { back: 24, on: 27 },
		24: { on: 26 },
	},
};

/** A role over stores of its own. */
type Opening<N> = (surroundings: Surroundings, strikes: Strikes) => Promise<Role<N>>;

const order = "order-1";

type HouseOf = (seed: number, folder?: string) => TokenHouse;

const newHouse: HouseOf = (seed, folder) => new TokenHouse(seed, folder);

/** What the order costs, minor units: never the whole of a token. */
function priceOf(seed: number): bigint {
	return BigInt(new Chance(seed, "price").between(1_001, 8_999));
}

/** `houseOf`: what a seed's parties share. */
export function tokenFlow(course: Course, houseOf: HouseOf = newHouse): Flow {
	const { name, title, steps } = course;
	return {
		name,
		title,
		steps,
		payer: "payer-app",
		payee: "company",
		patience_ms,
		outage_ms,
		parties: async (seed, folder) => partiesOf(course, seed, houseOf(seed, folder)),
		begin: (seed) => {
			const payment = `payment-${seed}`;
			const first = {
				id: `${payment}/tap`,
				from: "payer",
				to: "payer-app",
				step: 0,
				payment,
				body: { kind: "tap", order },
			};
			return { payment, amount: priceOf(seed), first };
		},
		paidAgain: (payment) => ({
			id: `${payment}/paid-again`,
			from: "payer",
			to: "payer-app",
			step: 0,
			payment,
			body: { kind: "paid-again" },
		}),
	};
}

export const directFlow: Flow = tokenFlow(direct);
export const twoPhaseFlow: Flow = tokenFlow(twoPhase);

/** By the letter: the payer restores what it deleted, unless it has heard that the payment is complete. */
export const timeOut: Course = {
	...twoPhase,
	name: "28-timeout",
	title: {
		en: "Two phases, undone by a time-out: wrong on purpose",
		ja: "二段階、時間切れで取り消す(わざと誤った規則)",
	},
	restores: "unconfirmed",
};

/** The same, but what the payer has deleted stays deleted. */
const timeOutReserved: Course = {
	...twoPhase,
	name: "28-timeout-reserved",
	title: {
		en: "Two phases, reservations undone by a time-out: wrong on purpose",
		ja: "二段階、留保だけを時間切れで取り消す(わざと誤った規則)",
	},
	restores: "reserved",
};

export const timeOutFlow: Flow = tokenFlow(timeOut);
export const timeOutReservedFlow: Flow = tokenFlow(timeOutReserved);

function partiesOf(course: Course, seed: number, house: TokenHouse): readonly PartyKind[] {
	const { app, onward, mode, restores } = course;
	const kind = <N>(name: string, isCentral: boolean, opening: Opening<N>): PartyKind => ({
		name,
		isCentral,
		open: async (surroundings): Promise<Party> => {
			const strikes = new Strikes(surroundings.write);
			const role = await opening(surroundings, strikes);
			const store = house.store(`${name}-mail`);
			return openParty({ name, steps: course.steps, surroundings, strikes, store, role });
		},
	});
	return [
		kind("payer-app", false, async ({ now }) => appRole(app, now)),
		kind("module-A", false, async (surroundings, strikes) => {
			if (restores !== undefined) return timedPayer(house, surroundings, strikes, onward, restores);
			const store = strikes.over(house.store("module-A"));
			return payerRole(await house.wallet("module-A", store, surroundings, funds), house.asset, onward);
		}),
		kind("company", true, async ({ now }, strikes) => {
			const orders = must(await Orders.open(strikes.over(house.store("company"))));
			const sold = { id: order, asset: house.asset, amount: priceOf(seed), memo: "one of it", mode };
			must(await orders.place(sold));
			return companyRole(orders, onward, now);
		}),
		kind("module-B", true, async (surroundings, strikes) => {
			if (restores !== undefined) return timedPayee(house, surroundings, strikes, onward);
			const store = strikes.over(house.store("module-B"));
			return payeeRole(await house.wallet("module-B", store, surroundings, 0n), house.asset, onward);
		}),
	];
}
