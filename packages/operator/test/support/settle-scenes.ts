/** What a bank desk is asked while power fails: records, claims, files, results, a card, and who is to be suspended. */
import assert from "node:assert/strict";
import { type Bytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { type Acquirer, BankDesk, type Charge, type ChargeState, type Operator } from "../../src/index.ts";
import type { KeptClaim } from "../../src/settle/claim-rows.ts";
import type { KeptFile } from "../../src/settle/filing.ts";
import { answered } from "../settle/support/debit-results.ts";
import {
	accounts,
	chargers,
	drivers,
	month,
	own,
	recordsOf,
	rules,
	yen,
} from "../settle/support/desk-world.ts";
import type { Scene } from "./claim-scenes.ts";
import { sealNow } from "./sealed.ts";

function given<T>(value: T | Refusal): T {
	assert.ok(
		!isRefusal(value),
		isRefusal(value) ? `${(value as Refusal).code} ${(value as Refusal).detail}` : "",
	);
	return value as T;
}

/** One that keeps what it was asked, and declines no card. */
function acquirerOf(charges: Map<string, ChargeState>): Acquirer {
	const stateOf = ({ reference }: Charge): ChargeState => charges.get(reference) ?? { kind: "none" };
	const change = (charge: Charge, state: ChargeState): ChargeState => {
		charges.set(charge.reference, state);
		return state;
	};
	return {
		status: async (charge) => stateOf(charge),
		authorise: async (charge) =>
			stateOf(charge).kind === "none" ? change(charge, { kind: "authorised" }) : stateOf(charge),
		capture: async (charge) => change(charge, { kind: "captured", amount: charge.amount }),
	};
}

const settled: Scene = async () => {
	const charges = new Map<string, ChargeState>();
	const heard = new Set<string>();
	return {
		ask: async (operator) => {
			const answers = await settledAll(operator, heard, acquirerOf(charges));
			assert.equal(charges.size, 1, "one charge");
			return answers;
		},
		check: (answers) => assert.deepEqual((answers as { readonly heard: object }).heard, [toHex(drivers.ann)]),
	};
};

/** A debit that the bank refuses, so that a card is charged for it. */
async function settledAll(operator: Operator, heard: Set<string>, acquirer: Acquirer): Promise<unknown> {
	const desk = new BankDesk({ id: operator.id, store: operator.store, now: () => 1_900_000_000 });
	const [record] = await recordsOf(operator.id, [[drivers.ann, chargers.north, 350n]]);
	given(await desk.take(record as Bytes, rules));
	await sealNow(operator);
	const claim = given(await desk.claim({ party: drivers.ann, ...month })) as KeptClaim;
	const filing = { name: "one", claims: [claim.id], own, accounts, money: yen, date: "2026-11-27" };
	const { content } = given(await desk.file(filing)) as KeptFile;
	given(await desk.read(answered(content, ["1"]), yen));
	await desk.suspendRefused(async (party) => {
		heard.add(toHex(party));
	});
	await desk.resume(acquirer);
	const charged = await desk.charge({ claim: claim.id, money: yen, card: "card" }, acquirer);
	if (isRefusal(charged)) assert.equal(charged.code, "claim-paid");
	// Read in a job each, which has nothing to lose.
	const statement = given(await desk.statement({ party: drivers.ann, ...month }));
	const claimed = await desk.claimed(claim.id);
	const contradictions = await desk.contradictions();
	return { claims: await desk.claims(), content, statement, claimed, contradictions, heard: [...heard] };
}

export const settleScenes: Readonly<Record<string, Scene>> = { "what parties owe, and banks pay": settled };
