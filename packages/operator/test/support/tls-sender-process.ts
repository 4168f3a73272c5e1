/**
 * An operator as a process of its own, which sends a test to each endpoint that its argument names (`SendingPlan`,
 * JSON), and says in a line on stdout how each attempt ended. Whom it trusts for TLS is in its environment.
 */
import assert from "node:assert/strict";
import type { Bytes } from "@tenten/protocol";
import { createEcosystem } from "./ecosystem.ts";

export type SendingPlan = { readonly urls: readonly string[] };

async function send({ urls }: SendingPlan): Promise<void> {
	const acting = { actor: "key:test", requestId: "test" };
	const { operator } = await createEcosystem({ webhooks: { isNetworkTrusted: true } });
	const sent: (readonly [endpoint: Bytes, event: Bytes, secret: string])[] = [];
	for (const url of urls) {
		const made = await operator.webhooks.add(acting, { url, description: "", types: [], accounts: [] });
		assert.ok(made.kind === "made");
		const event = await operator.webhooks.test(acting, made.endpoint.id);
		assert.ok(event);
		sent.push([made.endpoint.id, event, made.secret]);
	}
	await operator.webhooks.deliver();
	const ended = [];
	for (const [endpoint, event, secret] of sent) {
		const report = await operator.webhooks.delivery(endpoint, event);
		ended.push({ outcome: report?.attempts.at(-1)?.outcome, state: report?.delivery.state, secret });
	}
	await operator.close();
	process.stdout.write(`${JSON.stringify(ended)}\n`);
}

if (import.meta.main) await send(JSON.parse(process.argv[2] ?? "") as SendingPlan);
