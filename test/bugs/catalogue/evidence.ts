/** Bugs in evidence: cheats that nobody names, and honest people who are. */
import type { Bug } from "../bug.ts";

const source = "packages/protocol/src/token/evidence.ts";
const tests = "packages/protocol/test/token/evidence.test.ts";

export const evidence: readonly Bug[] = [
	{
		name: "one-link-is-a-fork",
		why: "a link that is shown twice convicts its owner: whoever sends the same again is a forger",
		promise: 5,
		edits: [
			{
				file: source,
				find: `	if (equalBytes(first.id, second.id)) return refuse("not-evidence", "one link, shown twice");\n`,
				put: "",
			},
		],
		test: { file: tests, name: "one link is no fork, whoever shows it twice and under whatever signature" },
	},
	{
		name: "locks-are-evidence",
		why: "a lock that was never released counts: an honest payer that cancelled and spent elsewhere is a forger",
		promise: 5,
		edits: [
			{
				file: source,
				find: "	if (lock === null || release === null) return lock === null && release === null;",
				put: "	if (lock === null || release === null) return release === null;",
			},
		],
		test: {
			file: tests,
			name: "locks without their release are no evidence: an honest payer may restore and spend elsewhere",
		},
	},
	{
		name: "owner-convicted-for-decider",
		why: "of a decider that cancels an exchange and releases it, the honest owner on the other side is convicted",
		promise: 5,
		edits: [
			{
				file: source,
				find: "		if (hasCancelled(decider, lock.hash, cancel.signature, trust)) return decider;",
				put: "		hasCancelled(decider, lock.hash, cancel.signature, trust);",
			},
		],
		test: {
			file: tests,
			name: "a payee that cancels an exchange and releases it is convicted, and the owner is not",
		},
	},
	{
		name: "owner-hides-behind-cancel",
		why: "an owner is excused by any cancel in its link, also one that it signed itself: its fork convicts nobody guilty",
		promise: 5,
		edits: [
			{
				file: source,
				find: "		if (!equalBytes(cancel.lock, lock.hash) || !owns(named, outputs[0])) continue;",
				put: "		if (!equalBytes(cancel.lock, lock.hash) || named.length + outputs.length === 0) continue;",
			},
		],
		test: { file: tests, name: "an owner cannot hide behind a cancel that is not the decider's" },
		blind: "no traitor there signs a cancel for itself",
	},
	{
		name: "unsigned-link-convicts",
		why: "a link counts as evidence whoever signed it: anybody frames anybody with two links of his own making",
		promise: 5,
		edits: [
			{
				file: source,
				find: `	return verifySign1(trust.verify, input.owner.key, "link", link.payload, link.signature)
		?`,
				put: `	return verifySign1(trust.verify, input.owner.key, "link", link.payload, link.signature) || body.outputs.length > 0
		?`,
			},
		],
		test: { file: tests, name: "links that the owner did not sign, or that do not add up, are no evidence" },
	},
	{
		name: "foreign-lock-is-a-lie",
		why: "who says that no release reached it is convicted when one turns up, which it could not know",
		promise: 5,
		edits: [
			{
				file: source,
				find: "	if (isForeign && link.body.lock !== null && equalBytes(link.body.lock.hash, says.lock))",
				put: "	if (isForeign && link.body.lock !== null && link.body.outputs.length === 0)",
			},
		],
		test: {
			file: "packages/operator/test/denied.test.ts",
			name: "a release that never reached its owner, and turns up later, convicts nobody",
		},
	},
];
