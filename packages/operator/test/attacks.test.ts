/** Attacks that once went through: each is kept as it was tried. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type Caveat,
	type ConsumedOutput,
	cancelPayload,
	consumedOutputs,
	forkEvidenceFrom,
	limits,
	maximumHopsUsed,
	orderDigest,
	ownOutput,
	parseRulingReply,
	serializeClaim,
	serializeRulingRequest,
	signOrder,
	toHex,
	verifyEvidence,
	verifyParsedToken,
	verifyTrustList,
} from "@tenten/protocol";
import {
	carry,
	expectRefusal,
	expectValue,
	type Holder,
	issueTo,
	ownerOf,
	pay,
	signLink,
	verify,
} from "../../module/test/support/world.ts";
import { insertIssues } from "../src/issuer.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	balance,
	claimed,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	freshOwner,
	kinds,
	makeClaim,
	makeOrder,
	redeem,
	redeemingToken,
	withdrawTo,
} from "./support/ecosystem.ts";

async function holders(ecosystem: Ecosystem, count: number): Promise<Holder[]> {
	const enrolled: Holder[] = [];
	while (enrolled.length < count) enrolled.push(await enrolHolder(ecosystem));
	return enrolled;
}

/** A caveat of about two kilobytes. */
function fatCaveat(random: () => Bytes): Caveat {
	const certificates = Array.from({ length: 64 }, random);
	const anyOther = { classes: null, merchantCategories: null, regions: null, operators: null };
	return { condition: { kind: "payees", ...anyOther, certificates }, liftedBy: null };
}

test("a decider's certificate that stands many times in a table spoils no evidence", async () => {
	const ecosystem = await createEcosystem();
	const { world } = ecosystem;
	const [mallory, alice, bob, friend] = (await holders(ecosystem, 4)) as [Holder, Holder, Holder, Holder];
	const [token] = await withdrawTo(ecosystem, mallory, 100n);
	assert.ok(token);
	const lock = world.random();
	const signature = await friend.signer.sign("cancel", cancelPayload(lock));
	const after = [{ lock, decider: ownerOf(world, friend), signature }];
	const { paid: toBob } = await pay(world, token, mallory, bob, 100n);
	const { paid: toAlice } = await pay(world, token, mallory, alice, 100n, { after });
	const repeated = new Array<Bytes>(5).fill(friend.certificate.encoded);
	const certificates = [...toAlice.token.certificates, ...repeated];
	const stuffed = expectValue(verifyParsedToken({ ...toAlice.token, certificates }, world.trust));
	assert.deepEqual(kinds(await redeem(ecosystem, alice, stuffed)), ["paid"]);
	const [result] = (await redeem(ecosystem, bob, toBob)).results;
	assert.equal(result?.kind, "forked");
	assert.equal(result.drawn, 100n);
	const conviction = expectValue(verifyEvidence(result.evidence, world.trust));
	assert.deepEqual(conviction.culprit.hash, mallory.certificate.hash);
	await assertBalanced(ecosystem, { drawn: 100n });
});

test("what another holder brings to a merge costs a hop, whoever signs the order", async () => {
	const ecosystem = await createEcosystem({ conditions: [{ kind: "hopLimit", hops: 1 }] });
	const { world } = ecosystem;
	const [alice, bob] = (await holders(ecosystem, 2)) as [Holder, Holder];
	const [small] = await withdrawTo(ecosystem, alice, 1n);
	const [large] = await withdrawTo(ecosystem, bob, 100n);
	assert.ok(small && large);
	const merge = async (wanted: bigint, fallback: Bytes | null): Promise<readonly number[]> => {
		const outputs = [ownOutput(wanted, alice.certificate, world.random())];
		const order = await makeOrder(ecosystem, { kind: "refresh", outputs }, fallback);
		const signed = await signOrder(order, alice.certificate.encoded, alice.signer);
		const digest = orderDigest(order);
		const tokens = [
			await redeemingToken(ecosystem, alice, small, digest),
			await redeemingToken(ecosystem, bob, large, digest),
		];
		const { issues } = await claimed(ecosystem, serializeClaim({ order: signed, tokens }));
		return issues.map(({ proof }) => proof.issue.hopsUsed);
	};
	assert.deepEqual(await merge(60n, null), [1, 1]);
	await assertBalanced(ecosystem, { outstanding: 101n });
});

