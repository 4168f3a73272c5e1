/**
 * Flow 18 and flow 25 of the account rail as flows of the fault matrix: both apps, the systems A to D, and a hub
 * between the ledgers where there is one.
 */
import { join } from "node:path";
import { generateKey, signerFrom, verify } from "@tenten/module";
import {
	type Job,
	openRailParty,
	openStore,
	payeeAppRole,
	payeeLedgerRole,
	payeeSystemRole,
	payerAppRole,
	payerLedgerRole,
	payerSystemRole,
	RailHub,
	type RailMessage,
	type RailParty,
	type Role,
	railBalance,
	railUser,
	readMessage,
	type Store,
	writeJson,
} from "@tenten/operator";
import { assetHash, type Bytes } from "@tenten/protocol";
import type { Credit, PayeeApp, PayerApp } from "@tenten/protocol/rail";
import { Chance } from "../chance.ts";
import { accountEcosystem, hub, payee, payeeApp, payer, payerApp } from "./account-ecosystem.ts";
import { accountSteps } from "./account-steps.ts";
import { giveBack, takeStore } from "./memory-stores.ts";
import type { Flow, Holdings, Message, Moment, Party, PartyKind, Seen, Step, Surroundings } from "./party.ts";

const price = 300n;
export const railAsset: Bytes = assetHash({ operator: new Uint8Array(32), code: "JPY" });

export function accountFlow(credit: Credit, isThroughHub: boolean): Flow {
	const number = credit === "final" ? 18 : 25;
	const steps = accountSteps(credit, isThroughHub);
	return {
		name: `${number}${isThroughHub ? "-hub" : ""}`,
		title: {
			en: `accounts, ${credit === "final" ? "debit reservation" : "debit and credit reservation"}${isThroughHub ? ", through a hub" : ""}`,
			ja: `口座、${credit === "final" ? "減額留保のみ" : "減額留保と増額留保"}${isThroughHub ? "、ハブ経由" : ""}`,
		},
		payer: payerApp,
		payee: payeeApp,
		patience_ms: 15_000,
		outage_ms: 60_000,
		steps,
		parties: async (seed, folder) => partiesOf(steps, isThroughHub, seed, folder),
		begin: (seed) => {
			const payment = `payment-${seed}`;
			const body = { kind: "pay", payer, payee, amount: `${price}`, credit };
			return { payment, amount: price, first: tap(payment, body) };
		},
		paidAgain: (payment) => tap(payment, { kind: "paidOtherwise" }),
	};
}

function tap(payment: string, body: { readonly kind: string }): Message {
	return { id: `${railUser}.${payment}.${body.kind}`, from: railUser, to: payerApp, step: 0, payment, body };
}

async function partiesOf(
	steps: readonly Step[],
	isThroughHub: boolean,
	seed: number,
	folder?: string,
): Promise<readonly PartyKind[]> {
	const { privateKey, publicKey } = generateKey("Ed25519", new Chance(seed, "A's key").bytes);
	const signer = signerFrom(privateKey, "Ed25519");
	const ecosystem = accountEcosystem(publicKey, isThroughHub);
	const kindOf = <Kept>(role: Role<Kept>, { holdings, seen }: Does<Kept> = {}): PartyKind => {
		return partyKind(role.name, folder, async (store, { now, random, write }) => {
			const host = await openRailParty(store, role, ecosystem, railAsset, {
				now,
				entropy: random,
				onWrite: (message, moment) => write(writtenBy(steps, role.name, message?.step), moment),
			});
			return partyOver(host, {
				holdings: async () => (holdings === undefined ? nothing : store.read(holdings)),
				sees: async (payment) => seen?.(await host.kept(payment), now()),
			});
		});
	};
	const hubKind = partyKind(hub, folder, async (store, { now, write }) => {
		const onWrite = ({ step }: RailMessage, moment: Moment): void => write([step], moment);
		const host = await RailHub.open(store, { name: hub, systems: ["C", "D"], now, onWrite });
		return partyOver(host, { holdings: async () => nothing, sees: async () => undefined });
	});
	return [
		kindOf(payerAppRole(ecosystem, payerApp), { seen: seenByPayer }),
		kindOf(payeeAppRole(ecosystem, payeeApp), { seen: seenByPayee }),
		kindOf(payerSystemRole(ecosystem, "A", signer)),
		kindOf(payeeSystemRole(ecosystem, "B")),
		kindOf(payerLedgerRole(ecosystem, "C"), { holdings: heldByDebit("payer") }),
		kindOf(payeeLedgerRole(ecosystem, "D", verify), { holdings: heldByCredit("payee") }),
		...(isThroughHub ? [hubKind] : []),
	];
}

