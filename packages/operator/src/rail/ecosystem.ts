/**
 * Who is who on the account rail: accounts, their systems, ledgers and apps, the hub between ledgers, keys and times.
 *
 * Each party is its machine under the policy that follows from this; nothing else tells it whom to believe.
 */
import { type PublicKey, type Signer, toHex, type Verify } from "@tenten/protocol";
import {
	type Exchange,
	type ExchangePolicy,
	exchangeWakesAt,
	forgetExchange,
	forgetPayeeApp,
	forgetPayeeLedger,
	forgetPayeeSystem,
	forgetPayerApp,
	forgetPayerLedger,
	forgetPayerSystem,
	type PayeeApp,
	type PayeeLedger,
	type PayeeSystem,
	type PayerApp,
	type PayerLedger,
	type PayerSystem,
	payerAppWakesAt,
	payerSystemWakesAt,
	type Send,
	signAnswer,
	stepExchange,
	stepPayeeApp,
	stepPayeeLedger,
	stepPayeeSystem,
	stepPayerApp,
	stepPayerLedger,
	stepPayerSystem,
	transitAccount,
} from "@tenten/protocol/rail";
import { railPurse } from "./exchange-host.ts";
import type { Role } from "./host.ts";
import type { RailAccount } from "./posting.ts";

/** Accounts by name. Amounts in minor units, times in milliseconds. */
export type RailEcosystem = {
	readonly payers: Readonly<Record<string, PayerEntry>>;
	readonly payees: Readonly<Record<string, PayeeEntry>>;
	/** between ledgers; null where they reach one another directly */
	readonly hub: string | null;
	/** keys under which payers' systems sign their word */
	readonly keys: Readonly<Record<string, PublicKey>>;
	/** of whoever rules where such a system is gone for good */
	readonly rulingKey: PublicKey | null;
	readonly times: RailTimes;
};

type PayerEntry = {
	readonly system: string;
	readonly ledger: string;
	readonly app: string;
	readonly mayPay: boolean;
	readonly begins: bigint;
};

type PayeeEntry = {
	readonly system: string;
	readonly ledger: string;
	readonly app: string;
	readonly mayReceive: boolean;
	/** holding ceiling; null: none */
	readonly most: bigint | null;
};

type RailTimes = {
	/** until the payer's app says that nothing is known */
	readonly timeout_ms: number;
	/** for which it shows a payment as paid before it says so */
	readonly showing_ms: number;
	/** after which a user who is asked has not paid otherwise */
	readonly answer_ms: number;
	/** for which A waits before it has instructed C */
	readonly patience_ms: number;
	/** for which a permit is good */
	readonly permit_ms: number;
};

/** Whoever holds an app: what it taps comes under this name. */
export const railUser = "user";

const never = (): undefined => undefined;
const unsealed = async (send: Send): Promise<Send> => send;
const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)];

function allOf({ payers, payees }: RailEcosystem): {
	readonly payers: readonly (readonly [string, PayerEntry])[];
	readonly payees: readonly (readonly [string, PayeeEntry])[];
} {
	return { payers: Object.entries(payers), payees: Object.entries(payees) };
}

/** A machine that no time changes, and that signs nothing. */
function untimed<Kept>(name: string, step: Role<Kept>["step"], forget: Role<Kept>["forget"]): Role<Kept> {
	return { name, step, wakesAt: never, forget, seal: unsealed };
}

export function payerAppRole(ecosystem: RailEcosystem, name: string): Role<PayerApp> {
	const entry = Object.values(ecosystem.payers).find(({ app }) => app === name);
	const policy = { ...ecosystem.times, system: entry?.system ?? "", user: railUser };
	return {
		name,
		step: (kept, event, moment) => stepPayerApp(kept, event, moment, policy),
		wakesAt: payerAppWakesAt,
		forget: forgetPayerApp,
		seal: unsealed,
	};
}

/** A party of exchanges: `own` are its accounts, among the payers or the payees of this ecosystem. */
export function exchangeRole(
	{ payers, payees, times }: RailEcosystem,
	name: string,
	options: { readonly isGateway: boolean; readonly patience_ms: number },
): Role<Exchange> {
	const all = [...Object.entries(payers), ...Object.entries(payees)];
	const policy: ExchangePolicy = {
		...options,
		purse: railPurse,
		user: railUser,
		accounts: new Map(all.flatMap(([account, { app, system }]) => (app === name ? [[account, system]] : []))),
		others: new Map(all.flatMap(([account, { app }]) => (app === name ? [] : [[account, app]]))),
		timeout_ms: times.timeout_ms,
	};
	return {
		name,
		step: (kept, event, moment) => stepExchange(kept, event, moment, policy),
		wakesAt: (kept) => exchangeWakesAt(kept, policy),
		forget: forgetExchange,
		seal: unsealed,
	};
}

