/** A credit that is bound to a lock, at the four systems: what ends it, in whatever order messages come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, signerFrom, verify } from "../../../module/src/index.ts";
import { fromHex, sha256, toHex } from "../../src/index.ts";
import {
	type Body,
	boundTo,
	type Credit,
	type PayeeLedger,
	type PayeeSystem,
	type PayerLedger,
	type PayerSystem,
	type RailEvent,
	type Step,
	signAnswer,
	stepPayeeLedger,
	stepPayeeSystem,
	stepPayerLedger,
	stepPayerSystem,
	type Word,
} from "../../src/rail/index.ts";

const permit = "ab".repeat(32);
const release = "cd".repeat(32);
const credit = boundTo(toHex(sha256(fromHex(release) ?? new Uint8Array())));
const moment = { payment: "p", now: 0, fresh: permit };
const received = (from: string, body: Body): RailEvent => ({ kind: "received", from, body });
const entered: RailEvent = { kind: "entered", refusal: null };
const settle = (by: string | null): Body => ({ kind: "settle", release: by });
const settled = (by: string | null): Body => ({ kind: "settled", release: by });

function done<Kept>(step: Step<Kept>) {
	if (step.kind === "refused") return assert.fail(step.code);
	const said = step.sends.map(({ to, body }) => `${to}: ${body.kind}`);
	return { kept: step.kept, said, posted: step.posting?.kind ?? null };
}

function codeOf(step: Step<unknown>): string {
	return step.kind === "refused" ? step.code : "taken";
}

const key = generateKey("Ed25519", (length) => new Uint8Array(length).fill(7));
const ruler = generateKey("Ed25519", (length) => new Uint8Array(length).fill(8));
const policyOfD = {
	askers: ["B", "B2"],
	ledgers: ["C"],
	payees: ["gate"],
	permit_ms: 10,
	answerKeys: { A: key.publicKey },
	rulingKey: ruler.publicKey,
	verify,
};
const stepD = (kept: PayeeLedger | undefined, event: RailEvent, now = 0): Step<PayeeLedger> =>
	stepPayeeLedger(kept, event, { ...moment, now }, policyOfD);
const asked = { kind: "askPermit", payee: "gate", amount: 300n, ledger: "C", system: "A" } as const;
const permitted = (how: Credit = credit): PayeeLedger =>
	done(stepD(undefined, received("B", { ...asked, credit: how }))).kept;
const credited = (how: Credit = credit) => {
	const { kept } = done(
		stepD(permitted(how), received("C", { kind: "credit", permit, amount: 300n, credit: how })),
	);
	return done(stepD(kept, entered));
};

test("D says to B that it holds what is bound, and to nobody what is not", () => {
	assert.deepEqual(credited().said, ["C: credited", "B: held"]);
	assert.deepEqual(credited("reserved").said, ["C: credited"]);
});

test("D posts what is bound by its release, whoever shows it, and by nothing else", async () => {
	const { kept } = credited();
	assert.equal(codeOf(stepD(kept, received("anybody", settle("ee".repeat(32))))), "release-mismatch");
	assert.equal(codeOf(stepD(credited("reserved").kept, received("B", settle(release)))), "kind-unexpected");
	assert.equal(
		codeOf(stepD(permitted(), received("B", settle(release)))),
		"kind-unexpected",
		"it may come again",
	);
	const signed = async (word: Word, { privateKey }: typeof key): Promise<Body> => {
		const signature = await signAnswer(signerFrom(privateKey, "Ed25519"), { payment: "p", permit, word });
		return { kind: "decide", permit, word, signature: toHex(signature) };
	};
	for (const word of ["notified", "abandoned"] as const)
		assert.equal(
			codeOf(stepD(kept, received("B", await signed(word, key)))),
			"signature-invalid",
			`A: ${word}`,
		);
	assert.equal(codeOf(stepD(kept, received("B", await signed("notified", ruler)))), "signature-invalid");
	assert.equal(codeOf(stepD(kept, { kind: "woken" }, 1_000_000)), "taken");
	const posted = done(stepD(kept, received("anybody", settle(release))));
	assert.deepEqual(
		[posted.kept.kind, posted.posted, posted.said],
		["used", "post", ["C: settled", "B: settled"]],
	);
	const after = done(stepD(posted.kept, received("B", settle(null))));
	assert.deepEqual(
		[after.kept.kind, after.posted, after.said],
		["used", null, []],
		"the first that comes stays",
	);
	const ruled = done(stepD(kept, received("B", await signed("abandoned", ruler))));
	assert.deepEqual(
		[ruled.kept.kind, ruled.posted, ruled.said],
		["voided", "void", ["C: settled", "B: settled"]],
	);
});

test("D gives back what is bound by the word of its own B alone, also before it is there", () => {
	const { kept } = credited();
	for (const from of ["B2", "C", "A", "gate"])
		assert.equal(codeOf(stepD(kept, received(from, settle(null)))), "sender-refused", from);
	const voided = done(stepD(kept, received("B", settle(null))));
	assert.deepEqual([voided.kept.kind, voided.posted], ["voided", "void"]);
	assert.equal(done(stepD(voided.kept, received("B", settle(release)))).posted, null, "and stays so");
	const early = done(stepD(permitted(), received("B", settle(null)))).kept;
	const late = done(stepD(early, received("C", { kind: "credit", permit, amount: 300n, credit })));
	assert.deepEqual([late.posted, late.said], [null, ["C: creditRefused"]]);
	const never = done(stepD(undefined, received("B", settle(null)))).kept;
	assert.deepEqual(done(stepD(never, received("B", { ...asked, credit }))).said, [], "no permit any more");
	assert.equal(codeOf(stepD(undefined, received("C", settle(null)))), "sender-refused");
	assert.equal(codeOf(stepD(undefined, received("B", settle(release)))), "kind-unexpected");
});

const stepC = (kept: PayerLedger | undefined, event: RailEvent): Step<PayerLedger> =>
	stepPayerLedger(kept, event, moment, { systems: ["A"] });
const debit = { kind: "debit", payer: "ann", amount: 300n, permit, ledger: "D" } as const;
const reservedAtC = (): PayerLedger =>
	done(stepC(done(stepC(undefined, received("A", { ...debit, credit }))).kept, entered)).kept;
const inTransit = (): PayerLedger => done(stepC(reservedAtC(), received("D", { kind: "credited" }))).kept;

test("C hands on by which release it ended, once, and whether it heard of the credit before or not", () => {
	for (const kept of [reservedAtC(), inTransit()]) {
		const paid = done(stepC(kept, received("D", settled(release))));
		assert.deepEqual([paid.kept.kind, paid.said], ["debited", ["A: settled"]], kept.kind);
		assert.deepEqual(done(stepC(paid.kept, received("D", settled(release)))).said, []);
		const back = done(stepC(kept, received("D", settled(null))));
		assert.equal(back.posted, kept.kind === "reserved" ? "void" : "transfer");
		assert.deepEqual(back.said, ["A: settled"]);
		assert.deepEqual(done(stepC(back.kept, received("D", settled(release)))).posted, null);
	}
	assert.equal(codeOf(stepC(inTransit(), received("A", settled(null)))), "sender-refused");
});

const policyOfA = {
	payers: { ann: { ledger: "C", app: "phone", mayPay: true } },
	payees: { gate: "B" },
	patience_ms: 10,
};
const terms = { payer: "ann", payee: "gate", amount: 300n, credit } as const;
const stepA = (kept: PayerSystem | undefined, event: RailEvent): Step<PayerSystem> =>
	stepPayerSystem(kept, event, moment, policyOfA);

test("A tells the payer by which release it ended, and has no word of its own", () => {
	const { kept: announced } = done(stepA(undefined, received("phone", { kind: "instruct", ...terms })));
	const { kept: debiting } = done(stepA(announced, received("B", { kind: "accepted", permit, ledger: "D" })));
	const completed = done(stepA(debiting, received("C", { kind: "debited" })));
	assert.deepEqual(completed.said, [], "D tells the payee's side, and the payer has nothing yet");
	for (const kind of ["seen", "giveUp"] as const)
		assert.deepEqual(done(stepA(completed.kept, received("phone", { kind }))).said, [], kind);
	for (const before of [debiting, completed.kept]) {
		assert.equal(codeOf(stepA(before, received("B", settled(release)))), "sender-refused");
		assert.deepEqual(done(stepA(before, received("C", settled(release)))).said, ["phone: settled"]);
	}
});

const stepB = (kept: PayeeSystem | undefined, event: RailEvent): Step<PayeeSystem> =>
	stepPayeeSystem(kept, event, moment, { payees: { gate: { ledger: "D", app: "gate", mayReceive: true } } });
const held: Body = { kind: "held", payee: "gate", amount: 300n, credit };

test("B tells what is held by D's word alone, and brings D the release, or that it is given back, once", () => {
	const { kept: asking } = done(stepB(undefined, received("A", { kind: "announce", ...terms, ledger: "C" })));
	const { kept: accepted } = done(stepB(asking, received("D", { kind: "permit", permit })));
	assert.deepEqual(done(stepB(accepted, received("A", { kind: "completed" }))).said, []);
	const over = done(stepB(accepted, received("A", { kind: "notCompleted", standing: "abandoned" })));
	assert.deepEqual(over.kept, accepted, "nor does A end it");
	for (const from of ["A", "C", "gate"])
		assert.equal(codeOf(stepB(accepted, received(from, held))), "sender-refused");
	for (const before of [asking, accepted])
		assert.deepEqual(done(stepB(before, received("D", held))).said, ["gate: held"]);
	const { kept: reserved } = done(stepB(accepted, received("D", held)));
	const word = { permit, word: "abandoned", signature: "0".repeat(128) } as const;
	assert.equal(codeOf(stepB(reserved, received("A", { kind: "answer", ...word }))), "kind-unexpected");
	assert.equal(codeOf(stepB(reserved, received("gate", { kind: "use" }))), "kind-unexpected");
	assert.equal(codeOf(stepB(reserved, received("A", settle(null)))), "sender-refused");
	const deciding = done(stepB(reserved, received("gate", settle(release))));
	assert.deepEqual(deciding.said, ["D: settle"]);
	assert.deepEqual(done(stepB(deciding.kept, received("gate", settle(null)))).said, []);
	assert.deepEqual(done(stepB(deciding.kept, received("D", settled(release)))).said, ["gate: told"]);
	const early = done(stepB(undefined, received("gate", settle(null)))).kept;
	assert.deepEqual(done(stepB(early, received("A", { kind: "announce", ...terms, ledger: "C" }))).said, []);
	assert.equal(codeOf(stepB(undefined, received("A", settle(null)))), "kind-unexpected");
});