test("a fork of two fat links is filed, and nothing else may be as long", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const [mallory, alice, bob] = (await holders(ecosystem, 3)) as [Holder, Holder, Holder];
	const [token] = await withdrawTo(ecosystem, mallory, 100n);
	assert.ok(token);
	const spend = async (to: Holder) => {
		const caveats = Array.from({ length: 16 }, () => fatCaveat(world.random));
		const change = { amount: 50n, owner: ownerOf(world, mallory), caveats };
		const outputs = [{ amount: 50n, owner: ownerOf(world, to), caveats: [] }, change];
		const spent = carry(token, await signLink(token, mallory, { outputs }));
		const [consumed] = consumedOutputs(expectValue(verifyParsedToken(spent, world.trust)), world.trust);
		assert.ok(consumed);
		return consumed;
	};
	const evidence = forkEvidenceFrom(await spend(alice), await spend(bob));
	assert.ok(evidence.length > 65_536);
	const request = serializeRulingRequest({ kind: "evidence", evidence });
	const filed = expectValue(parseRulingReply(expectValue(await operator.rule(request))));
	assert.equal(filed.kind, "filed");
	for (const [position, byte] of [
		[0, 0x83],
		[1, 2],
		[2, 0x9a],
	] as const)
		expectRefusal(await operator.rule(request.with(position, byte)), "too-large");
	const longer = serializeRulingRequest({ kind: "evidence", evidence: new Uint8Array(262_145) });
	expectRefusal(await operator.rule(longer), "too-large");
});

test("a payee takes nothing that leaves no room for its way back", async () => {
	const ecosystem = await createEcosystem();
	const { world, clock } = ecosystem;
	const { now } = clock;
	const [mallory, bob] = (await holders(ecosystem, 2)) as [Holder, Holder];
	const [first, second] = await withdrawTo(ecosystem, mallory, 100n, 100n);
	assert.ok(first && second);
	const { paid } = await pay(world, first, mallory, bob, 100n);
	const others = (await holders(ecosystem, 58)).map(({ certificate }) => certificate.encoded);
	const crowded = { ...paid.token, certificates: [...paid.token.certificates, ...others] };
	expectRefusal(verifyParsedToken(crowded, world.trust, { now }), "too-many");
	const fitting = { ...crowded, certificates: crowded.certificates.slice(0, 59) };
	const token = expectValue(verifyParsedToken(fitting, world.trust, { now }));
	assert.deepEqual(kinds(await redeem(ecosystem, bob, token)), ["paid"]);
	const paidBeside = async (caveats: readonly number[]) => {
		const change = caveats.map((count) => ({
			amount: 10n,
			owner: ownerOf(world, mallory),
			caveats: Array.from({ length: count }, () => fatCaveat(world.random)),
		}));
		const amount = 100n - 10n * BigInt(change.length);
		const outputs = [{ amount, owner: ownerOf(world, bob), caveats: [] }, ...change];
		return carry(second, await signLink(second, mallory, { outputs }));
	};
	expectRefusal(verifyParsedToken(await paidBeside([16, 10]), world.trust, { now }), "too-large");
	const large = expectValue(verifyParsedToken(await paidBeside([16, 8]), world.trust, { now }));
	const claim = await makeClaim(ecosystem, bob, [large], { kind: "account", account: bob.certificate.hash });
	assert.deepEqual(kinds(await claimed(ecosystem, claim)), ["paid"]);
	assert.equal(await balance(ecosystem, bob), 180n);
});

test("a peer that claims another operator's key is not listed", async () => {
	const { operator } = await createEcosystem();
	const peer = await createEcosystem({ seed: "peer" });
	const thief = await createEcosystem({ seed: "thief" });
	const { entry } = thief.operator;
	const stolen = { ...entry, keys: [...entry.keys, ...peer.operator.entry.keys] };
	assert.throws(() => operator.setPeers([stolen, peer.operator.entry]), RangeError);
	assert.throws(() => operator.setPeers([{ ...entry, root: operator.entry.root }]), RangeError);
	operator.setPeers([entry, peer.operator.entry]);
});

