/** Devices, their orders and histories, and status lists: what the routes of `device-endpoints.ts` do. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, isRefusal, type Refusal, refuse, sha256, toHex } from "@tenten/protocol";
import { type HistoryEntry, profileIn, type Tenure } from "../devices/device-rows.ts";
import type { PartyEvent } from "../devices/party-rows.ts";
import type { ShownDevice } from "../devices/showing.ts";
import type { Operator } from "../operator.ts";
import { answered, questionIn } from "./byte-routes.ts";
import { nextAfter, positionIn } from "./cursor.ts";
import { given, refused } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";
import { timeOf } from "./times.ts";

/** Seconds for which whoever fetched a status list need not ask whether there is a newer one. */
const listKept_s = 60;

export function addDeviceRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { applyDevice, orderDevice, deviceHistory, statusList, takeRecords } = endpoints;
	const { devices } = operator;
	serve(app, applyDevice, gate, async ({ body }) => answered(applyDevice, await devices.apply(body)));
	serve(app, orderDevice, gate, async ({ body }) => {
		const ordered = await devices.order(body);
		if (isRefusal(ordered)) return refused(orderDevice, ordered);
		return given({ device: toHex(ordered.device), ...standing(ordered.standing) });
	});
	serve(app, deviceHistory, gate, async ({ params: { device }, query, header }) => {
		const after = positionIn(device, query.cursor, 0);
		if (after === undefined) return problem("malformed", "cursor");
		const shown = await shownTo(operator, device, header("authorization") ?? "", after);
		return isRefusal(shown) ? refused(deviceHistory, shown) : given(told(shown));
	});
	serve(app, takeRecords, gate, async ({ body }) => answered(takeRecords, await devices.takeRecords(body)));
	serve(app, statusList, gate, async ({ params: { number } }) => {
		const list = await devices.statusLists.newest(Number(number));
		if (list === undefined) return problem("status-list-unknown", `no place of list ${number} was given`);
		return given(list, {
			etag: `"${toHex(sha256(list)).slice(0, 32)}"`,
			"cache-control": `public, max-age=${listKept_s}`,
		});
	});
}

async function shownTo(
	{ devices }: Operator,
	device: string,
	header: string,
	after: number,
): Promise<ShownDevice | Refusal> {
	const question = questionIn(header);
	if (isRefusal(question)) return question;
	const shown = await devices.show(question, after);
	if (isRefusal(shown) || toHex(shown.device) === device) return shown;
	return refuse("owner-mismatch", "a question about another device");
}

function told({ device, standing: stands, manages, party, tenures, entries }: ShownDevice) {
	const history = entries.map(entryOf);
	const { id, standing: ownStanding, events } = party;
	return {
		device: toHex(device),
		...(stands.kind === "none" ? unknownTo(id) : standing(stands)),
		manages: manages && { standing: manages.kind, number: manages.number, devices: manages.devices },
		own: { party: toHex(id), standing: ownStanding, events: events.map(suspensionOf) },
		tenures: tenures.map(tenureOf),
		history,
		cursor: nextAfter(toHex(device), history, ({ number }) => `${number}`),
	};
}

/** No device of this party. */
function unknownTo(party: Bytes) {
	return { number: 0, standing: "none" as const, party: toHex(party), movesTo: null };
}

function standing(stands: HistoryEntry["standing"]) {
	const movesTo = stands.kind === "moving" ? toHex(stands.to) : null;
	return { number: stands.number, standing: stands.kind, party: toHex(stands.party), movesTo };
}

function entryOf({ kind, standing: stands, at, encoded, certificate, reason }: HistoryEntry) {
	return {
		...{ kind, ...standing(stands), at: timeOf(at), record: toHex(encoded) },
		certificate: certificate === null ? null : toHex(certificate),
		...{ assurance: certificate === null ? null : profileIn(certificate).assurance, reason },
	};
}

function suspensionOf({ kind, detail, at }: PartyEvent) {
	const shown: "suspended" | "resumed" = kind === "suspended" ? kind : "resumed";
	return { kind: shown, why: detail, at: timeOf(at) };
}

function tenureOf({ since, endedAt, place, granted, recorded }: Tenure) {
	return {
		...{ since: timeOf(since), endedAt: endedAt === null ? null : timeOf(endedAt), place },
		...{ granted: `${granted}`, recorded: `${recorded}` },
	};
}
