/** The machines of the account rail, each alone: what ends what, in whatever order messages come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, signerFrom, verify } from "../../../module/src/index.ts";
import { toHex } from "../../src/index.ts";
import {
	type Body,
	type PayeeLedger,
	type PayeeLedgerPolicy,
	type PayerApp,
	type PayerLedger,
	type PayerSystem,
	type RailEvent,
	type Step,
	signAnswer,
	stepPayeeLedger,
	stepPayeeSystem,
	stepPayerApp,
	stepPayerLedger,
	stepPayerSystem,
	type Word,
} from "../../src/rail/index.ts";

const permit = "ab".repeat(32);
const at = (now: number): { payment: string; now: number; fresh: string } => ({
	payment: "p",
	now,
	fresh: permit,
});
const received = (from: string, body: Body): RailEvent => ({ kind: "received", from, body });
const entered: RailEvent = { kind: "entered", refusal: null };

/** What is kept, sent and posted; a refused message fails the test. */
function done<Kept>(step: Step<Kept>): {
	readonly kept: Kept;
	readonly said: readonly string[];
	readonly posted: string | null;
} {
	if (step.kind === "refused") return assert.fail(step.code);
	const said = step.sends.map(({ to, body }) => `${to}: ${body.kind}`);
	return { kept: step.kept, said, posted: step.posting === null ? null : step.posting.kind };
}

function codeOf(step: Step<unknown>): string {
	return step.kind === "refused" ? step.code : "taken";
}

const terms = { payer: "ann", payee: "shop", amount: 300n, credit: "reserved" } as const;

const payerPolicy = {
	payers: { ann: { ledger: "C", app: "app", mayPay: true }, old: { ledger: "C", app: "app", mayPay: false } },
	payees: { shop: "B" },
	patience_ms: 100,
};

function stepA(kept: PayerSystem | undefined, event: RailEvent, now = 0): Step<PayerSystem> {
	return stepPayerSystem(kept, event, at(now), payerPolicy);
}

function debiting(credit: "final" | "reserved" = "reserved"): PayerSystem {
	const announced = done(stepA(undefined, received("app", { kind: "instruct", ...terms, credit }))).kept;
	return done(stepA(announced, received("B", { kind: "accepted", permit, ledger: "D" }))).kept;
}

test("② a payer that may not send, and a payee that nobody knows, are refused; nobody else is told", () => {
	const refused = (payer: string, payee: string): unknown => {
		const { kept, said } = done(
			stepA(undefined, received("app", { kind: "instruct", ...terms, payer, payee })),
		);
		assert.deepEqual(said, ["app: told"]);
		return kept.kind === "refused" && kept.code;
	};
	assert.equal(refused("old", "shop"), "payer-refused");
	assert.equal(refused("ann", "constructor"), "payee-unknown");
	const step = stepA(undefined, received("other", { kind: "instruct", ...terms }));
	assert.equal(codeOf(step), "sender-refused", "another's app");
});

test("A gives up before ⑧ alone: its patience ends nothing after it", () => {
	const announced = done(stepA(undefined, received("app", { kind: "instruct", ...terms }))).kept;
	const late = done(stepA(announced, { kind: "woken" }, 100));
	assert.deepEqual([late.kept.kind, late.said], ["abandoned", ["B: notCompleted", "app: told"]]);
	const answered = done(stepA(late.kept, received("B", { kind: "accepted", permit, ledger: "D" }), 101));
	assert.deepEqual([answered.kept.kind, answered.said], ["abandoned", []]);
	const woken = done(stepA(debiting(), { kind: "woken" }, 100_000));
	assert.deepEqual([woken.kept.kind, woken.said], ["debiting", []]);
	const final = done(stepA(debiting("final"), received("app", { kind: "giveUp" })));
	assert.deepEqual([final.kept.kind, final.said], ["debiting", []], "what will be credited for good goes on");
});

