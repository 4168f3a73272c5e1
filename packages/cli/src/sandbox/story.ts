/**
 * The story of the sandbox, as it happens: a first payment, an onward payment with every operator stopped,
 * and the way back into an account. It tells each step when it is done and durable.
 */
import { equalBytes, type Totals } from "@tenten/protocol";
import { random } from "../surroundings.ts";
import { askFor, channelTo, payShown } from "../wallet/paying.ts";
import type { House } from "./house.ts";
import { must, type Person, type Town } from "./town.ts";

/** Amounts in minor units, times in milliseconds. */
export type Step =
	| { readonly kind: "toppedUp"; readonly who: string; readonly operator: string; readonly amount: bigint }
	| ({ readonly kind: "paid" | "paidOn" } & PaidFacts)
	| { readonly kind: "stopped"; readonly answers: boolean }
	| { readonly kind: "redeemed"; readonly who: string; readonly amount: bigint; readonly account: bigint }
	| { readonly kind: "totals"; readonly operators: readonly OperatorTotals[] };

export type PaidFacts = {
	readonly payer: string;
	readonly payee: string;
	/** who issued the money */
	readonly operator: string;
	readonly amount: bigint;
	readonly milliseconds: number;
	/** what the payee may spend now, of this asset */
	readonly payeeHas: bigint;
};

export type OperatorTotals = {
	readonly name: string;
	readonly totals: Totals;
	readonly broken: readonly string[];
};

const topUp = 2_000n;
const price = 480n;
const pointsKept = 500n;
/** five points for each hundred yen */
const pointsGiven = 24n;
const onward = 300n;
const returned = 200n;

export async function tellStory(town: Town, tell: (step: Step) => void): Promise<readonly Step[]> {
	const steps: Step[] = [];
	const told = (step: Step): void => {
		steps.push(step);
		tell(step);
	};
	const { aoi, ren, shop, card, code, points } = town;
	told(await fill(aoi, card, topUp));
	told(await fill(ren, code, topUp));
	told(await fill(shop, points, pointsKept));
	told({ kind: "paid", ...(await pay(aoi, shop, card, price)) });
	told({ kind: "paid", ...(await pay(shop, aoi, points, pointsGiven)) });
	told({ kind: "paid", ...(await pay(ren, shop, code, price)) });
	await town.switches.operatorsOff();
	told({ kind: "stopped", answers: await answers(town) });
	told({ kind: "paidOn", ...(await pay(shop, ren, card, onward)) });
	await town.switches.operatorsOn();
	const { credited } = must(await ren.folder.wallet.redeem(card.asset, returned));
	const account = must(await ren.folder.wallet.account(card.asset));
	told({ kind: "redeemed", who: ren.name, amount: credited, account });
	told({ kind: "totals", operators: await totalsOf(town) });
	return steps;
}

/** A sandbox that is opened again has played the story before: there must be enough for once more. */
async function fill(
	{ name, folder: { wallet } }: Person,
	{ asset, issuer }: House,
	amount: bigint,
): Promise<Step> {
	const { operator, settings } = issuer;
	const own = wallet.module.certificates().find(({ operatorId }) => equalBytes(operatorId, operator.id));
	const left = must(await wallet.account(asset));
	if (left < amount && own !== undefined) await operator.deposit(random(32), own.hash, asset.code, amount);
	must(await wallet.topUp(asset, amount));
	return { kind: "toppedUp", who: name, operator: settings.name, amount };
}

/** The payee's request and the payment go over the payee's own address. */
async function pay(
	payer: Person,
	payee: Person,
	{ asset, issuer }: House,
	amount: bigint,
): Promise<PaidFacts> {
	const start = performance.now();
	const { url } = payee.server;
	const channel = channelTo(url);
	try {
		const shown = must(await askFor(payer.folder, channel, { asset, amount }));
		const { fundsState } = must(await payShown(payer.folder, shown, amount, channel, url));
		if (fundsState !== "spent") throw new Error("a payment that did not end");
	} finally {
		channel.close();
	}
	const milliseconds = performance.now() - start;
	const payeeHas = payee.folder.wallet.balance(asset).available;
	const operator = issuer.settings.name;
	return { payer: payer.name, payee: payee.name, operator, amount, milliseconds, payeeHas };
}

/** Whether any operator can be reached. */
async function answers({ card, code, points }: Town): Promise<boolean> {
	const attempts = [card, code, points].map(({ url }) =>
		fetch(`${url}/livez`).then(
			() => true,
			() => false,
		),
	);
	return (await Promise.all(attempts)).includes(true);
}

async function totalsOf({ card, code, points }: Town): Promise<readonly OperatorTotals[]> {
	const audits: OperatorTotals[] = [];
	for (const { issuer, asset } of [card, code, points]) {
		const audit = await issuer.operator.audit(asset.code);
		audits.push({ name: issuer.settings.name, ...audit });
	}
	return audits;
}
