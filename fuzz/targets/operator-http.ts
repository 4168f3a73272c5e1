/**
 * Every route of an operator: whatever is asked, nothing is thrown, what is refused moves nothing, and the books
 * balance.
 *
 * Holders' keys are the attacker's: of half of the inputs, tokens, orders and statements are signed again after they
 * were mutated, so that what is signed and wrong gets past the signatures.
 */
import { type Bytes, toHex } from "@tenten/protocol";
import type { Holder } from "../../packages/module/test/support/world.ts";
import { createApp, newKey, type Sealer } from "../../packages/operator/src/index.ts";
import { type Ecosystem, enrolHolder } from "../../packages/operator/test/support/ecosystem.ts";
import { createLicensed } from "../../packages/operator/test/support/licensed.ts";
import { listening, signedQuestion } from "../../packages/operator/test/support/peers.ts";
import { samplers } from "../../packages/operator/test/support/sample-requests.ts";
import { freshLog, openSealed } from "../../packages/operator/test/support/sealer-log.ts";
import { serverMemory } from "../memory.ts";
import { dayAtOperator, fuzzEcosystem, type Traffic } from "../operator-material.ts";
import { Broken, type Target } from "../target.ts";
import { crossingScenes } from "./crossing-scenes.ts";
import { type DefinitionSeeds, definitionRoutes } from "./definition-routes.ts";
import { type DeviceSeeds, deviceRoutes } from "./device-routes.ts";
import { freezeRoutes } from "./freeze-routes.ts";
import { answerOf, encodeHttp, type HttpSeed, requestIn } from "./http-input.ts";
import { fillLedger, type LedgerSeeds, ledgerLine, ledgerRoutes } from "./ledger-routes.ts";
import { rowsIn } from "./rows-in.ts";
import { type SealSeeds, sealRoutes } from "./seal-routes.ts";
import { signAgain } from "./sign-again.ts";
import { tokenScenes } from "./token-scenes.ts";

const apiKey = newKey((length) => new Uint8Array(length).fill(1));
const cose = "application/cose";
const admin = { authorization: `Bearer ${apiKey}` };

/** Stands for a key that no request had before. */
const fresh = "fresh";

type Seeds = (traffic: Traffic, ecosystem: Ecosystem) => readonly HttpSeed[] | Promise<readonly HttpSeed[]>;

const posted =
	(path: string, bodies: (traffic: Traffic) => readonly Bytes[]): Seeds =>
	(traffic) =>
		bodies(traffic).map((body) => ({
			path,
			headers: { "content-type": cose, "idempotency-key": fresh },
			body,
		}));

const amount = (value: string) => JSON.stringify({ amount: { value, asset: "JPY", scale: 0 } });

const fuzzing = { actor: "fuzz", requestId: "seeds" };

async function addedWebhook({ operator }: Ecosystem): Promise<Bytes> {
	const asked = { url: "https://shop.example/hook", description: "", types: [], accounts: [] };
	const made = await operator.webhooks.add(fuzzing, asked);
	if (made.kind !== "made") throw new Error(made.why);
	return made.endpoint.id;
}

const atWebhook =
	(path: string, body?: object): Seeds =>
	async (_, ecosystem) => {
		const id = toHex(await addedWebhook(ecosystem));
		return [id, "01".repeat(32)].map((named) => ({
			path: `/v1/webhooks/${named}${path}`,
			headers: body === undefined ? admin : { ...admin, "content-type": "application/json" },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		}));
	};

const atDelivery =
	(path: string): Seeds =>
	async (_, ecosystem) => {
		const id = await addedWebhook(ecosystem);
		const event = (await ecosystem.operator.webhooks.test(fuzzing, id)) ?? id;
		return [event, id].map((named) => ({
			path: `/v1/webhooks/${toHex(id)}/deliveries/${toHex(named)}${path}`,
			headers: admin,
		}));
	};

const signingKeys = "/v1/signing-keys";

/** Every key, and of each purpose one whose time is long over. */
async function rotatedKeys({ operator, clock }: Ecosystem): Promise<readonly string[]> {
	for (const purpose of ["authority", "issuing", "ruling"] as const)
		await operator.signingKeys.rotate(fuzzing, purpose, 0);
	const keys = operator.signingKeys.list();
	clock.now = Math.max(clock.now, ...keys.map(({ neededUntil }) => neededUntil ?? 0));
	return keys.map(({ id }) => toHex(id));
}

