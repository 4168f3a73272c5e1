/** How each code is provoked of the routes of devices, and of those by which people say who answers for them. */
import {
	type Bytes,
	coseKey,
	encodeItem,
	type Item,
	keyId,
	recordBatch,
	type Signer,
	serialize,
	toHex,
} from "@tenten/protocol";
import { day, signerFrom } from "../../../module/test/support/world.ts";
import {
	type Answering,
	addParty,
	administrator,
	application,
	deviceOrder,
	deviceQuestion,
	enrolDevice,
	freshDevice,
	sliceOf,
} from "./device-scene.ts";
import { guarded, readOnly } from "./guarded.ts";
import { replaced, turned } from "./item-edits.ts";
import { type Provocations, type Provoke, unread } from "./message-provocations.ts";
import { manage, nested, type Served, send } from "./served.ts";

const nowhere = "0".repeat(64);
const [devices, orders, parties] = ["/v1/devices", "/v1/device-orders", "/v1/parties"];
const records = "/v1/device-records";

type Enrolled = { readonly company: Answering; readonly device: Signer };

async function enrolled({ ecosystem }: Served): Promise<Enrolled> {
	const company = await addParty(ecosystem);
	const { device } = await enrolDevice(ecosystem, company, [0n, 10n]);
	return { company, device };
}

/** A good application, of a party of its own unless one is named. */
async function applied(s: Served, by?: Answering, until?: number): Promise<Bytes> {
	const { signer, reset } = by ?? (await addParty(s.ecosystem));
	const terms = { slice: sliceOf(reset, 0n, 10n), ...(until === undefined ? {} : { until }) };
	return application(s.ecosystem, { device: freshDevice(s.ecosystem), by: [signer], terms });
}

const ordered = async (
	s: Served,
	number = 2,
	{ company, device }: Partial<Enrolled> = {},
): Promise<Bytes> => {
	const known = company === undefined || device === undefined ? await enrolled(s) : { company, device };
	return deviceOrder(s.ecosystem, known.company.signer, known.device, number, { kind: "suspend" });
};

/** More maps than any message has. */
const crowded = encodeItem(Array.from({ length: 9_000 }, () => new Map<number, Item>()));

function historyOf(s: Served, device: Signer, question: Bytes | null, query = ""): Promise<Response> {
	const authorization = question === null ? "" : `Tenten ${Buffer.from(question).toString("base64url")}`;
	const url = `${s.server.url}${devices}/${toHex(keyId(device.key))}${query}`;
	return fetch(url, { headers: { authorization } });
}

const asking =
	(change: (question: Bytes) => Bytes): Provoke =>
	async (s) => {
		const { company, device } = await enrolled(s);
		return historyOf(s, device, change(await deviceQuestion(s.ecosystem, company.signer, device)));
	};

