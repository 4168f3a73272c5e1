/**
 * Claims that are taken together end as if each had come after the one before: the same replies, the same rows,
 * the same books, whatever is among them: duplicates, forks, orders in parts, merges, refunds of nothing.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import {
	type Action,
	type Bytes,
	isRefusal,
	orderDigest,
	ownOutput,
	parseReply,
	type Refusal,
	serializeClaim,
	sha256,
	signOrder,
	toHex,
	type VerifiedToken,
} from "@tenten/protocol";
import fc from "fast-check";
import { expectValue, type Holder, tryToPay } from "../../module/test/support/world.ts";
import { type PreparedClaim, prepareWrites } from "../src/claiming/prepared.ts";
import { type Taking, takingsOf } from "../src/claiming/taking.ts";
import { claimTogether } from "../src/claiming/together.ts";
import { claimAlone, usable } from "../src/claims.ts";
import type { OperatorContext } from "../src/context.ts";
import { Definitions } from "../src/definitions/definitions.ts";
import { certificateOf } from "../src/enrol.ts";
import { type JudgedClaim, judge } from "../src/judging/judge.ts";
import { turns } from "../src/turns.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	makeClaim,
	makeOrder,
	redeemingToken,
	withdrawTo,
} from "./support/ecosystem.ts";

const move = fc.record({
	/** which token is passed on; passed on twice it forks */
	pick: fc.nat(40),
	whom: fc.nat(2),
	/** share of the token, in hundredths */
	part: fc.integer({ min: 1, max: 100 }),
	locked: fc.boolean(),
});
const asked = fc.record({
	kind: fc.constantFrom("account", "account", "account", "refresh", "again", "parts"),
	picks: fc.array(fc.nat(60), { minLength: 1, maxLength: 3 }),
	/** whose account, or which claim is repeated */
	whom: fc.nat(40),
});
const scene = fc.record({
	amounts: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 }),
	moves: fc.array(move, { maxLength: 14 }),
	claims: fc.array(asked, { minLength: 1, maxLength: 12 }),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

type Held = { readonly token: VerifiedToken; readonly holder: Holder };

/** Tokens that came to their holders by these moves: those that were passed on are there too. */
async function tokensOf(
	ecosystem: Ecosystem,
	holders: readonly Holder[],
	{ amounts, moves }: Scene,
): Promise<readonly Held[]> {
	const held: Held[] = [];
	for (const [position, amount] of amounts.entries()) {
		const holder = holders[position % holders.length] as Holder;
		const [token] = await withdrawTo(ecosystem, holder, BigInt(amount));
		if (token !== undefined) held.push({ token, holder });
	}
	for (const { pick, whom, part, locked } of moves) {
		const from = held[pick % held.length] as Held;
		const to = holders[whom % holders.length] as Holder;
		const amount = (from.token.amount * BigInt(part)) / 100n || 1n;
		const paid = await tryToPay(
			ecosystem.world,
			from.token,
			from.holder,
			to,
			amount,
			locked ? { release: ecosystem.world.random() } : {},
		);
		if (isRefusal(paid)) continue;
		held.push({ token: paid.paid, holder: to });
		if (paid.change !== null) held.push({ token: paid.change, holder: from.holder });
	}
	return held;
}

async function claimsOf(
	ecosystem: Ecosystem,
	holders: readonly Holder[],
	held: readonly Held[],
	{ claims }: Scene,
): Promise<readonly Bytes[]> {
	const encoded: Bytes[] = [];
	for (const { kind, picks, whom } of claims) {
		const repeated = encoded[whom % Math.max(1, encoded.length)];
		if (kind === "again" && repeated !== undefined) {
			encoded.push(repeated);
			continue;
		}
		const [first] = picks.map((pick) => held[pick % held.length] as Held);
		if (first === undefined) continue;
		const chosen = new Set(picks.map((pick) => held[pick % held.length] as Held));
		const tokens = [...chosen].filter(({ holder }) => holder === first.holder).map(({ token }) => token);
		const account = (holders[whom % holders.length] as Holder).certificate.hash;
		const action: Action =
			kind === "refresh" ? refreshOf(ecosystem, first, tokens) : { kind: "account", account };
		if (kind === "parts") encoded.push(...(await inParts(ecosystem, first.holder, tokens, action)));
		else encoded.push(await makeClaim(ecosystem, first.holder, tokens, action));
	}
	return encoded;
}

