/** Frozen value in a hand-over: nobody takes it or pays with it, and what is reserved already ends as it would have. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
	type DurablePayee,
	type FreezeListBody,
	Freezes,
	issueId,
	type Message,
	type MessageOf,
	outputId,
	type Payer,
	stepPayee,
	stepPayer,
} from "@tenten/protocol";
import { bytesOf, densha, epoch, trust } from "./support/ecosystem.ts";
import { assertRefused } from "./support/refused.ts";
import {
	alice,
	bob,
	context,
	defaultInputs,
	direct,
	exchange,
	noContents,
	offering,
	payeeIn,
	payerIn,
	planOf,
	purse,
	requestOf,
	sentBy,
	started,
	twoPhase,
} from "./support/stages.ts";

const two = twoPhase();
const swapped = exchange();
const oneWay = direct();
const outputs = defaultInputs.map(({ token }) => token.outputId);

function list(changes: Partial<FreezeListBody> = {}): FreezeListBody {
	const entry = { reason: "stolen", since: epoch, case: densha.id, appealUntil: epoch + 100 } as const;
	const entries = outputs.map((output) => ({ ...entry, output }));
	return {
		operator: densha.id,
		number: 1,
		issuedAt: epoch,
		expiresAt: epoch + 100,
		entries,
		cleared: [],
		...changes,
	};
}

afterEach(() => {
	trust.freezes = Freezes.none;
});

const arrives = (stage: typeof two | typeof oneWay): ReturnType<typeof stepPayee> =>
	stepPayee({ kind: "none" }, { ...offering(stage.messages.transfer, stage.request) }, context);

test("a payee takes nothing that a state on its chain freezes, and nothing under a list that has ended", () => {
	assert.equal(arrives(two).state.kind, "asked");
	trust.freezes = Freezes.none.with(list());
	const { state, effects, refusal } = arrives(two);
	assert.equal(refusal?.code, "frozen");
	assert.deepEqual([state.kind, effects.map(({ kind }) => kind)], ["none", ["send"]]);
	trust.freezes = Freezes.none.with(list({ entries: [], expiresAt: epoch }));
	assert.equal(arrives(two).refusal?.code, "freeze-list-expired");
	trust.freezes = Freezes.none.with(list({ entries: [] }));
	assert.equal(arrives(two).state.kind, "asked");
});

test("what is reserved stays reserved, is answered again, and is owned by its release", () => {
	const reserved = payeeIn(two, "waiting") as DurablePayee;
	trust.freezes = Freezes.none.with(list());
	const again = stepPayee(
		{ kind: "none" },
		{ ...offering(two.messages.transfer, two.request, { known: () => reserved }) },
		context,
	);
	assert.equal(again.refusal, undefined);
	assert.deepEqual(sentBy(again, "reserved"), two.messages.answer);
	const released = stepPayee(
		reserved,
		{ kind: "received", message: two.messages.release as Message },
		context,
	);
	assert.equal(released.state.kind, "owned");
});

test("a payer signs no link on what is frozen; what it locked before it may still release", () => {
	trust.freezes = Freezes.none.with(list());
	const plan = planOf(requestOf(bob));
	assertRefused<Payer>({ kind: "idle" }, started(plan), "frozen", "inputs");
	const other = planOf(requestOf(bob), { inputs: [purse(alice, 120n, "other")] });
	assert.equal(started(other).state.kind, "signing");
	trust.freezes = Freezes.none.with(list({ entries: [], expiresAt: epoch }));
	assert.equal(started(plan).state.kind, "signing", "what it gives, its payee judges");
	const locked = payerIn(two, "locked");
	const { answer } = two.messages;
	const step = stepPayer(
		locked,
		{ kind: "received", message: answer as Message, contents: noContents, everOwned: () => false },
		context,
	);
	assert.equal(step.state.kind, "released");
});

test("whoever decides an exchange releases nothing for a counter transfer that is frozen", () => {
	const locked = payerIn(swapped, "locked");
	const answer = swapped.messages.answer as MessageOf<"counterTransfer">;
	const event = { kind: "received", message: answer, contents: noContents, everOwned: () => false } as const;
	assert.equal(stepPayer(locked, event, context).state.kind, "released");
	const [given] = answer.tokens;
	const issued = given && outputId(issueId(given.issue.issue), 0);
	const [entry] = list().entries;
	assert.ok(issued && entry && given);
	const { operator } = given.issue.issue.asset;
	trust.freezes = Freezes.none.with(list({ operator, entries: [{ ...entry, output: issued }] }));
	assertRefused(locked, stepPayer(locked, event, context), "frozen", "counter transfer");
});

test("a direct transfer of frozen value is not refused: its payer has spent it, so it is the payee's to send back", () => {
	trust.freezes = Freezes.none.with(list());
	assert.equal(arrives(oneWay).state.kind, "asked");
});

test("a list that came while the app thought is asked before anything is reserved", () => {
	const asked = arrives(two).state;
	trust.freezes = Freezes.none.with(list());
	const consent = { reply: null, inputs: [], counts: new Map() };
	const step = stepPayee(asked, { kind: "consented", consent, entropy: bytesOf("entropy") }, context);
	assert.equal(step.refusal?.code, "frozen");
	assert.deepEqual([step.state.kind, step.effects.map(({ kind }) => kind)], ["none", ["send"]]);
});