const byDevice: Readonly<Record<string, Provocations>> = {
	applyDevice: {
		...unread(devices, applied),
		"too-many": (s) => send(s, devices, crowded),
		"amount-invalid": async (s) => send(s, devices, replaced(await applied(s), [1, 0, 3, 2], 0n)),
		"authority-unknown": async (s) => {
			const terms = { slice: null };
			const by = [freshDevice(s.ecosystem)];
			return send(s, devices, await application(s.ecosystem, { device: s.alice.signer, by, terms }));
		},
		"signature-invalid": async (s) => send(s, devices, turned(await applied(s), [0, 1])),
		"delegation-invalid": async (s) => send(s, devices, turned(await applied(s), [1, 0, 5])),
		"delegation-expired": async (s) =>
			send(s, devices, await applied(s, undefined, s.ecosystem.clock.now - day)),
		"device-suspended": async (s) => {
			const company = await addParty(s.ecosystem);
			const { operator } = s.ecosystem;
			await operator.devices.parties.setStanding(administrator, company.party.id, "suspended", "a test");
			return send(s, devices, await applied(s, company));
		},
		"limit-exceeded": async (s) => send(s, devices, await applied(s, await addParty(s.ecosystem, 9n))),
	},
	orderDevice: {
		...unread(orders, ordered),
		"too-many": (s) => send(s, orders, crowded),
		"type-unknown": async (s) => send(s, orders, replaced(await ordered(s), [0, 3, 0], 9n)),
		"authority-unknown": async (s) =>
			send(s, orders, replaced(await ordered(s), [0, 0], s.stranger.operator.id)),
		"signature-invalid": async (s) => send(s, orders, turned(await ordered(s), [2])),
		"key-unknown": async (s) => {
			const company = await addParty(s.ecosystem);
			return send(s, orders, await ordered(s, 1, { company, device: freshDevice(s.ecosystem) }));
		},
		"order-mismatch": async (s) => send(s, orders, await ordered(s, 7)),
		"device-suspended": async (s) => {
			const { company, device } = await enrolled(s);
			const end = await deviceOrder(s.ecosystem, company.signer, device, 2, { kind: "end" });
			await send(s, orders, end);
			return send(s, orders, await ordered(s, 3, { company, device }));
		},
	},
	deviceHistory: {
		malformed: asking(() => Uint8Array.of(0xff)),
		"too-deep": asking(() => nested(20)),
		"too-many": asking(() => crowded),
		"signature-invalid": asking((question) => turned(question, [2])),
		"authority-unknown": async (s) =>
			asking((question) => replaced(question, [0, 0], s.stranger.operator.id))(s),
		"owner-mismatch": async (s) => {
			const { device } = await enrolled(s);
			const other = await addParty(s.ecosystem);
			return historyOf(s, device, await deviceQuestion(s.ecosystem, other.signer, device));
		},
		"request-expired": async (s) => {
			const { company, device } = await enrolled(s);
			const old = s.ecosystem.clock.now - 2 * day;
			return historyOf(s, device, await deviceQuestion(s.ecosystem, company.signer, device, old));
		},
	},
	takeRecords: {
		...unread(records, async () => serialize(recordBatch, [Uint8Array.of(1)])),
		"too-large": (s) => send(s, records, new Uint8Array(300_000)),
		"too-many": (s) => send(s, records, crowded),
		"not-logged": (s) =>
			fetch(`${s.licensed.url}${records}`, {
				method: "POST",
				headers: { "content-type": "application/cose" },
				body: new Uint8Array(serialize(recordBatch, [Uint8Array.of(1)])),
			}),
	},
	statusList: {
		malformed: (s) => fetch(`${s.server.url}/v1/status-lists/none`),
		"status-list-unknown": (s) => fetch(`${s.server.url}/v1/status-lists/65535`),
	},
};

const keyOf = ({ key }: Signer): string => toHex(serialize(coseKey, key));
const fresh = (s: Served): string => keyOf(signerFrom(s.ecosystem.world.random(), "Ed25519"));
const budgets = `${parties}/${nowhere}/budgets`;
const standing = `${parties}/${nowhere}/standing`;
const opening = `${parties}/${nowhere}/open`;
const suspended = { standing: "suspended", why: "a test" };
const why = { why: "an order of a court" };
const budget = { reset: 1, amount: "5" };

/** What every route refuses that takes JSON from people. */
function ofPeople(path: string, good: object, bad: object): Provocations {
	return {
		...guarded((s, headers) => manage(s, "POST", path, good, headers)),
		malformed: (s) => manage(s, "POST", path, bad),
		"too-large": (s) => manage(s, "POST", path, "1".repeat(70_000)),
		"content-type-unknown": (s) => manage(s, "POST", path, good, { "content-type": "text/plain" }),
	};
}

const byParty: Readonly<Record<string, Provocations>> = {
	addParty: {
		...ofPeople(parties, { key: "00", name: "nobody" }, { key: "00" }),
		"key-refused": (s) => manage(s, "POST", parties, { key: "00", name: "nobody" }),
		"party-known": async (s) => {
			const key = fresh(s);
			await manage(s, "POST", parties, { key, name: "one" });
			return manage(s, "POST", parties, { key, name: "another" });
		},
	},
	parties: {
		...readOnly(parties),
		malformed: (s) => manage(s, "GET", `${parties}?cursor=none`),
	},
	party: {
		...readOnly(`${parties}/${nowhere}`),
		malformed: (s) => manage(s, "GET", `${parties}/none`),
		"party-unknown": (s) => manage(s, "GET", `${parties}/${nowhere}`),
	},
	grantBudget: {
		...ofPeople(budgets, budget, { ...budget, amount: "0" }),
		"party-unknown": (s) => manage(s, "POST", budgets, budget),
		"budget-taken": async (s) => {
			const { party, reset } = await addParty(s.ecosystem);
			return manage(s, "POST", `${parties}/${toHex(party.id)}/budgets`, { reset, amount: "1" });
		},
	},
	setPartyStanding: {
		...ofPeople(standing, suspended, { ...suspended, standing: "asleep" }),
		"party-unknown": (s) => manage(s, "POST", standing, suspended),
	},
	openParty: {
		...ofPeople(opening, why, { why: "" }),
		"party-unknown": (s) => manage(s, "POST", opening, why),
	},
};

export const byDevices: Readonly<Record<string, Provocations>> = { ...byDevice, ...byParty };
