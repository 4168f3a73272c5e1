/** Making statements, and vectors of them, of lies, of refunds and of what a registry makes of a path. */
import {
	type Bytes,
	type ConsumedOutput,
	claimedPart,
	consumedOutput,
	consumedOutputs,
	falseStatementEvidence,
	meterPart,
	type RegistryRow,
	refundedOutput,
	registryRows,
	type SignedStatement,
	type StatementBody,
	serialize,
	signedStatement,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { company, nested, ofMachi, robot, site } from "./devices.ts";
import { accepts, changed, type Draft, type Inputs, refuses, type Value } from "./drafts.ts";
import { closed, meter, restStatement, saysRest, saysTicked, tickedStatement } from "./meters.ts";
import { redeemed } from "./orders.ts";
import { encodeToken, linkOf, lockOf, passed, released, secretOf, statementOf, tokenOf } from "./payments.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	certify,
	day,
	densha,
	encodedList,
	issueTo,
	machi,
	ownerOf,
	type Person,
	redeemUntil,
	signerOf,
	trust,
} from "./world.ts";

type Says = StatementBody["says"];

const refundTo = { account: alice.certificate.hash, fallback: null };
const lock = lockOf("statement").hash;
const never: Says = { kind: "neverReleased", lock, ...refundTo };
const input = await issueTo(alice, 1000n, "stated");
const unreached: Says = { kind: "noReleaseReached", lock, ...refundTo, inputs: [input.outputId] };
const balance: Says = { kind: "balance", account: alice.certificate.hash };
const unclaimed = (output: Bytes): Says => ({ kind: "unclaimed", output, ...refundTo });
const lost = (output: Bytes): Says => ({ kind: "lost", output, ...refundTo });
/** As `company` says it of what its device owns, or another in its place. */
const partyOf = (device: Person, signer = company): Person => ({ ...device, signer });
const noWord = (link: Bytes): Says => ({ kind: "noWord", link, ...refundTo });
const encoded = (value: SignedStatement): Bytes => serialize(signedStatement, value);
const byAlice = await statementOf(alice, never);
const stranger = await certify(signerOf("stranger authority", "Ed25519"), alice.signer, "stranger");
const shown = async (says: Says, by = alice, operator?: Bytes): Promise<Inputs> => ({
	statement: encoded(await statementOf(by, says, operator)),
});

export const statements: Draft = {
	name: "statements",
	comment: "What a holder states towards an operator: docs/spec/orders.md#statements.",
	judge: "statement",
	given: { trustList: encodedList, operator: densha.id },
	cases: [
		accepts("never released", await shown(never)),
		accepts("no release reached", await shown(unreached)),
		accepts("no word", await shown(noWord(bytesOf("link")))),
		accepts("asks for a balance", await shown(balance)),
		accepts("unclaimed", await shown(unclaimed(input.outputId))),
		accepts("lost, by the party of the device", await shown(lost(input.outputId), partyOf(robot))),
		accepts(
			"lost, of a device that another operator certified",
			await shown(lost(input.outputId), partyOf(ofMachi)),
		),
		accepts(
			"lost, by the party that delegated to who delegated to the device",
			await shown(lost(input.outputId), partyOf(nested)),
		),
		accepts(
			"by an ES256 key, with a fallback",
			await shown({ ...never, fallback: bytesOf("fallback") }, bob),
		),
		accepts("no release reached, of no outputs", await shown({ ...unreached, inputs: [] })),
		refuses("authority-unknown", "to another operator", await shown(never, alice, machi.id)),
		refuses("authority-unknown", "under a certificate of nobody listed", {
			statement: encoded({ ...byAlice, certificate: stranger }),
		}),
		refuses("signature-invalid", "signed by another", {
			statement: encoded({ ...byAlice, certificate: bob.encoded }),
		}),
		refuses("signature-invalid", "lost, by the device itself", await shown(lost(input.outputId), robot)),
		refuses(
			"signature-invalid",
			"lost, by who delegated on",
			await shown(lost(input.outputId), partyOf(nested, site)),
		),
		refuses(
			"signature-invalid",
			"unclaimed, by the party of the device",
			await shown(unclaimed(input.outputId), partyOf(robot)),
		),
		refuses("certificate-role", "lost, under a certificate for which nobody answers", {
			statement: encoded(await statementOf(alice, lost(input.outputId))),
		}),
		refuses("signature-invalid", "another lock than was signed", {
			statement: changed(encoded(byAlice), [0, 1, 1], bytesOf("other")),
		}),
		refuses("type-unknown", "says something that is not listed", {
			statement: changed(encoded(byAlice), [0, 1, 0], 9),
		}),
		refuses("too-many", "of seventeen outputs", {
			statement: changed(encoded(await statementOf(alice, unreached)), [0, 1, 4], new Array(17).fill(lock)),
		}),
		refuses("malformed", "a field short", { statement: changed(encoded(byAlice), [0, 3], undefined) }),
	],
};