test("㉑ the first word stays, and ㉒ is said when it is asked for and known", () => {
	const completed = done(stepA(debiting(), received("C", { kind: "debited" }))).kept;
	const asked = done(stepA(completed, received("B", { kind: "confirm" })));
	assert.deepEqual(asked.said, [], "it is not known yet");
	const seen = done(stepA(asked.kept, received("app", { kind: "seen" })));
	assert.deepEqual(seen.said, ["B: answer"]);
	for (const kind of ["giveUp", "seen"] as const)
		assert.deepEqual(done(stepA(seen.kept, received("app", { kind }))).kept, seen.kept);
	const gaveUp = done(stepA(completed, received("app", { kind: "giveUp" })));
	assert.deepEqual(gaveUp.said, ["B: answer"], "unasked: nobody may be left to ask");
	assert.deepEqual(done(stepA(gaveUp.kept, received("app", { kind: "seen" }))).kept, gaveUp.kept);
	const early = done(stepA(debiting(), received("app", { kind: "giveUp" })));
	assert.deepEqual(early.said, [], "D may not have credited");
	const late = done(stepA(early.kept, received("C", { kind: "debited" })));
	assert.deepEqual(late.said, ["B: completed", "B: answer"]);
	assert.equal(codeOf(stepA(completed, received("C", { kind: "confirm" }))), "sender-refused");
});

test("a payment that is given up before its instruction comes stays given up", () => {
	const first = done(stepA(undefined, received("app", { kind: "giveUp" }))).kept;
	const late = done(stepA(first, received("app", { kind: "instruct", ...terms })));
	assert.deepEqual([late.kept.kind, late.said], ["abandoned", ["app: told"]]);
});

test("④ and ⑥: a payee that may not receive, and one that D does not keep, are declined", () => {
	const policy = { payees: { shop: { ledger: "D", app: "q", mayReceive: false } } };
	const announce = { kind: "announce", ...terms, ledger: "C" } as const;
	const declined = done(stepPayeeSystem(undefined, received("A", announce), at(0), policy));
	assert.deepEqual([declined.kept.kind, declined.said], ["refused", ["A: declined"]]);
	const open = { payees: { shop: { ledger: "D", app: "q", mayReceive: true } } };
	const asking = done(stepPayeeSystem(undefined, received("A", announce), at(0), open)).kept;
	const refused = received("D", { kind: "permitRefused", code: "account-unknown" });
	assert.deepEqual(done(stepPayeeSystem(asking, refused, at(0), open)).said, ["A: declined"]);
	const over = received("A", { kind: "notCompleted", standing: "abandoned" });
	const before = done(stepPayeeSystem(undefined, over, at(0), open)).kept;
	assert.deepEqual(done(stepPayeeSystem(before, received("A", announce), at(0), open)).said, [], "A gave up");
});

const debit: Body = { kind: "debit", payer: "ann", amount: 300n, credit: "reserved", permit, ledger: "D" };

function stepC(kept: PayerLedger | undefined, event: RailEvent, now = 0): Step<PayerLedger> {
	return stepPayerLedger(kept, event, at(now), { systems: ["A"] });
}

function reservedAtC(): PayerLedger {
	const reserving = done(stepC(undefined, received("A", debit)));
	assert.equal(reserving.posted, "reserve");
	return done(stepC(reserving.kept, entered)).kept;
}

test("C's reservation ends by D's word and by nothing else", () => {
	const reserved = reservedAtC();
	assert.deepEqual(done(stepC(reserved, { kind: "woken" }, 1e12)).kept, reserved);
	assert.equal(codeOf(stepC(reserved, received("A", { kind: "giveUp" }))), "kind-unexpected");
	for (const from of ["A", "B", "other"])
		assert.equal(codeOf(stepC(reserved, received(from, { kind: "credited" }))), "sender-refused");
	const refused = done(stepC(reserved, received("D", { kind: "creditRefused", code: "ceiling-exceeded" })));
	assert.deepEqual([refused.posted, refused.said], ["void", ["A: debitRefused"]]);
	assert.equal(done(stepC(refused.kept, received("D", { kind: "credited" }))).posted, null);
	assert.equal(codeOf(stepC(undefined, received("B", debit))), "sender-refused");
});