/** Two new tokens, of which the second asks for more than may be left. */
function refreshOf({ world }: Ecosystem, { holder }: Held, tokens: readonly VerifiedToken[]): Action {
	const sum = tokens.reduce((total, { amount }) => total + amount, 0n);
	const half = sum / 2n || 1n;
	const outputs = [half, sum].map((amount) => ownOutput(amount, holder.certificate, world.random()));
	return { kind: "refresh", outputs };
}

/** One order, and a claim for each of its tokens. */
async function inParts(
	ecosystem: Ecosystem,
	holder: Holder,
	tokens: readonly VerifiedToken[],
	action: Action,
): Promise<readonly Bytes[]> {
	const order = await makeOrder(ecosystem, action);
	const signed = await signOrder(order, holder.certificate.encoded, holder.signer);
	const parts: Bytes[] = [];
	for (const token of tokens)
		parts.push(
			serializeClaim({
				order: signed,
				tokens: [await redeemingToken(ecosystem, holder, token, orderDigest(order))],
			}),
		);
	return parts;
}

/** A reply but for what chance makes: the nonces of new issues. */
function shown(answer: Bytes | Refusal): unknown {
	if (isRefusal(answer)) return answer;
	const { results, issues } = expectValue(parseReply(answer));
	const made = issues.map(({ output, proof: { issue } }) => ({ output, ...issue, nonce: null }));
	return { results, issues: made };
}

const kept: readonly (readonly [table: string, columns: string])[] = [
	["registry", "issue_id, output_id, consumer, consumed"],
	["issues", "asset, issued, paid"],
	["claims", "issue_id, output_id, order_digest, record, settlement_id, result"],
	["settlements", "settlement_id, order_digest"],
	["lines", "entry_id, book, owner, asset, amount, made_at"],
	["draws", "culprit, asset, drawn"],
	["case_files", "case_id, kind, culprit, evidence"],
	["releases", "lock, release, published_at"],
	["replies", "claim_hash"],
];

/** What a database keeps, apart from what chance made. */
function tablesOf(file: string): unknown {
	const database = new DatabaseSync(file, { readOnly: true, readBigInts: true });
	const rows = (sql: string): readonly string[] =>
		database
			.prepare(sql)
			.all()
			.map((row) =>
				Object.values(row)
					.map((value) => (value instanceof Uint8Array ? toHex(value) : String(value)))
					.join(),
			)
			.sort();
	const tables = kept.map(([table, columns]) => [table, rows(`select ${columns} from ${table}`)]);
	const balances = rows(
		`select book, case when book in ('holder', 'outside', 'debt') then owner end as owner, asset,
			sum(amount) from balances group by 1, 2, 3`,
	);
	database.close();
	return [...tables, balances];
}

type Ended = { readonly answers: readonly unknown[]; readonly tables: unknown };

type Play = (context: OperatorContext, claims: readonly Judged[]) => Promise<readonly (Bytes | Refusal)[]>;

/** A claim that is judged, or refused before the store is asked. */
type Judged = {
	readonly hash: Bytes;
	readonly judged: JudgedClaim | Refusal;
	readonly takings: readonly Taking[];
};

const oneAfterAnother: Play = async (context, claims) => {
	const trust = await context.trust();
	const answers: (Bytes | Refusal)[] = [];
	for (const { hash, judged, takings } of claims)
		answers.push(isRefusal(judged) ? judged : await claimAlone(context, judged, takings, hash, trust));
	return answers;
};

