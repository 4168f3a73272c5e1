/** What a refusal may do: nothing. */
import assert from "node:assert/strict";
import type { Payee, Payer, RefusalCode, Step } from "@tenten/protocol";

/** A refusing step gives back the state that it was given, and writes, signs and sends nothing. */
export function assertRefused<S extends Payer | Payee>(
	before: S,
	step: Step<S>,
	code: RefusalCode,
	name: string,
): void {
	assert.equal(step.refusal?.code, code, `${name}: ${step.refusal?.detail}`);
	assert.ok(step.state === before || step.state.kind === "idle", name);
	assert.deepEqual(step.effects, [], name);
}
