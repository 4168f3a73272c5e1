/** What must hold of hosts that have heard everything: each attempt ended, and both sides tell the same story of it. */
import { type DurablePayer, receipt, serialize, toHex, verifyReceipt } from "@tenten/protocol";
import { must, trust } from "./ecosystem.ts";
import type { Host } from "./host.ts";
import { Violation } from "./violation.ts";

/** What a payee may say where its payer says this. */
const agreeing: Readonly<Record<string, readonly string[]>> = {
	released: ["owned"],
	cancelled: ["none", "cancelled"],
	sent: ["owned"],
	returned: ["returned"],
	ruled: ["none", "ruled"],
};

/** `areHonest`: nobody broke the rules on purpose; otherwise attempts may stay open, and stories differ. */
export function checkDecided(hosts: readonly Host[], areHonest: boolean): void {
	const payees = new Map(
		hosts.flatMap((host) =>
			host.payees().map((state) => [toHex(state.terms.attempt), { host, state }] as const),
		),
	);
	const payers = new Set<string>();
	for (const host of hosts)
		for (const payer of host.payers()) {
			const attempt = toHex(payer.terms.attempt);
			payers.add(attempt);
			if (!areHonest) continue;
			const payee = payees.get(attempt)?.state.kind ?? "none";
			const story = `${host.name} ${payer.kind}, payee ${payee}`;
			if (!(agreeing[payer.kind] ?? []).includes(payee)) throw new Violation("inconsistent", story);
			if (payer.kind === "released") checkReceipt(payer);
		}
	for (const [attempt, { host, state }] of payees) {
		if (!payers.has(attempt)) throw new Violation("inconsistent", `${host.name} has an attempt of nobody`);
		if (areHonest && ["reserved", "lockedForeign", "resolving"].includes(state.kind))
			throw new Violation("undecided", `${host.name} ${state.kind}`);
	}
}

/** A payer that has released can prove that it paid. */
function checkReceipt({ terms, answer, secret }: Extract<DurablePayer, { readonly kind: "released" }>): void {
	const proof = must(verifyReceipt(serialize(receipt, { request: terms.request, answer, secret }), trust));
	if (proof.amount !== terms.amount) throw new Violation("inconsistent", "a receipt for another amount");
}
