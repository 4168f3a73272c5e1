/**
 * The sandbox: two operators, a shop and two people, each with a wallet of its own, all over HTTP on loopback.
 *
 *   Densha Card (transit card) ── lists ── Mise Pay (QR payment) ── issues tokens, as Densha Card does
 *        Aoi                                Ren, the bento shop Hanaya: accounts with both
 *                                          and keeps accounts, paid from one to another over the account rail:
 *                                             you ▷ A, C (customers)     D, B ▷ Hanaya (shops)
 *
 * Everything is what a real one would run: durable stores, real keys, real messages. Only the money is play.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { NewUnlock } from "@tenten/module";
import { type AskedProfile, type AssetId, isRefusal, type Refusal } from "@tenten/protocol";
import type { LoopbackServer } from "@tenten/wallet";
import type { Schemas } from "../command/database-choice.ts";
import { usualWindows } from "../server/issuer.ts";
import { freePort } from "../server/port.ts";
import { serveWallet } from "../server/wallet-server.ts";
import { WalletFolder } from "../wallet/folder.ts";
import { Accounts } from "./accounts/accounts.ts";
import { Parties, partyNames } from "./accounts/parties.ts";
import { Sales } from "./accounts/sales.ts";
import { House } from "./house.ts";
import { Switches } from "./switches.ts";

/** Opens everything in the sandbox: it holds nothing that needs a better one. */
export const passphrase = "sandbox";

const unlock: NewUnlock = { kind: "passphrase", passphrase, cost: "interactive" };
const yen = { code: "JPY", scale: 0, ...usualWindows } as const;
const gift = 5_000n;

export type Person = {
	readonly name: string;
	readonly folder: WalletFolder;
	readonly server: LoopbackServer;
};

export type Town = {
	readonly folder: string;
	readonly isOnPostgres: boolean;
	readonly card: House;
	readonly code: House;
	readonly aoi: Person;
	readonly ren: Person;
	readonly shop: Person;
	/** of Mise Pay, apart from its tokens (ADR 0055) */
	readonly accounts: Accounts;
	/** of operators, and systems of accounts */
	readonly switches: Switches;
	readonly close: () => Promise<void>;
};

export type TownOptions = {
	/** all of it goes when it closes */
	readonly forget: boolean;
	/** where the operators' books are, if not in files of the folder */
	readonly schemas?: Schemas | undefined;
	/** pages that may ask the operators */
	readonly origins?: readonly string[];
};

/** Opens the sandbox in a folder. */
export async function openTown(
	folder: string,
	{ forget, schemas, origins = [] }: TownOptions,
): Promise<Town> {
	const house = async (name: string, title: string): Promise<House> => {
		const made = { name: title, assets: [{ ...yen, name: `${title} yen` }], port: 0 };
		return must(await House.open({ folder: join(folder, name), made, gift, unlock, schemas, origins }));
	};
	const [card, code] = await Promise.all([
		house("densha-card", "Densha Card"),
		house("mise-pay", "Mise Pay"),
	]);
	const houses = [card, code];
	card.issuer.operator.setPeers([code.issuer.operator.entry]);
	code.issuer.operator.setPeers([card.issuer.operator.entry]);
	const accounts = await openAccounts(join(folder, "mise-pay-accounts"));
	const switches = new Switches(houses, accounts.parties);
	await switches.operatorsOn();
	const person = (name: string, profile: Partial<AskedProfile>, joined: readonly House[]): Promise<Person> =>
		openPerson(join(folder, name.toLowerCase()), name, { ...holder, ...profile }, joined);
	const [aoi, ren, shop] = await Promise.all([
		person("Aoi", {}, [card]),
		person("Ren", {}, [code, card]),
		person("Hanaya", { role: "merchant", class: "shop", merchantCategory: 5812 }, [code, card]),
	]);
	const close = async (): Promise<void> => {
		for (const { server, folder: wallet } of [aoi, ren, shop]) {
			await server.stop();
			await wallet.close();
		}
		await accounts.parties.close();
		for (const each of houses) await each.close();
		if (forget) for (const each of houses) await each.forget();
		if (forget) rmSync(folder, { recursive: true, force: true });
	};
	const isOnPostgres = schemas !== undefined;
	return { folder, isOnPostgres, card, code, accounts, aoi, ren, shop, switches, close };
}

/** All parties of Mise Pay's accounts run; the till's sales are where it left them. */
async function openAccounts(folder: string): Promise<Accounts> {
	const parties = await Parties.open(folder, unlock);
	await Promise.all(partyNames.map((name) => parties.start(name)));
	return new Accounts(parties, new Sales(join(folder, "sales.json")), Date.now);
}

const holder: AskedProfile = { role: "holder", class: "person", merchantCategory: null, region: "JP" };

async function openPerson(
	path: string,
	name: string,
	asked: AskedProfile,
	houses: readonly House[],
): Promise<Person> {
	const folder = must(await WalletFolder.open(path, { unlock }));
	for (const { url } of houses) must(await folder.join(url, asked));
	const asset = houses[0]?.asset as AssetId;
	const server = await serveWallet({
		wallet: folder.wallet,
		asset,
		memo: name,
		port: await freePort(),
		welcome: `This is the wallet of ${name}. Pay it with: tenten wallet pay <this address> --amount 100`,
		report: (error) => console.error(`${name}: ${error.message}`),
	});
	return { name, folder, server };
}

/** In the sandbox nothing should refuse: if it does, that is a bug, or a folder that was changed by hand. */
export function must<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`${result.code} ${result.detail}`);
	return result;
}
