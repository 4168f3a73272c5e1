/** What an operator answers to the party of a lost device counts as far as it is proved, and as whole as it must be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { askLost, type LostQuestion, takeLost } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	parseReply,
	parseRulingReply,
	type Refusal,
	type Reply,
	type RulingReply,
	reply as replyShape,
	rulingPayload,
	rulingReply,
	serialize,
	type VerifiedToken,
} from "@tenten/protocol";
import { day, expectRefusal, expectValue, type Holder, pay } from "../../module/test/support/world.ts";
import { type Answering, addParty, enrolDevice, sliceOf } from "./support/device-scene.ts";
import { createEcosystem, type Ecosystem, enrolHolder, redeem, withdrawTo } from "./support/ecosystem.ts";
import { doubtUntil, forBooks } from "./support/rulings.ts";

const due = doubtUntil + day;

type Scene = {
	readonly ecosystem: Ecosystem;
	readonly company: Answering;
	readonly robot: Holder;
	readonly office: Holder;
	readonly tokens: readonly [VerifiedToken, VerifiedToken];
};

async function scene(conditions: Parameters<typeof createEcosystem>[0] = {}): Promise<Scene> {
	const ecosystem = await createEcosystem(conditions);
	const company = await addParty(ecosystem);
	const { device: signer, certificate } = await enrolDevice(ecosystem, company, [0n, 200n]);
	const robot = { signer, certificate };
	const office = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, robot, 100n, 70n);
	return { ecosystem, company, robot, office, tokens: tokens as unknown as Scene["tokens"] };
}

const asks = async ({ ecosystem, company, office }: Scene, { token }: VerifiedToken): Promise<LostQuestion> =>
	expectValue(await askLost(token, office.certificate.hash, company.signer, ecosystem.world.trust));

const answered = async ({ ecosystem }: Scene, { stated }: LostQuestion): Promise<Bytes> =>
	expectValue(await ecosystem.operator.rule(stated.request));

type Ruled = Extract<RulingReply, { readonly kind: "ruled" }>;

function ruledIn(answer: Bytes): { readonly ruled: Ruled; readonly reply: Reply } {
	const ruled = expectValue(parseRulingReply(answer));
	assert.ok(ruled.kind === "ruled" && ruled.reply !== null);
	return { ruled, reply: expectValue(parseReply(ruled.reply)) };
}

const told = (ruled: Ruled, reply: Reply | null): Bytes =>
	serialize(rulingReply, { ...ruled, reply: reply && serialize(replyShape, reply) });

const codeOf = (fate: unknown): string => (isRefusal(fate) ? (fate as Refusal).code : "taken");

test("the same question follows from the token and the account, whenever it is asked", async () => {
	const played = await scene();
	const [token] = played.tokens;
	const { request } = (await asks(played, token)).stated;
	played.ecosystem.clock.now += due;
	assert.deepEqual((await asks(played, token)).stated.request, request);
	const { world } = played.ecosystem;
	const other = await addParty(played.ecosystem);
	const to = played.office.certificate.hash;
	expectRefusal(await askLost(token.token, to, other.signer, world.trust), "signature-invalid");
	const [persons] = (await withdrawTo(played.ecosystem, played.office, 5n)) as [VerifiedToken];
	expectRefusal(await askLost(persons.token, to, played.company.signer, world.trust), "certificate-role");
});

test("what is paid back is what was lost, by a ruling on it, in the answer to this very question", async () => {
	const played = await scene();
	const { ecosystem, tokens } = played;
	const { trust, operator } = ecosystem.world;
	const [asked, besides] = [await asks(played, tokens[0]), await asks(played, tokens[1])];
	ecosystem.clock.now += due;
	const answer = await answered(played, asked);
	const { ruled, reply } = ruledIn(answer);
	const others = ruledIn(await answered(played, besides));
	const take = (said: Bytes): string => codeOf(takeLost(asked, said, trust, ecosystem.clock.now));
	const signed = async (changes: Partial<Ruled["ruling"]["body"]>) => {
		const body = { ...ruled.ruling.body, ...changes };
		const signature = await operator.ruling.sign("ruling", rulingPayload(body));
		return told({ ...ruled, ruling: { body, signature } }, reply);
	};
	const unsigned = { ...ruled, ruling: { ...ruled.ruling, signature: new Uint8Array(64) } };
	const refused = (transient: boolean): Reply => ({
		...reply,
		results: [{ kind: "refused", code: "ruling-taken", transient }],
	});
	assert.deepEqual(
		[
			take(told(unsigned, reply)),
			take(await signed({ subject: tokens[1].outputId })),
			take(told(others.ruled, reply)),
			take(told(ruled, others.reply)),
			take(told(ruled, null)),
			take(told(ruled, { ...reply, results: [{ kind: "paid", amount: 99n }] })),
			take(told(ruled, { ...reply, results: [{ kind: "refreshed", amount: 100n }] })),
			take(told(ruled, refused(true))),
			take(serialize(rulingReply, { kind: "filed", caseId: ecosystem.world.random() })),
			take(answer.subarray(1)),
		],
		[
			...["signature-invalid", "request-mismatch", "request-mismatch", "request-mismatch"],
			...["request-mismatch", "sum-mismatch", "sum-mismatch", "attempt-pending", "type-unknown", "malformed"],
		],
	);
	// A refusal for good is believed once the time of the token is over, and nothing more could be asked.
	const never = told(ruled, refused(false));
	expectRefusal(takeLost(asked, never, trust, asked.until - 1), "answer-disputed");
	const nothing = { kind: "nothing", code: "ruling-taken" };
	assert.deepEqual(takeLost(asked, never, trust, asked.until), nothing);
	assert.deepEqual(takeLost(asked, answer, trust, ecosystem.clock.now), {
		kind: "paid",
		amount: 100n,
		fresh: [],
	});
});

test("what no account may take comes whole, in tokens of the device that its party can ask for again", async () => {
	const played = await scene({ conditions: [forBooks] });
	const { ecosystem, robot, tokens } = played;
	const { trust } = ecosystem.world;
	const asked = await asks(played, tokens[0]);
	ecosystem.clock.now += due;
	const answer = await answered(played, asked);
	const { ruled, reply } = ruledIn(answer);
	const fate = expectValue(takeLost(asked, answer, trust, ecosystem.clock.now));
	assert.ok(fate.kind === "paid");
	const [fresh] = fate.fresh;
	assert.deepEqual(
		[fate.amount, fresh?.amount, fresh?.owner.certificate.hash],
		[100n, 100n, robot.certificate.hash],
	);
	expectRefusal(
		takeLost(asked, told(ruled, { ...reply, issues: [] }), trust, ecosystem.clock.now),
		"sum-mismatch",
	);
	assert.ok(fresh);
	assert.equal((await asks(played, fresh)).stated.parts[0]?.holding.amount, 100n);
});

test("that it was spent is believed of the device's own link on this output alone", async () => {
	const played = await scene();
	const { ecosystem, company, robot, office, tokens } = played;
	const { world } = ecosystem;
	const spent = { spent: sliceOf(company.reset, 0n, 100n) };
	const { paid, link } = await pay(world, tokens[0], robot, office, 100n, spent);
	await redeem(ecosystem, office, paid);
	const [asked, besides] = [await asks(played, tokens[0]), await asks(played, tokens[1])];
	const answer = await answered(played, asked);
	assert.deepEqual(takeLost(asked, answer, world.trust, ecosystem.clock.now), {
		kind: "spent",
		link: link.id,
	});
	expectRefusal(takeLost(besides, answer, world.trust, ecosystem.clock.now), "not-evidence");
	const said = expectValue(parseRulingReply(answer));
	assert.ok(said.kind === "consumed");
	const { consumed } = said;
	const forged = { ...consumed, link: { ...consumed.link, signature: new Uint8Array(64) } };
	const shown = serialize(rulingReply, { kind: "consumed", consumed: forged });
	expectRefusal(takeLost(asked, shown, world.trust, ecosystem.clock.now), "not-evidence");
});
