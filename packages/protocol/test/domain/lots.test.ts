/** Lots: each ends once, in one way; what is refused changes nothing; and seals add up whatever happens. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, limits, lotId, type Refusal, takeLot, toHex, verifyShownRecord } from "@tenten/protocol";
import fc from "fast-check";
import { verify } from "../../../module/src/index.ts";
import { carbon, coffee, done, id, Keeper, must, start } from "./support/keeper.ts";
import { beans, credits, project } from "./support/stories.ts";

const part = { asset: carbon, subject: project };
const totalsOf = (keeper: Keeper, asset: Bytes) => {
	const found = keeper.sealed.at(-1)?.seal.assets.find((each) => toHex(each.asset) === toHex(asset));
	assert.ok(found);
	const { issued, redeemed, burned, chargedOff, outstanding } = found;
	return [issued, redeemed, burned, chargedOff, outstanding];
};

test("a credit is issued once, leaves one registry, enters the other, and is retired in part: all of it adds up", async () => {
	const { home, other } = await credits();
	assert.deepEqual(totalsOf(home, carbon), [50_000n, 30_000n, 0n, 0n, 20_000n]);
	assert.deepEqual(totalsOf(other, carbon), [30_000n, 0n, 12_000n, 0n, 18_000n]);
	for (const { broken } of [...home.sealed, ...other.sealed]) assert.deepEqual(broken, []);
});

test("a harvest is processed, and what was lost is counted, at each party", async () => {
	const { farm, roaster, cherries } = await beans();
	assert.deepEqual(totalsOf(farm, cherries), [1_000n, 0n, 180n, 820n, 0n]);
	assert.deepEqual(totalsOf(farm, coffee), [180n, 180n, 0n, 0n, 0n]);
	assert.deepEqual(totalsOf(roaster, coffee), [180n, 0n, 0n, 20n, 160n]);
	for (const { broken } of [...farm.sealed, ...roaster.sealed]) assert.deepEqual(broken, []);
});

test("a lot ends once: the same again changes nothing, and any other end is lot-ended", async () => {
	const { home, other, made, kept, sent, moved, arrived, retired, rest } = await credits();
	const before = [new Map(home.records), new Map(other.records)];
	assert.deepEqual(home.make({ ...part, amount: 50_000n }), []);
	assert.deepEqual(home.move(sent, other), []);
	assert.deepEqual(other.take(moved, home), []);
	assert.deepEqual(other.retire(retired, "Aoi Travel, flights of 2026"), []);
	const codes = [
		home.make({ ...part, amount: 50_001n }),
		home.retire(sent, "Mallory"),
		home.move(sent, new Keeper("third.example/credits", 0xd1)),
		home.divide(made, [{ ...part, amount: 50_000n }]),
		home.retire(made, "Mallory"),
		other.retire(retired, "Mallory"),
		other.retire(arrived, "Aoi Travel, flights of 2026"),
		other.move(retired, home),
		home.retire(arrived, "Mallory"),
		home.move(kept, home),
		other.divide(rest, [{ ...part, amount: 18_001n }]),
		other.divide(rest, [{ ...part, amount: 17_000n }], 999n),
		other.divide(rest, [{ ...part, amount: 0n }], 18_000n),
		other.divide(rest, [{ ...part, amount: -1n }], 18_001n),
		home.make({ asset: carbon, subject: "another", amount: limits.amount + 1n }),
	];
	assert.deepEqual(codes, [
		"lot-known",
		...Array(7).fill("lot-ended"),
		"lot-unknown",
		"peer-refused",
		"sum-mismatch",
		"sum-mismatch",
		"amount-invalid",
		"amount-invalid",
		"amount-invalid",
	]);
	assert.deepEqual([home.records, other.records], before, "a refusal changed something");
});

test("a lot is taken in only upon a cosigned seal that shows it moved here", async () => {
	const { home, other, kept, moved } = await credits();
	const third = new Keeper("third.example/credits", 0xd1);
	const nothing = new Map(third.records);
	assert.equal(third.take(moved, home), "proof-invalid", "moved to another");
	assert.equal(third.take(await home.show(kept), home), "proof-invalid", "held");
	assert.equal(third.take(await home.show(id(9)), home), "proof-invalid", "nothing");
	assert.equal(third.take(moved, other), "proof-invalid", "of another's log");
	assert.equal(third.take({ ...moved, words: [] }, home), "quorum-missing");
	assert.deepEqual(third.records, nothing);
	const [again] = done(home.divide(kept, [{ ...part, amount: 20_000n }])).slice(1);
	done(home.move(again as Bytes, third));
	// It leaves out all that it issued.
	const { broken, seal } = await home.seal(start + 20, { assets: [] });
	assert.deepEqual(
		broken.map(({ rule }) => rule),
		["totals"],
	);
	const spoilt = await home.show(again as Bytes);
	const read = must(verifyShownRecord(spoilt, home.operator, home.log, verify));
	assert.equal(read.since, null);
	assert.equal((takeLot(undefined, third.operator, read) as Refusal).code, "quorum-missing");
	assert.equal(third.take(spoilt, home), "quorum-missing", `seal ${seal.number} breaks a rule`);
	const shownStatus = { ...read, record: null };
	assert.equal((takeLot(undefined, third.operator, shownStatus) as Refusal).code, "proof-invalid");
});

test("whoever ships more than it has breaks a rule that each witness names", async () => {
	const seals = await Promise.all(
		["sum", "totals"].map(async (rule) => {
			const { farm, green } = await beans();
			const roaster = new Keeper("second.example/lots", 0xe1);
			const lot = farm.lot(green);
			assert.ok(lot);
			// The same lot once more, under another origin that nothing leads to.
			const origin = {
				kind: "made",
				keeper: farm.operator,
				asset: coffee,
				subject: "out of nothing",
			} as const;
			farm.put({ ...lot, origin, end: { kind: "moved", to: roaster.operator } });
			const lie = (farm.sealed.at(-1)?.seal.assets ?? []).map((each) => {
				if (toHex(each.asset) !== toHex(coffee)) return each;
				const shipped = { ...each, redeemed: each.redeemed + 180n };
				return rule === "sum" ? shipped : { ...shipped, issued: shipped.issued + 180n };
			});
			const made = await farm.seal(start + 20, { assets: lie });
			assert.equal(roaster.take(await farm.show(lotId(origin)), farm), "quorum-missing");
			return made.broken.map((each) => each.rule);
		}),
	);
	assert.deepEqual(seals, [["sum", "totals"], ["totals"]]);
});

test("what one party says it handed over, the other says it got", async () => {
	const { farm, roaster } = await beans();
	const at = (peer: Keeper, owes: bigint, isOwed: bigint) => ({
		peer: peer.operator,
		asset: coffee,
		settlement: 1,
		owes,
		isOwed,
	});
	farm.positions = [at(roaster, 0n, 180n)];
	farm.peerWords = [at(roaster, 180n, 0n)];
	assert.deepEqual((await farm.seal(start + 20)).broken, []);
	roaster.positions = [at(farm, 200n, 0n)];
	roaster.peerWords = [at(farm, 0n, 180n)];
	const rulesOf = async () => (await roaster.seal(start + 20)).broken.map(({ rule }) => rule);
	assert.deepEqual(await rulesOf(), ["position-differs"], "it got no more than was handed over");
	roaster.peerWords = [];
	assert.deepEqual(await rulesOf(), ["position-unconfirmed"]);
});

/** A step of some keeper, towards some other, with some lot, by a number. */
const act = fc.record({
	what: fc.constantFrom("make", "divide", "divide", "move", "move", "take", "take", "retire", "seal", "seal"),
	who: fc.nat(2),
	whom: fc.nat(2),
	which: fc.nat(1_000),
	amount: fc.integer({ min: 1, max: 1_000 }),
});

