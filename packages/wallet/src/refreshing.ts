/**
 * Refreshing: fresh tokens from an operator for those that near their limits.
 *
 * A redeeming link is irrevocable, so an operator is asked for its trust list first: one that is out of reach
 * must not cost an offline wallet what it could still spend.
 */
import type { SecureModule, TokenSummary } from "@tenten/module";
import { type Bytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { fetchLists } from "./lists.ts";
import { type Operators, reach, runOrder } from "./operators.ts";
import { planUpkeep, type RefreshPlan, type UpkeepPolicy } from "./upkeep.ts";

/** How many orders were answered. A refusal where none was, and there was something to do. */
export async function upkeep(
	module: SecureModule,
	operators: Operators,
	now: number,
	policy?: UpkeepPolicy,
): Promise<number | Refusal> {
	await fetchLists(module, operators);
	const plans = planUpkeep(freeTokens(module), now, policy);
	let done = 0;
	let refused: Refusal | undefined;
	for (const [operator, own] of byOperator(plans)) {
		let away = await reach(module, operators, operator);
		for (const { asset, inputs } of own) {
			const results =
				away ??
				(await runOrder(module, operators, {
					asset,
					action: { kind: "refresh" },
					inputs: inputs.map(({ output }) => output),
				}));
			if (!isRefusal(results)) done++;
			else {
				refused ??= results;
				// It has too much to do: nothing more is signed for it now.
				if (results.again_s !== undefined) away = results;
			}
		}
	}
	return done === 0 && refused !== undefined ? refused : done;
}

/** What links may be signed on: neither set aside, nor owned by a restored key, nor frozen. */
export function freeTokens(module: SecureModule): readonly TokenSummary[] {
	return unheldTokens(module).filter(({ output }) => !module.freezes.isFrozen(output));
}

/** The same, with what is frozen. */
export function unheldTokens(module: SecureModule): readonly TokenSummary[] {
	return module
		.tokens()
		.filter(({ heldBy, certificate }) => heldBy === null && !module.isRestored(certificate));
}

function byOperator(
	plans: readonly RefreshPlan[],
): readonly (readonly [operator: Bytes, plans: readonly RefreshPlan[]])[] {
	const groups = new Map<string, RefreshPlan[]>();
	for (const plan of plans) {
		const key = toHex(plan.asset.operator);
		groups.set(key, [...(groups.get(key) ?? []), plan]);
	}
	return [...groups.values()].flatMap((own) => (own[0] ? [[own[0].asset.operator, own] as const] : []));
}
