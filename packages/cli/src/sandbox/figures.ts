/** Figures of the sandbox, the same in every language: addresses, money, commands to copy. */
import { amountWords } from "@tenten/wallet";
import { commandName } from "../invocation.ts";
import type { LedgersView } from "./accounts/ledgers.ts";
import { systems } from "./accounts/parties.ts";
import type { House } from "./house.ts";
import { type Person, passphrase, type Town } from "./town.ts";

export type Language = "en" | "ja";

/** Amounts of the first two operators, and of accounts, are in yen. Minor units. */
export function yen(minor: bigint, { card }: Town, language: Language): string {
	return amountOf(minor, card, language);
}

/** An amount of what an operator of the sandbox issues, minor units. */
export function amountOf(minor: bigint, { asset, issuer }: House, language: Language): string {
	const [definition] = issuer.operator.entry.assets;
	return amountWords(minor, asset, { asset: () => definition, operator: () => undefined })[language];
}

/** An operator of the sandbox by its name. */
export function houseNamed(name: string, { card, code, points }: Town): House {
	return [code, points].find(({ issuer }) => issuer.settings.name === name) ?? card;
}

export function everyone({ aoi, shop, ren }: Town): readonly Person[] {
	return [aoi, shop, ren];
}

/** Rows in columns, as wide as a terminal shows them: a Chinese character takes two. */
function table(rows: readonly (readonly string[])[]): string {
	const width = (text: string): number =>
		[...text].reduce((sum, letter) => sum + (/[\u2e80-\uffef]/.test(letter) ? 2 : 1), 0);
	const widest = (column: number): number => Math.max(...rows.map((row) => width(row[column] ?? "")));
	return rows
		.map((row) => row.map((cell, i) => cell + " ".repeat(widest(i) - width(cell) + 3)).join(""))
		.map((line) => `  ${line.trimEnd()}`)
		.join("\n");
}

/** What each address is, in the order: card, code, points, witness, person, shop, systems of accounts. */
export function addressTable(
	town: Town,
	kinds: readonly [string, string, string, string, string, string, string],
): string {
	const [card, code, points, witness, person, shop, system] = kinds;
	const { parties } = town.accounts;
	return table([
		[town.card.issuer.settings.name, card, town.card.url],
		[town.code.issuer.settings.name, code, town.code.url],
		[town.points.issuer.settings.name, points, town.points.url],
		...[town.card, town.code, town.points].map(({ issuer, watch }) => [
			issuer.settings.name,
			witness,
			watch.known.witnessUrl,
		]),
		[town.aoi.name, person, town.aoi.server.url],
		[town.ren.name, person, town.ren.server.url],
		[town.shop.name, shop, town.shop.server.url],
		...systems.map((name) => [`${town.code.issuer.settings.name} ${name}`, system, parties.urlOf(name)]),
	]);
}

/** What each wallet may spend now, by operator. */
export function moneyTable(town: Town, language: Language): string {
	const houses = [town.card, town.code, town.points];
	const rows = everyone(town).map(({ name, folder: { wallet } }) => [
		name,
		...houses.map((house) => amountOf(wallet.balance(house.asset).available, house, language)),
	]);
	return table([["", ...houses.map(({ issuer }) => issuer.settings.name)], ...rows]);
}

/** What is usable on the accounts, payer's and payee's; `silent` where a ledger does not answer. */
export function accountTable(
	town: Town,
	language: Language,
	{ payer, payee }: LedgersView,
	[you, silent]: readonly [string, string],
): string {
	const shown = (minor: string | undefined): string =>
		minor === undefined ? silent : yen(BigInt(minor), town, language);
	return table([
		[you, shown(payer?.available)],
		[town.shop.name, shown(payee?.usable)],
	]);
}

export type Commands = Readonly<Record<"begin" | "pay" | "receive" | "totals", string>>;

/** Lines that work against this sandbox from another terminal. */
export function commands({ folder, card, shop }: Town): Commands {
	const tenten = commandName();
	const lines = (...all: readonly string[]): string => all.map((line) => `    ${line}`).join("\n");
	return {
		begin: lines(
			`export TENTEN_WALLET=${folder}/you TENTEN_PASSPHRASE=${passphrase}`,
			`${tenten} wallet init`,
			`${tenten} wallet join ${card.url}`,
			`${tenten} wallet topup 3000`,
		),
		pay: lines(`${tenten} wallet pay ${shop.server.url} --amount 480`, `${tenten} wallet history`),
		receive: lines(`${tenten} wallet receive --amount 200`),
		totals: lines(`${tenten} operator totals --data ${folder}/densha-card`),
	};
}