/** Valid requests by route. A route that is not here fails a test. */
const operatorRoutes: Readonly<Record<string, Seeds>> = {
	"POST /v1/certificates": posted("/v1/certificates", ({ enrol }) => enrol),
	"POST /v1/withdrawals": posted("/v1/withdrawals", ({ withdraw }) => withdraw),
	"POST /v1/claims": posted("/v1/claims", ({ claim }) => claim),
	"POST /v1/rulings": posted("/v1/rulings", ({ rule }) => rule),
	"POST /v1/appeals": posted("/v1/appeals", ({ appeal }) => appeal),
	"GET /v1/freeze-list": () => [{ path: "/v1/freeze-list" }],
	"GET /v1/time": () => [{ path: "/v1/time" }],
	"GET /v1/trust-list": () => [{ path: "/v1/trust-list" }],
	"GET /v1/releases/:lock": ({ locks }) => locks.map((lock) => ({ path: `/v1/releases/${toHex(lock)}` })),
	"GET /v1/accounts/:account": ({ account, holders }) =>
		account.map((question) => ({
			path: `/v1/accounts/${toHex(holders[0]?.certificate.hash ?? question)}`,
			headers: { authorization: question },
		})),
	"POST /v1/accounts/:account/deposits": ({ holders }) =>
		holders.map(({ certificate }) => ({
			path: `/v1/accounts/${toHex(certificate.hash)}/deposits`,
			headers: { ...admin, "content-type": "application/json", "idempotency-key": fresh },
			body: amount("5"),
		})),
	"GET /v1/totals": () => [{ path: "/v1/totals", headers: admin }],
	"GET /v1/case-files": async (_, { operator }) => [
		{ path: "/v1/case-files", headers: admin },
		...(await operator.caseFiles(null)).map(({ id }) => ({
			path: `/v1/case-files?cursor=${Buffer.from(`cases ${toHex(id)}`).toString("base64url")}`,
			headers: admin,
		})),
	],
	"GET /v1/case-files/:id": async (_, { operator }) =>
		(await operator.caseFiles(null)).map(({ id }) => ({
			path: `/v1/case-files/${toHex(id)}`,
			headers: admin,
		})),
	"POST /v1/api-keys": () => [
		{
			path: "/v1/api-keys",
			headers: { ...admin, "content-type": "application/json" },
			body: JSON.stringify({ name: "a till", roles: ["cashier"], expiresAt: "2030-01-01T00:00:00Z" }),
		},
	],
	"GET /v1/api-keys": () => [{ path: "/v1/api-keys", headers: admin }],
	"DELETE /v1/api-keys/:id": async (_, { operator }) => {
		const made = { name: "a till", roles: ["cashier"], expiresAt: null } as const;
		const { key } = await operator.addKey(fuzzing, made);
		// The last administrator's is refused.
		return [key.id, "01".repeat(8)].map((id) => ({ path: `/v1/api-keys/${id}`, headers: admin }));
	},
	"POST /v1/payouts/:asset/allow": () => [{ path: "/v1/payouts/JPY/allow", headers: admin }],
	"POST /v1/prunings": () =>
		[true, false].map((apply) => ({
			path: "/v1/prunings",
			headers: { ...admin, "content-type": "application/json" },
			body: JSON.stringify({ before: "2020-01-01T00:00:00Z", apply, cursor: null }),
		})),
	"POST /v1/peers/debts": async (_, ecosystem) => {
		// It lists itself, so its own key opens the route.
		const question = await signedQuestion({ ecosystem }, ecosystem.world.operator.ruling);
		const headers = Object.fromEntries(question.headers);
		return [{ path: "/v1/peers/debts", headers, body: '{"cursor":null}' }];
	},
	"POST /v1/webhooks": () => [
		...["https://shop.example/hook", "http://127.0.0.1:9/", "https://[::1]/"].map((url) => ({
			path: "/v1/webhooks",
			headers: { ...admin, "content-type": "application/json" },
			body: JSON.stringify({
				url,
				description: "",
				types: ["tenten.payout.made"],
				accounts: ["01".repeat(32)],
			}),
		})),
	],
	"GET /v1/webhooks": () => [{ path: "/v1/webhooks", headers: admin }],
	"GET /v1/webhooks/:id": atWebhook(""),
	"PATCH /v1/webhooks/:id": atWebhook("", { description: "a shop", enabled: true, accounts: [] }),
	"DELETE /v1/webhooks/:id": atWebhook(""),
	"POST /v1/webhooks/:id/rotate": atWebhook("/rotate", { overlapHours: 24 }),
	"POST /v1/webhooks/:id/test": atWebhook("/test"),
	"POST /v1/webhooks/:id/replay": atWebhook("/replay", { since: "2027-01-01T00:00:00Z" }),
	"GET /v1/webhooks/:id/deliveries": async (traffic, ecosystem) => {
		const [first] = await atWebhook("/deliveries")(traffic, ecosystem);
		const cursor = Buffer.from("deliveries 1").toString("base64url");
		return [first as HttpSeed, { path: `${first?.path}?state=waiting&cursor=${cursor}`, headers: admin }];
	},
	"GET /v1/webhooks/:id/deliveries/:event": atDelivery(""),
	"POST /v1/webhooks/:id/deliveries/:event/replay": atDelivery("/replay"),
	"GET /v1/events": async (traffic, ecosystem) => {
		await atDelivery("")(traffic, ecosystem);
		return ["", "?type=tenten.webhook.test", `?cursor=${Buffer.from("events 1").toString("base64url")}`].map(
			(query) => ({ path: `/v1/events${query}`, headers: admin }),
		);
	},
	"GET /v1/signing-keys": () => [{ path: signingKeys, headers: admin }],
	"POST /v1/signing-keys": () =>
		[null, "2030-01-01T00:00:00Z"].map((signsFrom) => ({
			path: signingKeys,
			headers: { ...admin, "content-type": "application/json" },
			body: JSON.stringify({ purpose: "ruling", signsFrom }),
		})),
	"POST /v1/signing-keys/:id/retire": async (_, ecosystem) =>
		(await rotatedKeys(ecosystem)).map((id) => ({ path: `${signingKeys}/${id}/retire`, headers: admin })),
	"POST /v1/signing-keys/:id/distrust": async (_, ecosystem) =>
		(await rotatedKeys(ecosystem)).map((id) => ({
			path: `${signingKeys}/${id}/distrust`,
			headers: { ...admin, "content-type": "application/json" },
			body: JSON.stringify({ from: "2030-01-01T00:00:00Z" }),
		})),
	"GET /v1/audit": () => [{ path: "/v1/audit", headers: admin }],
	"GET /v1/openapi.json": () => [{ path: "/v1/openapi.json" }],
	"GET /v1/docs": () => [{ path: "/v1/docs" }],
	"GET /v1/problems/:code": () => [
		{ path: "/v1/problems/funds-insufficient" },
		{ path: "/v1/problems/no-such-code" },
	],
	"GET /livez": () => [{ path: "/livez" }],
	"GET /readyz": () => [{ path: "/readyz" }],
	"GET /metrics": () => [{ path: "/metrics" }],
};

