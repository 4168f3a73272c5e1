/** A holder of two tokens with an order: its steps, what they do, and what its operator answers. */
import assert from "node:assert/strict";
import {
	type Bytes,
	type ClaimResult,
	type HolderOrder,
	type HolderOrderEffect,
	type HolderOrderEvent,
	type HolderOrderStep,
	type IssueProof,
	type Order,
	type OrderPlan,
	orderDigest,
	ownOutput,
	type Reply,
	stepHolderOrder,
	toHex,
	type VerifiedCertificate,
} from "@tenten/protocol";
import { bytesOf, epoch, issueTo, toySign, trust } from "../../handover/support/ecosystem.ts";
import { alice, bob, carol, orderOf } from "./redeeming.ts";

export const idle: HolderOrder = { kind: "idle" };
export const own = (minor: bigint, name: string, certificate = alice) =>
	ownOutput(minor, certificate, bytesOf("opening", name));

export const inputs = [issueTo(alice, 100n, "first"), issueTo(alice, 50n, "second")].map((token) => ({
	token,
	after: [],
}));
export const refresh = orderOf({ kind: "refresh", outputs: [own(120n, "fresh")] });
export const withdrawal = orderOf({
	kind: "withdraw",
	account: alice.hash,
	outputs: [own(30n, "new"), own(5n, "newer")],
});

export function planOf(order: Order, changes: Partial<OrderPlan> = {}): OrderPlan {
	return { order, signer: alice, inputs, amount: 120n, changeRequest: bytesOf("change"), ...changes };
}

export const withdrawing = planOf(withdrawal, { inputs: [], amount: 35n });

export function step(state: HolderOrder, event: HolderOrderEvent): HolderOrderStep {
	return stepHolderOrder(state, event, trust);
}

export function start(plan: OrderPlan): HolderOrderStep {
	return step(idle, { kind: "start", plan });
}

const signers = new Map([alice, bob, carol].map(({ hash, key }) => [toHex(hash), key]));

export function signaturesFor({ effects }: HolderOrderStep): readonly Bytes[] {
	const [sign] = effects;
	assert.ok(sign?.kind === "sign" && effects.length === 1);
	return sign.requests.map(({ signer, type, payload }) => {
		const key = signers.get(toHex(signer));
		assert.ok(key);
		return toySign(key, type, payload);
	});
}

export function sign(signing: HolderOrderStep): HolderOrderStep {
	return step(signing.state, { kind: "signed", signatures: signaturesFor(signing) });
}

export function ordered(plan: OrderPlan): HolderOrderStep {
	return sign(start(plan));
}

export function effect<K extends HolderOrderEffect["kind"]>(
	{ effects }: HolderOrderStep,
	kind: K,
): Extract<HolderOrderEffect, { kind: K }> {
	const found = effects.find((each) => each.kind === kind);
	assert.ok(found, `no ${kind}`);
	return found as Extract<HolderOrderEffect, { kind: K }>;
}

/** Nothing was done, and nothing changed. */
export function assertRefused(before: HolderOrder, after: HolderOrderStep, code: string): void {
	assert.equal(after.refusal?.code, code, after.refusal?.detail);
	assert.deepEqual([after.state, after.effects], [before, []]);
}

export const paid: ClaimResult = { kind: "refreshed", amount: 1n };

export function reply(
	order: Order,
	results: readonly ClaimResult[],
	...proofs: readonly IssueProof[]
): Reply {
	return { order: orderDigest(order), results, issues: proofs.map((proof) => ({ output: null, proof })) };
}

export function answer(state: HolderOrder, value: Reply): HolderOrderStep {
	return step(state, { kind: "answered", reply: value });
}

/** A fresh issue for the owner that `own` and `issueTo` open by this name. */
export function issued(name: string, minor: bigint, certificate: VerifiedCertificate = alice): IssueProof {
	return issueTo(certificate, minor, name, { spendUntil: epoch + 9_000 }).token.issue;
}

export function added(after: HolderOrderStep): readonly (readonly [bigint, string])[] {
	return effect(after, "persist").changes.add.map(({ amount, owner }) => [
		amount,
		toHex(owner.certificate.hash),
	]);
}
