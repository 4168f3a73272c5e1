/** Claims while the power fails: see `crash-scenes.ts`. They would go together where they may. */
import assert from "node:assert/strict";
import {
	type Bytes,
	lockHash,
	ownOutput,
	parseReply,
	releaseToken,
	serializeRulingRequest,
} from "@tenten/protocol";
import { day, expectValue, type Holder, pay } from "../../../module/test/support/world.ts";
import type { Operator } from "../../src/index.ts";
import { type Ecosystem, enrolHolder, kinds, makeClaim, redeem, withdrawTo } from "./ecosystem.ts";

/** What is done before the power fails, and what is asked while it does. */
export type Scene = (ecosystem: Ecosystem) => Promise<{
	readonly ask: (operator: Operator) => Promise<unknown>;
	readonly check: (reply: unknown) => void;
}>;

export const replyOf = (reply: unknown) => expectValue(parseReply(reply as Bytes));

const toAccount = (holder: Holder) => ({ kind: "account", account: holder.certificate.hash }) as const;

export async function withToken(ecosystem: Ecosystem, amount = 100n) {
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, amount);
	assert.ok(token);
	return { alice, bob, token };
}

/** Mallory pays two with one token: what each of them holds. */
export async function forked(ecosystem: Ecosystem) {
	const { alice: mallory, bob, token } = await withToken(ecosystem);
	const carol = await enrolHolder(ecosystem);
	const { paid: toBob } = await pay(ecosystem.world, token, mallory, bob, 100n);
	const { paid: toCarol } = await pay(ecosystem.world, token, mallory, carol, 100n);
	return { mallory, bob, carol, toBob, toCarol };
}

/** All of them, or the first failure once none is under way any more. */
async function settled<T>(asked: readonly Promise<T>[]): Promise<readonly T[]> {
	await Promise.allSettled(asked);
	return Promise.all(asked);
}

export const claimScenes: Readonly<Record<string, Scene>> = {
	redemption: async (ecosystem) => {
		const alice = await enrolHolder(ecosystem);
		const tokens = await withdrawTo(ecosystem, alice, 10n, 20n);
		const claim = await makeClaim(ecosystem, alice, tokens, toAccount(alice));
		return {
			ask: async (opened) => {
				const reply = expectValue(await opened.claim(claim));
				assert.equal(await opened.balance(alice.certificate.hash, "JPY"), 30n);
				return reply;
			},
			check: (reply) => assert.deepEqual(kinds(replyOf(reply)), ["paid", "paid"]),
		};
	},
	"redemptions at once, one of a fork": async (ecosystem) => {
		const { bob, carol, toBob, toCarol } = await forked(ecosystem);
		await redeem(ecosystem, bob, toBob);
		const tokens = await withdrawTo(ecosystem, bob, 10n, 20n, 30n);
		const claims = [await makeClaim(ecosystem, carol, [toCarol], toAccount(carol))];
		for (const token of tokens) claims.push(await makeClaim(ecosystem, bob, [token], toAccount(bob)));
		return {
			ask: async (opened) => {
				const replies = await settled(claims.map((claim) => opened.claim(claim)));
				assert.equal(await opened.balance(bob.certificate.hash, "JPY"), 160n);
				assert.equal(await opened.balance(carol.certificate.hash, "JPY"), 100n);
				return replies.map(expectValue);
			},
			check: (replies) =>
				assert.deepEqual(
					(replies as readonly Bytes[]).flatMap((reply) => kinds(replyOf(reply))),
					["forked", "paid", "paid", "paid"],
				),
		};
	},
	"redemption in grace": async (ecosystem) => {
		const { operator, world, clock } = ecosystem;
		const { alice, bob, token } = await withToken(ecosystem);
		const release = world.random();
		const { paid } = await pay(world, token, alice, bob, 100n, { release, payeeDecides: true });
		expectValue(await operator.rule(serializeRulingRequest({ kind: "release", release })));
		clock.now += 30 * day;
		const claim = await makeClaim(ecosystem, bob, [paid], toAccount(bob));
		return {
			ask: async (opened) => expectValue(await opened.claim(claim)),
			check: (reply) => assert.deepEqual(kinds(replyOf(reply)), ["paid"]),
		};
	},
	merge: async (ecosystem) => {
		const alice = await enrolHolder(ecosystem);
		const tokens = await withdrawTo(ecosystem, alice, 10n, 20n, 30n);
		const outputs = [ownOutput(50n, alice.certificate, ecosystem.world.random())];
		const claim = await makeClaim(ecosystem, alice, tokens, { kind: "refresh", outputs });
		return {
			ask: async (opened) => expectValue(await opened.claim(claim)),
			check: (reply) => {
				const { issues, results } = replyOf(reply);
				assert.equal(results.length, 3);
				assert.deepEqual(
					issues.map(({ proof }) => proof.issue.amount),
					[50n, 10n],
				);
			},
		};
	},
	"draw on the reserve": async (ecosystem) => {
		const { bob, carol, toBob, toCarol } = await forked(ecosystem);
		await redeem(ecosystem, bob, toBob);
		const claim = await makeClaim(ecosystem, carol, [toCarol], toAccount(carol));
		return {
			ask: async (opened) => {
				const reply = expectValue(await opened.claim(claim));
				assert.equal(await opened.balance(carol.certificate.hash, "JPY"), 100n);
				assert.equal((await opened.caseFiles(null)).length, 1);
				return reply;
			},
			check: (reply) => assert.deepEqual(kinds(replyOf(reply)), ["forked"]),
		};
	},
	"release that a redemption publishes": async (ecosystem) => {
		const { alice, bob, token } = await withToken(ecosystem);
		const release = ecosystem.world.random();
		const given = { release, released: false };
		const { paid } = await pay(ecosystem.world, token, alice, bob, 100n, given);
		const opened = expectValue(releaseToken(paid, release));
		const claim = await makeClaim(ecosystem, bob, [opened], toAccount(bob));
		return {
			ask: async (operator) => {
				const reply = expectValue(await operator.claim(claim));
				assert.deepEqual(expectValue(await operator.release(lockHash(release))), release);
				return reply;
			},
			check: (reply) => assert.deepEqual(kinds(replyOf(reply)), ["paid"]),
		};
	},
};