const auditEvery = 256;

/** An operator as a route's requests find it, and the holders whose keys the attacker has. */
type Scene = {
	readonly ecosystem: Ecosystem;
	readonly holders: readonly Holder[];
	/** asked once the operator has its first key */
	readonly seeds: () => readonly HttpSeed[] | Promise<readonly HttpSeed[]>;
	/** in the place of closing the operator alone */
	readonly close?: () => Promise<void>;
	/** where what it does goes through a log */
	readonly sealer?: Sealer;
};

/** An operator with a day behind it. */
const atWork = (seeds: Seeds) => async (): Promise<Scene> => {
	const ecosystem = await fuzzEcosystem();
	const traffic = await dayAtOperator(ecosystem);
	return { ecosystem, holders: traffic.holders, seeds: () => seeds(traffic, ecosystem) };
};

/** An operator with accounts in its ledger. */
const keepingAccounts = (seeds: LedgerSeeds) => async (): Promise<Scene> => {
	const { ecosystem, holders } = await atWork(() => [])();
	return { ecosystem, holders, seeds: () => seeds(ecosystem, admin) };
};

/** An operator with devices, and a log. */
const answering = (seeds: DeviceSeeds) => async (): Promise<Scene> => {
	const ecosystem = await fuzzEcosystem();
	const { sealer, close } = await openSealed(ecosystem.operator, await freshLog(), { samplers });
	return { ecosystem, holders: [], sealer, close, seeds: () => seeds(ecosystem, admin) };
};

/** An operator with a day behind it, all of it in its log. */
const sealing = (seeds: SealSeeds) => async (): Promise<Scene> => {
	const ecosystem = await fuzzEcosystem();
	const { sealer, close } = await openSealed(ecosystem.operator, await freshLog(), { samplers });
	const traffic = await dayAtOperator(ecosystem);
	await fillLedger(ecosystem);
	await sealer.seal();
	const { holders } = traffic;
	return { ecosystem, holders, sealer, close, seeds: () => seeds(traffic, ecosystem) };
};

