/** What a keeper is asked while power fails: lots that are made, divided, moved, taken and retired, and a status. */
import assert from "node:assert/strict";
import { isRefusal, sha256, toUtf8, type VerifiedRecord } from "@tenten/protocol";
import { Keeper, type Operator } from "../../src/index.ts";
import { brokenSeals } from "../../src/sealing/examine.ts";
import { saltSecret } from "./balanced.ts";
import type { Scene } from "./claim-scenes.ts";
import { sealNow } from "./sealed.ts";

const digest = (name: string) => sha256(toUtf8(name));
const [asset, credential, salt, peer] = ["credits", "credential", "salt", "peer"].map(digest) as [
	Uint8Array,
	Uint8Array,
	Uint8Array,
	Uint8Array,
];
const part = { asset, subject: "Reforestation 12" };

/** Moved here, as a seal of another keeper would show it. */
const movedTo = (to: Uint8Array): VerifiedRecord => ({
	verified: "record",
	operator: peer,
	record: {
		kind: "lot",
		origin: { kind: "made", keeper: peer, ...part },
		...part,
		amount: 500n,
		shownBy: null,
		end: { kind: "moved", to },
	},
	seal: digest("seal"),
	number: 1,
	sealedAt: 1,
	since: 1,
});

const idsOf = (answer: Awaited<ReturnType<Keeper["make"]>>) => {
	assert.ok(!isRefusal(answer));
	return (answer as Extract<typeof answer, { readonly kind: "lots" }>).ids;
};

async function keepAll(operator: Operator): Promise<unknown> {
	const keeper = new Keeper({ id: operator.id, store: operator.store, now: () => 1_900_000_000 });
	const [made] = idsOf(await keeper.make({ ...part, amount: 100n }));
	const parts = [70n, 20n].map((amount) => ({ ...part, amount }));
	const [, first, second] = idsOf(await keeper.divide(made, parts, 10n)) as [
		Uint8Array,
		Uint8Array,
		Uint8Array,
	];
	const ends = [await keeper.move(first, peer), await keeper.retire(second, "Aoi Travel")];
	const taken = await keeper.take(movedTo(operator.id));
	const status = await keeper.setStatus(credential, salt, "revoked");
	// Read in a job each, which has nothing to lose.
	const record = await keeper.record(made);
	const nothingYet = { published: { size: 0, root: made, note: made }, reader: () => assert.fail() };
	assert.equal(await keeper.show(made, nothingYet, async () => []), undefined);
	return { record, parts: [first, second], ends: ends.map(idsOf), taken: idsOf(taken), status };
}

/** What stands there after is in the next seal, whole. */
async function assertKept(operator: Operator): Promise<void> {
	const seal = await sealNow(operator);
	const totals = seal.assets.find((each) => Buffer.from(each.asset).equals(asset));
	const { issued, redeemed, burned, chargedOff, outstanding } = totals ?? {};
	assert.deepEqual([issued, redeemed, burned, chargedOff, outstanding], [600n, 70n, 20n, 10n, 500n]);
	assert.deepEqual(await operator.store.read((transaction) => brokenSeals(transaction, saltSecret)), []);
}

const kept: Scene = async () => ({
	ask: async (operator) => {
		const answered = await keepAll(operator);
		await assertKept(operator);
		return answered;
	},
	check: (answered) =>
		assert.equal((answered as { readonly status: { readonly kind: string } }).status.kind, "status"),
});

export const domainScenes: Readonly<Record<string, Scene>> = { "lots and statuses": kept };
