/**
 * What is asked of an operator while its power fails: one scene for each thing that it writes down, or reads.
 *
 * `ask` is sent again after the restart, the same bytes: whatever it is told, it is told for good.
 */
import assert from "node:assert/strict";
import {
	type Bytes,
	consumedOutputs,
	forkEvidenceFrom,
	type IssueProof,
	lockHash,
	ownOutput,
	parseEnrolled,
	parseRulingReply,
	serialize,
	serializeRulingRequest,
	serializeStatement,
	signEnrolment,
	signedOrder,
	signOrder,
	signStatement,
	type VerifiedToken,
} from "@tenten/protocol";
import { day, expectValue, pay, signerFrom } from "../../../module/test/support/world.ts";
import { Idempotency } from "../../src/http/idempotency.ts";
import { isProblem } from "../../src/http/problem.ts";
import { newKey, type Operator } from "../../src/index.ts";
import { chainBeginning, followChain } from "../../src/store/audit-log.ts";
import { claimScenes, forked, replyOf, type Scene, withToken } from "./claim-scenes.ts";
import { addParty, enrolDevice } from "./device-scene.ts";
import { createEcosystem, type Ecosystem, enrolHolder, freshOwner, makeOrder, redeem } from "./ecosystem.ts";

const rulingIn = (reply: unknown) => expectValue(parseRulingReply(reply as Bytes));

/** A lock that nobody released, and the request by which its owner gets it back. */
async function stated(ecosystem: Ecosystem) {
	const { operator, world, clock } = ecosystem;
	const { alice, bob, token } = await withToken(ecosystem);
	const release = world.random();
	const { paid } = await pay(world, token, alice, bob, 60n, { release, released: false });
	clock.now += 31 * day;
	const account = alice.certificate.hash;
	const says = { kind: "neverReleased", lock: lockHash(release), account, fallback: null } as const;
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	const statement = await signStatement(body, alice.certificate.encoded, alice.signer);
	const request = serializeRulingRequest({ kind: "statement", statement, tokens: [paid.token] });
	return { account, release, request, token: paid as VerifiedToken, bob };
}

const refund = async (opened: Operator, request: Bytes, account: Bytes): Promise<Bytes> => {
	const reply = expectValue(await opened.rule(request));
	assert.equal(await opened.balance(account, "JPY"), 100n);
	return reply;
};

