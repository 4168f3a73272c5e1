/** What the fuzzer begins with at the routes of devices, and of those by which people say who answers for them. */
import {
	type Bytes,
	coseKey,
	keyId,
	recordBatch,
	type Signer,
	serialize,
	signDeviceRecord,
	toHex,
} from "@tenten/protocol";
import {
	type Answering,
	addParty,
	application,
	deviceOrder,
	deviceQuestion,
	enrolDevice,
	freshDevice,
	sliceOf,
} from "../../packages/operator/test/support/device-scene.ts";
import type { Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";
import type { HttpSeed } from "./http-input.ts";

export type DeviceSeeds = (
	ecosystem: Ecosystem,
	admin: Readonly<Record<string, string>>,
) => Promise<readonly HttpSeed[]>;

const cose = { "content-type": "application/cose" };
const nowhere = "01".repeat(32);

const posted = (path: string, bodies: readonly Bytes[]): readonly HttpSeed[] =>
	bodies.map((body) => ({ path, headers: cose, body }));

type Enrolled = { readonly company: Answering; readonly site: Answering; readonly device: Signer };

/** A device of a company, and a site to which it may go. */
async function enrolled(ecosystem: Ecosystem): Promise<Enrolled> {
	const [company, site] = [await addParty(ecosystem), await addParty(ecosystem)];
	const { device } = await enrolDevice(ecosystem, company, [0n, 100n]);
	return { company, site, device };
}

/** A route of people, asked of a party and of none. */
const atParty =
	(path: string, ...bodies: readonly object[]): DeviceSeeds =>
	async (ecosystem, admin) => {
		const { company } = await enrolled(ecosystem);
		const headers = { ...admin, "content-type": "application/json" };
		return [toHex(company.party.id), nowhere].flatMap((id) =>
			bodies.map((body) => ({ path: `/v1/parties/${id}${path}`, headers, body: JSON.stringify(body) })),
		);
	};

export const deviceRoutes: Readonly<Record<string, DeviceSeeds>> = {
	"POST /v1/devices": async (ecosystem) => {
		const { company, site, device } = await enrolled(ecosystem);
		const terms = { slice: sliceOf(company.reset, 100n, 200n) };
		const levels = [{}, { slice: sliceOf(company.reset, 120n, 130n), purposes: ["charging"] }];
		const robot = freshDevice(ecosystem);
		return posted("/v1/devices", [
			await application(ecosystem, { device, by: [company.signer], terms }),
			await application(ecosystem, { device: robot, by: [company.signer, site.signer], terms, levels }),
		]);
	},
	"POST /v1/device-orders": async (ecosystem) => {
		const { company, site, device } = await enrolled(ecosystem);
		const says = [{ kind: "suspend" }, { kind: "transfer", to: site.signer.key }, { kind: "end" }] as const;
		const orders = says.map((each) => deviceOrder(ecosystem, company.signer, device, 2, each));
		return posted("/v1/device-orders", await Promise.all(orders));
	},
	"GET /v1/devices/:device": async (ecosystem) => {
		const { company, device } = await enrolled(ecosystem);
		const authorization = await deviceQuestion(ecosystem, company.signer, device);
		const id = toHex(keyId(device.key));
		const cursor = Buffer.from(`${id} 1`).toString("base64url");
		return ["", `?cursor=${cursor}`].map((query) => ({
			path: `/v1/devices/${id}${query}`,
			headers: { authorization },
		}));
	},
	"POST /v1/device-records": async (ecosystem) => {
		const { operator, clock, world } = ecosystem;
		const { company, site, device } = await enrolled(ecosystem);
		const [payer, payee] = [company.party.id, site.party.id];
		const said = { operator: operator.id, asset: world.random(), payer, payee, paidAt: clock.now };
		const records = await Promise.all(
			[30n, 40n].map((amount) => signDeviceRecord({ ...said, amount, proof: world.random() }, device)),
		);
		return posted("/v1/device-records", [serialize(recordBatch, records)]);
	},
	"GET /v1/status-lists/:number": async (ecosystem) => {
		await enrolled(ecosystem);
		return [{ path: "/v1/status-lists/0" }, { path: "/v1/status-lists/1" }];
	},
	"POST /v1/parties": async (ecosystem, admin) => {
		const key = toHex(serialize(coseKey, freshDevice(ecosystem).key));
		const headers = { ...admin, "content-type": "application/json" };
		return [{ path: "/v1/parties", headers, body: JSON.stringify({ key, name: "register 1" }) }];
	},
	"GET /v1/parties": async (ecosystem, admin) => {
		const { company } = await enrolled(ecosystem);
		const cursor = Buffer.from(`parties ${toHex(company.party.id)}`).toString("base64url");
		return ["", `?cursor=${cursor}`].map((query) => ({ path: `/v1/parties${query}`, headers: admin }));
	},
	"GET /v1/parties/:party": async (ecosystem, admin) => {
		const { company } = await enrolled(ecosystem);
		const id = toHex(company.party.id);
		const cursor = Buffer.from(`${id} 1`).toString("base64url");
		return [id, nowhere, `${id}?cursor=${cursor}`].map((path) => ({
			path: `/v1/parties/${path}`,
			headers: admin,
		}));
	},
	"POST /v1/parties/:party/budgets": atParty("/budgets", { reset: 3, amount: "500" }),
	"POST /v1/parties/:party/standing": atParty(
		"/standing",
		{ standing: "suspended", why: "unpaid" },
		{ standing: "active", why: "paid" },
	),
	"POST /v1/parties/:party/open": atParty("/open", { why: "an order of a court" }),
};
