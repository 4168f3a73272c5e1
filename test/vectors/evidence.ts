/** Vectors of evidence: each kind, the excuse of an exchange, and all that proves nothing. */
import {
	type Bytes,
	type ConsumedOutput,
	cancelPayload,
	consumedOutputs,
	deniedEvidenceFrom,
	doubleDecisionEvidenceFrom,
	forkEvidenceFrom,
	type SignedStatement,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, changed, type Draft, type Inputs, itemAt, refuses } from "./drafts.ts";
import { meterEvidence } from "./meters.ts";
import { linkOf, lockOf, passed, released, secretOf, statementOf, tokenOf } from "./payments.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	certify,
	encodedList,
	issueTo,
	ownerOf,
	type Person,
	signerOf,
	trust,
	yen,
} from "./world.ts";

const input = await issueTo(alice, 1000n, "forked");
const toBob = await passed(input, alice, bob, "fork, to bob");
const toCarol = await passed(input, alice, carol, "fork, to carol");
const consumed = (value: VerifiedToken, position = -1): ConsumedOutput =>
	consumedOutputs(value, trust).at(position) as ConsumedOutput;
const show = (evidence: Bytes): Inputs => ({ evidence });
const plain = forkEvidenceFrom(consumed(toBob), consumed(toCarol));
const [a, b] = [
	await passed(toBob, bob, carol, "second, to carol"),
	await passed(toBob, bob, alice, "second, back"),
];
const afterLink = forkEvidenceFrom(consumed(a), consumed(b));
const locked = await passed(input, alice, carol, "locked", { lock: lockOf("evidence") });
const opened = released(locked, "evidence");
const edit = (path: readonly number[], to: Parameters<typeof changed>[2]): Inputs =>
	show(changed(plain, path, to));
const short = tokenOf(
	await linkOf(input, alice, [{ amount: 1000n, owner: ownerOf(bob, bytesOf("x")), caveats: [] }]),
);
const wrongSum = consumedOutputs(short, trust)[0] as ConsumedOutput;

/** A link signed by alice over other content. */
async function signedPayload(payload: Bytes): Promise<{ payload: Bytes; release: null; signature: Bytes }> {
	return { payload, release: null, signature: await alice.signer.sign("link", payload) };
}
const more = await signedPayload(changed(wrongSum.link.payload, [1, 0, 0, 0], 1001));
const elsewhere = await signedPayload(changed(wrongSum.link.payload, [0], bytesOf("another output")));
const stranger = await certify(signerOf("stranger authority", "Ed25519"), alice.signer, "stranger");

const forks: readonly Case[] = [
	accepts("two links on the output of an issue", show(plain)),
	accepts("two links on the output of a link", show(afterLink)),
	accepts("one link with a lock and its release", show(forkEvidenceFrom(consumed(toBob), consumed(opened)))),
	accepts("in the other order", show(forkEvidenceFrom(consumed(toCarol), consumed(toBob)))),
	refuses("not-evidence", "one link, shown twice", show(forkEvidenceFrom(consumed(toBob), consumed(toBob)))),
	refuses(
		"not-evidence",
		"a locked link without its release",
		show(forkEvidenceFrom(consumed(toBob), consumed(locked))),
	),
	refuses("not-evidence", "a release where there is no lock", edit([4, 1], secretOf("evidence"))),
	refuses(
		"not-evidence",
		"the release of another lock",
		show(changed(forkEvidenceFrom(consumed(toBob), consumed(opened)), [5, 1], secretOf("other"))),
	),
	refuses("not-evidence", "an output that an issue does not have", edit([2], 1)),
	refuses("not-evidence", "an output that the link does not have", show(changed(afterLink, [2], 1))),
	refuses("not-evidence", "the output opened as another's", edit([3, 2], bytesOf("other"))),
	refuses("not-evidence", "another issue", edit([1, 1], changed(itemAt(plain, [1, 1]) as Bytes, [1], 999))),
	refuses(
		"not-evidence",
		"a link of another output",
		show(forkEvidenceFrom(consumed(toBob), { ...wrongSum, link: elsewhere })),
	),
	refuses(
		"not-evidence",
		"a link that does not add up",
		show(forkEvidenceFrom(consumed(toBob), { ...wrongSum, link: more })),
	),
	refuses("not-evidence", "a link that the owner did not sign", edit([5, 2], new Uint8Array(64))),
	refuses("authority-unknown", "the owner's certificate of nobody listed", edit([3, 0], stranger)),
	refuses(
		"signature-invalid",
		"the owner's certificate with another signature",
		edit([3, 0], changed(alice.encoded, [1], new Uint8Array(64))),
	),
	refuses("malformed", "a parent that is none", edit([1, 1], Uint8Array.of(0))),
	refuses("malformed", "a link that is none", edit([4, 0], Uint8Array.of(0))),
	refuses(
		"condition-unknown",
		"a condition that is not listed, in the parent",
		edit([1, 1], changed(itemAt(plain, [1, 1]) as Bytes, [3], [[9, 0]])),
	),
	refuses("malformed", "an index of eight", edit([2], 8)),
	refuses("type-unknown", "a parent of a kind that is not listed", edit([1, 0], 3)),
	refuses("type-unknown", "evidence of a kind that is not listed", edit([0], 5)),
	refuses("too-many", "nine deciders", edit([6], new Array(9).fill(alice.encoded))),
];

