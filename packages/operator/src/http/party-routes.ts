/** Responsible parties and their budgets: what the routes of `party-endpoints.ts` do. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, coseKey, fromHex, isRefusal, parse, toHex } from "@tenten/protocol";
import type { ListedDevice } from "../devices/listing.ts";
import type { Budget, Party } from "../devices/party-rows.ts";
import type { Operator } from "../operator.ts";
import { idIn, nextAfter, positionIn } from "./cursor.ts";
import { given } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";
import { timeOf } from "./times.ts";

export function addPartyRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { addParty, grantBudget, setPartyStanding, openParty } = endpoints;
	const { parties } = operator.devices;
	addReadingRoutes(app, operator, gate);
	serve(app, addParty, gate, async ({ body: { key, name }, acting }) => {
		const read = parse(coseKey, fromHex(key) as Bytes);
		if (isRefusal(read)) return problem("key-refused", `${read.code} ${read.detail}`.trim());
		const added = await parties.add(acting, read, name);
		return isRefusal(added) ? problem("party-known", added.detail) : given(shown(added));
	});
	serve(app, grantBudget, gate, async ({ params, body: { reset, amount }, acting }) => {
		const id = fromHex(params.party) as Bytes;
		const granted = await parties.grant(acting, id, { reset, amount: BigInt(amount) });
		if (!isRefusal(granted)) return given(budgetOf(granted));
		return granted.code === "order-mismatch"
			? problem("budget-taken", granted.detail)
			: problem("party-unknown", granted.detail);
	});
	serve(app, setPartyStanding, gate, async ({ params, body: { standing, why }, acting }) => {
		const set = await parties.setStanding(acting, fromHex(params.party) as Bytes, standing, why);
		return isRefusal(set) ? problem("party-unknown", set.detail) : given(shown(set));
	});
	serve(app, openParty, gate, async ({ params, body: { why }, acting }) => {
		const opened = await parties.open(acting, fromHex(params.party) as Bytes, why);
		if (isRefusal(opened)) return problem("party-unknown", opened.detail);
		const { name, opening, commitment } = opened;
		return given({ name, opening: toHex(opening), commitment: toHex(commitment) });
	});
}

function addReadingRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { parties: known } = operator.devices;
	serve(app, endpoints.parties, gate, async ({ query }) => {
		const after = idIn("parties", query.cursor);
		if (after === undefined) return problem("malformed", "cursor");
		const page = (await known.after(after)).map(shown);
		return given({ parties: page, cursor: nextAfter("parties", page, ({ party }) => party) });
	});
	serve(app, endpoints.party, gate, async ({ params: { party }, query }) => {
		const after = positionIn(party, query.cursor, 0);
		if (after === undefined) return problem("malformed", "cursor");
		const found = await known.known(fromHex(party) as Bytes, after);
		if (found === undefined) return problem("party-unknown", "no such party");
		const { budgets, events, devices, nextReset } = found;
		return given({
			...shown(found.party),
			budgets: budgets.map(budgetOf),
			devices: devices.map(listed),
			nextReset,
			events: events.map(({ at, ...event }) => ({ ...event, at: timeOf(at) })),
			cursor: nextAfter(party, events, ({ number }) => `${number}`),
		});
	});
}

function shown({ id, standing, place }: Party) {
	return { party: toHex(id), standing, place };
}

function listed({ device, standing, ...kept }: ListedDevice) {
	return { device: toHex(device), standing: standing.kind, number: standing.number, ...kept };
}

function budgetOf({ reset, amount, grantedAt }: Budget) {
	return { reset, amount: `${amount}`, grantedAt: timeOf(grantedAt) };
}
