/**
 * How each code of each route is provoked from outside, over HTTP: the table that `endpoints.test.ts` holds
 * against what the routes declare. The order is that of `endpoints.ts`.
 */
import { randomUUID } from "node:crypto";
import {
	assetHash,
	type Bytes,
	type Item,
	lockHash,
	serializeRulingRequest,
	signEnrolment,
	toHex,
	type VerifiedToken,
} from "@tenten/protocol";
import { sql } from "kysely";
import { createHolder, day, pay } from "../../../module/test/support/world.ts";
import { type ApiRole, partsOfKey } from "../../src/access.ts";
import { startServer } from "../../src/index.ts";
import { stopPayouts } from "../../src/store/payout-stops.ts";
import { createEcosystem, enrolHolder, makeClaim, redeem, withdrawTo } from "./ecosystem.ts";
import { edited, replaced, turned } from "./item-edits.ts";
import { createLicensed, draftOf } from "./licensed.ts";
import {
	apiKey,
	ask,
	begun,
	manage,
	nested,
	orderOf,
	question,
	type Served,
	send,
	statement,
	withdrawal,
} from "./served.ts";

export type Provoke = (served: Served) => Promise<Response>;
export type Provocations = Readonly<Record<string, Provoke>>;

type BodyOf = (served: Served) => Promise<Bytes>;

/** What every route refuses that takes a message of the protocol. */
function unread(path: string, good: BodyOf): Provocations {
	return {
		"content-type-unknown": async (s) => send(s, path, await good(s), { "content-type": "text/html" }),
		malformed: (s) => send(s, path, Uint8Array.of(0xff)),
		"too-large": (s) => send(s, path, new Uint8Array(70_000)),
		"too-deep": (s) => send(s, path, nested(20)),
	};
}

/** What every route refuses that asks for an idempotency key. */
function keyed(path: string, good: BodyOf): Provocations {
	return {
		"idempotency-key-missing": async (s) => send(s, path, await good(s), { "idempotency-key": "" }),
		"idempotency-key-reused": async (s) => {
			const key = { "idempotency-key": randomUUID() };
			await send(s, path, await good(s), key);
			return send(s, path, await good(s), key);
		},
		"idempotency-key-in-progress": async (s) => {
			const body = await good(s);
			const key = { "idempotency-key": randomUUID() };
			const request = () => send(s, path, body, key);
			return whileHeld(s, request, request);
		},
	};
}