export const scenes: Readonly<Record<string, Scene>> = {
	...claimScenes,
	enrolment: async ({ operator, world }) => {
		const signer = signerFrom(world.random(), "Ed25519");
		const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		const enrolment = await signEnrolment(operator.id, asked, world.random(), signer);
		return {
			ask: async (opened) => expectValue(await opened.enrol(enrolment)),
			check: (reply) => {
				const { account } = expectValue(parseEnrolled(reply as Bytes));
				assert.equal(account.length, 32);
			},
		};
	},
	"deposit, and a question for what the account holds": async (ecosystem) => {
		const { operator, world, clock } = ecosystem;
		const alice = await enrolHolder(ecosystem);
		const account = alice.certificate.hash;
		const id = world.random();
		const says = { kind: "balance", account } as const;
		const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
		const question = serializeStatement(await signStatement(body, alice.certificate.encoded, alice.signer));
		return {
			ask: async (opened) => {
				assert.equal(await opened.deposit(id, account, "JPY", 70n), undefined);
				assert.equal(await opened.balance(account, "JPY"), 70n);
				return expectValue(await opened.account(question));
			},
			check: (reply) => assert.ok((reply as Bytes).length > 0),
		};
	},
	"newer trust list": async (ecosystem) => {
		const neighbour = await createEcosystem({ seed: "neighbour" });
		const before = await ecosystem.operator.trustList();
		return {
			ask: (opened) => {
				opened.setPeers([neighbour.operator.entry]);
				return opened.trustList();
			},
			check: (reply) => assert.notDeepEqual(reply, before),
		};
	},
	withdrawal: async (ecosystem) => {
		const alice = await enrolHolder(ecosystem);
		const account = alice.certificate.hash;
		await ecosystem.operator.deposit(ecosystem.world.random(), account, "JPY", 70n);
		const outputs = [ownOutput(60n, alice.certificate, ecosystem.world.random())];
		const order = await makeOrder(ecosystem, { kind: "withdraw", account, outputs });
		const signed = await signOrder(order, alice.certificate.encoded, alice.signer);
		return {
			ask: async (opened) => {
				const reply = expectValue(await opened.withdraw(serialize(signedOrder, signed)));
				assert.equal(await opened.balance(account, "JPY"), 10n);
				return reply;
			},
			check: (reply) => assert.equal(replyOf(reply).issues.length, 1),
		};
	},
	"direct issue": async (ecosystem) => {
		const alice = await enrolHolder(ecosystem);
		const owners = [freshOwner(ecosystem, alice), freshOwner(ecosystem, alice)];
		const batch = {
			id: ecosystem.world.random(),
			code: "JPY",
			outputs: owners.map(({ hash }) => ({ amount: 3n, owner: hash })),
			terms: { conditions: [], caveats: [] },
		};
		return {
			ask: async (opened) => {
				const proofs = expectValue(await opened.issue(batch));
				assert.equal((await opened.totals("JPY")).issued, 6n);
				return proofs;
			},
			check: (proofs) => assert.equal((proofs as readonly IssueProof[]).length, 2),
		};
	},
	"debt that is repaid": async (ecosystem) => {
		const { mallory, bob, carol, toBob, toCarol } = await forked(ecosystem);
		await redeem(ecosystem, bob, toBob);
		await redeem(ecosystem, carol, toCarol);
		const culprit = mallory.certificate.hash;
		const debt = { id: ecosystem.world.random(), culprit, code: "JPY", amount: 60n, how: "repaid" } as const;
		return {
			ask: async (opened) => {
				assert.equal(await opened.settleDebt(debt), undefined);
				const { debts, repaid } = await opened.totals("JPY");
				return [debts, repaid];
			},
			check: (reply) => assert.deepEqual(reply, [40n, 60n]),
		};
	},
	"case file": async (ecosystem) => {
		const { toBob, toCarol } = await forked(ecosystem);
		const [a, b] = [toBob, toCarol].map((paid) => consumedOutputs(paid, ecosystem.world.trust)[0]);
		assert.ok(a !== undefined && b !== undefined);
		const evidence = forkEvidenceFrom(a, b);
		const request = serializeRulingRequest({ kind: "evidence", evidence });
		return {
			ask: async (opened) => {
				const filed = rulingIn(expectValue(await opened.rule(request)));
				assert.ok(filed.kind === "filed");
				const listed = await opened.caseFiles(null);
				return [listed.length, await opened.evidence(filed.caseId)];
			},
			check: (reply) => assert.deepEqual(reply, [1, evidence]),
		};
	},
	refund: async (ecosystem) => {
		const { account, request } = await stated(ecosystem);
		return {
			ask: (opened) => refund(opened, request, account),
			check: (reply) => assert.equal(rulingIn(reply).kind, "ruled"),
		};
	},
	"refund that is asked for again": async (ecosystem) => {
		const { account, request } = await stated(ecosystem);
		const before = await refund(ecosystem.operator, request, account);
		return {
			ask: (opened) => refund(opened, request, account),
			check: (reply) => assert.deepEqual(reply, before),
		};
	},
	"output of a restored wallet, asked about and refunded": async (ecosystem) => {
		const { operator, world, clock } = ecosystem;
		const { alice, bob, token } = await withToken(ecosystem);
		const { paid } = await pay(world, token, alice, bob, 100n);
		const account = bob.certificate.hash;
		const says = { kind: "unclaimed", output: paid.outputId, account, fallback: null } as const;
		const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
		const statement = await signStatement(body, bob.certificate.encoded, bob.signer);
		const request = serializeRulingRequest({ kind: "statement", statement, tokens: [paid.token] });
		clock.now += 32 * day;
		return {
			ask: (opened) => refund(opened, request, account),
			check: (reply) => assert.equal(rulingIn(reply).kind, "ruled"),
		};
	},
	"output of a lost device, asked about and refunded to its party": async (ecosystem) => {
		const { operator, world, clock } = ecosystem;
		const { alice, token } = await withToken(ecosystem);
		const company = await addParty(ecosystem);
		const { device: signer, certificate } = await enrolDevice(ecosystem, company, [0n, 100n]);
		const robot = { signer, certificate };
		const { paid } = await pay(world, token, alice, robot, 100n);
		const account = alice.certificate.hash;
		const says = { kind: "lost", output: paid.outputId, account, fallback: null } as const;
		const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
		const statement = await signStatement(body, certificate.encoded, company.signer);
		const request = serializeRulingRequest({ kind: "statement", statement, tokens: [paid.token] });
		clock.now += 32 * day;
		return {
			ask: (opened) => refund(opened, request, account),
			check: (reply) => assert.equal(rulingIn(reply).kind, "ruled"),
		};
	},
	"release, shown and asked about": async ({ world }) => {
		const release = world.random();
		const shown = serializeRulingRequest({ kind: "release", release });
		const question = serializeRulingRequest({ kind: "question", subject: lockHash(release) });
		return {
			ask: async (opened) => {
				const reply = expectValue(await opened.rule(shown));
				assert.deepEqual(expectValue(await opened.release(lockHash(release))), release);
				assert.deepEqual(await opened.rule(question), reply);
				return reply;
			},
			check: (reply) => {
				const answer = rulingIn(reply);
				assert.ok(answer.kind === "ruled" && answer.ruling.body.verdict === "released");
			},
		};
	},
	"false statement": async (ecosystem) => {
		const { release, request } = await stated(ecosystem);
		const shown = serializeRulingRequest({ kind: "release", release });
		await ecosystem.operator.rule(shown);
		return {
			ask: async (opened) => {
				const reply = expectValue(await opened.rule(request));
				const filed = await opened.caseFiles(null);
				assert.deepEqual(
					filed.map(({ kind }) => kind),
					["falseStatement"],
				);
				return reply;
			},
			check: (reply) => {
				const answer = rulingIn(reply);
				assert.ok(answer.kind === "ruled" && answer.ruling.body.verdict === "released");
			},
		};
	},
	"idempotency key, and what is old forgotten": async (ecosystem) => {
		const { operator, world, clock } = ecosystem;
		const [old, next] = [world.random(), world.random()];
		const use = (opened: Operator, key: string, content: number): Promise<unknown> =>
			new Idempotency(opened).once("/v1/claims", key, Uint8Array.of(content), async (keyed) =>
				keyed.rule(serializeRulingRequest({ kind: "release", release: next })),
			);
		const useInVain = (opened: Operator, content: number): Promise<unknown> =>
			new Idempotency(opened).once("/v1/claims", "in vain", Uint8Array.of(content), async (keyed) =>
				keyed.rule(serializeRulingRequest({ kind: "question", subject: lockHash(old) })),
			);
		expectValue(await operator.rule(serializeRulingRequest({ kind: "release", release: old })));
		await use(operator, "old", 1);
		clock.now += 70 * day;
		return {
			ask: async (opened) => [
				await use(opened, "key", 1),
				isProblem(await use(opened, "key", 2)),
				isProblem(await use(opened, "old", 2)),
				await opened.release(lockHash(old)),
				((await useInVain(opened, 1)) as { readonly code?: string }).code === "attempt-pending",
				isProblem(await useInVain(opened, 2)),
			],
			check: (reply) => {
				const [ruling, isOtherRefused, isOldRefused, forgotten, ...inVain] = reply as readonly unknown[];
				assert.equal(rulingIn(ruling).kind, "ruled");
				assert.deepEqual([isOtherRefused, isOldRefused], [true, false]);
				assert.equal((forgotten as { code: string }).code, "attempt-unknown");
				assert.deepEqual(inVain, [true, true]);
			},
		};
	},
	"API keys, and what is done with them": async (ecosystem) => {
		const { world } = ecosystem;
		const account = (await enrolHolder(ecosystem)).certificate.hash;
		const [id, content] = [world.random(), world.random()];
		const text = newKey((length) => new Uint8Array(length).fill(3));
		const acting = { actor: "key:test", requestId: "one" };
		return {
			ask: async (opened) => {
				await opened.keepFirstKey(text);
				const held = await opened.keyBehind(text);
				const made = await opened.addKey(acting, { name: "till", roles: ["cashier"], expiresAt: null });
				await opened.revokeKey(acting, made.key.id);
				await opened.noteDenied(acting, "totals");
				const keyed = opened.under({ scope: "deposits", key: "one", content });
				assert.equal(await keyed.deposit(acting, id, account, "JPY", 5n), undefined);
				const entries = await opened.auditLog(0);
				const deposits = entries.filter(({ act }) => act === "deposit").length;
				const known = (await opened.listKeys("")).some(({ name }) => name === "till");
				const { broken } = followChain(chainBeginning, entries);
				return [held?.name, known, deposits, broken, await opened.balance(account, "JPY")];
			},
			check: (reply) => assert.deepEqual(reply, ["first key", true, 1, null, 5n]),
		};
	},
	"look at the books": async (ecosystem) => {
		const { alice } = await withToken(ecosystem);
		return {
			ask: async (opened) => [
				await opened.isReachable(),
				await opened.audit("JPY"),
				await opened.totals("JPY"),
				await opened.caseFiles(null),
				(await opened.evidence(alice.certificate.hash)) ?? null,
			],
			check: (reply) => assert.deepEqual((reply as [boolean, { broken: unknown }])[1].broken, []),
		};
	},
};
