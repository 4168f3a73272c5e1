/**
 * What the document promises of each route, held against what the route does: every code that it declares is
 * provoked over HTTP, with the status and meaning that it declares, and no other code comes.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { coseKey, refuse, serialize, toHex } from "@tenten/protocol";
import { generateKey } from "../../module/test/support/world.ts";
import { apiRoles } from "../src/access.ts";
import {
	type Answer,
	codesOf,
	type Endpoint,
	failures,
	refused,
	UndeclaredCode,
} from "../src/http/endpoint.ts";
import { endpoints } from "../src/http/endpoints.ts";
import { meaningOf, problem } from "../src/http/problem.ts";
import { type Operator, openApiDocument, StoreUnavailable, startServer } from "../src/index.ts";
import { provocations } from "./support/provocations.ts";
import { apiKey, type Served, serveOperator } from "./support/served.ts";

const all: Readonly<Record<string, Endpoint>> = endpoints;

/** Failures of ours: nothing outside provokes them, and a broken operator stands in for one. */
const broken = [
	["internal", () => new Error("the disk is on fire")],
	["store-unavailable", () => new StoreUnavailable("unknown", new Error("the line is cut"))],
] as const;

/** Routes that ask the operator nothing: a broken one does not break them. */
const unbreakable = ["openApi", "documentation", "explanation", "live", "metrics"];

let served: Served;
before(async () => {
	served = await serveOperator();
});
after(() => served.close());

test("every route and every code that it declares is provoked", () => {
	assert.deepEqual(Object.keys(provocations).sort(), Object.keys(all).sort());
	for (const [name, endpoint] of Object.entries(all)) {
		const declared = codesOf(endpoint).filter((code) => !failures.includes(code as never));
		assert.deepEqual(Object.keys(provocations[name] ?? {}).sort(), declared, name);
	}
});

/** What the document says of a status: codes of its problem, none where it is no problem. */
type Answered = {
	readonly $ref?: string;
	readonly content?: {
		readonly "application/problem+json"?: {
			readonly schema: { readonly allOf: readonly [object, { properties: { code: { enum: string[] } } }] };
		};
	};
};

test("the document names every code of every route at its status; one that comes alone it says once for all", () => {
	const { paths = {}, components } = openApiDocument();
	const shared = components?.responses as Readonly<Record<string, Answered>>;
	for (const [name, endpoint] of Object.entries(all)) {
		const { method, path } = endpoint;
		const answers = paths[path]?.[method]?.responses as Readonly<Record<string, Answered>>;
		const said = Object.entries(answers).flatMap(([status, { $ref, content }]) => {
			const whole =
				$ref === undefined ? content : shared[$ref.replace("#/components/responses/", "")]?.content;
			const codes = whole?.["application/problem+json"]?.schema.allOf[1].properties.code.enum ?? [];
			if (path.startsWith("/v1/")) assert.equal($ref !== undefined, codes.length === 1, `${name} ${status}`);
			return codes.map((code) => `${code} ${status}`);
		});
		const declared = codesOf(endpoint).map((code) => `${code} ${meaningOf(code).status}`);
		assert.deepEqual(said.sort(), declared.sort(), name);
	}
});

test("what a handler may answer is what its route declares: anything else does not compile", () => {
	const declared: Answer<typeof endpoints.deposit> = problem("asset-unknown");
	// @ts-expect-error a deposit never says that a ruling is too early
	const undeclared: Answer<typeof endpoints.deposit> = problem("ruling-early");
	assert.notEqual(declared, undeclared);
});

test("a refusal that its route does not declare is a bug, and no answer", () => {
	assert.throws(() => refused(endpoints.deposit, refuse("ruling-early")), UndeclaredCode);
});

type ProblemBody = Readonly<Record<string, unknown>>;

async function assertProblem(response: Response, code: string): Promise<void> {
	assert.equal(response.headers.get("content-type"), "application/problem+json");
	const body = (await response.json()) as ProblemBody;
	assert.equal(body["code"], code, `${body["detail"]}`);
	const { status, retryable, fundsState, nextAction } = meaningOf(code as never);
	assert.equal(response.status, status);
	assert.deepEqual(
		{ ...body, detail: "" },
		{
			type: `/v1/problems/${code}`,
			title: code,
			status,
			code,
			detail: "",
			retryable,
			fundsState,
			nextAction,
		},
	);
}

for (const [name, codes] of Object.entries(provocations))
	describe(`${all[name]?.method.toUpperCase()} ${all[name]?.path}`, () => {
		for (const [code, provoke] of Object.entries(codes))
			test(code, async () => {
				const { clock } = served.ecosystem;
				const present = clock.now;
				await assertProblem(await provoke(served), code);
				clock.now = present;
			});
	});

test("a code's page says where the money is, and every problem's type leads to it", async () => {
	for (const code of new Set(Object.values(all).flatMap(codesOf))) {
		const page = await fetch(`${served.server.url}/v1/problems/${code}`);
		assert.equal(page.status, 200, code);
		assert.match(await page.text(), new RegExp(`<code>${code}</code>.*The money`, "s"));
	}
});

const zeros = "0".repeat(64);