/** All in one transaction, and after it what it left, in order. */
const allTogether: Play = async (context, claims) => {
	const trust = await context.trust();
	const prepared: PreparedClaim[] = [];
	const now = context.now();
	for (const { hash, judged, takings } of claims) {
		if (isRefusal(judged)) continue;
		const writes = await prepareWrites(context, judged, takings, now);
		const { digest, order } = judged;
		prepared.push({ hash, digest, code: order.asset.code, key: null, takings, at: now, writes });
	}
	const together = [...(await claimTogether(context, prepared))];
	const answers: (Bytes | Refusal)[] = [];
	for (const { hash, judged, takings } of claims) {
		const answer = isRefusal(judged) ? undefined : together.shift();
		if (answer?.kind === "reply") taken++;
		if (isRefusal(judged)) answers.push(judged);
		else if (answer?.kind === "reply") answers.push(answer.reply);
		else answers.push(await claimAlone(context, judged, takings, hash, trust));
	}
	return answers;
};

/** Claims that went together, over all scenes. */
let taken = 0;

async function play(file: string, how: Play, encoded: readonly Bytes[]): Promise<Ended> {
	const ecosystem = await createEcosystem({ seed: "together", run: 1, database: file });
	const { operator, means, world } = ecosystem;
	const { store, id } = operator;
	const commit: OperatorContext["commit"] = (job) => store.run(job);
	const { keys, policy, verify, now } = means;
	const { licensing, assets: configured, conditionsOf: configuredConditions } = policy;
	const known = { root: keys.root, operator: id, licensing, configured, configuredConditions };
	const definitions = new Definitions({ store, verify, now, ...known });
	await definitions.load();
	const trust = async () => world.trust;
	const context = { ...means, store, commit, id, definitions, turn: turns(now), trust };
	const claims: Judged[] = [];
	for (const bytes of encoded) {
		const question = { encoded: bytes, operator: id, now: means.now(), published: null };
		const judged = judge(question, world.trust);
		assert.notEqual(judged.kind, "undated");
		const decided = judged as JudgedClaim | Refusal;
		claims.push({ hash: sha256(bytes), judged: decided, takings: await takingsIn(context, decided) });
	}
	const answers = await how(context, claims);
	await assertBalanced(ecosystem);
	await operator.close();
	return { answers: answers.map(shown), tables: tablesOf(file) };
}

async function takingsIn(
	context: OperatorContext,
	judged: JudgedClaim | Refusal,
): Promise<readonly Taking[]> {
	if (isRefusal(judged)) return [];
	const { action } = judged.order;
	const encoded =
		action.kind === "account"
			? await context.store.read((transaction) => certificateOf(transaction, action.account))
			: undefined;
	return takingsOf(judged, usable(encoded, await context.trust()), context.now());
}

/** How often claims were answered in each way, over all scenes. */
const seen = new Map<string, number>();

function count(answers: readonly unknown[]): void {
	for (const answer of answers) {
		const { results = [], code } = answer as {
			readonly results?: readonly { readonly kind: string }[];
			readonly code?: string;
		};
		for (const kind of code === undefined ? results.map((result) => result.kind) : ["refusal"])
			seen.set(kind, (seen.get(kind) ?? 0) + 1);
	}
}

async function compare(value: Scene): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-together-"));
	const [together, alone] = [join(folder, "together.db"), join(folder, "alone.db")];
	try {
		const ecosystem = await createEcosystem({ seed: "together", database: together });
		const holders = [
			await enrolHolder(ecosystem),
			await enrolHolder(ecosystem),
			await enrolHolder(ecosystem),
		];
		const held = await tokensOf(ecosystem, holders, value);
		const encoded = await claimsOf(ecosystem, holders, held, value);
		await ecosystem.operator.close();
		copyFileSync(together, alone);
		const one = await play(alone, oneAfterAnother, encoded);
		const all = await play(together, allTogether, encoded);
		assert.deepEqual(all, one);
		count(all.answers);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

test("claims together end as one after another, in replies, rows and books", async () => {
	await fc.assert(
		fc.asyncProperty(scene, (value) => compare(value)),
		{ numRuns: 60 },
	);
	for (const [kind, least] of [
		["paid", 60],
		["refreshed", 15],
		["forked", 5],
	] as const)
		assert.ok((seen.get(kind) ?? 0) >= least, `${kind}: ${JSON.stringify([...seen])}`);
	assert.ok(taken >= 40, `${taken} claims went together`);
});
