/** What the command reads from files and arguments. Bad input is told as such (`BadInput`), whatever it is. */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bytes, encodeItem, isRefusal, list, operatorEntry, serialize } from "@tenten/protocol";
import { BadInput } from "../../packages/cli/src/bad-input.ts";
import {
	considerInvoice,
	invoiceDocuments,
	isReplyTo,
} from "../../packages/cli/src/replay/invoice-document.ts";
import { readCharging } from "../../packages/cli/src/replay/read-charging.ts";
import { openFares } from "../../packages/cli/src/replay/read-fares.ts";
import { readInvoices } from "../../packages/cli/src/replay/read-invoices.ts";
import { InvoiceLines } from "../../packages/cli/src/replay/read-lines.ts";
import { readPayments } from "../../packages/cli/src/replay/read-payments.ts";
import { readDefinition } from "../../packages/cli/src/server/definition-file.ts";
import { readIssuerSettings } from "../../packages/cli/src/server/issuer-settings.ts";
import { listPeers } from "../../packages/cli/src/server/peers.ts";
import { createKeys, openKeys } from "../../packages/cli/src/server/sealed-keys.ts";
import { readTrust } from "../../packages/cli/src/trust-file.ts";
import { Addresses } from "../../packages/cli/src/wallet/addresses.ts";
import { parseAmount } from "../../packages/cli/src/wallet/assets.ts";
import { restoreBackup } from "../../packages/cli/src/wallet/backup.ts";
import { readBundle } from "../../packages/cli/src/wallet/parcels.ts";
import { readOperators } from "../../packages/cli/src/wallet/settings.ts";
import { encodeBundle } from "../../packages/wallet/src/transport/bundle.ts";
import type { Form } from "../input/mutate.ts";
import { messages, worldOf } from "../material.ts";
import { memoryLimits } from "../memory.ts";
import { Broken, type Outcome, outcomeOf, type Target } from "../target.ts";

type Reader = (file: string, folder: string) => unknown;
type FileTarget = {
	readonly name: string;
	readonly file: string;
	readonly form: Form;
	readonly seeds: readonly (Bytes | string)[] | ((folder: string) => Promise<readonly Bytes[]>);
	readonly read: Reader;
};

/** One's own files, read a row at a time, each of them an object by its columns. */
const ownFiles = { base: memoryLimits.base, perByte: 2048 };

function fromFile({ name, file, form, seeds, read }: FileTarget): Target {
	return {
		name: `command/${name}`,
		weight: 10,
		memory: ownFiles,
		open: async () => {
			const folder = mkdtempSync(join(tmpdir(), "tenten-fuzz-"));
			const path = join(folder, file);
			const given = typeof seeds === "function" ? await seeds(folder) : seeds;
			return {
				seeds: given.map((seed) => (typeof seed === "string" ? Uint8Array.from(Buffer.from(seed)) : seed)),
				form,
				run: async (input) => {
					writeFileSync(path, input);
					return tried(() => read(path, folder));
				},
				close: async () => rmSync(folder, { recursive: true }),
			};
		},
	};
}

async function tried(read: () => unknown): Promise<Outcome> {
	try {
		return outcomeOf(await read());
	} catch (error) {
		if (error instanceof BadInput) return "bad-input";
		throw error;
	}
}

async function all(rows: AsyncIterable<unknown>): Promise<number> {
	let count = 0;
	for await (const _ of rows) count++;
	return count;
}

const settings = JSON.stringify({
	name: "Densha",
	url: "http://127.0.0.1:1",
	port: 1,
	assets: [{ code: "JPY", scale: 0, name: "yen", spendWindow: 1, redeemWindow: 2, grace: 0 }],
	keys: { root: "aa", authority: "bb" },
});

