/**
 * The tokens on either side of many payments at once, as their holders move them: every step is asked again until it is
 * done, whoever is killed meanwhile.
 */
import { setTimeout as pause } from "node:timers/promises";
import { fromHex } from "@tenten/protocol";
import type { Chance } from "../torture/actor.ts";
import type { HolderWallet } from "./holder-wallets.ts";
import type { Operator } from "./pair.ts";
import { type AskCrossings, TokenPayee, TokenPayer } from "./token-holders.ts";

/** What each side is. */
export type Kind = { readonly from: "account" | "token"; readonly to: "account" | "token" };

export const everyKind: readonly Kind[] = (["account", "token"] as const).flatMap((from) =>
	(["account", "token"] as const).map((to) => ({ from, to })),
);

/** What a payment has of tokens: undefined where a side is an account. */
export type TokenLegs = { payer: TokenPayer | undefined; payee: TokenPayee | undefined };

const between_ms = 150;
/** A refusal that may pass: the gateway's answer was lost, or its module has not taken the transfer yet. */
const mostTries = 40;

/** A request of one of the destination's holders, opened there; its digest is the payee of a quote. */
export async function openPayee(
	destination: Operator,
	{ ask, chance, memo, amount }: { ask: AskCrossings; chance: Chance; memo: string; amount: bigint },
): Promise<TokenPayee> {
	const payee = await TokenPayee.make(oneOf(destination.holders, chance).purse, ask, memo, amount);
	const refused = await payee.open();
	if (refused !== null) throw new Error(`a request is refused: ${refused}`);
	return payee;
}

/** Who the gateway of an operator is, for a quote. */
export async function gatewayOf(read: (path: string) => Promise<unknown>): Promise<Uint8Array> {
	const { gateways } = (await read("tokens-in")) as {
		readonly gateways: readonly { readonly payer: string }[];
	};
	const [first] = gateways;
	if (first === undefined) throw new Error("an operator without a gateway");
	return fromHex(first.payer) as Uint8Array;
}

/** The payer of a quoted payment, whose tokens the gateway holds; or why it does not. */
export async function holdFor(
	source: Operator,
	{ ask, chance, transfer, pays }: { ask: AskCrossings; chance: Chance; transfer: string; pays: bigint },
): Promise<{ readonly payer: TokenPayer; readonly refused: string | null }> {
	const payer = await TokenPayer.make(oneOf(source.holders, chance).purse, ask, transfer, pays);
	let refused = await payer.hold();
	for (let tries = 0; refused === "attempt-pending" && tries < mostTries; tries++) {
		await pause(between_ms);
		refused = await payer.hold();
	}
	return { payer, refused };
}

/** Whether the gateway has the release; until it does, or gives no receipt any more. */
export async function releaseBy(payer: TokenPayer): Promise<boolean> {
	for (let tries = 0; tries < mostTries; tries++) {
		if (await payer.release()) return true;
		await pause(between_ms);
	}
	return false;
}

/** After the end: what was credited is taken, what was not committed comes back; in as long as that takes. */
export async function settleLegs(
	{ payer, payee }: TokenLegs,
	ends: readonly [string, string] | undefined,
): Promise<void> {
	if (payee !== undefined && ends?.[1] === "credited") await until(() => payee.take());
	if (payer !== undefined && ends?.[0] !== "committed")
		await until(async () => (await payer.giveUp()) || ((await payer.release()) && (await payer.takeBack())));
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
	while (!(await isDone())) await pause(between_ms);
}

function oneOf(holders: readonly HolderWallet[], chance: Chance): HolderWallet {
	return holders[chance(holders.length)] as HolderWallet;
}
