/** A batch of issues is one operator's, and neither empty nor larger than its tree may be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { issueBatch, type Signer } from "@tenten/protocol";
import { densha, epoch, issueTo, toySign } from "../handover/support/ecosystem.ts";
import { alice } from "../registry/support/redeeming.ts";

const signer: Signer = {
	key: densha.issuing,
	sign: async (type, payload) => toySign(densha.issuing, type, payload),
};

test("a batch holds an issue and at most 65,536, or nothing is signed", async () => {
	const { issue } = issueTo(alice, 10n, "batched", { spendUntil: epoch + 1 }).token.issue;
	await assert.rejects(issueBatch([], signer), RangeError);
	await assert.rejects(issueBatch(new Array(65_537).fill(issue), signer), RangeError);
	const proofs = await issueBatch([issue, issue, issue], signer);
	assert.deepEqual(
		proofs.map(({ index, size, path }) => [index, size, path.length]),
		[
			[0, 3, 2],
			[1, 3, 2],
			[2, 3, 1],
		],
	);
});