test("peers that change while a list is being signed are not forgotten", async () => {
	const { operator, clock } = await createEcosystem();
	const peer = await createEcosystem({ seed: "peer" });
	operator.setPeers([peer.operator.entry]);
	const begun = operator.trustList();
	operator.setPeers([]);
	await begun;
	const context = { verify, pinnedSigner: operator.id, minimumVersion: 0, now: clock.now };
	const list = expectValue(verifyTrustList(await operator.trustList(), context));
	assert.equal(list.operators.length, 1);
});

test("a count of hops at its end goes no further, and its issue can still be read", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const [alice, bob] = (await holders(ecosystem, 2)) as [Holder, Holder];
	const worn = await issueTo(world, alice, 10n, { hopsUsed: maximumHopsUsed });
	await operator.store.run((transaction) => insertIssues(transaction, [worn.token.issue]));
	const outputs = [{ amount: 10n, owner: freshOwner(ecosystem, bob).hash, ownRequest: null }];
	const { issues } = await claimed(
		ecosystem,
		await makeClaim(ecosystem, alice, [worn], { kind: "refresh", outputs }),
	);
	assert.equal(issues[0]?.proof.issue.hopsUsed, maximumHopsUsed);
});

test("no more comes in than the columns of the books hold", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const [alice, bob] = (await holders(ecosystem, 2)) as [Holder, Holder];
	const [all] = await withdrawTo(ecosystem, alice, limits.amount - 1n);
	assert.ok(all);
	const deposit = (amount: bigint) =>
		operator.deposit(world.random(), bob.certificate.hash, world.asset.code, amount);
	expectRefusal(await deposit(2n), "limit-exceeded");
	assert.equal(await deposit(1n), undefined);
	const outputs = [{ amount: 1n, owner: freshOwner(ecosystem, bob).hash }];
	const direct = {
		id: world.random(),
		code: world.asset.code,
		outputs,
		terms: { conditions: [], caveats: [] },
	};
	expectRefusal(await operator.issue(direct), "limit-exceeded");
	const { paid } = await pay(world, all, alice, bob, limits.amount - 1n);
	assert.deepEqual(kinds(await redeem(ecosystem, bob, paid)), ["paid"]);
	assert.equal(await balance(ecosystem, bob), limits.amount);
	await assertBalanced(ecosystem);
});

test("one fork makes one case, however its evidence is turned, padded or paired", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const [mallory, alice, bob] = (await holders(ecosystem, 3)) as [Holder, Holder, Holder];
	const [token] = await withdrawTo(ecosystem, mallory, 100n);
	assert.ok(token);
	const spent = await Promise.all(
		[alice, bob, alice].map(async (to) => {
			const { paid } = await pay(world, token, mallory, to, 100n);
			return { paid, consumed: consumedOutputs(paid, world.trust)[0] as ConsumedOutput };
		}),
	);
	const [a, b, c] = spent.map(({ consumed }) => consumed) as [ConsumedOutput, ConsumedOutput, ConsumedOutput];
	const padding = [alice.certificate.encoded, bob.certificate.encoded];
	const turns = [
		forkEvidenceFrom(a, b),
		forkEvidenceFrom(b, a),
		forkEvidenceFrom(a, c),
		forkEvidenceFrom({ ...a, deciders: padding }, b),
	];
	const ids = new Set<string>();
	for (const evidence of turns) {
		const request = serializeRulingRequest({ kind: "evidence", evidence });
		const filed = expectValue(parseRulingReply(expectValue(await operator.rule(request))));
		assert.equal(filed.kind, "filed");
		ids.add(toHex(filed.caseId));
		assert.deepEqual(await operator.evidence(filed.caseId), turns[0]);
	}
	assert.equal(ids.size, 1);
	for (const [position, { paid }] of spent.entries())
		await redeem(ecosystem, position === 1 ? bob : alice, paid);
	assert.equal((await operator.caseFiles(null)).length, 1);
});
