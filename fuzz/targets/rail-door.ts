/**
 * Every route of a party of the account rail: nothing is thrown, what is refused is not
 * kept, and both ledgers' sums are those of their entries.
 */
import { generateKey, signerFrom, verify } from "@tenten/module";
import { assetHash } from "@tenten/protocol";
import {
	openRailParty,
	openStore,
	payeeAppRole,
	payeeLedgerRole,
	payeeSystemRole,
	payerAppRole,
	payerLedgerRole,
	payerSystemRole,
	type RailEcosystem,
	type Role,
	type Store,
} from "../../packages/operator/src/index.ts";
import { examineLedger } from "../../packages/operator/src/ledger/examine.ts";
import { railDoor } from "../../packages/operator/src/rail/door.ts";
import { RailRunner } from "../../packages/operator/src/rail/runner.ts";
import { serverMemory } from "../memory.ts";
import { Broken, type Target } from "../target.ts";
import { answerOf, encodeHttp, type HttpSeed, requestIn } from "./http-input.ts";
import { railMessages } from "./rail.ts";

const key = generateKey("Ed25519", (length) => new Uint8Array(length).fill(5));
const asset = assetHash({ operator: new Uint8Array(32), code: "JPY" });
const ecosystem: RailEcosystem = {
	payers: { ann: { system: "A", ledger: "C", app: "P", mayPay: true, begins: 1_000_000n } },
	payees: { shop: { system: "B", ledger: "D", app: "Q", mayReceive: true, most: null } },
	hub: null,
	keys: { A: key.publicKey },
	rulingKey: null,
	// Nothing comes due while it is asked.
	times: { timeout_ms: 9e7, showing_ms: 9e7, answer_ms: 9e7, patience_ms: 9e7, permit_ms: 9e7 },
};

const atService = (path: string): readonly HttpSeed[] => [{ path }];

/** Valid requests by route. A route that is not here fails a test. */
const routes: Readonly<Record<string, readonly HttpSeed[]>> = {
	"POST /v1/messages": railMessages.map((message) => ({
		path: "/v1/messages",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(message),
	})),
	"GET /v1/payments/:payment": ["p", "other"].map((payment) => ({ path: `/v1/payments/${payment}` })),
	"GET /v1/accounts": atService("/v1/accounts"),
	"GET /v1/openapi.json": atService("/v1/openapi.json"),
	"GET /v1/docs": atService("/v1/docs"),
	"GET /v1/problems/:code": atService("/v1/problems/kind-unexpected"),
	"GET /livez": atService("/livez"),
	"GET /readyz": atService("/readyz"),
};

/** Every route that has a target. */
export const railRouteNames: readonly string[] = Object.keys(routes);

type Served = {
	readonly name: string;
	readonly store: Store;
	readonly fetch: (request: Request) => Response | Promise<Response>;
	readonly stop: () => Promise<void>;
};

async function serve<Kept>(role: Role<Kept>, bugs: Error[]): Promise<Served> {
	const store = await openStore(":memory:");
	const fill = (length: number) => new Uint8Array(length).fill(0xab);
	const options = { now: () => 1_000_000, entropy: fill };
	const party = await openRailParty(store, role, ecosystem, asset, options);
	const runner = new RailRunner({ party, addresses: {}, now: options.now, log: () => undefined });
	const door = railDoor(runner, (error) => bugs.push(error));
	return { name: role.name, store, fetch: door.fetch, stop: () => runner.stop() };
}

/** All six, of what they say to one another and keep; one of them, of what all serve alike. */
async function open(route: string, bugs: Error[]): Promise<readonly Served[]> {
	const ledger = await serve(payeeLedgerRole(ecosystem, "D", verify), bugs);
	if (!/messages|payments|accounts/.test(route)) return [ledger];
	return [
		await serve(payerAppRole(ecosystem, "P"), bugs),
		await serve(payeeAppRole(ecosystem, "Q"), bugs),
		await serve(payerSystemRole(ecosystem, "A", signerFrom(key.privateKey, "Ed25519")), bugs),
		await serve(payeeSystemRole(ecosystem, "B"), bugs),
		await serve(payerLedgerRole(ecosystem, "C"), bugs),
		ledger,
	];
}

async function rowsIn(store: Store): Promise<string> {
	return store.read(async (transaction) => {
		const counts: string[] = [];
		for (const table of ["rail_payments", "rail_inbox", "rail_outbox", "ledger_journal"] as const) {
			const { count } = await transaction
				.selectFrom(table)
				.select(({ fn }) => fn.countAll<bigint>().as("count"))
				.executeTakeFirstOrThrow();
			counts.push(`${table} ${count}`);
		}
		return counts.join();
	});
}

async function examine({ name, store }: Served): Promise<void> {
	const { broken } = await store.read(examineLedger);
	if (broken.length > 0) throw new Broken(`${name}: ${broken}`);
}

function target(route: string, made: readonly HttpSeed[]): Target {
	const [method = ""] = route.split(" ", 1);
	return {
		name: `rail/${route}`,
		// Six parties over stores of their own are asked of every input.
		weight: method === "POST" ? 20 : 30,
		memory: serverMemory,
		open: async () => {
			const bugs: Error[] = [];
			const parties = await open(route, bugs);
			// Where messages are not what is mutated, each has the payment.
			const said = method === "GET" ? (routes["POST /v1/messages"] ?? []).map(encodeHttp) : [];
			for (const message of said)
				for (const { fetch } of parties) await fetch(requestIn("POST", message) as Request);
			return {
				seeds: made.map(encodeHttp),
				form: "items",
				run: async (input) => {
					const outcomes: string[] = [];
					for (const { name, store, fetch } of parties) {
						const request = requestIn(method, input);
						if (request === undefined) return "no-request";
						const before = await rowsIn(store);
						const { outcome, isRefused } = await answerOf(await fetch(request)).catch((error: unknown) => {
							throw new Broken(`${name}: ${error} ${bugs.map(({ stack }) => stack)}`);
						});
						if (isRefused && (await rowsIn(store)) !== before)
							throw new Broken(`${name} refused with ${outcome}, and kept it`);
						outcomes.push(outcome);
					}
					return outcomes.includes("accepted")
						? "accepted"
						: (outcomes.find((code) => code !== "sender-refused") ?? "sender-refused");
				},
				close: async () => {
					for (const party of parties) await examine(party);
					for (const { stop } of parties) await stop();
				},
			};
		},
	};
}

export const railDoorTargets: readonly Target[] = Object.entries(routes).map(([route, made]) =>
	target(route, made),
);
