/** Buckets let in what their rate allows and not one more, and take no more memory than they were given. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Buckets } from "../src/http/buckets.ts";

const rate = { perSecond: 2, burst: 3 };

test("a rested client is let in at once as often as its burst, then as often as its rate", () => {
	const buckets = new Buckets(10);
	const at = (now_ms: number) => buckets.take("a", rate, now_ms).isAllowed;
	assert.deepEqual([0, 0, 0, 0, 499, 500, 500, 1_000].map(at), [
		true,
		true,
		true,
		false,
		false,
		true,
		false,
		true,
	]);
});

test("who is refused waits no longer for having asked, and is let in when told", () => {
	const buckets = new Buckets(10);
	for (let i = 0; i < 3; i++) buckets.take("a", rate, 0);
	for (let i = 0; i < 100; i++) assert.equal(buckets.take("a", rate, 100).isAllowed, false);
	const { wait_ms } = buckets.take("a", rate, 100);
	assert.ok(Math.abs(wait_ms - 400) < 1, `${wait_ms}`);
	assert.equal(buckets.take("a", rate, 100 + wait_ms).isAllowed, true);
});

test("one client's requests are none of another's, and looking takes nothing", () => {
	const buckets = new Buckets(10);
	for (let i = 0; i < 5; i++) buckets.take("a", rate, 0);
	for (let i = 0; i < 5; i++) assert.equal(buckets.look("b", rate, 0).left, 3);
	assert.equal(buckets.take("b", rate, 0).left, 2);
});

test("in no stretch of time is more let in than the burst and what came back, and the wait is never wrong", () => {
	const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 60 });
	const rates = fc.record({
		perSecond: fc.integer({ min: 1, max: 50 }),
		burst: fc.integer({ min: 1, max: 20 }),
	});
	fc.assert(
		fc.property(gaps, rates, (after, drawn) => {
			const buckets = new Buckets(10);
			const letIn: number[] = [];
			let now_ms = 0;
			for (const gap_ms of after) {
				now_ms += gap_ms;
				const { isAllowed, left, wait_ms } = buckets.take("a", drawn, now_ms);
				if (isAllowed) letIn.push(now_ms);
				assert.ok(left >= 0 && left <= drawn.burst);
				assert.equal(wait_ms <= 1e-3, left > 0);
				assert.equal(buckets.look("a", drawn, now_ms + wait_ms).isAllowed, true);
			}
			for (const [first, from_ms] of letIn.entries())
				for (const [further, to_ms] of letIn.slice(first).entries())
					assert.ok(further + 1 <= drawn.burst + ((to_ms - from_ms) / 1_000) * drawn.perSecond + 1e-3);
		}),
	);
});

test("however many clients come, memory holds so many buckets, and who asks all the while is not forgotten", () => {
	const buckets = new Buckets(1_000);
	for (let i = 0; i < 3; i++) buckets.take("persistent", rate, 0);
	for (let i = 0; i < 20_000; i++) {
		buckets.take(`address ${i}`, rate, 1);
		if (i % 500 === 0) assert.equal(buckets.take("persistent", rate, 1).isAllowed, false, `${i}`);
		assert.ok(buckets.size <= 1_000);
	}
});