const lie = (value: SignedStatement, release: Bytes): Inputs => ({
	falseStatement: falseStatementEvidence(value, release),
});

export const falseStatements: Draft = {
	name: "false-statements",
	comment: "A statement that its release belies: docs/spec/orders.md#rulings.",
	judge: "falseStatement",
	given: { trustList: encodedList, operator: densha.id },
	cases: [
		accepts("never released, and the release", lie(byAlice, secretOf("statement"))),
		refuses("not-evidence", "another release", lie(byAlice, secretOf("other"))),
		refuses(
			"not-evidence",
			"no release reached is no such lie",
			lie(await statementOf(alice, unreached), secretOf("statement")),
		),
		refuses(
			"not-evidence",
			"asking for a balance is none",
			lie(await statementOf(alice, balance), secretOf("statement")),
		),
		refuses(
			"authority-unknown",
			"to another operator",
			lie(await statementOf(alice, never, machi.id), secretOf("statement")),
		),
		refuses(
			"signature-invalid",
			"not signed",
			lie({ ...byAlice, signature: new Uint8Array(64) }, secretOf("statement")),
		),
		refuses("malformed", "a release of 31 bytes", {
			falseStatement: changed(
				falseStatementEvidence(byAlice, secretOf("statement")),
				[1],
				new Uint8Array(31),
			),
		}),
	],
};

const lockedToken = await passed(input, alice, bob, "stated", { lock: lockOf("statement") });
const foreign = await passed(input, alice, bob, "stated", { lock: lockOf("statement", true) });
const robots = await issueTo(robot, 1000n, "a robot's");
const direct = await passed(input, alice, bob, "stated directly");
const opened = released(lockedToken, "statement");
const directLink = direct.path.at(-1)?.id ?? new Uint8Array(32);
const changeOfDirect = tokenOf(
	await linkOf(input, alice, [
		{ amount: 600n, owner: ownerOf(bob, bytesOf("r")), caveats: [] },
		{ amount: 400n, owner: ownerOf(carol, bytesOf("c")), caveats: [] },
	]),
	1,
);
const after = redeemUntil + day;
/** As long again as it could be redeemed, and five years. */
const lastDay = after + (redeemUntil - input.issue.issuedAt) + 5 * 365 * day;
const refund = async (says: Says, token: VerifiedToken, by = alice): Promise<Inputs> => ({
	statement: encoded(await statementOf(by, says)),
	token: encodeToken(token),
});