test("C: what ㉕ says holds where it comes before ⑭, and is entered once", () => {
	const ended = (kept: PayerLedger, word: Word) => done(stepC(kept, received("D", { kind: "ended", word })));
	const freed = ended(reservedAtC(), "abandoned");
	assert.equal(freed.posted, "void");
	assert.equal(done(stepC(freed.kept, received("D", { kind: "credited" }))).posted, null);
	const used = ended(reservedAtC(), "notified");
	assert.equal(used.posted, "post");
	assert.equal(done(stepC(used.kept, received("D", { kind: "credited" }))).posted, null);
	const inTransit = done(stepC(reservedAtC(), received("D", { kind: "credited" })));
	assert.equal(inTransit.posted, "post");
	const back = ended(inTransit.kept, "abandoned");
	assert.deepEqual([back.posted, back.said], ["transfer", ["A: recredited"]]);
	assert.equal(ended(back.kept, "abandoned").posted, null);
	assert.equal(ended(back.kept, "notified").posted, null);
});

const key = generateKey("Ed25519", (length) => new Uint8Array(length).fill(1));
const ruling = generateKey("Ed25519", (length) => new Uint8Array(length).fill(2));
const ledgerPolicy: PayeeLedgerPolicy = {
	askers: ["B"],
	ledgers: ["C"],
	payees: ["shop"],
	permit_ms: 50,
	answerKeys: { A: key.publicKey },
	rulingKey: ruling.publicKey,
	verify,
};
const ask: Body = {
	kind: "askPermit",
	payee: "shop",
	amount: 300n,
	credit: "reserved",
	ledger: "C",
	system: "A",
};
const credit: Body = { kind: "credit", permit, amount: 300n, credit: "reserved" };

function stepD(kept: PayeeLedger | undefined, event: RailEvent, now = 0): Step<PayeeLedger> {
	return stepPayeeLedger(kept, event, at(now), ledgerPolicy);
}

function permitted(): PayeeLedger {
	return done(stepD(undefined, received("B", ask))).kept;
}

function reservedAtD(): PayeeLedger {
	const crediting = done(stepD(permitted(), received("C", credit), 50));
	assert.equal(crediting.posted, "reserve");
	return done(stepD(crediting.kept, entered)).kept;
}

async function decide(word: Word, by = key, payment = "p"): Promise<RailEvent> {
	const signature = await signAnswer(signerFrom(by.privateKey, "Ed25519"), { payment, permit, word });
	return received("B", { kind: "decide", permit, word, signature: toHex(signature) });
}

test("⑫ what is not as the permit says, or late, is refused for good, and enters nothing", () => {
	const refusals: readonly (readonly [Body, number, string])[] = [
		[{ ...credit, amount: 301n }, 0, "permit-mismatch"],
		[{ ...credit, permit: "cd".repeat(32) }, 0, "permit-mismatch"],
		[{ ...credit, credit: "final" }, 0, "permit-mismatch"],
		[credit, 51, "permit-expired"],
	];
	for (const [body, now, code] of refusals) {
		const { kept, said, posted } = done(stepD(permitted(), received("C", body), now));
		assert.deepEqual([said, posted], [["C: creditRefused"], null]);
		assert.equal(kept.kind === "refused" && kept.code, code);
		const again: { readonly kept: PayeeLedger; readonly posted: string | null } = done(
			stepD(kept, received("C", credit)),
		);
		assert.deepEqual([again.posted, again.kept], [null, kept], "one answer a permit");
	}
	const unknown = done(stepD(undefined, received("C", credit)));
	assert.equal(unknown.kept.kind === "refused" && unknown.kept.code, "permit-unknown");
	assert.deepEqual(done(stepD(unknown.kept, received("B", ask))).said, [], "and none is issued after it");
	assert.equal(codeOf(stepD(permitted(), received("E", credit))), "sender-refused");
	const full = done(stepD(permitted(), received("C", credit))).kept;
	const ceiling = done(stepD(full, { kind: "entered", refusal: "ceiling-exceeded" }));
	assert.equal(ceiling.kept.kind === "refused" && ceiling.kept.code, "ceiling-exceeded");
});