/** Alice gave in an exchange that carol decided; carol cancelled, alice spent again, and carol released. */
const foreignLock = lockOf("excuse", true);
const decider = ownerOf(carol, bytesOf("carol's request"));
const exchangeLink = async (to = decider): Promise<VerifiedToken> =>
	released(
		tokenOf(
			await linkOf(input, alice, [{ amount: 1000n, owner: to, caveats: [] }], {
				lock: foreignLock,
				against: { asset: yen, amount: 1n },
			}),
		),
		"excuse",
	);
const cancelBy = async (who: Person): Promise<Bytes> =>
	who.signer.sign("cancel", cancelPayload(foreignLock.hash));
const excused = await exchangeLink();
const freed = async (signature: Bytes, by = decider): Promise<ConsumedOutput> => {
	const link = await linkOf(
		input,
		alice,
		[{ amount: 1000n, owner: ownerOf(bob, bytesOf("freed")), caveats: [] }],
		{
			after: [{ lock: foreignLock.hash, decider: by, signature }],
		},
	);
	const owner = { certificate: alice.encoded, purpose: null, request: bytesOf("opening", "forked") };
	const before = consumed(toBob);
	return {
		...before,
		owner,
		link: { payload: link.payload, release: null, signature: link.signature },
		deciders: [by.certificate.encoded],
	};
};
const honest = await freed(await cancelBy(carol));
const unsignedCancel = await freed(new Uint8Array(64));
const otherDecider = await freed(await cancelBy(bob), ownerOf(bob, bytesOf("bob's request")));

const excuses: readonly Case[] = [
	accepts(
		"an exchange partner that cancelled and released is convicted",
		show(forkEvidenceFrom(consumed(excused), honest)),
	),
	accepts("the same in the other order", show(forkEvidenceFrom(honest, consumed(excused)))),
	accepts(
		"a cancel that does not verify excuses nobody",
		show(forkEvidenceFrom(consumed(excused), unsignedCancel)),
	),
	accepts(
		"a cancel of who was not to be paid excuses nobody",
		show(forkEvidenceFrom(consumed(excused), otherDecider)),
	),
	accepts(
		"a cancel of a lock that the payer decided excuses nobody",
		show(forkEvidenceFrom(consumed(opened), honest)),
	),
	refuses(
		"not-evidence",
		"the decider's certificate is left out",
		show(forkEvidenceFrom(consumed(excused), { ...honest, deciders: [] })),
	),
	refuses(
		"authority-unknown",
		"a decider's certificate of nobody listed",
		show(forkEvidenceFrom(consumed(excused), { ...honest, deciders: [stranger] })),
	),
];

const cancelOfAlice = await alice.signer.sign("cancel", cancelPayload(lockOf("evidence").hash));
const decided = doubleDecisionEvidenceFrom(consumed(opened), null, cancelOfAlice);
const byPayee = doubleDecisionEvidenceFrom(consumed(excused), decider, await cancelBy(carol));

const decisions: readonly Case[] = [
	accepts("a payer that cancelled and released", show(decided)),
	accepts("a payee that cancelled and released", show(byPayee)),
	refuses(
		"not-evidence",
		"a link without a lock",
		show(doubleDecisionEvidenceFrom(consumed(toBob), null, cancelOfAlice)),
	),
	refuses(
		"not-evidence",
		"a link whose release is not shown",
		show(doubleDecisionEvidenceFrom(consumed(locked), null, cancelOfAlice)),
	),
	refuses(
		"not-evidence",
		"a payee opened where the payer decides",
		show(doubleDecisionEvidenceFrom(consumed(opened), decider, cancelOfAlice)),
	),
	refuses(
		"not-evidence",
		"no payee opened where it decides",
		show(doubleDecisionEvidenceFrom(consumed(excused), null, await cancelBy(carol))),
	),
	refuses(
		"not-evidence",
		"another payee",
		show(doubleDecisionEvidenceFrom(consumed(excused), ownerOf(bob, bytesOf("x")), await cancelBy(bob))),
	),
	refuses(
		"not-evidence",
		"a cancel of another lock",
		show(
			doubleDecisionEvidenceFrom(
				consumed(opened),
				null,
				await alice.signer.sign("cancel", cancelPayload(bytesOf("other"))),
			),
		),
	),
	refuses(
		"not-evidence",
		"a cancel that another signed",
		show(
			doubleDecisionEvidenceFrom(
				consumed(opened),
				null,
				await bob.signer.sign("cancel", cancelPayload(lockOf("evidence").hash)),
			),
		),
	),
];

