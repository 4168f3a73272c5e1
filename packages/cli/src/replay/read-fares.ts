/**
 * Reader of fares in a GTFS folder: which agency asks how much from where to where.
 *
 * Agencies, routes and prices are small and kept; fare rules are many and streamed. Their file may hold the
 * four columns of the reference under a header that names two.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "../bad-input.ts";
import { amountField, nameField, refuseField } from "./fields.ts";
import { type Row, readRows } from "./rows.ts";

export type Agency = { readonly id: string; readonly name: string };

export type Fare = {
	readonly agency: Agency;
	/** minor units of the currency in `fare_attributes` */
	readonly price: bigint;
	readonly route: string;
	readonly origin: string;
	readonly destination: string;
};

const ruleColumns = ["fare_id", "route_id", "origin_id", "destination_id"] as const;

export type FareTable = {
	readonly agencies: readonly Agency[];
	readonly currency: string;
	readonly fares: () => AsyncIterable<Fare>;
};

export async function openFares(folder: string): Promise<FareTable> {
	const agencies = new Map<string, Agency>();
	for await (const row of readRows(tableIn(folder, "agency"))) {
		const id = nameField(row, "agency_id");
		agencies.set(id, { id, name: nameField(row, "agency_name") });
	}
	const routes = new Map<string, Agency>();
	for await (const row of readRows(tableIn(folder, "routes")))
		routes.set(nameField(row, "route_id"), known(agencies, row, "agency_id"));
	const prices = new Map<string, bigint>();
	let currency = "";
	for await (const row of readRows(tableIn(folder, "fare_attributes"))) {
		prices.set(nameField(row, "fare_id"), amountField(row, "price"));
		const code = nameField(row, "currency_type");
		if (currency !== "" && code !== currency) refuseField(row, "currency_type", currency);
		currency = code;
	}
	const rules = tableIn(folder, "fare_rules");
	return { agencies: [...agencies.values()], currency, fares: () => readFares(rules, routes, prices) };
}

async function* readFares(
	file: string,
	routes: ReadonlyMap<string, Agency>,
	prices: ReadonlyMap<string, bigint>,
): AsyncGenerator<Fare> {
	for await (const row of readRows(file, { columns: ruleColumns }))
		yield {
			agency: known(routes, row, "route_id"),
			price: known(prices, row, "fare_id"),
			route: nameField(row, "route_id"),
			origin: nameField(row, "origin_id"),
			destination: nameField(row, "destination_id"),
		};
}

function known<T>(table: ReadonlyMap<string, T>, row: Row, column: string): T {
	return table.get(nameField(row, column)) ?? refuseField(row, column, "an id that another table names");
}

function tableIn(folder: string, table: string): string {
	const found = [`${table}.txt`, `${table}.txt.gz`]
		.map((name) => join(folder, name))
		.find((f) => existsSync(f));
	if (found === undefined)
		throw new BadInput(`no ${table}.txt: not a folder of GTFS with fares`, { file: folder });
	return found;
}
