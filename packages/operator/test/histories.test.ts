/**
 * Random histories: holders pay, split, fork, redeem, refresh and merge in any order; at the end everything
 * that is left is redeemed. Whatever happened:
 *
 *   the books agree; those who forked are convicted, and nobody else; every token that an honest holder
 *   accepted is paid, by its issue or by the reserve; and every seal on the way keeps its rules, with totals that
 *   are those of the books
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	isRefusal,
	ownOutput,
	type Reply,
	toHex,
	type VerifiedToken,
	verifyEvidence,
} from "@tenten/protocol";
import fc from "fast-check";
import { expectValue, type Holder, tryToPay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import { repeats } from "./support/database.ts";
import {
	claimed,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	makeClaim,
	openIssue,
	withdrawTo,
} from "./support/ecosystem.ts";
import { assertSealed, beginSealed, sealNow } from "./support/sealed.ts";

const step = fc.record({
	act: fc.constantFrom("withdraw", "pay", "pay", "pay", "fork", "redeem", "refresh"),
	who: fc.nat(3),
	whom: fc.nat(3),
	/** which of the holder's tokens */
	pick: fc.nat(63),
	/** share of the token, in hundredths */
	part: fc.integer({ min: 1, max: 100 }),
	locked: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Actor = { readonly holder: Holder; readonly tokens: VerifiedToken[] };

type History = {
	readonly ecosystem: Ecosystem;
	readonly actors: readonly Actor[];
	/** certificate hashes of those who signed two links over one output */
	readonly forkers: Set<string>;
	/** tokens spent honestly, by their first owner who could spend them again */
	readonly spent: { readonly actor: Actor; readonly token: VerifiedToken }[];
	readonly convicted: Set<string>;
	/** minor units that honest holders claimed, and what they were given for it */
	claimedByHonest: bigint;
	givenToHonest: bigint;
};

test("random histories balance, and convict those who forked and nobody else", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), async (steps) => {
			const history = await begin();
			const { operator } = history.ecosystem;
			for (const entry of steps) {
				await take(history, entry);
				if (entry.pick % 3 === 0) await sealNow(operator);
			}
			for (const actor of history.actors) while (actor.tokens.length > 0) await redeem(history, actor, 0);
			assert.deepEqual(history.convicted, history.forkers);
			assert.equal(history.givenToHonest, history.claimedByHonest, "an honest holder lost");
			await assertBalanced(history.ecosystem);
			await assertSealed(operator);
			await history.ecosystem.operator.close();
		}),
		{ numRuns: repeats(30) },
	);
});

async function begin(): Promise<History> {
	// Without a limit, so that what honest holders lose is a bug and not the published loss.
	const ecosystem = await createEcosystem({ offlineTotal: 1_000_000n });
	await beginSealed(ecosystem.operator);
	const actors: Actor[] = [];
	for (let i = 0; i < 4; i++) {
		const holder = await enrolHolder(ecosystem);
		actors.push({ holder, tokens: [...(await withdrawTo(ecosystem, holder, 100n))] });
	}
	return {
		ecosystem,
		actors,
		forkers: new Set(),
		spent: [],
		convicted: new Set(),
		claimedByHonest: 0n,
		givenToHonest: 0n,
	};
}

async function take(history: History, { act, who, whom, pick, part, locked }: Step): Promise<void> {
	const actor = history.actors[who] as Actor;
	const position = pick % Math.max(1, actor.tokens.length);
	switch (act) {
		case "withdraw":
			actor.tokens.push(...(await withdrawTo(history.ecosystem, actor.holder, BigInt(part))));
			return;
		case "pay":
			return payOn(history, actor, history.actors[whom] as Actor, position, part, locked);
		case "fork":
			return fork(history, history.actors[whom] as Actor, pick, part);
		case "redeem":
			return actor.tokens.length === 0 ? undefined : redeem(history, actor, position);
		case "refresh":
			return actor.tokens.length === 0 ? undefined : refresh(history, actor, pick);
		default:
			act satisfies never;
	}
}

async function payOn(
	history: History,
	from: Actor,
	to: Actor,
	position: number,
	part: number,
	locked: boolean,
): Promise<void> {
	const token = from.tokens[position];
	if (token === undefined) return;
	if (!(await send(history, from, to, token, part, locked))) return;
	from.tokens.splice(position, 1);
	history.spent.push({ actor: from, token });
}

/** Spends an output again that its owner had spent before. */
async function fork(history: History, to: Actor, pick: number, part: number): Promise<void> {
	const before = history.spent[pick % Math.max(1, history.spent.length)];
	if (before === undefined) return;
	if (await send(history, before.actor, to, before.token, part, false))
		history.forkers.add(toHex(before.actor.holder.certificate.hash));
}

async function send(
	{ ecosystem: { world } }: History,
	from: Actor,
	to: Actor,
	token: VerifiedToken,
	part: number,
	locked: boolean,
): Promise<boolean> {
	const amount = (token.amount * BigInt(part) + 99n) / 100n;
	const options = locked ? { release: world.random() } : {};
	const payment = await tryToPay(world, token, from.holder, to.holder, amount, options);
	if (isRefusal(payment)) return false;
	to.tokens.push(payment.paid);
	if (payment.change !== null) from.tokens.push(payment.change);
	return true;
}

async function redeem(history: History, actor: Actor, position: number): Promise<void> {
	const [token] = actor.tokens.splice(position, 1);
	if (token === undefined) return;
	const account = actor.holder.certificate.hash;
	const action = { kind: "account", account } as const;
	const claim = await makeClaim(history.ecosystem, actor.holder, [token], action);
	note(history, actor, [token], await claimed(history.ecosystem, claim));
	history.spent.push({ actor, token });
}

async function refresh(history: History, actor: Actor, pick: number): Promise<void> {
	const { ecosystem } = history;
	const tokens = actor.tokens.splice(0, 1 + (pick % 4));
	const request = ecosystem.world.random();
	const { certificate } = actor.holder;
	const total = tokens.reduce((sum, { amount }) => sum + amount, 0n);
	const outputs = [ownOutput(total, certificate, request)];
	const claim = await makeClaim(ecosystem, actor.holder, tokens, { kind: "refresh", outputs });
	const reply = await claimed(ecosystem, claim);
	note(history, actor, tokens, reply);
	const own = { certificate, purpose: null, request };
	for (const { output, proof } of reply.issues) {
		const owners = output === null ? tokens.map(({ owner }) => owner) : [own];
		for (const owner of owners) {
			try {
				actor.tokens.push(openIssue(ecosystem, proof, owner));
				break;
			} catch {}
		}
	}
	for (const token of tokens) history.spent.push({ actor, token });
}

/** Notes who was convicted, and what an honest holder was given for what it claimed. */
function note(history: History, actor: Actor, tokens: readonly VerifiedToken[], reply: Reply): void {
	const isHonest = !history.forkers.has(toHex(actor.holder.certificate.hash));
	for (const [position, result] of reply.results.entries()) {
		const given =
			result.kind === "paid" || result.kind === "refreshed"
				? result.amount
				: result.kind === "forked"
					? result.drawn
					: 0n;
		if (isHonest) {
			history.claimedByHonest += tokens[position]?.amount ?? 0n;
			history.givenToHonest += given;
		}
		if (result.kind === "forked") {
			const conviction = expectValue(verifyEvidence(result.evidence, history.ecosystem.world.trust));
			history.convicted.add(toHex(conviction.culprit.hash));
		}
	}
}