const device = { kind: "device", key: new Uint8Array(32) } as const;
const noOperator = { setPeers: () => undefined };
const asked = { role: "holder", class: null, merchantCategory: null, region: null } as const;
const files: readonly FileTarget[] = [
	{
		name: "trust list",
		file: "list.cbor",
		form: "items",
		seeds: async () => [(await worldOf("Ed25519")).world.encodedList],
		read: (file) => readTrust({ trustList: file }),
	},
	{
		name: "operators of a wallet",
		file: "wallet.json",
		form: "text",
		seeds: [JSON.stringify({ operators: [{ id: "aa", name: "Densha", url: "https://densha.example" }] })],
		read: (file) => readOperators(file),
	},
	{
		name: "settings of an operator",
		file: "operator.json",
		form: "text",
		seeds: [settings],
		read: (file) => readIssuerSettings(file),
	},
	{
		name: "definition as people write it",
		file: "definition.json",
		form: "text",
		seeds: globSync(new URL("../../docs/examples/*.json", import.meta.url).pathname)
			.sort()
			.map((file) => readFileSync(file, "utf8"))
			.flatMap((text) => [text, text.replace('"asset": "', `"asset": "${"ab".repeat(32)}:`)]),
		read: (file) =>
			readDefinition(file, { operator: new Uint8Array(32), now: 1, licence: new Uint8Array(32) }),
	},
	{
		name: "addresses of payees",
		file: "addresses.json",
		form: "text",
		seeds: [JSON.stringify({ aa: "https://shop.example", bb: "https://x.example" })],
		read: (_, folder) => {
			const addresses = new Addresses(folder);
			addresses.keep(Uint8Array.of(1), "https://kept.example");
			if (addresses.of(Uint8Array.of(1)) !== "https://kept.example")
				throw new Broken("an address was not kept");
			return addresses.of(Uint8Array.of(0xaa));
		},
	},
	{
		name: "peers of an operator",
		file: "peers.cbor",
		form: "items",
		seeds: async () => {
			const { world } = await worldOf("Ed25519");
			return [serialize(list(operatorEntry, 255), world.list.operators)];
		},
		read: (_, folder) => listPeers(folder, noOperator, []),
	},
	{
		name: "keys of an operator",
		file: "keys.cbor",
		form: "items",
		seeds: async (folder) => {
			await createKeys(join(folder, "made.cbor"), device);
			return [new Uint8Array(readFileSync(join(folder, "made.cbor")))];
		},
		read: async (file) => {
			const names = { root: "", authority: "", issuing: "", ruling: "", desk: "" };
			const opened = await openKeys(file, names, device);
			// The names are no key's: a file that opens gets as far as that.
			return isRefusal(opened) && opened.code === "key-unknown" ? "opened" : opened;
		},
	},
	{
		name: "bundle",
		file: "bundle.cbor",
		form: "items",
		seeds: [encodeBundle(messages.slice(0, 3))],
		read: (file) => readBundle(file),
	},
	{
		name: "backup of a wallet",
		file: "backup.cbor",
		form: "items",
		seeds: [encodeItem([Uint8Array.of(1, 2, 3), []])],
		read: async (file, folder) => {
			const encoded = new Uint8Array(readFileSync(file));
			try {
				const options = { passphrase: "words", asked, nothingPaidSince: false };
				return await restoreBackup(join(folder, "restored"), encoded, options);
			} catch (error) {
				// As far as it goes without an operator in reach.
				if (error instanceof BadInput && error.message.includes("joined no operator")) return "opened";
				throw error;
			}
		},
	},
	{
		name: "payments",
		file: "payments.csv",
		form: "text",
		seeds: [
			"time,payer,payee,amount\n2010-12-01T08:26:00Z,a,b,12\n1291191960,c,d,1\n",
			'time;payer;payee;amount\n5;x;"y;z";7\n',
		],
		read: (file) => all(readPayments(file)),
	},
	{
		name: "charging",
		file: "charging.csv",
		form: "text",
		seeds: [
			"sessionId,kwhTotal,dollars,created,userId,stationId\n1,7.78,0.58,0014-11-18 15:40:26,35897499,582873\n",
		],
		read: (file) => all(readCharging(file, "money")),
	},
	{
		name: "energy",
		file: "energy.csv",
		form: "text",
		seeds: ["session_ID;Garage_ID;User_ID;Start_plugin;El_kWh\n1;AdO3;AdO3-4;21.12.2018 10:20;0,3\n"],
		read: (file) => all(readCharging(file, "energy")),
	},
	{
		name: "invoices",
		file: "invoices.csv",
		form: "text",
		seeds: [
			"time,invoice,customer,country,amount_pence,lines\n2010-12-01T08:26:00,536365,17850,United Kingdom,13912,7\n1,C1,2,France,-5,1\n",
		],
		read: (file) => all(readInvoices(file)),
	},
	{
		name: "invoice lines",
		file: "lines.csv",
		form: "text",
		seeds: [
			'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n536365,85123A,"WHITE, T-LIGHT",6,2010-12-01 08:26:00,2.55,17850,UK\n',
		],
		read: async (file) => {
			const lines = new InvoiceLines(file);
			try {
				const taken = await lines.take("536365", 1);
				for (const document of invoiceDocuments("536365", taken))
					isReplyTo([document], { invoice: "536365", amount: 5n, lines: 1 });
				return taken;
			} finally {
				await lines.close();
			}
		},
	},
	{
		name: "fares",
		file: "fare_attributes.txt",
		form: "text",
		seeds: ["fare_id,price,currency_type,payment_method\nf1,210,JPY,0\nf2,330,JPY,0\n"],
		read: async (_, folder) => {
			mkdirSync(folder, { recursive: true });
			writeFileSync(join(folder, "agency.txt"), "agency_id,agency_name\na,Densha\n");
			writeFileSync(join(folder, "routes.txt"), "route_id,agency_id\nr,a\n");
			writeFileSync(join(folder, "fare_rules.txt"), "fare_id,route_id,origin_id,destination_id\nf1,r,x,y\n");
			return all((await openFares(folder)).fares());
		},
	},
];

const amount: Target = {
	name: "command/amount",
	weight: 1,
	open: async () => ({
		seeds: ["12", "1,200", "12.50", "0.01"].map((text) => Uint8Array.from(Buffer.from(text))),
		form: "text",
		run: (input) => {
			const definition = { code: "EUR", scale: 2 } as never;
			return tried(() => {
				const minor = parseAmount(Buffer.from(input).toString("utf8"), { definition } as never);
				if (minor <= 0n || minor >= 2n ** 63n) throw new Broken(`an amount of ${minor}`);
			});
		},
	}),
};

/** A payer's documents, as a shop adds them up. */
const invoice: Target = {
	name: "command/invoice document",
	weight: 2,
	open: async () => {
		const line = { stockCode: "a", description: "b", quantity: 3n, unitPriceTenths: 50n };
		const [document] = invoiceDocuments("536365", [line, line]);
		const offer = (content: Bytes) => ({
			documents: [{ mediaType: "application/cbor", content }],
			request: { body: { memo: "536365" } },
			accepted: { amount: 30n },
		});
		return {
			seeds: [document?.content ?? new Uint8Array()],
			form: "items",
			run: async (input) => outcomeOf(await considerInvoice(offer(input) as never)),
		};
	},
};

export const commandTargets: readonly Target[] = [...files.map(fromFile), amount, invoice];
