/** Who takes an output back on its word, and had spent it, is convicted; who kept its word never is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	cancelPayload,
	consumedOutputs,
	deniedEvidenceFrom,
	linkId,
	lockHash,
	releaseToken,
	type Saying,
	signStatement,
	type VerifiedToken,
	verifyEvidence,
} from "@tenten/protocol";
import { expectRefusal, expectValue, type Holder, ownerOf, pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import { balance, createEcosystem, type Ecosystem, enrolHolder, withdrawTo } from "./support/ecosystem.ts";
import { cases, doubtUntil, refundTo, show, state } from "./support/rulings.ts";

type Cast = {
	readonly ecosystem: Ecosystem;
	readonly mallory: Holder;
	readonly bob: Holder;
	/** decides every exchange here, and goes silent */
	readonly dora: Holder;
	/** owned by Mallory */
	readonly token: VerifiedToken;
};

async function cast(): Promise<Cast> {
	const ecosystem = await createEcosystem();
	const [mallory, bob, dora] = [
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
	];
	const [token] = await withdrawTo(ecosystem, mallory, 100n);
	assert.ok(token);
	return { ecosystem, mallory, bob, dora, token };
}

/** `from` locks a token for Dora, who decides. */
async function lockFor(
	{ ecosystem: { world }, dora }: Cast,
	from: Holder,
	token: VerifiedToken,
	release: Bytes,
	payeeDecides = true,
): Promise<VerifiedToken> {
	const options = { release, released: false, payeeDecides };
	return (await pay(world, token, from, dora, token.amount, options)).paid;
}

function neverReleased(holder: Holder, release: Bytes): Saying {
	return { kind: "neverReleased", lock: lockHash(release), ...refundTo(holder) };
}

function noReleaseReached(holder: Holder, release: Bytes, ...inputs: readonly VerifiedToken[]): Saying {
	const named = inputs.map(({ outputId }) => outputId);
	return { kind: "noReleaseReached", lock: lockHash(release), ...refundTo(holder), inputs: named };
}

/** Bob asks back what he locked for Dora after Mallory had paid him, and draws it: Mallory is convicted. */
async function expectDraw(play: Cast, toBob: VerifiedToken, kind: string): Promise<void> {
	const { ecosystem, mallory, bob } = play;
	const release = ecosystem.world.random();
	const locked = await lockFor(play, bob, toBob, release);
	const says = noReleaseReached(bob, release, toBob);
	const { reply } = expectValue(await state(ecosystem, bob, says, locked));
	const [result] = reply?.results ?? [];
	assert.equal(result?.kind, "forked");
	assert.equal(result.drawn, toBob.amount);
	const conviction = expectValue(verifyEvidence(result.evidence, ecosystem.world.trust));
	assert.equal(conviction.kind, kind);
	assert.deepEqual(conviction.culprit.hash, mallory.certificate.hash);
	assert.equal(await balance(ecosystem, bob), toBob.amount);
	assert.deepEqual(await cases(ecosystem), [kind]);
	expectRefusal(await state(ecosystem, bob, says, locked), "ruling-taken");
	await assertBalanced(ecosystem, { refunded: 100n, drawn: toBob.amount, debts: toBob.amount });
}

test("spent, and taken back by showing a lock that was never released: a fork", async () => {
	const play = await cast();
	const { ecosystem, mallory, bob, token } = play;
	const { paid } = await pay(ecosystem.world, token, mallory, bob, 60n);
	const release = ecosystem.world.random();
	const shown = await lockFor(play, mallory, token, release, false);
	ecosystem.clock.now += doubtUntil;
	expectValue(await state(ecosystem, mallory, neverReleased(mallory, release), shown));
	await expectDraw(play, paid, "denied");
});

test("spent, and taken back by showing an exchange whose release never reached its owner: a fork", async () => {
	const play = await cast();
	const { ecosystem, mallory, bob, dora, token } = play;
	const { world } = ecosystem;
	const release = world.random();
	const shown = await lockFor(play, mallory, token, release);
	// An accomplice's cancel excuses nothing: Mallory named the output that it had spent.
	const signature = await dora.signer.sign("cancel", cancelPayload(lockHash(release)));
	const after = [{ lock: lockHash(release), decider: ownerOf(world, dora), signature }];
	const { paid } = await pay(world, token, mallory, bob, 100n, { after });
	ecosystem.clock.now += doubtUntil;
	const says = noReleaseReached(mallory, release, token);
	expectValue(await state(ecosystem, mallory, says, shown));
	await expectDraw(play, paid, "denied");
});