/** An operator that issues by definitions alone, and one who may propose and approve them. */
const licensed = (seeds: DefinitionSeeds) => async (): Promise<Scene> => {
	const ecosystem = await createLicensed({ seed: "fuzz" });
	const holders = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const made = { name: "a signer", roles: ["issuer", "approver"], expiresAt: null } as const;
	const signer = async () => {
		const { text } = await ecosystem.operator.addKey(fuzzing, made);
		return { authorization: `Bearer ${text}` };
	};
	return { ecosystem, holders, seeds: async () => seeds(ecosystem, { admin, signer: await signer() }) };
};

/** An operator beside another, which it lists and which lists it. */
async function besideAnother(): Promise<Scene> {
	const { ecosystem, holders } = await atWork(() => [])();
	const { operator, clock } = ecosystem;
	const peer = await listening("peer", "Ed25519");
	peer.ecosystem.clock.now = clock.now;
	peer.ecosystem.operator.setPeers([operator.entry]);
	operator.setPeers([peer.ecosystem.operator.entry]);
	const ids = [toHex(peer.ecosystem.operator.id), "00".repeat(32)];
	return {
		ecosystem,
		holders,
		seeds: () => ids.map((id) => ({ path: `/v1/peers/${id}/debts`, headers: admin })),
		close: async () => {
			await peer.server.close();
			await peer.ecosystem.operator.close();
			await operator.close();
		},
	};
}

const scenes: Readonly<Record<string, () => Promise<Scene>>> = {
	...mapped(operatorRoutes, atWork),
	...mapped(definitionRoutes, licensed),
	...mapped(freezeRoutes, atWork),
	...mapped(deviceRoutes, answering),
	...mapped(ledgerRoutes, keepingAccounts),
	...crossingScenes(apiKey),
	...tokenScenes(apiKey),
	...mapped(sealRoutes, sealing),
	"GET /v1/ledger/accounts/:id/line": sealing(() => [{ path: ledgerLine, headers: admin }]),
	"GET /v1/peers/:peer/debts": besideAnother,
};

function mapped<A, B>(entries: Readonly<Record<string, A>>, to: (entry: A) => B): Record<string, B> {
	return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, to(entry)]));
}

function route(name: string, openScene: () => Promise<Scene>): Target {
	const [method = ""] = name.split(" ", 1);
	return {
		name: `http/${name}`,
		weight: 10,
		memory: serverMemory,
		open: async () => {
			const { ecosystem, holders, seeds, close, sealer } = await openScene();
			const quiet = { info: () => undefined, error: (fields: object) => bugs.push(fields) };
			const bugs: object[] = [];
			await ecosystem.operator.keepFirstKey(apiKey);
			const app = createApp({ operator: ecosystem.operator, log: quiet, ...(sealer && { sealer }) });
			let inputs = 0;
			const made = (await seeds()).map(encodeHttp);
			let before = await rowsIn(ecosystem);
			return {
				seeds: made,
				form: "items",
				run: async (input) => {
					const made = ++inputs % 2 === 0 ? await signAgain(input, holders, ecosystem.world) : input;
					const request = requestIn(method, made);
					if (request === undefined) return "no-request";
					if (request.headers.get("idempotency-key") === fresh)
						request.headers.set("idempotency-key", `${inputs}`);
					const { outcome, isRefused } = await answerOf(await app.fetch(request)).catch((error: unknown) => {
						throw new Broken(`${error} ${bugs.map((bug) => JSON.stringify(bug))}`);
					});
					const after = await rowsIn(ecosystem);
					if (isRefused && after !== before) throw new Broken(`${outcome} moved ${before} to ${after}`);
					before = after;
					if (inputs % auditEvery === 0) await audit(ecosystem);
					return outcome;
				},
				close: async () => {
					await audit(ecosystem);
					await (close ?? (() => ecosystem.operator.close()))();
				},
			};
		},
	};
}

async function audit({ operator }: Ecosystem): Promise<void> {
	const { broken } = await operator.audit("JPY");
	const ledger = await operator.ledger.examine();
	if (broken.length > 0 || ledger.broken.length > 0) throw new Broken(`${broken} ${ledger.broken}`);
}

/** Every route that has a target. */
export const routedNames: readonly string[] = Object.keys(scenes);

export const operatorTargets: readonly Target[] = Object.entries(scenes).map(([name, open]) =>
	route(name, open),
);
