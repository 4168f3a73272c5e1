/** Definitions: proposed by one, approved by two others, signed by the operator's root, and never weaker than the last. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	brokenSuccession,
	type DefinitionBody,
	type DefinitionDraft,
	definitionId,
	inForce,
	listedAsset,
	type Refusal,
	signDefinition,
	type VerifiedDefinition,
	verifyDefinition,
} from "@tenten/protocol";
import { createHolder, createWorld, expectRefusal, expectValue } from "../../../module/test/support/world.ts";
import {
	bodyOf,
	definitionOf,
	draftBy,
	licence,
	type Part,
	personFor,
	threePeople,
} from "./support/people.ts";

const world = await createWorld();
const { root, id: operator } = world.operator;
const people = await threePeople(world);
const [proposer, first, second] = people as [Part, Part, Part];
const body = bodyOf(world);

async function judged(parts: readonly Part[], signer = root): Promise<VerifiedDefinition | Refusal> {
	const encoded = await signDefinition(await draftBy(body, parts), signer);
	return verifyDefinition(encoded, operator, world.trust);
}

test("a definition that one proposed and two approved holds, and says who", async () => {
	const { id, proposer: by, approvers } = expectValue(await judged(people));
	assert.deepEqual(id, definitionId(body));
	assert.deepEqual(by.hash, proposer[1].certificate.hash);
	assert.deepEqual(
		approvers.map(({ hash }) => hash),
		[first[1].certificate.hash, second[1].certificate.hash],
	);
});

test("a definition needs two approvers, whose keys are different", async () => {
	expectRefusal(await judged([proposer, first]), "approval-missing");
	expectRefusal(await judged([proposer, first, first]), "approval-missing");
	expectRefusal(await judged([first, second]), "approval-missing");
});

test("the proposer never counts as an approver", async () => {
	const key = proposer[1].signer;
	const asApprover = await createHolder(world, {
		signer: key,
		profile: { role: "auditor", class: "approver" },
	});
	expectRefusal(await judged([proposer, first, ["approved", asApprover]]), "approval-missing");
	expectRefusal(await judged([proposer, first, ["approved", proposer[1]]]), "certificate-role");
});

test("only people whom the operator certified for it approve", async () => {
	const holder = await createHolder(world, { profile: { class: "approver" } });
	expectRefusal(await judged([proposer, first, ["approved", holder]]), "certificate-role");
	const foreign = await createHolder(world, {
		operator: world.other,
		profile: { role: "auditor", class: "approver" },
	});
	expectRefusal(await judged([proposer, first, ["approved", foreign]]), "authority-unknown");
});

test("an approval under what is no certificate is none", async () => {
	const draft = await draftBy(body, people);
	const [approval, ...others] = draft.approvals as [DefinitionDraft["approvals"][number]];
	const approvals = [{ ...approval, certificate: new Uint8Array(20) }, ...others];
	const encoded = await signDefinition({ ...draft, approvals }, root);
	expectRefusal(verifyDefinition(encoded, operator, world.trust), "malformed");
});

test("an approval counts for the definition that it was given to, and in its own part", async () => {
	const other = await draftBy(bodyOf(world, { ceiling: 2n }), people);
	const moved = await signDefinition({ ...other, body }, root);
	expectRefusal(verifyDefinition(moved, operator, world.trust), "signature-invalid");
});

test("a definition counts only with the operator's root, over these very approvals", async () => {
	expectRefusal(await judged(people, world.operator.ruling), "signature-invalid");
	const third: Part = ["approved", await personFor(world, "approved")];
	const more = await signDefinition(await draftBy(body, [...people, third]), root);
	expectValue(verifyDefinition(more, operator, world.trust));
});

test("a definition carries the licence that was approved", async () => {
	const draft = await draftBy(body, people);
	const other = await signDefinition({ ...draft, licence: Uint8Array.of(0x7e) }, root);
	expectRefusal(verifyDefinition(other, operator, world.trust), "licence-invalid");
	const boundAnew = Uint8Array.from([...licence.subarray(0, -5), 1, 2, 3]);
	expectValue(
		verifyDefinition(await signDefinition({ ...draft, licence: boundAnew }, root), operator, world.trust),
	);
});

test("a definition follows the last one of its code, and takes nothing back that was promised", () => {
	const next = (changes: Partial<DefinitionBody>): DefinitionBody => ({ ...body, version: 2, ...changes });
	assert.equal(brokenSuccession(body, undefined), undefined);
	expectRefusal(brokenSuccession(next({}), undefined) as Refusal, "order-mismatch");
	assert.equal(brokenSuccession(next({ ceiling: 1n, spendWindow: 1 }), body), undefined);
	expectRefusal(brokenSuccession(next({ version: 3 }), body) as Refusal, "order-mismatch");
	expectRefusal(brokenSuccession(next({ validFrom: world.now - 1 }), body) as Refusal, "order-mismatch");
	expectRefusal(brokenSuccession(next({ scale: 2 }), body) as Refusal, "asset-mismatch");
	expectRefusal(brokenSuccession(next({ assetKind: "ticket" }), body) as Refusal, "asset-mismatch");
	expectRefusal(brokenSuccession(next({ grace: body.grace - 1 }), body) as Refusal, "asset-mismatch");
});

test("the definition in force is the newest whose time has come", () => {
	const later = { ...body, version: 2, validFrom: world.now + 10 };
	assert.equal(inForce([body, later], world.now - 1), undefined);
	assert.equal(inForce([body, later], world.now + 9), body);
	for (const bodies of [
		[body, later],
		[later, body],
	])
		assert.equal(inForce(bodies, world.now + 10), later);
});

test("the trust list shows decimals, windows and grace as they were approved", () => {
	const { code, scale, spendWindow, redeemWindow, grace } = body;
	assert.deepEqual(listedAsset(body), { code, scale, name: "yen", spendWindow, redeemWindow, grace });
});

test("a definition is one operator's", async () => {
	const encoded = await definitionOf(world);
	expectRefusal(verifyDefinition(encoded, world.other.id, world.trust), "asset-unknown");
	const unlisted = await definitionOf(world, { operator: new Uint8Array(32) });
	expectRefusal(verifyDefinition(unlisted, new Uint8Array(32), world.trust), "issuer-unknown");
	const together = await definitionOf(world, { spendWindow: body.redeemWindow });
	expectValue(verifyDefinition(together, operator, world.trust));
	const late = await definitionOf(world, { spendWindow: body.redeemWindow + 1 });
	expectRefusal(verifyDefinition(late, operator, world.trust), "malformed");
});