/** The answer to `second` while `first`, under the same key, waits for its commit. */
async function whileHeld(
	{ gate }: Served,
	first: () => Promise<Response>,
	second: () => Promise<Response>,
): Promise<Response> {
	const arrived = signal();
	const opened = signal();
	gate.wait = () => {
		arrived.give();
		return opened.given;
	};
	const held = first();
	await arrived.given;
	const answer = await second();
	gate.wait = null;
	opened.give();
	await held;
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

type Signal = { readonly given: Promise<void>; readonly give: () => void };

function signal(): Signal {
	let give = (): void => undefined;
	const given = new Promise<void>((resolve) => {
		give = resolve;
	});
	return { given, give };
}

const enrolment =
	(
		role: "holder" | "issuer" = "holder",
		operatorOf: (served: Served) => Bytes = (s) => s.ecosystem.operator.id,
	) =>
	(s: Served): Promise<Bytes> => {
		const asked = { role, class: "person", merchantCategory: null, region: null } as const;
		return signEnrolment(operatorOf(s), asked, s.ecosystem.world.random(), s.alice.signer);
	};

const enrol = "/v1/certificates";
const withdraw = "/v1/withdrawals";
const claims = "/v1/claims";
const rulings = "/v1/rulings";

const goodWithdrawal: BodyOf = (s) => withdrawal(s, s.alice, 1n);
const goodClaim: BodyOf = async (s) => {
	const [token] = await withdrawTo(s.ecosystem, s.alice, 5n);
	const action = { kind: "account", account: s.alice.certificate.hash } as const;
	return makeClaim(s.ecosystem, s.alice, [token as VerifiedToken], action);
};
const goodQuestion: BodyOf = async ({ ecosystem }) =>
	serializeRulingRequest({ kind: "question", subject: ecosystem.world.random() });
/** On what is pending between alice and bob: she says that she never released it. */
const neverReleased: BodyOf = (s) =>
	statement(
		s,
		s.alice,
		{ kind: "neverReleased", lock: s.lock, account: s.alice.certificate.hash, fallback: null },
		s.pending,
	);

/** A withdrawal at an operator with a definition of this ceiling, or with none. */
async function askLicensed(s: Served, ceiling: bigint | null, amount: bigint): Promise<Response> {
	const licensed = await createLicensed();
	const { operator, world } = licensed;
	if (ceiling !== null) await operator.adoptDefinition(await draftOf(licensed, { body: { ceiling } }));
	const holder = await enrolHolder(licensed);
	await operator.deposit(world.random(), holder.certificate.hash, "JPY", amount);
	const log = { info: () => undefined, error: () => undefined };
	const server = await startServer({ operator, port: 0, log });
	const served = { ...s, ecosystem: licensed, server };
	const answer = await send(served, withdraw, await withdrawal(served, holder, amount));
	await server.close();
	await operator.close();
	return answer;
}

/** The answer to a request while nothing is paid out. */
async function whileStopped({ ecosystem }: Served, request: () => Promise<Response>): Promise<Response> {
	const { operator, world, clock } = ecosystem;
	const asset = assetHash(world.asset);
	await operator.store.run((transaction) =>
		stopPayouts(transaction, asset, { reasons: "a test", since: clock.now }),
	);
	await operator.watch.look();
	const answer = await request();
	await operator.watch.allow(world.asset.code, { actor: "test", requestId: "test" });
	return answer;
}

const byMessages: Readonly<Record<string, Provocations>> = {
	enrol: {
		...unread(enrol, enrolment()),
		"signature-invalid": async (s) => send(s, enrol, turned(await enrolment()(s), [1])),
		"authority-unknown": async (s) =>
			send(s, enrol, await enrolment("holder", (t) => t.stranger.operator.id)(s)),
		"certificate-role": async (s) => send(s, enrol, await enrolment("issuer")(s)),
	},
	withdraw: {
		...unread(withdraw, goodWithdrawal),
		...keyed(withdraw, goodWithdrawal),
		"too-many": async (s) =>
			send(
				s,
				withdraw,
				edited(await goodWithdrawal(s), [0, 1, 2], (outputs) => Array(17).fill((outputs as never[])[0])),
			),
		"type-unknown": async (s) => send(s, withdraw, replaced(await goodWithdrawal(s), [0, 1, 0], 99n)),
		"amount-invalid": async (s) => send(s, withdraw, replaced(await goodWithdrawal(s), [0, 1, 2, 0, 0], 0n)),
		"order-mismatch": async (s) =>
			send(
				s,
				withdraw,
				await orderOf(s.ecosystem, s.alice, { kind: "account", account: s.alice.certificate.hash }),
			),
		"asset-unknown": async (s) =>
			send(s, withdraw, replaced(await goodWithdrawal(s), [0, 0, 0], s.stranger.operator.id)),
		"authority-unknown": async (s) => {
			const stranger = await enrolHolder(s.stranger);
			return send(s, withdraw, await withdrawal(s, stranger, 1n));
		},
		"signature-invalid": async (s) => send(s, withdraw, turned(await goodWithdrawal(s), [2])),
		"owner-mismatch": async (s) =>
			send(s, withdraw, await withdrawal(s, s.bob, 1n, s.alice.certificate.hash)),
		"certificate-expired": async (s) => {
			const late = await createHolder(s.ecosystem.world, { expiresAt: s.ecosystem.clock.now - 1 });
			return send(s, withdraw, await withdrawal(s, late, 1n));
		},
		"certificate-not-yet-valid": async (s) => {
			const early = await createHolder(s.ecosystem.world, { notBefore: s.ecosystem.clock.now + day });
			return send(s, withdraw, await withdrawal(s, early, 1n));
		},
		"funds-insufficient": async (s) => send(s, withdraw, await withdrawal(s, s.alice, 1_000_000n)),
		"issue-stopped": (s) => askLicensed(s, null, 1n),
		"limit-exceeded": (s) => askLicensed(s, 9n, 10n),
	},
	claim: {
		...unread(claims, goodClaim),
		...keyed(claims, goodClaim),
		"payout-stopped": async (s) => whileStopped(s, async () => send(s, claims, await goodClaim(s))),
		"too-many": async (s) =>
			send(
				s,
				claims,
				edited(s.claim, [1], (tokens) => Array(17).fill((tokens as never[])[0])),
			),
		"type-unknown": async (s) => send(s, claims, replaced(s.claim, [0, 0, 1, 0], 99n)),
		"amount-invalid": async (s) => send(s, claims, replaced(s.claim, [1, 0, 0, 0, 1], 0n)),
		"condition-unknown": async (s) => send(s, claims, replaced(s.claim, [1, 0, 0, 0, 3], [[99n, []]])),
		"order-mismatch": async (s) =>
			send(s, claims, replaced(s.claim, [0], itemOf(await goodWithdrawal(s), []))),
		"asset-unknown": async (s) => send(s, claims, replaced(s.claim, [0, 0, 0, 0], s.stranger.operator.id)),
		"authority-unknown": async (s) => {
			const { encoded } = (await enrolHolder(s.stranger)).certificate;
			return send(s, claims, replaced(s.claim, [0, 1], encoded));
		},
		"signature-invalid": async (s) => send(s, claims, turned(s.claim, [0, 2])),
		"owner-mismatch": async (s) => {
			const action = { kind: "account", account: s.bob.certificate.hash } as const;
			const [token] = await withdrawTo(s.ecosystem, s.bob, 5n);
			return send(
				s,
				claims,
				await makeClaim(s.ecosystem, s.bob, [token as VerifiedToken], action, { signer: s.alice }),
			);
		},
		"lock-pending": async (s) => send(s, claims, lockedAgain(s.claim, [1, 0])),
		"issuer-unknown": async (s) =>
			send(s, claims, replaced(s.claim, [1, 0, 0, 0, 0, 0], s.stranger.operator.id)),
	},
	rule: {
		...unread(rulings, goodQuestion),
		...keyed(rulings, goodQuestion),
		"too-many": async (s) =>
			send(
				s,
				rulings,
				edited(await neverReleased(s), [2], (tokens) => Array(17).fill((tokens as never[])[0])),
			),
		"type-unknown": async (s) => send(s, rulings, replaced(await goodQuestion(s), [0], 99n)),
		"amount-invalid": async (s) => send(s, rulings, replaced(await neverReleased(s), [2, 0, 0, 0, 1], 0n)),
		"condition-unknown": async (s) =>
			send(s, rulings, replaced(await neverReleased(s), [2, 0, 0, 0, 3], [[99n, []]])),
		"asset-unknown": async (s) =>
			send(s, rulings, replaced(await neverReleased(s), [2, 0, 0, 0, 0, 1], "XYZ")),
		"issuer-unknown": async (s) =>
			send(s, rulings, replaced(await neverReleased(s), [2, 0, 0, 0, 0, 0], s.stranger.operator.id)),
		"issue-proof-invalid": async (s) =>
			send(s, rulings, replaced(await neverReleased(s), [2, 0, 0, 0, 1], 101n)),
		"sum-mismatch": async (s) =>
			send(s, rulings, replaced(await neverReleased(s), [2, 0, 2, 0, 1, 0, 0], 61n)),
		"signature-invalid": async (s) => send(s, rulings, turned(await neverReleased(s), [1, 2])),
		"authority-unknown": async (s) =>
			send(s, rulings, replaced(await neverReleased(s), [1, 0, 0], s.stranger.operator.id)),
		"lock-pending": async (s) => {
			const request = await neverReleased(s);
			return send(s, rulings, replaced(request, [2, 0], itemOf(lockedAgain(s.claim, [1, 0]), [1, 0])));
		},
		"asset-mismatch": async (s) => send(s, rulings, await twoAssets(s)),
		"attempt-pending": async (s) => send(s, rulings, await goodQuestion(s)),
		"lock-mismatch": async (s) => {
			const lock = s.ecosystem.world.random();
			const says = {
				kind: "neverReleased",
				lock,
				account: s.alice.certificate.hash,
				fallback: null,
			} as const;
			return send(s, rulings, await statement(s, s.alice, says, s.pending));
		},
		"order-mismatch": async (s) => {
			const says = { kind: "balance", account: s.alice.certificate.hash } as const;
			return send(s, rulings, await statement(s, s.alice, says, s.pending));
		},
		"owner-mismatch": async (s) => {
			const says = {
				kind: "neverReleased",
				lock: s.lock,
				account: s.bob.certificate.hash,
				fallback: null,
			} as const;
			return send(s, rulings, await statement(s, s.bob, says, s.pending));
		},
		"ruling-early": async (s) => send(s, rulings, await neverReleased(s)),
		"ruling-taken": async (s) => send(s, rulings, await spentOtherwise(s)),
		"payout-stopped": async (s) => {
			s.ecosystem.clock.now += 40 * day;
			return whileStopped(s, async () => send(s, rulings, await neverReleased(s)));
		},
		"not-evidence": async (s) => send(s, rulings, await provesNothing(s)),
	},
};

function itemOf(encoded: Bytes, path: readonly number[]): Item {
	let found: Item = null;
	edited(encoded, path, (item) => {
		found = item;
		return item;
	});
	return found;
}

/** The token at `path` with the release of its first link made a secret again. */
function lockedAgain(encoded: Bytes, path: readonly number[]): Bytes {
	return edited(encoded, [...path, 2, 0, 2], (lock) => {
		const [, release] = lock as readonly [bigint, Bytes];
		return [0n, lockHash(release)];
	});
}

/** A statement about one lock that holds two tokens, of two assets. */
async function twoAssets(s: Served): Promise<Bytes> {
	const { ecosystem, alice, bob } = s;
	const release = ecosystem.world.random();
	const other = { ...ecosystem.world, asset: { operator: ecosystem.operator.id, code: "PTS" } };
	const tokens: VerifiedToken[] = [];
	for (const world of [ecosystem.world, other]) {
		const [token] = await withdrawTo({ ...ecosystem, world }, alice, 10n);
		tokens.push(
			(await pay(world, token as VerifiedToken, alice, bob, 10n, { release, released: false })).paid,
		);
	}
	const account = alice.certificate.hash;
	const lock = lockHash(release);
	return statement(s, alice, { kind: "neverReleased", lock, account, fallback: null }, ...tokens);
}

/** After doubt is over: a statement about a lock whose input was redeemed meanwhile. */
async function spentOtherwise(s: Served): Promise<Bytes> {
	const { ecosystem, alice, bob } = s;
	const { clock } = ecosystem;
	const [token] = await withdrawTo(ecosystem, alice, 10n);
	const release = ecosystem.world.random();
	const options = { release, released: false };
	const { paid } = await pay(ecosystem.world, token as VerifiedToken, alice, bob, 10n, options);
	await redeem(ecosystem, alice, token as VerifiedToken);
	const account = alice.certificate.hash;
	clock.now += 31 * day;
	const says = { kind: "neverReleased", lock: lockHash(release), account, fallback: null } as const;
	return statement(s, alice, says, paid);
}

/** Evidence of a fork with the culprit's signature under one link changed. */
async function provesNothing(s: Served): Promise<Bytes> {
	const { ecosystem, alice, bob } = s;
	const mallory = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, mallory, 10n);
	for (const payee of [alice, bob])
		await redeem(
			ecosystem,
			payee,
			(await pay(ecosystem.world, token as VerifiedToken, mallory, payee, 10n)).paid,
		);
	const [first] = await ecosystem.operator.caseFiles(null);
	const evidence = (await ecosystem.operator.evidence(first?.id as Bytes)) as Bytes;
	return serializeRulingRequest({ kind: "evidence", evidence: withTurnedSignature(evidence) });
}

