/**
 * The sandbox: three operators, a shop and two people, each with a wallet of its own, all over HTTP on loopback.
 *
 *   Densha Card (transit card) ── lists ── Mise Pay (QR payment) ── issues tokens, as Densha Card does
 *        Aoi                                Ren, the bento shop Hanaya: accounts with both
 *                                          and keeps accounts, paid from one to another over the account rail:
 *                                             you ▷ A, C (customers)     D, B ▷ Hanaya (shops)
 *   Minato Points (a shopping street's points)
 *        Hanaya, which gives points to Aoi
 *
 * Each of the three keeps a log and seals it, and witnesses the two others (`verifying/watch.ts`).
 *
 * Everything is what a real one would run: durable stores, real keys, real messages. Only the money is play.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { NewUnlock } from "@tenten/module";
import { type AskedProfile, type AssetId, isRefusal, type Refusal } from "@tenten/protocol";
import type { LoopbackServer } from "@tenten/wallet";
import type { Schemas } from "../command/database-choice.ts";
import type { BuiltPages } from "../server/console-pages.ts";
import { type NewIssuer, usualWindows } from "../server/issuer.ts";
import { freePort } from "../server/port.ts";
import { serveWallet } from "../server/wallet-server.ts";
import { WalletFolder } from "../wallet/folder.ts";
import { Accounts } from "./accounts/accounts.ts";
import { Parties, partyNames } from "./accounts/parties.ts";
import { Sales } from "./accounts/sales.ts";
import { allOf } from "./all-of.ts";
import { House } from "./house.ts";
import { Switches } from "./switches.ts";
import { Bank } from "./verifying/bank.ts";
import { Verifying } from "./verifying/verifying.ts";
import type { Around } from "./verifying/watch.ts";

/** Opens everything in the sandbox: it holds nothing that needs a better one. */
export const passphrase = "sandbox";

const unlock: NewUnlock = { kind: "passphrase", passphrase, cost: "interactive" };
const yen = { code: "JPY", scale: 0, ...usualWindows } as const;
const point = { code: "PTS", scale: 0, ...usualWindows } as const;
/** minor units, to whoever opens an account */
const gift = 5_000n;
/** seconds: see `Watch` */
const usualEpoch_s = 2;

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
	readonly points: House;
	readonly aoi: Person;
	readonly ren: Person;
	readonly shop: Person;
	/** of Mise Pay, apart from its tokens (ADR 0055) */
	readonly accounts: Accounts;
	/** of operators, and systems of accounts */
	readonly switches: Switches;
	/** each operator by the two others */
	readonly verifying: Verifying;
	readonly close: () => Promise<void>;
};

export type TownOptions = {
	/** all of it goes when it closes */
	readonly forget: boolean;
	/** where the operators' books are, if not in files of the folder */
	readonly schemas?: Schemas | undefined;
	/** pages that may ask the operators */
	readonly origins?: readonly string[];
	/** seconds from one seal of an operator to the next; 2 if left out */
	readonly epoch_s?: number;
	/** the console of each operator's witness; none if left out */
	readonly console?: BuiltPages | undefined;
};

/** Opens the sandbox in a folder; what was opened is closed again where something fails. */
export async function openTown(folder: string, options: TownOptions): Promise<Town> {
	const open: (() => Promise<void>)[] = [];
	const close = async (): Promise<void> => {
		for (const each of open.splice(0).reverse()) await each();
	};
	try {
		return await opened(folder, options, open, close);
	} catch (error) {
		await close();
		throw error;
	}
}

/** `open` takes what closes each thing that was opened. */
async function opened(
	folder: string,
	{ forget, schemas, origins = [], epoch_s = usualEpoch_s, console }: TownOptions,
	open: (() => Promise<void>)[],
	close: () => Promise<void>,
): Promise<Town> {
	if (forget) open.push(async () => rmSync(folder, { recursive: true, force: true }));
	const house = async (name: string, title: string, asset: NewAsset): Promise<House> => {
		const made = { name: title, assets: [asset], port: 0 };
		const facts = { folder: join(folder, name), made, gift, unlock, schemas, origins, epoch_s, console };
		const opened = must(await House.open(facts));
		open.push(async () => {
			await opened.close();
			if (forget) await opened.forget();
		});
		return opened;
	};
	const [card, code, points] = await allOf([
		house("densha-card", "Densha Card", { ...yen, name: "Densha Card yen" }),
		house("mise-pay", "Mise Pay", { ...yen, name: "Mise Pay yen" }),
		house("minato-points", "Minato Points", { ...point, name: "Minato Points" }),
	]);
	const houses = [card, code, points];
	const around = introduce(houses, await Bank.open(folder, unlock));
	const verifying = new Verifying({ folder, houses, around, epoch_s, kiosk: { home: points, abroad: card } });
	open.push(() => verifying.close());
	const accounts = await openAccounts(join(folder, "mise-pay-accounts"), open);
	const switches = new Switches(houses, accounts.parties, verifying);
	await switches.operatorsOn();
	const person = async (
		name: string,
		profile: Partial<AskedProfile>,
		joined: readonly House[],
	): Promise<Person> => {
		const opened = await openPerson(
			join(folder, name.toLowerCase()),
			name,
			{ ...holder, ...profile },
			joined,
		);
		open.push(async () => {
			await opened.server.stop();
			await opened.folder.close();
		});
		return opened;
	};
	const [aoi, ren, shop] = await allOf([
		person("Aoi", {}, [card, points]),
		person("Ren", {}, [code, card]),
		person("Hanaya", { role: "merchant", class: "shop", merchantCategory: 5812 }, [code, card, points]),
	]);
	const isOnPostgres = schemas !== undefined;
	const people = { aoi, ren, shop };
	return { folder, isOnPostgres, card, code, points, accounts, ...people, switches, verifying, close };
}

type NewAsset = NewIssuer["assets"][number];

/** Each lists the others, and verifies them. */
function introduce(houses: readonly House[], bank: Bank): Around {
	const around = { all: houses.map(({ watch }) => watch.known), bank };
	for (const house of houses) {
		const others = houses.filter((each) => each !== house);
		house.issuer.operator.setPeers(others.map(({ issuer }) => issuer.operator.entry));
		house.watch.introduce(around);
	}
	return around;
}

/** All parties of Mise Pay's accounts run; the till's sales are where it left them. */
async function openAccounts(folder: string, open: (() => Promise<void>)[]): Promise<Accounts> {
	const parties = await Parties.open(folder, unlock);
	open.push(() => parties.close());
	await allOf(partyNames.map((name) => parties.start(name)));
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
	try {
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
	} catch (error) {
		await folder.close();
		throw error;
	}
}

/** In the sandbox nothing should refuse: if it does, that is a bug, or a folder that was changed by hand. */
export function must<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`${result.code} ${result.detail}`);
	return result;
}