test("D's reservation ends by a signed word alone, the first that comes", async () => {
	const reserved = reservedAtD();
	assert.deepEqual(done(stepD(reserved, { kind: "woken" }, 1e12)).kept, reserved, "it has no timer");
	const other = generateKey("Ed25519", (length) => new Uint8Array(length).fill(3));
	for (const forged of [await decide("notified", other), await decide("notified", key, "q")])
		assert.equal(codeOf(stepD(reserved, forged)), "signature-invalid");
	const used = done(stepD(reserved, await decide("notified")));
	assert.deepEqual([used.kept.kind, used.posted], ["used", "post"]);
	assert.deepEqual(used.said, ["C: ended", "B: ended"]);
	const second = done(stepD(used.kept, await decide("abandoned")));
	assert.deepEqual([second.kept, second.posted, second.said], [used.kept, null, []]);
	const voided = done(stepD(reserved, await decide("abandoned")));
	assert.deepEqual([voided.kept.kind, voided.posted], ["voided", "void"]);
});

test("where A is gone for good the ruling key's word stands in for its own", async () => {
	for (const [word, end] of [
		["notified", "used"],
		["abandoned", "voided"],
	] as const) {
		const { kept } = done(stepD(reservedAtD(), await decide(word, ruling)));
		assert.equal(kept.kind, end);
		const late = done(stepD(kept, await decide(word === "notified" ? "abandoned" : "notified")));
		assert.deepEqual([late.kept, late.posted], [kept, null], "A comes back: it is too late");
	}
	const closed = done(stepD(permitted(), await decide("abandoned", ruling))).kept;
	const refused = done(stepD(closed, received("C", credit)));
	assert.deepEqual(
		[refused.posted, refused.said],
		[null, ["C: creditRefused"]],
		"nothing is credited after it",
	);
});

const appPolicy = { system: "A", user: "user", timeout_ms: 100, showing_ms: 10, answer_ms: 20 };

function stepApp(kept: PayerApp | undefined, event: RailEvent, now: number): Step<PayerApp> {
	return stepPayerApp(kept, event, at(now), appPolicy);
}

test("the payer's app says seen, or that it gave up, once: what came late or went dark is asked about", () => {
	const paying = done(stepApp(undefined, received("user", { kind: "pay", ...terms }), 0)).kept;
	const completed = received("A", { kind: "told", standing: "completed" });
	const otherwise = received("user", { kind: "paidOtherwise" });
	const showing = done(stepApp(paying, completed, 50));
	assert.deepEqual([showing.kept.kind, showing.said], ["showing", []]);
	const seen = done(stepApp(showing.kept, { kind: "woken" }, 60));
	assert.deepEqual([seen.kept.kind, seen.said], ["paid", ["A: seen"]]);
	assert.deepEqual(
		done(stepApp(seen.kept, otherwise, 61)).said,
		[],
		"nobody pays again what is shown as paid",
	);
	const dark = done(stepApp(showing.kept, { kind: "woken" }, 500));
	assert.deepEqual([dark.kept.kind, dark.said], ["asking", []]);
	const late = done(stepApp(paying, completed, 100));
	assert.deepEqual([late.kept.kind, late.said], ["asking", []]);
	const gaveUp = done(stepApp(late.kept, otherwise, 110));
	assert.deepEqual([gaveUp.kept.kind, gaveUp.said], ["gaveUp", ["A: giveUp"]]);
	assert.deepEqual(done(stepApp(gaveUp.kept, completed, 111)).said, []);
	assert.deepEqual(done(stepApp(late.kept, { kind: "woken" }, 120)).said, ["A: seen"]);
});