export const refunds: Draft = {
	name: "refunds",
	comment:
		"One token of a statement that verifies: docs/spec/orders.md#rulings. ruling-early and refund-closed are given after all other checks.",
	judge: "refund",
	given: { trustList: encodedList, now: after },
	cases: [
		accepts("never released: the whole input", await refund(never, lockedToken)),
		accepts("no release reached: the whole input", await refund(unreached, foreign)),
		accepts("no word: output 0", await refund(noWord(directLink), direct)),
		accepts("in the first second after redeemUntil and grace", {
			...(await refund(never, lockedToken)),
			now: after,
		}),
		refuses("ruling-early", "a second before", { ...(await refund(never, lockedToken)), now: after - 1 }),
		accepts("in the last second", { ...(await refund(never, lockedToken)), now: lastDay - 1 }),
		refuses("refund-closed", "a second later", { ...(await refund(never, lockedToken)), now: lastDay }),
		refuses("refund-closed", "of a direct link, a second later", {
			...(await refund(noWord(directLink), direct)),
			now: lastDay,
		}),
		accepts("unclaimed, in the first second after redeemUntil and two graces: the output itself", {
			...(await refund(unclaimed(input.outputId), input)),
			now: after + day,
		}),
		accepts("unclaimed, as it came by a link whose release is shown", {
			...(await refund(unclaimed(opened.outputId), opened, bob)),
			now: after + day,
		}),
		refuses("ruling-early", "unclaimed, a second before", {
			...(await refund(unclaimed(input.outputId), input)),
			now: after + day - 1,
		}),
		refuses("refund-closed", "unclaimed, a second after its last", {
			...(await refund(unclaimed(input.outputId), input)),
			now: lastDay,
		}),
		refuses(
			"order-mismatch",
			"unclaimed, of another output",
			await refund(unclaimed(direct.outputId), input),
		),
		refuses(
			"lock-pending",
			"unclaimed, of what nobody released",
			await refund(unclaimed(lockedToken.outputId), lockedToken, bob),
		),
		refuses("owner-mismatch", "unclaimed, by another", await refund(unclaimed(input.outputId), input, bob)),
		accepts("lost, in the first second after redeemUntil and two graces: the output itself", {
			...(await refund(lost(robots.outputId), robots, partyOf(robot))),
			now: after + day,
		}),
		refuses("ruling-early", "lost, a second before", {
			...(await refund(lost(robots.outputId), robots, partyOf(robot))),
			now: after + day - 1,
		}),
		refuses(
			"order-mismatch",
			"lost, of another output",
			await refund(lost(input.outputId), robots, partyOf(robot)),
		),
		refuses(
			"owner-mismatch",
			"lost, of another device of the party",
			await refund(lost(robots.outputId), robots, partyOf(nested)),
		),
		refuses(
			"meter-mismatch",
			"lost, a metered output: a claim of its rest is judged as one",
			await refund(lost(meter.token.outputId), meter.token, partyOf(robot)),
		),
		refuses("order-mismatch", "no link in question", await refund(never, input)),
		refuses("lock-mismatch", "another lock", await refund({ ...never, lock: bytesOf("other") }, lockedToken)),
		refuses("lock-mismatch", "never released, where the payee decides", await refund(never, foreign)),
		refuses(
			"lock-mismatch",
			"no release reached, where the payer decides",
			await refund(unreached, lockedToken),
		),
		refuses(
			"lock-mismatch",
			"never released, and it is",
			await refund(never, released(lockedToken, "statement")),
		),
		refuses(
			"order-mismatch",
			"no release reached, of other outputs",
			await refund({ ...unreached, inputs: [bytesOf("other")] }, foreign),
		),
		refuses("order-mismatch", "no word, of another link", await refund(noWord(bytesOf("other")), direct)),
		refuses(
			"order-mismatch",
			"no word, of a locked link",
			await refund(noWord(lockedToken.path.at(-1)?.id ?? lock), lockedToken),
		),
		refuses(
			"order-mismatch",
			"no word, of output 1",
			await refund(noWord(changeOfDirect.path.at(-1)?.id ?? lock), changeOfDirect),
		),
		refuses("order-mismatch", "a balance is no statement about a link", await refund(balance, lockedToken)),
		refuses("order-mismatch", "a claim on a meter is no refund", await refund(saysRest(), closed.rest)),
		refuses(
			"order-mismatch",
			"no word of a Close",
			await refund(noWord(closed.paid.path.at(-1)?.id ?? lock), closed.paid),
		),
		refuses(
			"meter-mismatch",
			"an unclaimed metered output",
			await refund(unclaimed(meter.token.outputId), meter.token),
		),
		refuses("owner-mismatch", "by who did not own the input", await refund(never, lockedToken, bob)),
		refuses("signature-invalid", "a token whose link is not signed", {
			...(await refund(never, lockedToken)),
			token: changed(encodeToken(lockedToken), [2, 0, 7], new Uint8Array(64)),
		}),
	],
};

const order = bytesOf("order of a redemption");
const atBob = await passed(input, alice, bob, "redeemed by bob");
const claimed = await redeemed(atBob, bob, order);
const rows = registryRows(claimed, order, trust);
const rowOf = ({ output, consumer, consumed }: RegistryRow): Value => ({ output, consumer, consumed });
const kept = (value: VerifiedToken, position = 0): ConsumedOutput =>
	consumedOutputs(value, trust)[position] as ConsumedOutput;
