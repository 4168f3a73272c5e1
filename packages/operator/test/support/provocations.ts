/**
 * How each code of each route is provoked from outside, over HTTP: the table that `endpoints.test.ts` holds
 * against what the routes declare. The order is that of `endpoints.ts`.
 */
import { randomUUID } from "node:crypto";
import {
	type Bytes,
	crossingQuestion,
	type Item,
	keyId,
	type Signer,
	serialize,
	toHex,
} from "@tenten/protocol";
import { sql } from "kysely";
import { day } from "../../../module/test/support/world.ts";
import { partsOfKey } from "../../src/access.ts";
import { crossingPath } from "../../src/crossing/crossings.ts";
import { type Endpoint, rateClassOf } from "../../src/http/endpoint.ts";
import { endpoints } from "../../src/http/endpoints.ts";
import { startServer } from "../../src/index.ts";
import type { PeerRequest } from "../../src/peers/message-signature.ts";
import { byCrossings } from "./crossing-provocations.ts";
import {
	approving,
	bringingLists,
	proposing,
	publishing,
	stopping,
	withdrawing,
} from "./definition-provocations.ts";
import { byDevices } from "./device-provocations.ts";
import { createEcosystem } from "./ecosystem.ts";
import { byFreezing } from "./freezing-provocations.ts";
import { guarded, readOnly } from "./guarded.ts";
import { edited, replaced } from "./item-edits.ts";
import { byLedger } from "./ledger-provocations.ts";
import { byMessages, type Provocations, whileHeld, whileStopped } from "./message-provocations.ts";
import { sendSigned, signedQuestion } from "./peers.ts";
import { apiKey, ask, begun, manage, nested, question, type Served, serveOperator } from "./served.ts";
import { byWebhooks } from "./webhook-provocations.ts";

const nowhere = "0".repeat(64);
const deposits = (s: Served): string => `/v1/accounts/${toHex(s.alice.certificate.hash)}/deposits`;
const amount = (value: string, asset = "JPY") => ({ amount: { value, asset, scale: 0 } });
const newKeyBody = { name: "a till", roles: ["cashier"], expiresAt: null };
const signingKeys = "/v1/signing-keys";
const rotation = (from: Date | null) => ({ purpose: "issuing", signsFrom: from?.toISOString() ?? null });
const distrustFrom = { from: new Date(0).toISOString() };

/** On an operator of its own: other keys would be strange to everybody else here. */
async function apartFromOthers(ask: (served: Served) => Promise<Response>): Promise<Response> {
	const served = await serveOperator("apart");
	const answer = await ask(served);
	await answer.clone().arrayBuffer();
	await served.close();
	return answer;
}

/**
 * Whoever asks for a deposit is looked up in the store, which is what is held: so both requests are let in first,
 * and their bodies follow.
 */
async function depositWhileHeld(served: Served): Promise<Response> {
	const headers = { "idempotency-key": randomUUID() };
	const body = JSON.stringify(amount("1"));
	const [first, second] = [
		await begun(served, deposits(served), headers),
		await begun(served, deposits(served), headers),
	];
	return whileHeld(
		served,
		() => first(body),
		() => second(body),
	);
}

/** A certificate whose holder may transfer nothing at a time, which is no amount. */
function limitedToNothing(certificate: Item): Item {
	return edited(certificate as Bytes, [0], (claims) => {
		const changed = new Map(claims as ReadonlyMap<number, Item>);
		const profile = changed.get(-65537) as readonly Item[];
		return changed.set(-65537, [...profile.slice(0, 5), [0n, null, null], ...profile.slice(6)]);
	});
}

const pruning = { before: "2020-01-31T00:00:00Z", apply: false, cursor: null };

const utf8 = (text: string): Bytes => new Uint8Array(Buffer.from(text));