const hidden = (value: ConsumedOutput): ConsumedOutput => ({
	...value,
	link: { ...value.link, release: null },
});
const never = await statementOf(alice, {
	kind: "neverReleased",
	lock: lockOf("evidence").hash,
	account: alice.certificate.hash,
	fallback: null,
});
const unreached = (...inputs: readonly Bytes[]): Promise<SignedStatement> =>
	statementOf(alice, {
		kind: "noReleaseReached",
		lock: foreignLock.hash,
		account: alice.certificate.hash,
		fallback: null,
		inputs,
	});
const denies = (statement: SignedStatement, stated: ConsumedOutput, link: ConsumedOutput): Inputs =>
	show(deniedEvidenceFrom({ consumed: hidden(stated), statement }, link));

const unclaimed = await statementOf(alice, {
	kind: "unclaimed",
	output: input.outputId,
	account: alice.certificate.hash,
	fallback: null,
});

const denials: readonly Case[] = [
	refuses(
		"not-evidence",
		"unclaimed, and a link on the output: it says nothing of links",
		denies(unclaimed, consumed(locked), consumed(toBob)),
	),
	accepts("never released, and another link", denies(never, consumed(locked), consumed(toBob))),
	accepts(
		"never released, and that very link with its release",
		denies(never, consumed(locked), consumed(opened)),
	),
	accepts(
		"no release reached, and another link",
		denies(await unreached(input.outputId), consumed(excused), consumed(toBob)),
	),
	refuses(
		"not-evidence",
		"no release reached, and that very lock: it need never have reached the owner",
		denies(await unreached(input.outputId), consumed(excused), consumed(excused)),
	),
	refuses(
		"not-evidence",
		"no release reached, of another output",
		denies(await unreached(bytesOf("other")), consumed(excused), consumed(toBob)),
	),
	refuses(
		"not-evidence",
		"another's statement",
		denies(await statementOf(bob, never.body.says), consumed(locked), consumed(toBob)),
	),
	refuses(
		"not-evidence",
		"a statement about another lock",
		denies(
			await statementOf(alice, { ...never.body.says, lock: bytesOf("other") } as typeof never.body.says),
			consumed(locked),
			consumed(toBob),
		),
	),
	refuses(
		"not-evidence",
		"a statement about no lock",
		denies(
			await statementOf(alice, {
				kind: "noWord",
				link: bytesOf("link"),
				account: alice.certificate.hash,
				fallback: null,
			}),
			consumed(locked),
			consumed(toBob),
		),
	),
	refuses(
		"not-evidence",
		"the link that was stated has no lock",
		denies(never, consumed(toCarol), consumed(toBob)),
	),
	refuses(
		"not-evidence",
		"the other link is not effective",
		denies(never, consumed(locked), hidden(consumed(opened))),
	),
	refuses(
		"signature-invalid",
		"a statement that is not signed",
		denies({ ...never, signature: new Uint8Array(64) }, consumed(locked), consumed(toBob)),
	),
	accepts(
		"a statement to another operator convicts as well",
		denies(await statementOf(alice, never.body.says, bytesOf("operator")), consumed(locked), consumed(toBob)),
	),
	refuses(
		"authority-unknown",
		"a statement under a certificate of nobody listed",
		denies({ ...never, certificate: stranger }, consumed(locked), consumed(toBob)),
	),
];

/** One of each kind but a fork. */
export const doubleDecision: Bytes = decided;
export const denied: Bytes = deniedEvidenceFrom(
	{ consumed: hidden(consumed(locked)), statement: never },
	consumed(toBob),
);

export const evidences: Draft = {
	name: "evidence",
	comment: "Proof against who broke a promise: docs/spec/evidence.md.",
	judge: "evidence",
	given: { trustList: encodedList },
	cases: [...forks, ...excuses, ...decisions, ...denials, ...meterEvidence],
};