const otherLink = await passed(input, alice, carol, "spent twice");
const otherRow = {
	output: input.outputId,
	consumer: otherLink.path[0]?.id ?? lock,
	consumed: serialize(consumedOutput, kept(otherLink)),
};
const secondRow = await passed(atBob, bob, carol, "bob spends twice");
const bobsRow = {
	output: atBob.outputId,
	consumer: secondRow.path[1]?.id ?? lock,
	consumed: serialize(consumedOutput, kept(secondRow, 1)),
};
const [, , paidRow] = rows as [RegistryRow, RegistryRow, RegistryRow];
const refunded = serialize(refundedOutput, { consumed: kept(lockedToken), statement: byAlice });
const refundedForeign = serialize(refundedOutput, {
	consumed: { ...kept(foreign) },
	statement: await statementOf(alice, unreached),
});
const foreignOpened = await redeemed(released(foreign, "statement"), bob, order);
const bobHash = bob.certificate.hash;

const atDesk = (value: VerifiedToken, by: Person) => redeemed(value, by, order);
const ofMeter = (value: VerifiedToken): Inputs => ({ token: encodeToken(value) });
const claimRow = async (part: "payee" | "payer", statement: SignedStatement): Promise<Value> => ({
	output: meterPart(meter.token.outputId, part),
	consumer: bytesOf("a claim on a meter"),
	consumed: serialize(claimedPart, { statement }),
});

export const redemptions: Draft = {
	name: "redemptions",
	comment:
		"What rows found in the registry mean for a token: docs/spec/orders.md#the-registry. stored: the rows that stand.",
	judge: "redemption",
	given: { trustList: encodedList, token: encodeToken(claimed), order, claimants: [bobHash] },
	cases: [
		accepts("nothing stands", { stored: [] }),
		accepts("the same rows stand", { stored: rows.map(rowOf) }),
		accepts("one of its rows stands", { stored: rows.slice(0, 1).map(rowOf) }),
		accepts("another link stands on its first output: a fork by alice", { stored: [otherRow] }),
		accepts("another link stands on its second output: a fork by bob, who does not draw", {
			stored: [bobsRow],
		}),
		accepts("both: the last counts", { stored: [otherRow, bobsRow], claimants: [carol.certificate.hash] }),
		accepts("a refund of its first output stands, and its owner had spent it", {
			stored: [{ output: input.outputId, consumer: bytesOf("refund"), consumed: refunded }],
		}),
		refuses(
			"ruling-taken",
			"a refund of its first output stands, of an exchange whose release need not have reached the owner",
			{
				token: encodeToken(foreignOpened),
				stored: [{ output: input.outputId, consumer: bytesOf("refund"), consumed: refundedForeign }],
			},
		),
		accepts("nothing stands of a meter whose Close is on its path", {
			...ofMeter(await atDesk(closed.rest, alice)),
			stored: [],
		}),
		accepts("a claim on ticks stands beside the payer's change of a Close that it does not contradict", {
			...ofMeter(await atDesk(closed.rest, alice)),
			stored: [await claimRow("payee", await statementOf(bob, saysTicked(41)))],
		}),
		accepts("a claim on more ticks stands, than its payee signed", {
			...ofMeter(await atDesk(closed.rest, alice)),
			stored: [await claimRow("payee", tickedStatement)],
		}),
		accepts("a claim on the rest stands, by the payer that closed", {
			...ofMeter(await atDesk(closed.paid, bob)),
			stored: [await claimRow("payer", restStatement)],
		}),
		accepts("a claim on ticks stands, by a payee that spends its part of a Close", {
			...ofMeter(await atDesk(closed.paid, bob)),
			stored: [await claimRow("payee", await statementOf(bob, saysTicked(41)))],
		}),
		refuses("ruling-taken", "the payee's part was paid otherwise", {
			...ofMeter(await atDesk(closed.paid, bob)),
			stored: [
				{ output: meterPart(meter.token.outputId, "payee"), consumer: bytesOf("ruling"), consumed: null },
			],
		}),
		refuses("ruling-taken", "its redeemed output was paid under another order", {
			stored: [{ ...(rowOf(paidRow) as Inputs), consumer: bytesOf("another order") }],
		}),
		refuses("ruling-taken", "its second output was paid otherwise", {
			stored: [{ output: atBob.outputId, consumer: bytesOf("ruling"), consumed: null }],
		}),
	],
};