function withTurnedSignature(evidence: Bytes): Bytes {
	let isDone = false;
	const turn = (item: unknown): unknown => {
		if (Array.isArray(item)) return item.map(turn);
		if (isDone || !(item instanceof Uint8Array) || item.length !== 64) return item;
		isDone = true;
		const bytes = Uint8Array.from(item);
		bytes[0] = (bytes[0] ?? 0) ^ 1;
		return bytes;
	};
	return edited(evidence, [], (item) => turn(item) as never);
}

const nowhere = "0".repeat(64);
const deposits = (s: Served): string => `/v1/accounts/${toHex(s.alice.certificate.hash)}/deposits`;
const amount = (value: string, asset = "JPY") => ({ amount: { value, asset, scale: 0 } });
const newKeyBody = { name: "a till", roles: ["cashier"], expiresAt: null };
const withoutToken = { authorization: "Bearer of nothing" };

type Asked = (served: Served, headers?: Readonly<Record<string, string>>) => Promise<Response>;

/** What every route refuses that asks for an API key with a role. */
function guarded(ask: Asked, role: ApiRole = "cashier"): Provocations {
	return {
		"api-key-invalid": (s) => ask(s, withoutToken),
		"role-missing": async (s) => {
			const acting = { actor: "test", requestId: "test" };
			const { text } = await s.ecosystem.operator.addKey(acting, {
				name: "t",
				roles: [role],
				expiresAt: null,
			});
			return ask(s, { authorization: `Bearer ${text}` });
		},
	};
}