/** What the routes that take JSON accept. */
const goodBodies: Readonly<Record<string, object>> = {
	prune: { before: "2020-01-31T00:00:00Z", apply: false, cursor: null },
	deposit: { amount: { value: "1", asset: "JPY", scale: 0 } },
	peerDebts: { cursor: null },
	addApiKey: { name: "a till", roles: ["cashier"], expiresAt: null },
	addWebhook: { url: "https://shop.example/hook", description: "", types: [], accounts: [] },
	changeWebhook: { description: "a shop" },
	rotateWebhookSecret: { overlapHours: 24 },
	replaySince: { since: "2027-01-01T00:00:00Z" },
	rotateSigningKey: { purpose: "issuing", signsFrom: null },
	distrustSigningKey: { from: new Date(0).toISOString() },
	certifyPerson: { key: toHex(serialize(coseKey, generateKey("Ed25519").publicKey)), part: "approved" },
	takeStatusList: { token: "none" },
	proposeFreeze: { output: zeros, act: "freeze", reason: "stolen", case: zeros, appealDays: 1 },
	confirmFreeze: { act: "freeze", case: zeros },
	decideAppeal: { verdict: "upheld" },
	addParty: { key: toHex(serialize(coseKey, generateKey("Ed25519").publicKey)), name: "a party" },
	grantBudget: { reset: 1, amount: "1" },
	setPartyStanding: { standing: "active", why: "paid" },
	openParty: { why: "asked" },
	openLedgerAccounts: { accounts: [{ id: zeros, asset: zeros, least: null, most: null }] },
	quoteCrossings: {
		quotes: [{ nonce: zeros, agreement: zeros, credits: "1", payer: zeros, payee: zeros, release: zeros }],
	},
	lockCrossings: { transfers: [zeros] },
	askTokensIn: { transfer: zeros, back: [] },
	takeTokensIn: { messages: [] },
	openTokensOut: { messages: [] },
	handTokensOut: { messages: [] },
	renewTokensOut: { messages: [] },
	crossingStandings: { transfers: [zeros] },
	releaseCrossings: { releases: [{ transfer: zeros, release: zeros }] },
	postLedgerTransfers: { batch: [[{ kind: "void", id: zeros, reference: null, reservation: zeros }]] },
};

test("every failure of ours is injected", () => {
	assert.deepEqual(
		broken.map(([code]) => code),
		failures,
	);
});

for (const [code, failure] of broken)
	test(`what breaks within is answered as ${code}, with nothing of it told, and logged`, () =>
		answersBroken(code, failure));

async function answersBroken(code: string, failure: () => Error): Promise<void> {
	const logged: { readonly error: string }[] = [];
	const operator = new Proxy(served.ecosystem.operator, {
		get: (target, name) => {
			// Whoever asks may do everything: it is the operator that fails.
			if (name === "keyBehind")
				return async (text: string) => ({ ...(await target.keyBehind(text)), roles: apiRoles });
			if (name === "store" || name === "now" || name === "entry") {
				const value = Reflect.get(target, name, target) as unknown;
				return typeof value === "function" ? value.bind(target) : value;
			}
			const burn = (): never => {
				throw failure();
			};
			if (name === "webhooks")
				return new Proxy(target.webhooks, {
					get: (webhooks, part) => (part === "figures" ? webhooks.figures : burn),
				});
			// What was seen before can still be told; nothing new can be seen.
			if (name === "peers") return { hear: burn, ask: burn, targetOf: () => "" };
			if (name === "signingKeys") return { list: burn, rotate: burn, retire: burn, distrust: burn };
			if (name === "drafts" || name === "freezing" || name === "ledger" || name === "crossings")
				return new Proxy(
					{},
					{ get: (_, part) => (part === "tokens" ? new Proxy({}, { get: () => burn }) : burn) },
				);
			if (name === "devices")
				return new Proxy(
					{},
					{
						get: (_, part) =>
							part === "parties" || part === "statusLists" ? new Proxy({}, { get: () => burn }) : burn,
					},
				);
			return name === "watch" ? { state: target.watch.state, allow: burn } : burn;
		},
	}) as Operator;
	const log = { info: () => undefined, error: (fields: object) => logged.push(fields as never) };
	const sealer = new Proxy(served.sealer, {
		get: (target, name) => {
			if (name === "publicFolder") return target.publicFolder;
			return () => {
				throw failure();
			};
		},
	});
	const server = await startServer({ operator, port: 0, log, sealer });
	try {
		for (const [name, { method, path, takes, gives, access }] of Object.entries(all)) {
			const named = path
				.replace("{number}", name === "statusList" ? "0" : "latest")
				.replace("{batch}", "issues");
			const url = `${server.url}${named.replaceAll(/\{[^}]+\}/g, "0".repeat(name === "revokeApiKey" ? 16 : 64))}${name === "line" ? "?asset=JPY" : ""}`;
			const isJson = takes.kind === "json";
			const body = isJson ? JSON.stringify(goodBodies[name]) : "x";
			const response = await fetch(url, {
				method: method.toUpperCase(),
				headers: {
					authorization: access === "holder" ? "Tenten AA" : `Bearer ${apiKey}`,
					"content-type": isJson ? "application/json" : "application/cose",
					"idempotency-key": name,
				},
				...(takes.kind === "none" ? {} : { body }),
			});
			if (unbreakable.includes(name)) {
				assert.ok(
					response.status === 200 || name === "explanation",
					`${name} ${response.status} ${gives.kind}`,
				);
				continue;
			}
			await assertProblem(response, code);
		}
	} finally {
		await server.close();
	}
	assert.equal(logged.length, Object.keys(all).length - unbreakable.length);
	assert.ok(logged.every(({ error }) => error === failure().message));
}