/** How each code is provoked of a route for other operators. `good` is a body that it takes, `bad` one that it does not. */
function ofPeers(path: string, type: string, good: Bytes, bad: Bytes): Provocations {
	const asked = (s: Served, signer: Signer, changed: Changed = {}): Promise<PeerRequest> =>
		signedQuestion(s, signer, {
			target: `${s.ecosystem.operator.entry.url}${path}`,
			headers: new Headers({ "content-type": type }),
			body: good,
			...changed,
		});
	const send = async (s: Served, changed?: Changed, after: { readonly method?: string } = {}) =>
		sendSigned(s, { ...(await asked(s, s.peer.world.operator.ruling, changed)), ...after }, path);
	return {
		malformed: (s) => send(s, { body: bad }),
		"too-large": (s) => send(s, { body: new Uint8Array(300_000) }),
		"content-type-unknown": (s) => send(s, { headers: new Headers({ "content-type": "text/plain" }) }),
		"peer-signature-missing": (s) => manage(s, "POST", path, {}, { "content-type": type }),
		"peer-signature-invalid": (s) => send(s, { method: "PUT" }, { method: "POST" }),
		"peer-signature-expired": (s) => send(s, { now: s.ecosystem.clock.now - day }),
		"peer-unknown": async (s) => sendSigned(s, await asked(s, s.stranger.world.operator.ruling), path),
		"peer-request-replayed": async (s) => {
			const question = await asked(s, s.peer.world.operator.ruling);
			await sendSigned(s, question, path);
			return sendSigned(s, question, path);
		},
	};
}

type Changed = Parameters<typeof signedQuestion>[2];

/** Whatever a signed question for an account is refused for, on the route after the account's own path. */
function ofQuestion(path: string): Provocations {
	const askOwn = (s: Served, asked: Bytes): Promise<Response> =>
		ask(s, s.alice.certificate.hash, asked, path);
	return {
		malformed: (s) => askOwn(s, Uint8Array.of(0xff)),
		"too-deep": (s) => askOwn(s, nested(20)),
		"too-many": async (s) => {
			const says = { kind: "noReleaseReached", lock: s.lock, account: s.lock, fallback: null } as const;
			const asked = await question(s, s.alice, { ...says, inputs: [s.lock] });
			const inputs = (item: unknown) => Array(17).fill((item as never[])[0]);
			return askOwn(s, edited(asked, [0, 1, 4], inputs));
		},
		"type-unknown": async (s) => askOwn(s, replaced(await question(s, s.alice), [0, 1, 0], 99n)),
		"amount-invalid": async (s) => askOwn(s, edited(await question(s, s.alice), [1], limitedToNothing)),
		"signature-invalid": (s) => fetch(`${s.server.url}/v1/accounts/${nowhere}${path}`),
		"authority-unknown": async (s) => askOwn(s, await question({ ...s, ecosystem: s.stranger }, s.alice)),
		"order-mismatch": async (s) => {
			const says = { kind: "noWord", link: s.lock, account: s.lock, fallback: null } as const;
			return askOwn(s, await question(s, s.alice, says));
		},
		"owner-mismatch": async (s) => ask(s, s.bob.certificate.hash, await question(s, s.alice), path),
		"request-expired": async (s) =>
			askOwn(s, await question(s, s.alice, undefined, s.ecosystem.clock.now - 2 * day)),
	};
}

