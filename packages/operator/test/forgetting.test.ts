/** What anybody can make an operator store, with nothing but bytes, does not stay for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lockHash, releaseToken } from "@tenten/protocol";
import { day, expectRefusal, expectValue, pay } from "../../module/test/support/world.ts";
import { Idempotency } from "../src/http/idempotency.ts";
import { isProblem } from "../src/http/problem.ts";
import { lastingScope } from "../src/store/forgetting.ts";
import { createEcosystem, enrolHolder, redeem, withdrawTo } from "./support/ecosystem.ts";
import { show } from "./support/rulings.ts";

test("releases that belong to no lock are forgotten when no token can wait for them", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world, clock } = ecosystem;
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 10n);
	assert.ok(token);
	const [real, made] = [world.random(), world.random()];
	const { paid } = await pay(world, token, alice, bob, 10n, { release: real, released: false });
	await show(ecosystem, real);
	await show(ecosystem, made);
	await redeem(ecosystem, bob, expectValue(releaseToken(paid, real)));
	clock.now += 62 * day;
	await show(ecosystem, world.random());
	assert.deepEqual(await operator.release(lockHash(made)), made);
	clock.now += 1;
	await show(ecosystem, world.random());
	expectRefusal(await operator.release(lockHash(made)), "attempt-unknown");
	assert.deepEqual(await operator.release(lockHash(real)), real);
	const rulings = await operator.store.run((transaction) =>
		transaction.selectFrom("rulings").select("subject").execute(),
	);
	assert.equal(rulings.length, 3);
});

test("keys are forgotten after some days, those of deposits never", async () => {
	const { operator, clock } = await createEcosystem();
	const idempotency = new Idempotency(operator);
	const use = (scope: string, content: number): Promise<unknown> =>
		idempotency.once(scope, "key", Uint8Array.of(content), async () => "answered");
	for (const scope of ["/v1/claims", lastingScope]) {
		assert.equal(await use(scope, 1), "answered");
		assert.ok(isProblem(await use(scope, 2)));
	}
	clock.now += 7 * day + 1;
	assert.equal(await use("/v1/claims", 2), "answered");
	assert.ok(isProblem(await use(lastingScope, 2)));
});