/** What is on the account that pays, whose it is in the judge's books. */
export function heldByDebit(holder: string): Job<Holdings> {
	return async (transaction) => {
		const { posted, debitsPending } = await railBalance(transaction, payer);
		return {
			available: { [holder]: posted - debitsPending },
			locked: { [holder]: debitsPending },
			reserved: {},
		};
	};
}

/** What is on the account that is paid. */
export function heldByCredit(holder: string): Job<Holdings> {
	return async (transaction) => {
		const { posted, creditsPending } = await railBalance(transaction, payee);
		return { available: { [holder]: posted }, locked: {}, reserved: { [holder]: creditsPending } };
	};
}

const central: ReadonlySet<string> = new Set(["A", "B", "C", "D", "gateway", hub]);
const nothing: Holdings = { available: {}, locked: {}, reserved: {} };

export type Does<Kept> = {
	readonly seen?: (kept: Kept | undefined, now: number) => Seen;
	readonly holdings?: Job<Holdings>;
};

/** A message's step, and what is done within it. */
export function writtenBy(
	steps: readonly Step[],
	party: string,
	step: number | undefined,
): readonly number[] {
	if (step === undefined) return [];
	const within = steps.flatMap((each) =>
		each.kind === "write" && each.at === party && each.within === step ? [each.number] : [],
	);
	return [step, ...within];
}

/** A store in memory outlives each of the party's lives; one in a file is closed with it. */
export function partyKind(
	name: string,
	folder: string | undefined,
	openOver: (
		store: Store,
		surroundings: Surroundings,
	) => Promise<Omit<Party, "close"> & { readonly closing?: () => Promise<void> }>,
): PartyKind {
	let memory: Store | undefined;
	return {
		name,
		isCentral: central.has(name),
		open: async (surroundings) => {
			if (folder !== undefined) {
				const store = await openStore(join(folder, `${name}.db`));
				const { closing, ...party } = await openOver(store, surroundings);
				const close = async (): Promise<void> => {
					await closing?.();
					await store.close();
				};
				return { ...party, close };
			}
			const store = memory ?? (await takeStore());
			memory = store;
			const { closing, ...party } = await openOver(store, surroundings);
			const close = async (): Promise<void> => {
				await closing?.();
				if (memory !== undefined) giveBack(memory);
				memory = undefined;
			};
			return { ...party, close };
		},
	};
}

export function partyOver(host: RailParty, reading: Pick<Party, "holdings" | "sees">): Omit<Party, "close"> {
	return {
		...reading,
		take: async (message) => {
			const read = readMessage(message);
			if (read === undefined) throw new Error(`no message of the rail: ${JSON.stringify(message.body)}`);
			const taking = await host.take(read);
			return taking.kind === "taken" ? taking.sends.map(onTap) : [];
		},
		wake: async () => (await host.wake()).map(onTap),
		delivered: (id) => host.delivered(id),
		dueAt: () => host.dueAt(),
	};
}

export function onTap(message: RailMessage): Message {
	return JSON.parse(writeJson(message)) as Message;
}

function seenByPayer(kept: PayerApp | undefined, now: number): Seen {
	switch (kept?.kind) {
		case undefined:
			return "nothing";
		case "paying":
			return now >= kept.lateAt ? "unknown" : "paying";
		case "asking":
		case "gaveUp":
			return "unknown";
		case "showing":
			return "paid";
		case "paid":
		case "refused":
		case "abandoned":
			return kept.kind;
		default:
			return kept satisfies never;
	}
}

function seenByPayee(kept: PayeeApp | undefined): Seen {
	return kept?.kind ?? "nothing";
}