export function payeeAppRole(ecosystem: RailEcosystem, name: string): Role<PayeeApp> {
	const system = Object.values(ecosystem.payees).find(({ app }) => app === name)?.system ?? "";
	return untimed(
		name,
		(kept, event, moment) => stepPayeeApp(kept, event, moment, { system }),
		forgetPayeeApp,
	);
}

/** A, which signs its word. */
export function payerSystemRole(ecosystem: RailEcosystem, name: string, signer: Signer): Role<PayerSystem> {
	const { payers, payees } = allOf(ecosystem);
	const policy = {
		payers: Object.fromEntries(payers.filter(([, { system }]) => system === name)),
		payees: Object.fromEntries(payees.map(([account, { system }]) => [account, system])),
		patience_ms: ecosystem.times.patience_ms,
	};
	return {
		name,
		step: (kept, event, moment) => stepPayerSystem(kept, event, moment, policy),
		wakesAt: payerSystemWakesAt,
		forget: forgetPayerSystem,
		seal: async (send, payment) => {
			const { body } = send;
			if (body.kind !== "answer") return send;
			const { permit, word } = body;
			const signature = toHex(await signAnswer(signer, { payment, permit, word }));
			return { ...send, body: { ...body, signature } };
		},
	};
}

export function payeeSystemRole(ecosystem: RailEcosystem, name: string): Role<PayeeSystem> {
	const payees = allOf(ecosystem).payees.filter(([, { system }]) => system === name);
	const policy = { payees: Object.fromEntries(payees) };
	return untimed(
		name,
		(kept, event, moment) => stepPayeeSystem(kept, event, moment, policy),
		forgetPayeeSystem,
	);
}

export function payerLedgerRole(ecosystem: RailEcosystem, name: string): Role<PayerLedger> {
	const of = Object.values(ecosystem.payers).filter(({ ledger }) => ledger === name);
	const policy = { systems: distinct(of.map(({ system }) => system)) };
	return untimed(
		name,
		(kept, event, moment) => stepPayerLedger(kept, event, moment, policy),
		forgetPayerLedger,
	);
}

/** D, which knows the keys of the payers' systems. */
export function payeeLedgerRole(ecosystem: RailEcosystem, name: string, verify: Verify): Role<PayeeLedger> {
	const { payers, payees } = allOf(ecosystem);
	const own = payees.filter(([, { ledger }]) => ledger === name);
	const policy = {
		askers: distinct(own.map(([, { system }]) => system)),
		ledgers: distinct(payers.map(([, { ledger }]) => ledger)),
		payees: own.map(([account]) => account),
		permit_ms: ecosystem.times.permit_ms,
		answerKeys: ecosystem.keys,
		rulingKey: ecosystem.rulingKey,
		verify,
	};
	return untimed(
		name,
		(kept, event, moment) => stepPayeeLedger(kept, event, moment, policy),
		forgetPayeeLedger,
	);
}

/** Which ledgers there are. */
function ledgersOf(ecosystem: RailEcosystem): readonly string[] {
	const { payers, payees } = allOf(ecosystem);
	return distinct([...payers.map(([, each]) => each.ledger), ...payees.map(([, each]) => each.ledger)]);
}

/** By whom another is reached: ledgers one another through the hub, where there is one. */
export function viaOf(ecosystem: RailEcosystem, name: string): Readonly<Record<string, string>> {
	const { hub } = ecosystem;
	const ledgers = ledgersOf(ecosystem);
	if (hub === null || !ledgers.includes(name)) return {};
	return Object.fromEntries(ledgers.filter((other) => other !== name).map((other) => [other, hub]));
}

/** What a ledger opens: its payers and payees, and what is between it and each other ledger. */
export function accountsOf(ecosystem: RailEcosystem, name: string): readonly RailAccount[] {
	const { payers, payees } = allOf(ecosystem);
	const ledgers = ledgersOf(ecosystem);
	if (!ledgers.includes(name)) return [];
	return [
		...payers
			.filter(([, { ledger }]) => ledger === name)
			.map(([account, { begins }]) => ({ name: account, mayOwe: false, most: null, begins })),
		...payees
			.filter(([, { ledger }]) => ledger === name)
			.map(([account, { most }]) => ({ name: account, mayOwe: false, most, begins: 0n })),
		...ledgers
			.filter((other) => other !== name)
			.map((other) => ({ name: transitAccount(other), mayOwe: true, most: null, begins: 0n })),
	];
}
