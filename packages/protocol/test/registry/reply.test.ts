/** Orders and replies as they travel: how much of each there may be, and what stays with its owner. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ClaimResult,
	isRefusal,
	limits,
	ownOutput,
	parse,
	parseReply,
	type Reply,
	reply as replyShape,
	serialize,
	signedOrder,
	staysWith,
	taggedHash,
} from "@tenten/protocol";
import { bytesOf, issueTo } from "../handover/support/ecosystem.ts";
import { alice, bob, orderOf, signedBy } from "./support/redeeming.ts";

const forked: ClaimResult = { kind: "forked", evidence: new Uint8Array(limits.evidence), drawn: 0n };
const proof = issueTo(alice, 5n, "replied").token.issue;
const empty: Reply = { order: bytesOf("order"), results: [], issues: [] };

function isRead(value: Reply): boolean {
	const read = parseReply(serialize(replyShape, value));
	if (!isRefusal(read)) assert.deepEqual(read, value);
	return !isRefusal(read);
}

test("a reply holds full evidence for each token of an order, with its issues", () => {
	const results = Array<ClaimResult>(limits.orderTokens).fill(forked);
	const issues = Array.from({ length: limits.orderOutputs + limits.orderTokens }, () => ({
		output: null,
		proof,
	}));
	assert.ok(isRead({ ...empty, results, issues }));
	assert.ok(!isRead({ ...empty, results: [...results, { kind: "paid", amount: 1n }] }));
	assert.ok(!isRead({ ...empty, issues: [...issues, ...issues.slice(0, 1)] }));
});

test("an issue names an output that an order can have", () => {
	const at = (output: number | null): Reply => ({ ...empty, issues: [{ output, proof }] });
	assert.ok(isRead(at(0)) && isRead(at(limits.orderOutputs - 1)) && isRead(at(null)));
	assert.ok(!isRead(at(limits.orderOutputs)));
});

test("an order names at least one output, and as many as there may be", () => {
	const output = ownOutput(1n, alice, bytesOf("own"));
	const read = (count: number): boolean => {
		const order = orderOf({ kind: "refresh", outputs: Array(count).fill(output) });
		return !isRefusal(parse(signedOrder, serialize(signedOrder, signedBy(alice, order))));
	};
	assert.deepEqual([0, 1, limits.orderOutputs, limits.orderOutputs + 1].map(read), [
		false,
		true,
		true,
		false,
	]);
});

test("an output stays with a signer only where its own request opens it", () => {
	const own = ownOutput(1n, alice, bytesOf("own"));
	assert.equal(staysWith(alice.hash, own), true);
	assert.equal(staysWith(bob.hash, own), false);
	assert.equal(staysWith(alice.hash, { ...own, ownRequest: bytesOf("other") }), false);
	assert.equal(staysWith(alice.hash, { ...own, ownRequest: null }), false);
	// An owner made of no request at all is nobody's.
	const crafted = taggedHash("owner", [alice.hash, null, null]);
	assert.equal(staysWith(alice.hash, { amount: 1n, owner: crafted, ownRequest: null }), false);
});