test("released to its payee, and taken back on the word that it never was: a fork", async () => {
	const play = await cast();
	const { ecosystem, mallory, bob, token } = play;
	const release = ecosystem.world.random();
	const { paid: shown } = await pay(ecosystem.world, token, mallory, bob, 100n, { release, released: false });
	ecosystem.clock.now += doubtUntil;
	expectValue(await state(ecosystem, mallory, neverReleased(mallory, release), shown));
	await expectDraw(play, expectValue(releaseToken(shown, release)), "denied");
});

test("two links under one lock of another's: the release of the one opens the other, and both are a fork", async () => {
	const play = await cast();
	const { ecosystem, mallory, bob, token } = play;
	const release = ecosystem.world.random();
	const shown = await lockFor(play, mallory, token, release);
	const { paid } = await pay(ecosystem.world, token, mallory, bob, 100n, { release, payeeDecides: true });
	ecosystem.clock.now += doubtUntil;
	const says = noReleaseReached(mallory, release, token);
	expectValue(await state(ecosystem, mallory, says, shown));
	await expectDraw(play, paid, "fork");
});

test("a release that never reached its owner, and turns up later, convicts nobody", async () => {
	const play = await cast();
	const { ecosystem, mallory: alice, bob, dora, token } = play;
	const release = ecosystem.world.random();
	const shown = await lockFor(play, alice, token, release);
	ecosystem.clock.now += doubtUntil;
	expectValue(await state(ecosystem, alice, noReleaseReached(alice, release, token), shown));
	const { paid } = await pay(ecosystem.world, expectValue(releaseToken(shown, release)), dora, bob, 100n);
	const later = ecosystem.world.random();
	const locked = await lockFor(play, bob, paid, later);
	const says = noReleaseReached(bob, later, paid);
	expectRefusal(await state(ecosystem, bob, says, locked), "ruling-taken");
	await show(ecosystem, release);
	assert.deepEqual(await cases(ecosystem), []);
});

test("a payer that heard no word of its payee is not convicted by the payee's coming back", async () => {
	const play = await cast();
	const { ecosystem, mallory: alice, bob, token } = play;
	const { paid, link } = await pay(ecosystem.world, token, alice, bob, 60n);
	ecosystem.clock.now += doubtUntil;
	const says = { kind: "noWord", link: linkId(link.payload), ...refundTo(alice) } as const;
	expectValue(await state(ecosystem, alice, says, paid));
	const release = ecosystem.world.random();
	const locked = await lockFor(play, bob, paid, release);
	const asked = await state(ecosystem, bob, noReleaseReached(bob, release, paid), locked);
	expectRefusal(asked, "ruling-taken");
	assert.deepEqual(await cases(ecosystem), []);
});

test("a lock that its decider uses twice convicts nobody of the output that was not named", async () => {
	const play = await cast();
	const { ecosystem, mallory: alice, bob, dora, token } = play;
	const { world, operator, clock } = ecosystem;
	const [other] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(other);
	const release = world.random();
	const cancelled = await lockFor(play, alice, token, release);
	const signature = await dora.signer.sign("cancel", cancelPayload(lockHash(release)));
	const after = [{ lock: lockHash(release), decider: ownerOf(world, dora), signature }];
	const { paid } = await pay(world, token, alice, bob, 100n, { after });
	const says = noReleaseReached(alice, release, other);
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	const statement = await signStatement(body, alice.certificate.encoded, alice.signer);
	const [consumed] = consumedOutputs(cancelled, world.trust);
	const [spent] = consumedOutputs(paid, world.trust);
	assert.ok(consumed && spent);
	const accuse = (claimed: typeof statement) =>
		verifyEvidence(deniedEvidenceFrom({ consumed, statement: claimed }, spent), world.trust);
	expectRefusal(accuse(statement), "not-evidence");
	// Nor do another's statement, one about another lock, and one whose signature is not its signer's.
	const stated = async (holder: Holder, saying: Saying) =>
		signStatement({ ...body, says: saying }, holder.certificate.encoded, holder.signer);
	const named = noReleaseReached(alice, release, token);
	expectRefusal(accuse(await stated(bob, named)), "not-evidence");
	expectRefusal(accuse(await stated(alice, noReleaseReached(alice, world.random(), token))), "not-evidence");
	expectRefusal(accuse(await stated(alice, neverReleased(alice, release))), "not-evidence");
	expectRefusal(accuse({ ...(await stated(alice, named)), signature }), "signature-invalid");
	assert.equal(expectValue(accuse(await stated(alice, named))).kind, "denied");
});
