/** Trust lists as a wallet takes them: the one that it holds costs nothing, a newer one is kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal, parseMessage } from "@tenten/protocol";
import { inProcessChannel, memoryStore, type WalletStore } from "@tenten/wallet";
import { ok, openTown, asset as yen } from "./support/town.ts";

function countingStore(): { readonly store: WalletStore; readonly commits: () => number } {
	const store = memoryStore();
	let commits = 0;
	const commit: WalletStore["commit"] = (writes) => {
		commits++;
		return store.commit(writes);
	};
	return { store: { ...store, commit }, commits: () => commits };
}

test("the list that is held already is neither written again nor verified anew", async () => {
	const town = await openTown();
	const { store, commits } = countingStore();
	const wallet = await town.wallet(0n, { store });
	const { trust } = wallet.module;
	const before = commits();
	const list = ok(await town.operator.trustList());
	assert.equal(ok(await wallet.module.setTrustList(list, town.operator.id)), trust);
	assert.deepEqual([commits(), wallet.module.trust], [before, trust]);
	await town.close();
});

test("a newer list is written, and the held one is refused once it has expired", async () => {
	const town = await openTown();
	const { store, commits } = countingStore();
	const wallet = await town.wallet(0n, { store });
	const held = ok(await town.operator.trustList());
	const { trust } = wallet.module;
	town.clock.now += 60 * 86_400;
	const newer = ok(await town.operator.trustList());
	assert.notDeepEqual(newer, held);
	const before = commits();
	assert.notEqual(ok(await wallet.module.setTrustList(newer, town.operator.id)), trust);
	assert.equal(commits(), before + 1);
	const older = await wallet.module.setTrustList(held, town.operator.id);
	assert.ok(isRefusal(older) && older.code === "trust-list-rollback");
	town.clock.now += 91 * 86_400;
	const expired = await wallet.module.setTrustList(newer, town.operator.id);
	assert.ok(isRefusal(expired) && expired.code === "trust-list-expired");
	await town.close();
});

for (const mode of ["twoPhase", "direct"] as const)
	test(`a clock that was set back is no earlier than the list: what was over then is not taken, ${mode}`, async () => {
		const town = await openTown();
		const start = town.clock.now;
		const [ann, his] = [await town.wallet(300n, { now: () => start }), { now: start }];
		const bob = await town.wallet(0n, { now: () => his.now });
		town.clock.now += yen.spendWindow + 60 * 86_400;
		his.now = town.clock.now;
		await town.renew(bob);
		// By both clocks it may still be spent; by the date that Bob's operator signed it may not.
		his.now = start;
		const request = ok(await bob.request({ asset: town.asset, amount: 300n, mode }));
		const paid = await ann.start({ request: request.encoded });
		const answers = await inProcessChannel(bob.handle).exchange(ok(paid).messages);
		assert.deepEqual(
			ok(answers).map((each) => codeOf(parseMessage(each))),
			["expired"],
		);
		assert.deepEqual(bob.balance(town.asset).available + bob.balance(town.asset).reserved, 0n);
		await town.close();
	});

const codeOf = (message: ReturnType<typeof parseMessage>) =>
	message.kind === "refused" ? message.code : message.kind;
