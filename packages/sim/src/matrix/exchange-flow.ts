/**
 * Withdrawal and deposit as flows of the fault matrix: a phone's account for tokens in its module, and back, with a
 * gateway on the other side of both. Two parties of exchanges with real wallets, and the four systems between accounts.
 *
 * The holder of account and phone is one person, here `payer` on the side that gives and `payee` on the side that
 * gets; the gateway is a third, which must end with what it had, too.
 */
import { generateKey, signerFrom, verify } from "@tenten/module";
import {
	ExchangeHost,
	exchangeRole,
	exchangeTap,
	openRailParty,
	payeeLedgerRole,
	payeeSystemRole,
	payerLedgerRole,
	payerSystemRole,
	type RailEcosystem,
	type Role,
	railUser,
} from "@tenten/operator";
import { type Exchange, exchangeStanding, type PurseCommand } from "@tenten/protocol/rail";
import { WalletPurse } from "@tenten/wallet";
import { Chance } from "../chance.ts";
import { accountEcosystem, payee, payer } from "./account-ecosystem.ts";
import {
	type Does,
	heldByCredit,
	heldByDebit,
	onTap,
	partyKind,
	partyOver,
	railAsset,
	writtenBy,
} from "./account-flow.ts";
import { type Direction, exchangeSteps, gateway, phone } from "./exchange-steps.ts";
import type { Flow, Holdings, PartyKind, Seen, Step } from "./party.ts";
import { funds, TokenHouse } from "./token-house.ts";
import { Strikes } from "./token-party.ts";

const price = 300n;
/** Less than the app waits, so that whoever sees nothing has mostly got its own back. */
const patience_ms = 14_000;

const titles = {
	withdraw: { en: "Account to tokens", ja: "口座からトークンへ" },
	deposit: { en: "Tokens to account", ja: "トークンから口座へ" },
} as const;

function exchangeFlow(direction: Direction): Flow {
	const steps = exchangeSteps(direction);
	return {
		name: direction,
		title: titles[direction],
		steps,
		payer: phone,
		payee: phone,
		patience_ms: 15_000,
		outage_ms: 60_000,
		parties: async (seed, folder) => partiesOf(direction, steps, seed, folder),
		begin: (seed) => {
			const payment = `payment-${seed}`;
			const first = exchangeTap({ to: phone, payment, payer, payee, amount: price }, railUser);
			return { payment, amount: price, first: onTap(first) };
		},
		paidAgain: (payment) => ({
			id: `${railUser}.${payment}.paidOtherwise`,
			from: railUser,
			to: phone,
			step: 0,
			payment,
			body: { kind: "paidOtherwise" },
		}),
	};
}

export const withdrawFlow: Flow = exchangeFlow("withdraw");
export const depositFlow: Flow = exchangeFlow("deposit");

/** Who has what: the phone gives at one end and gets at the other. */
function sidesOf(direction: Direction) {
	const isWithdrawal = direction === "withdraw";
	return {
		/** which exchanges give money on an account, and which give tokens */
		ofAccount: isWithdrawal ? phone : gateway,
		ofTokens: isWithdrawal ? gateway : phone,
		/** whose the two accounts are, in the judge's books */
		paysOnAccount: isWithdrawal ? "payer" : "gateway",
		isCredited: isWithdrawal ? "gateway" : "payee",
		phonesTokens: isWithdrawal ? "payee" : "payer",
	} as const;
}

function partiesOf(
	direction: Direction,
	steps: readonly Step[],
	seed: number,
	folder?: string,
): readonly PartyKind[] {
	const { ofAccount, ofTokens, paysOnAccount, isCredited, phonesTokens } = sidesOf(direction);
	const { privateKey, publicKey } = generateKey("Ed25519", new Chance(seed, "A's key").bytes);
	const usual = accountEcosystem(publicKey, false);
	const ecosystem: RailEcosystem = {
		...usual,
		payers: { [payer]: { system: "A", ledger: "C", app: ofAccount, mayPay: true, begins: 1_000n } },
		payees: { [payee]: { system: "B", ledger: "D", app: ofTokens, mayReceive: true, most: 5_000n } },
	};
	const house = new TokenHouse(seed, folder);
	const systemOf = <Kept>(role: Role<Kept>, holdings?: Does<Kept>["holdings"]): PartyKind =>
		partyKind(role.name, folder, async (store, { now, random, write }) => {
			const host = await openRailParty(store, role, ecosystem, railAsset, {
				now,
				entropy: random,
				onWrite: (message, moment) => write(writtenBy(steps, role.name, message?.step), moment),
			});
			return partyOver(host, {
				holdings: async () => (holdings === undefined ? nothing : store.read(holdings)),
				sees: async () => undefined,
			});
		});
	const exchanger = (name: string, holder: string): PartyKind => {
		const role = exchangeRole(ecosystem, name, { isGateway: name === gateway, patience_ms });
		return partyKind(name, folder, async (store, surroundings) => {
			const { now, random, write } = surroundings;
			const strikes = new Strikes(write);
			const amount = name === ofTokens ? funds : 0n;
			const wallet = await house.wallet(name, strikes.over(house.store(name)), surroundings, amount);
			const purse = new WalletPurse(wallet, house.asset);
			const inModule = moduleSteps(steps, name);
			const host = await openRailParty(store, role, ecosystem, railAsset, {
				now,
				entropy: random,
				onWrite: (message, moment) =>
					write(
						writtenBy(steps, name, message?.step).filter((step) => !inModule.includes(step)),
						moment,
					),
			});
			const exchange = new ExchangeHost(host, {
				act: async (payment, command) => {
					strikes.begin(inModule.filter((step) => step === stepOf[command.kind]));
					const report = await purse.act(payment, command);
					strikes.begin([]);
					return report;
				},
			});
			return {
				...partyOver(exchange, {
					holdings: async (): Promise<Holdings> => {
						const { available, locked, reserved } = wallet.balance(house.asset);
						return {
							available: { [holder]: available },
							locked: { [holder]: locked },
							reserved: { [holder]: reserved },
						};
					},
					sees: async (payment) => seen(await exchange.kept(payment), now(), ecosystem.times.timeout_ms),
				}),
				closing: () => wallet.close(),
			};
		});
	};
	const signer = signerFrom(privateKey, "Ed25519");
	return [
		exchanger(phone, phonesTokens),
		exchanger(gateway, "gateway"),
		systemOf(payerSystemRole(ecosystem, "A", signer)),
		systemOf(payeeSystemRole(ecosystem, "B")),
		systemOf(payerLedgerRole(ecosystem, "C"), heldByDebit(paysOnAccount)),
		systemOf(payeeLedgerRole(ecosystem, "D", verify), heldByCredit(isCredited)),
	];
}

const nothing: Holdings = { available: {}, locked: {}, reserved: {} };

/** By which command a module makes each of its steps durable. */
const stepOf: Readonly<Partial<Record<PurseCommand["kind"], number>>> = {
	lock: 33,
	reserve: 35,
	release: 37,
	take: 39,
};

function moduleSteps(steps: readonly Step[], name: string): readonly number[] {
	const numbers = Object.values(stepOf);
	return steps.flatMap((step) =>
		step.kind === "write" && step.at === name && numbers.includes(step.number) ? [step.number] : [],
	);
}

function seen(kept: Exchange | undefined, now: number, timeout_ms: number): Seen {
	if (kept === undefined) return "nothing";
	const standing = exchangeStanding(kept);
	if (standing === "open") return now >= kept.begunAt + timeout_ms ? "unknown" : "paying";
	return standing === "completed" ? "paid" : standing;
}