function readOnly(path: string): Provocations {
	return guarded((s, headers) => manage(s, "GET", path, undefined, headers));
}

/** A certificate whose holder may transfer nothing at a time, which is no amount. */
function limitedToNothing(certificate: Item): Item {
	return edited(certificate as Bytes, [0], (claims) => {
		const changed = new Map(claims as ReadonlyMap<number, Item>);
		const profile = changed.get(-65537) as readonly Item[];
		return changed.set(-65537, [...profile.slice(0, 5), [0n, null, null], ...profile.slice(6)]);
	});
}

const byJson: Readonly<Record<string, Provocations>> = {
	trustList: {},
	release: {
		malformed: (s) => fetch(`${s.server.url}/v1/releases/none`),
		"attempt-unknown": (s) => fetch(`${s.server.url}/v1/releases/${nowhere}`),
	},
	account: {
		malformed: (s) => ask(s, s.alice.certificate.hash, Uint8Array.of(0xff)),
		"too-deep": (s) => ask(s, s.alice.certificate.hash, nested(20)),
		"too-many": async (s) => {
			const says = { kind: "noReleaseReached", lock: s.lock, account: s.lock, fallback: null } as const;
			const asked = await question(s, s.alice, { ...says, inputs: [s.lock] });
			const inputs = (item: unknown) => Array(17).fill((item as never[])[0]);
			return ask(s, s.alice.certificate.hash, edited(asked, [0, 1, 4], inputs));
		},
		"type-unknown": async (s) =>
			ask(s, s.alice.certificate.hash, replaced(await question(s, s.alice), [0, 1, 0], 99n)),
		"amount-invalid": async (s) =>
			ask(s, s.alice.certificate.hash, edited(await question(s, s.alice), [1], limitedToNothing)),
		"signature-invalid": (s) => fetch(`${s.server.url}/v1/accounts/${nowhere}`),
		"authority-unknown": async (s) =>
			ask(s, s.alice.certificate.hash, await question({ ...s, ecosystem: s.stranger }, s.alice)),
		"order-mismatch": async (s) => {
			const says = { kind: "noWord", link: s.lock, account: s.lock, fallback: null } as const;
			return ask(s, s.alice.certificate.hash, await question(s, s.alice, says));
		},
		"owner-mismatch": async (s) => ask(s, s.bob.certificate.hash, await question(s, s.alice)),
		"request-expired": async (s) =>
			ask(
				s,
				s.alice.certificate.hash,
				await question(s, s.alice, undefined, s.ecosystem.clock.now - 2 * day),
			),
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
	auditLog: {
		...readOnly("/v1/audit"),
		malformed: (s) => manage(s, "GET", "/v1/audit?cursor=none"),
	},
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

export const provocations: Readonly<Record<string, Provocations>> = { ...byMessages, ...byJson };
