/** What the run says of exchanges of tokens for money on an account: both legs, neither, or one without the other. */
import { type RanCell, type State, statesOf } from "@tenten/sim";
import type { MatrixRun } from "./run.ts";
import type { Sentence } from "./summary.ts";

const exchanges: readonly string[] = ["withdraw", "deposit"];

/** A sentence for each flow of exchanges of which cells were run. */
export function bothLegs({ cells }: MatrixRun): readonly Sentence[] {
	return exchanges.flatMap((flow) => {
		const own = cells.filter((ran) => ran.flow === flow);
		if (own.length === 0) return [];
		const apart = own.filter(({ verdict: { created, lost } }) => created > 0n || lost > 0n);
		const whole = own.filter((ran) => !apart.includes(ran));
		const done = whole.filter(hasGot).length;
		const neither = whole.length - done;
		return [
			{
				en: `Flow ${flow}: both legs were done in ${done} cells, neither in ${neither}, and one without the other in ${apart.length}.`,
				ja: `フロー${flow}：両方の受け渡しが行われたのは${done}セル、どちらも行われなかったのは${neither}セル、片方だけは${apart.length}セル。`,
			},
		];
	});
}

/** Whether the payee has more at rest than it began with. */
function hasGot({ trace }: RanCell): boolean {
	const end = [...statesOf(trace)].at(-1)?.states ?? trace.begun;
	return heldByPayee(end) > heldByPayee(trace.begun);
}

function heldByPayee(states: Readonly<Record<string, State>>): bigint {
	return Object.values(states)
		.flatMap(({ holdings: { available, locked, reserved } }) => [available, locked, reserved])
		.reduce((sum, amounts) => sum + (amounts["payee"] ?? 0n), 0n);
}