const byJson: Readonly<Record<string, Provocations>> = {
	trustList: {},
	freezeList: {},
	time: {},
	release: {
		malformed: (s) => fetch(`${s.server.url}/v1/releases/none`),
		"attempt-unknown": (s) => fetch(`${s.server.url}/v1/releases/${nowhere}`),
	},
	account: ofQuestion(""),
	seal: {
		malformed: (s) => fetch(`${s.server.url}/v1/seals/0`),
		"not-logged": (s) => fetch(`${s.server.url}/v1/seals/1000`),
	},
	state: {
		malformed: (s) => fetch(`${s.server.url}/v1/states/none`),
		"not-logged": (s) => fetch(`${s.licensed.url}/v1/states/${nowhere}`),
	},
	item: {
		malformed: (s) => fetch(`${s.server.url}/v1/batches/anything/${nowhere}`),
		"not-logged": (s) => fetch(`${s.server.url}/v1/batches/issues/${nowhere}`),
	},
	settlements: {},
	line: {
		...ofQuestion("/line?asset=JPY"),
		"asset-unknown": async (s) =>
			ask(s, s.alice.certificate.hash, await question(s, s.alice), "/line?asset=XYZ"),
		"not-logged": async (s) =>
			ask(s, s.alice.certificate.hash, await question(s, s.alice), "/line?asset=PTS"),
	},
	deposit: {
		malformed: (s) => manage(s, "POST", deposits(s), "{"),
		"too-large": (s) => manage(s, "POST", deposits(s), "1".repeat(70_000)),
		"content-type-unknown": (s) =>
			manage(s, "POST", deposits(s), amount("1"), { "content-type": "text/plain" }),
		...guarded((s, headers) => manage(s, "POST", deposits(s), amount("1"), headers), "viewer"),
		"idempotency-key-missing": (s) => manage(s, "POST", deposits(s), amount("1"), { "idempotency-key": "" }),
		"idempotency-key-reused": async (s) => {
			const key = { "idempotency-key": randomUUID() };
			await manage(s, "POST", deposits(s), amount("1"), key);
			return manage(s, "POST", deposits(s), amount("2"), key);
		},
		"idempotency-key-in-progress": depositWhileHeld,
		"amount-invalid": (s) => manage(s, "POST", deposits(s), amount("0")),
		"asset-unknown": (s) => manage(s, "POST", deposits(s), amount("1", "XYZ")),
		"owner-mismatch": (s) => manage(s, "POST", `/v1/accounts/${nowhere}/deposits`, amount("1")),
		"limit-exceeded": (s) => manage(s, "POST", deposits(s), amount((2n ** 63n - 1n).toString())),
	},
	totals: readOnly("/v1/totals"),
	caseFiles: {
		...readOnly("/v1/case-files"),
		malformed: (s) => manage(s, "GET", "/v1/case-files?cursor=none"),
	},
	evidence: {
		...readOnly(`/v1/case-files/${nowhere}`),
		malformed: (s) => manage(s, "GET", "/v1/case-files/none"),
		"case-unknown": (s) => manage(s, "GET", `/v1/case-files/${nowhere}`),
	},
	addApiKey: {
		...guarded((s, headers) => manage(s, "POST", "/v1/api-keys", newKeyBody, headers)),
		malformed: (s) => manage(s, "POST", "/v1/api-keys", { ...newKeyBody, roles: ["god"] }),
		"too-large": (s) => manage(s, "POST", "/v1/api-keys", "1".repeat(70_000)),
		"content-type-unknown": (s) =>
			manage(s, "POST", "/v1/api-keys", newKeyBody, { "content-type": "text/plain" }),
	},
	apiKeys: {
		...readOnly("/v1/api-keys"),
		malformed: (s) => manage(s, "GET", "/v1/api-keys?cursor=none"),
	},
	revokeApiKey: {
		...guarded((s, headers) => manage(s, "DELETE", `/v1/api-keys/${"0".repeat(16)}`, undefined, headers)),
		malformed: (s) => manage(s, "DELETE", "/v1/api-keys/none"),
		"api-key-unknown": (s) => manage(s, "DELETE", `/v1/api-keys/${"0".repeat(16)}`),
		"administrator-last": (s) => manage(s, "DELETE", `/v1/api-keys/${partsOfKey(apiKey)?.id}`),
	},
	allowPayouts: {
		...guarded((s, headers) => manage(s, "POST", "/v1/payouts/JPY/allow", undefined, headers)),
		malformed: (s) => manage(s, "POST", `/v1/payouts/${"x".repeat(65)}/allow`),
		"asset-unknown": (s) => manage(s, "POST", "/v1/payouts/XYZ/allow"),
		"payout-stopped": async (s) => {
			const change = (by: string) =>
				s.ecosystem.operator.store.run((transaction) =>
					sql`update balances set amount = amount ${sql.raw(by)} where book = 'outside'`.execute(transaction),
				);
			await change("- 1");
			const answer = await manage(s, "POST", "/v1/payouts/JPY/allow");
			await change("+ 1");
			return answer;
		},
	},
	prune: {
		...guarded((s, headers) => manage(s, "POST", "/v1/prunings", pruning, headers)),
		malformed: (s) => manage(s, "POST", "/v1/prunings", { ...pruning, cursor: "none" }),
		"too-large": (s) => manage(s, "POST", "/v1/prunings", "1".repeat(70_000)),
		"content-type-unknown": (s) =>
			manage(s, "POST", "/v1/prunings", pruning, { "content-type": "text/plain" }),
	},
	signingKeys: readOnly("/v1/signing-keys"),
	rotateSigningKey: {
		...guarded((s, headers) => manage(s, "POST", signingKeys, rotation(null), headers)),
		malformed: (s) => manage(s, "POST", signingKeys, { purpose: "root", signsFrom: null }),
		"too-large": (s) => manage(s, "POST", signingKeys, "1".repeat(70_000)),
		"content-type-unknown": (s) =>
			manage(s, "POST", signingKeys, rotation(null), { "content-type": "text/plain" }),
		"signing-key-pending": () =>
			apartFromOthers(async (s) => {
				await manage(s, "POST", signingKeys, rotation(null));
				return manage(s, "POST", signingKeys, rotation(null));
			}),
		"signing-key-full": () =>
			apartFromOthers(async (s) => {
				for (let i = 0; i < 57; i++) await manage(s, "POST", signingKeys, rotation(new Date(0)));
				return manage(s, "POST", signingKeys, rotation(new Date(0)));
			}),
	},
	retireSigningKey: {
		...guarded((s, headers) => manage(s, "POST", `${signingKeys}/${nowhere}/retire`, undefined, headers)),
		malformed: (s) => manage(s, "POST", `${signingKeys}/none/retire`),
		"signing-key-unknown": (s) => manage(s, "POST", `${signingKeys}/${nowhere}/retire`),
		"signing-key-needed": (s) =>
			manage(s, "POST", `${signingKeys}/${toHex(keyId(s.ecosystem.world.operator.issuing.key))}/retire`),
	},
	distrustSigningKey: {
		...guarded((s, headers) =>
			manage(s, "POST", `${signingKeys}/${nowhere}/distrust`, distrustFrom, headers),
		),
		malformed: (s) => manage(s, "POST", `${signingKeys}/none/distrust`, distrustFrom),
		"too-large": (s) => manage(s, "POST", `${signingKeys}/${nowhere}/distrust`, "1".repeat(70_000)),
		"content-type-unknown": (s) =>
			manage(s, "POST", `${signingKeys}/${nowhere}/distrust`, distrustFrom, {
				"content-type": "text/plain",
			}),
		"signing-key-unknown": (s) => manage(s, "POST", `${signingKeys}/${nowhere}/distrust`, distrustFrom),
		"signing-key-needed": (s) => {
			const id = toHex(keyId(s.ecosystem.world.operator.issuing.key));
			return manage(s, "POST", `${signingKeys}/${id}/distrust`, distrustFrom);
		},
	},
	certifyPerson: {
		...guarded((s, headers) => manage(s, "POST", "/v1/people", {}, headers)),
		malformed: (s) => manage(s, "POST", "/v1/people", { key: "00", part: "boss" }),
		"too-large": (s) => manage(s, "POST", "/v1/people", "1".repeat(70_000)),
		"content-type-unknown": (s) => manage(s, "POST", "/v1/people", {}, { "content-type": "text/plain" }),
		"key-refused": (s) => manage(s, "POST", "/v1/people", { key: "00", part: "approved" }),
	},
	proposeDefinition: {
		...guarded((s, headers) => manage(s, "POST", "/v1/definitions", {}, headers)),
		...proposing,
	},
	definitions: {
		...readOnly("/v1/definitions"),
		malformed: (s) => manage(s, "GET", "/v1/definitions?cursor=none"),
	},
	definition: {
		...readOnly(`/v1/definitions/${nowhere}`),
		malformed: (s) => manage(s, "GET", "/v1/definitions/none"),
		"definition-unknown": (s) => manage(s, "GET", `/v1/definitions/${nowhere}`),
	},
	approveDefinition: {
		...guarded((s, headers) => manage(s, "POST", `/v1/definitions/${nowhere}/approvals`, {}, headers)),
		...approving,
	},
	publishDefinition: {
		...guarded((s, headers) => manage(s, "POST", `/v1/definitions/${nowhere}/publish`, undefined, headers)),
		...publishing,
	},
	withdrawDefinition: {
		...guarded((s, headers) => manage(s, "DELETE", `/v1/definitions/${nowhere}`, undefined, headers)),
		...withdrawing,
	},
	licences: readOnly("/v1/licences"),
	takeStatusList: {
		...guarded((s, headers) => manage(s, "POST", "/v1/licences/status-lists", {}, headers)),
		...bringingLists,
	},
	stopIssue: {
		...guarded((s, headers) => manage(s, "POST", "/v1/issues/JPY/stop", undefined, headers)),
		...stopping("stop"),
	},
	allowIssue: {
		...guarded((s, headers) => manage(s, "POST", "/v1/issues/JPY/allow", undefined, headers)),
		...stopping("allow"),
	},
	auditLog: {
		...readOnly("/v1/audit"),
		malformed: (s) => manage(s, "GET", "/v1/audit?cursor=none"),
	},
	debtsAtPeer: {
		...readOnly(`/v1/peers/${nowhere}/debts`),
		malformed: (s) => manage(s, "GET", "/v1/peers/none/debts"),
		"peer-unlisted": (s) => manage(s, "GET", `/v1/peers/${nowhere}/debts`),
		"peer-failed": (s) => manage(s, "GET", `/v1/peers/${toHex(s.peer.operator.id)}/debts`),
	},
	peerDebts: ofPeers(
		"/v1/peers/debts",
		"application/json",
		utf8('{"cursor":null}'),
		utf8('{"cursor":"none"}'),
	),
	peerCrossings: ofPeers(
		crossingPath,
		"application/cose",
		serialize(crossingQuestion, { kind: "wanted", transfers: [new Uint8Array(32)] }),
		Uint8Array.of(0xff),
	),
	openApi: {},
	documentation: {},
	explanation: {
		malformed: (s) => fetch(`${s.server.url}/v1/problems/${"x".repeat(65)}`),
		"route-unknown": (s) => fetch(`${s.server.url}/v1/problems/none`),
	},
	live: {},
	ready: {
		"payout-stopped": (s) => whileStopped(s, () => fetch(`${s.server.url}/readyz`)),
		"not-ready": async () => {
			const { operator } = await createEcosystem({ seed: "closed" });
			const log = { info: () => undefined, error: () => undefined };
			const server = await startServer({ operator, port: 0, log });
			await operator.close();
			const answer = await fetch(`${server.url}/readyz`);
			await server.close();
			return answer;
		},
	},
	metrics: {},
};

let addresses = 0;

/** The second request of a client that may ask once. */
function askedTwice({ method, path }: Endpoint): Provocations {
	const ask = ({ sparing }: Served, address: string): Promise<Response> =>
		fetch(`${sparing.url}${path.replaceAll(/\{[^}]+\}/g, nowhere)}`, {
			method: method.toUpperCase(),
			headers: { authorization: `Bearer ${apiKey}`, "x-forwarded-for": address },
		});
	return {
		"rate-limited": async (s) => {
			const address = `203.0.113.${++addresses}`;
			await (await ask(s, address)).arrayBuffer();
			return ask(s, address);
		},
	};
}

const limited = Object.values<Endpoint>(endpoints).filter((one) => rateClassOf(one) !== undefined);
const byPeople = { ...byFreezing, ...byDevices, ...byWebhooks };
const byHand = { ...byPeople, ...byMessages, ...byJson, ...byLedger, ...byCrossings };
const byAsking = Object.fromEntries(limited.map((one) => [one.operationId, askedTwice(one)]));

export const provocations: Readonly<Record<string, Provocations>> = Object.fromEntries(
	Object.entries(byHand).map(([name, codes]) => [name, { ...codes, ...byAsking[name] }]),
);
