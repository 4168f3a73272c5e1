/** Why a wallet cannot pay a request with what it holds. */
import type { SecureModule } from "@tenten/module";
import { type Bytes, isRefusal, type Refusal, refuse, sameAsset, sumOf } from "@tenten/protocol";
import type { Balance } from "./balance.ts";
import { unheldTokens } from "./refreshing.ts";

/** `amount`: minor units; `balance`: of the request's asset; `now`: unix seconds. */
export function whyNotPaid(
	module: SecureModule,
	request: Bytes,
	amount: bigint,
	{ available, reserved, awaited, metered }: Balance,
	now: number,
): Refusal {
	const read = module.readRequest(request);
	if (isRefusal(read)) return read;
	const free = unheldTokens(module).filter((token) => sameAsset(token.asset, read.body.asset));
	// What a condition has ended is there, and the condition is why it does not pay.
	if (sumOf(free.filter(({ spendUntil }) => spendUntil > now)) < amount) {
		const others = Object.entries({ awaited, metered }).filter(([, sum]) => sum > 0n);
		const elsewhere = [`${reserved} reserved`, ...others.map(([where, sum]) => `${sum} ${where}`)].join(", ");
		return refuse("funds-insufficient", `${available} available, ${elsewhere}, ${amount} asked`);
	}
	const objections = module.objections(request, amount);
	if (isRefusal(objections)) return objections;
	const [first] = objections;
	return first === undefined
		? refuse("too-many", "it would take too many tokens for one payment: refresh them, or pay less")
		: refuse(first.code, first.detail);
}