test("over any history of three keepers nothing is made, lost or retired twice, and every seal adds up", async () => {
	let [moved, retired, repeated] = [0, 0, 0];
	await fc.assert(
		fc.asyncProperty(fc.array(act, { minLength: 40, maxLength: 80 }), async (acts) => {
			const keepers = [0x11, 0x21, 0x31].map((fill) => new Keeper(`k${fill}.example/lots`, fill));
			const naive = { made: 0n, lost: 0n, retired: 0n };
			const shown: { readonly from: Keeper; readonly key: Bytes; readonly number: number }[] = [];
			for (const [at, { what, who, whom, which, amount }] of acts.entries()) {
				const [keeper, peer] = [keepers[who] as Keeper, keepers[whom] as Keeper];
				const lots = keeper.lots;
				const lot = lots[which % Math.max(1, lots.length)];
				const key = lot === undefined ? id(0) : lotId(lot.origin);
				const isHeld = lot?.end === null;
				if (what === "make") {
					const step = keeper.make({
						asset: carbon,
						subject: `project ${which % 5}`,
						amount: BigInt(amount),
					});
					if (step.length > 0 && typeof step !== "string") naive.made += BigInt(amount);
				} else if (what === "divide") {
					const whole = lot?.amount ?? 2n;
					const lost = BigInt(which) % whole;
					const first = BigInt(amount) % (whole - lost) || whole - lost;
					const amounts = [first, whole - lost - first].filter((each) => each > 0n);
					const step = keeper.divide(
						key,
						amounts.map((each) => ({ asset: carbon, subject: "part", amount: each })),
						lost,
					);
					if (isHeld && typeof step !== "string") naive.lost += lost;
					else repeated++;
				} else if (what === "move") {
					if (keeper !== peer && isHeld && typeof keeper.move(key, peer) !== "string") moved++;
				} else if (what === "retire") {
					const step = keeper.retire(key, `somebody ${which % 3}`);
					if (typeof step !== "string" && step.length > 0) {
						naive.retired += lot?.amount ?? 0n;
						retired++;
					}
				} else if (what === "take") {
					const some = shown[which % Math.max(1, shown.length)];
					if (some !== undefined) keeper.take(await some.from.show(some.key, some.number), some.from);
				} else {
					const { broken } = await keeper.seal(start + at);
					assert.deepEqual(broken, [], "a seal breaks a rule");
					const number = keeper.sealed.length;
					for (const each of keeper.lots)
						if (each.end?.kind === "moved") shown.push({ from: keeper, key: lotId(each.origin), number });
				}
			}
			for (const keeper of keepers) assert.deepEqual((await keeper.seal(start + 100)).broken, []);
			const all = keepers.flatMap((keeper) => keeper.lots);
			const sumOf = (kind: string) =>
				all.filter(({ end }) => (end?.kind ?? "held") === kind).reduce((sum, { amount }) => sum + amount, 0n);
			const arrived = all
				.filter(({ origin }) => origin.kind === "arrived")
				.reduce((sum, { amount }) => sum + amount, 0n);
			const inTransit = sumOf("moved") - arrived;
			assert.equal(sumOf("held") + inTransit + naive.lost + naive.retired, naive.made);
			assert.equal(sumOf("retired"), naive.retired);
			for (const keeper of keepers) {
				const [totals] = keeper.sealed.at(-1)?.seal.assets ?? [];
				const held = keeper.lots
					.filter(({ end }) => end === null)
					.reduce((sum, { amount }) => sum + amount, 0n);
				assert.equal(totals?.outstanding ?? 0n, held);
			}
		}),
		{ numRuns: 25 },
	);
	assert.ok(
		moved > 20 && retired > 10 && repeated > 10,
		`${moved} moved, ${retired} retired, ${repeated} asked again`,
	);
});
