/** How each code is provoked of routes that take a message of the protocol. */
import { randomUUID } from "node:crypto";
import {
	assetHash,
	type Bytes,
	type Item,
	lockHash,
	serializeRulingRequest,
	signEnrolment,
	type VerifiedToken,
} from "@tenten/protocol";
import { createHolder, day, pay } from "../../../module/test/support/world.ts";
import { usualDoor } from "../../src/http/door.ts";
import { startServer } from "../../src/index.ts";
import { stopPayouts } from "../../src/store/payout-stops.ts";
import { enrolHolder, makeClaim, redeem, withdrawTo } from "./ecosystem.ts";
import { appealing, appeals, frozenClaim, frozenRefund, goodAppeal } from "./freeze-provocations.ts";
import { edited, replaced, turned } from "./item-edits.ts";
import { createLicensed, draftOf } from "./licensed.ts";
import { byMeters } from "./meter-provocations.ts";
import { refundsEnd } from "./rulings.ts";
import { goodSample, samples, sampling } from "./sample-provocations.ts";
import { nested, orderOf, type Served, send, statement, withdrawal } from "./served.ts";

export type Provoke = (served: Served) => Promise<Response>;
export type Provocations = Readonly<Record<string, Provoke>>;

type BodyOf = (served: Served) => Promise<Bytes>;

/** What every route refuses that takes a message of the protocol: past the door too, whatever else is inside. */
export function unread(path: string, good: BodyOf): Provocations {
	return {
		"content-type-unknown": async (s) => send(s, path, await good(s), { "content-type": "text/html" }),
		malformed: (s) => send(s, path, Uint8Array.of(0xff)),
		"too-large": (s) => send(s, path, new Uint8Array(70_000)),
		"too-deep": (s) => send(s, path, nested(20)),
		overloaded: async (s) => {
			const [body, held] = [await good(s), await withdrawal(s, s.alice, 1n)];
			const log = { info: () => undefined, error: () => undefined };
			const { operator } = s.ecosystem;
			const server = await startServer({ operator, port: 0, log, door: { ...usualDoor, most: 1 } });
			const asked = (at: string, message: Bytes) => () => send({ ...s, server }, at, message);
			const answer = await whileHeld(s, asked(withdraw, held), asked(path, body));
			await server.close();
			return answer;
		},
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
export async function whileHeld(
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
export async function whileStopped(
	{ ecosystem }: Served,
	request: () => Promise<Response>,
): Promise<Response> {
	const { operator, world, clock } = ecosystem;
	const asset = assetHash(world.asset);
	await operator.store.run((transaction) =>
		stopPayouts(transaction, asset, { reasons: "a test", since: clock.now }),
	);
	await operator.watch.look();
	try {
		return await request();
	} finally {
		await operator.watch.allow(world.asset.code, { actor: "test", requestId: "test" });
	}
}

export const byMessages: Readonly<Record<string, Provocations>> = {
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
		"payout-stopped": async (s) => {
			const claim = await goodClaim(s);
			return whileStopped(s, () => send(s, claims, claim));
		},
		"too-many": async (s) =>
			send(
				s,
				claims,
				edited(s.claim, [1], (tokens) => Array(17).fill((tokens as never[])[0])),
			),
		frozen: frozenClaim,
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
	appeal: { ...unread(appeals, goodAppeal), ...appealing },
	sample: { ...unread(samples, goodSample), ...sampling },
	rule: {
		...byMeters,
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
		"refund-closed": async (s) => {
			const request = await neverReleased(s);
			s.ecosystem.clock.now += refundsEnd;
			return send(s, rulings, request);
		},
		"payout-stopped": async (s) => {
			s.ecosystem.clock.now += 40 * day;
			const request = await neverReleased(s);
			return whileStopped(s, () => send(s, rulings, request));
		},
		frozen: frozenRefund,
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
