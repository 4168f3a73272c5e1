/**
 * What `tenten settle` is told of the world in a file: the money, the operator's account, and who answers for which
 * devices, with the account at which each is paid or debited. It names people's accounts: keep it as you keep those.
 *
 * The operator's database is opened beside the server, which goes on working.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
	type Answers,
	type AssetMoney,
	BankDesk,
	enrolledAnswers,
	type OwnAccount,
	openStore,
	Parties,
	type PartyAccount,
} from "@tenten/operator";
import { type Bytes, fromHex, keyId, toHex } from "@tenten/protocol";
import { z } from "zod";
import { BadInput } from "../bad-input.ts";
import { issuerFolder } from "../command/operator-command.ts";
import { databaseUrl } from "../server/database-url.ts";
import { hasIssuer } from "../server/issuer-folder.ts";
import { readIssuerSettings } from "../server/issuer-settings.ts";
import { now, random } from "../surroundings.ts";

const idText = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits");
const zenginAccount = z.strictObject({
	bank: z.string(),
	branch: z.string(),
	kind: z.enum(["ordinary", "current", "tax", "savings", "other"]),
	number: z.string(),
	holder: z.string(),
});
const isoAccount = z.strictObject({
	holder: z.string(),
	account: z.union([z.strictObject({ iban: z.string() }), z.strictObject({ other: z.string() })]),
	bic: z.string().nullable(),
});
const mandate = z.strictObject({ id: z.string(), signedOn: z.string() }).nullable();

const settingsForm = z.strictObject({
	/** hash of the asset */
	asset: idText,
	money: z.strictObject({ currency: z.string().regex(/^[A-Z]{3}$/), scale: z.int().min(0).max(4) }),
	own: z.discriminatedUnion("rail", [
		z.strictObject({
			rail: z.literal("zengin"),
			account: zenginAccount,
			clientCode: z.string(),
			isBroken: z.boolean(),
		}),
		z.strictObject({ rail: z.literal("iso20022"), account: isoAccount, creditorId: z.string().nullable() }),
	]),
	parties: z.array(
		z.strictObject({
			id: idText,
			/** key ids of its devices that are not enrolled: what they record is held to no limit */
			devices: z.array(idText).default([]),
			account: z.discriminatedUnion("rail", [
				z.strictObject({ rail: z.literal("zengin"), account: zenginAccount }),
				z.strictObject({ rail: z.literal("iso20022"), account: isoAccount, mandate }),
			]),
		}),
	),
});

export type SettleSettings = {
	readonly money: AssetMoney;
	readonly own: OwnAccount;
	/** by party, in hexadecimal */
	readonly accounts: Readonly<Record<string, PartyAccount>>;
	/** of devices that are enrolled, and of those that the file names */
	readonly answers: Answers;
};

export function readSettings(file: string): SettleSettings {
	const { data, error } = settingsForm.safeParse(jsonIn(file));
	if (data === undefined) throw new BadInput(z.prettifyError(error), { file });
	const { asset, money, own, parties } = data;
	const devices = new Map(parties.flatMap(({ id, devices }) => devices.map((device) => [device, id])));
	return {
		money: { ...money, asset: fromHex(asset) as Bytes },
		own,
		accounts: Object.fromEntries(parties.map(({ id, account }) => [id, account])),
		answers: async (transaction, device, body) => {
			const enrolled = await enrolledAnswers(transaction, device, body);
			const party = devices.get(toHex(keyId(device)));
			if (enrolled !== undefined || party === undefined) return enrolled;
			return { party: fromHex(party) as Bytes, count: async () => undefined };
		},
	};
}

export function jsonIn(file: string): unknown {
	try {
		return JSON.parse(readFileSync(file, "utf8"));
	} catch (error) {
		throw new BadInput(error instanceof Error ? error.message : "cannot be read", { file });
	}
}

export type DeskFlags = { readonly data?: string };

/** Runs `work` with the desk of the operator in a folder and who answers for devices there, and lets its database go. */
export async function atDesk<T>(
	flags: DeskFlags,
	work: (desk: BankDesk, parties: Parties) => Promise<T>,
): Promise<T> {
	const folder = issuerFolder(flags);
	if (!hasIssuer(folder))
		throw new BadInput("no operator here: tenten operator init makes one", { file: folder });
	const { keys, isPostgres, hasDatabase } = readIssuerSettings(join(folder, "operator.json"));
	const database = isPostgres ? databaseUrl() : join(folder, "operator.sqlite");
	if (database === undefined) throw new BadInput("its database is on a server: set DATABASE_URL");
	if (!hasDatabase) throw new BadInput("it has never worked: tenten operator serve", { file: folder });
	const store = await openStore(database);
	try {
		const parties = new Parties({ store, now, entropy: random });
		return await work(new BankDesk({ id: fromHex(keys.root) as Bytes, store, now }), parties);
	} finally {
		await store.close();
	}
}
