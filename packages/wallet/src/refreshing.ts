/**
 * Refreshing: fresh tokens from an operator for those that near their limits, and for what a backup brought.
 *
 * A redeeming link is irrevocable, so an operator is asked for its trust list first: one that is out of reach
 * must not cost an offline wallet what it could still spend.
 */
import type { SecureModule } from "@tenten/module";
import { type Bytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { accountBalance, type Operators, reach, runOrder } from "./operators.ts";
import { planUpkeep, type RefreshPlan, type UpkeepPolicy } from "./upkeep.ts";

const everything: UpkeepPolicy = { links: 0, bytes: 0, time: Number.MAX_SAFE_INTEGER, count: 1 };

const nothing: UpkeepPolicy = { links: Infinity, bytes: Infinity, time: -Infinity, count: Infinity };

/** How many orders were answered. A refusal where none was, and there was something to do. */
export async function upkeep(
	module: SecureModule,
	operators: Operators,
	now: number,
	policy?: UpkeepPolicy,
): Promise<number | Refusal> {
	const free = module.tokens().filter(({ heldBy }) => heldBy === null);
	const restored = free.filter(({ certificate }) => module.isRestored(certificate));
	const others = free.filter((token) => !restored.includes(token));
	const plans = [...planUpkeep(restored, now, everything), ...planUpkeep(others, now, policy)];
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

/**
 * After a backup was restored and its operators were joined again: tokens are refreshed to the new
 * certificates, and what old accounts hold is withdrawn to them.
 */
export async function bringBack(
	module: SecureModule,
	operators: Operators,
	now: number,
): Promise<Refusal | undefined> {
	const { trust } = module;
	if (isRefusal(trust)) return trust;
	let refused: Refusal | undefined;
	for (const { hash, operatorId } of module.certificates().filter(({ hash }) => module.isRestored(hash)))
		for (const { code } of trust.operator(operatorId)?.entry.assets ?? []) {
			const asset = { operator: operatorId, code };
			const held = await accountBalance(module, operators, asset, hash);
			if (held === 0n) continue;
			const action = { kind: "withdraw", outputs: isRefusal(held) ? [] : [held], account: hash } as const;
			const results = isRefusal(held)
				? held
				: await runOrder(module, operators, { asset, action, inputs: [] });
			if (isRefusal(results)) refused ??= results;
		}
	const done = await upkeep(module, operators, now, nothing);
	return isRefusal(done) ? done : refused;
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
