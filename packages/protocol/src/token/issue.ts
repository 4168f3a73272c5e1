/**
 * Issues: amounts that an operator brings into circulation, many under one signature.
 *
 * The operator signs the RFC 6962 root over the ids of a batch; each token carries its own path. What could
 * go wrong: an issue outside the batch (path), a batch of another operator (its id is in what is signed), a
 * key that is not listed (trust).
 */
import {
	amount,
	type Bytes,
	bytes,
	bytes32,
	encodeItem,
	integer,
	list,
	type Refusal,
	record,
	refuse,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import {
	keyId,
	merkleTree,
	rootFromPath,
	type Signer,
	signature,
	taggedHashOfEncoded,
} from "../crypto/index.ts";
import { authorityHintBytes, hintedKeys, type Trust } from "../identity/index.ts";
import { assetId } from "./asset.ts";
import { caveats, conditions } from "./condition.ts";

/** A count that stops there: far above any hop limit. */
export const maximumHopsUsed = 2 ** 16;

export const issue = record({
	asset: assetId,
	amount,
	/** see `ownerHash` */
	owner: bytes32,
	conditions,
	caveats,
	/** links that this value had passed before it was refreshed into this issue */
	hopsUsed: integer(0, maximumHopsUsed),
	nonce: bytes(16),
	issuedAt: unixSeconds,
	spendUntil: unixSeconds,
	redeemUntil: unixSeconds,
});
export type Issue = TypeOf<typeof issue>;

const maximumBatch = 65_536;

/** An issue with its place in a signed batch. */
export const issueProof = record({
	issue,
	/** first 8 bytes of the issuing key's id */
	keyHint: bytes(authorityHintBytes),
	index: integer(0, maximumBatch - 1),
	size: integer(1, maximumBatch),
	path: list(bytes32, 17),
	signature,
});
export type IssueProof = TypeOf<typeof issueProof>;

export function issueId(value: Issue): Bytes {
	return taggedHashOfEncoded("issue", encodeItem(issue.write(value)));
}

function batchPayload(operatorId: Bytes, size: number, root: Bytes): Bytes {
	return encodeItem([operatorId, size, root]);
}

/** Signs issues of one operator, at most 65,536, with one signature. */
export async function issueBatch(issues: readonly Issue[], signer: Signer): Promise<readonly IssueProof[]> {
	const operatorId = issues[0]?.asset.operator;
	if (operatorId === undefined || issues.length > maximumBatch) throw new RangeError("1 to 65,536 issues");
	const { root, paths } = merkleTree(issues.map(issueId));
	const batchSignature = await signer.sign("issue-batch", batchPayload(operatorId, issues.length, root));
	const keyHint = keyId(signer.key).subarray(0, authorityHintBytes);
	return issues.map((value, index) => ({
		issue: value,
		keyHint,
		index,
		size: issues.length,
		path: paths[index] ?? [],
		signature: batchSignature,
	}));
}

/** The id of the issue that a proof proves, under a listed issuing key of its asset's operator. */
export function verifyIssueProof(proof: IssueProof, trust: Trust): Bytes | Refusal {
	const operator = trust.operator(proof.issue.asset.operator);
	if (operator === undefined) return refuse("issuer-unknown");
	if (trust.asset(proof.issue.asset) === undefined) return refuse("asset-unknown");
	const id = issueId(proof.issue);
	const root = rootFromPath(id, proof.index, proof.size, proof.path);
	if (root === undefined) return refuse("issue-proof-invalid", "path does not fit");
	const payload = batchPayload(operator.id, proof.size, root);
	const hinted = hintedKeys(operator, "issuing", proof.keyHint);
	// Its operator may have changed keys since the list was signed: whoever has a newer one sees further.
	if (hinted.length === 0) return refuse("issuer-unknown", "no listed issuing key has this hint");
	const signed = hinted.some((key) => trust.verifyShared(key, "issue-batch", payload, proof.signature));
	return signed ? id : refuse("issue-proof-invalid", "no listed issuing key signed this batch");
}
