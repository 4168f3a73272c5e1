/** Keepers over stores: each step is one durable write, a lot ends once whoever contends for it, and seals show all of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type DomainRecord,
	domainRecord,
	serialize,
	serializeStatusProof,
	serializeTrace,
	statusKey,
	toHex,
	verifyStatusProof,
	verifyTrace,
} from "@tenten/protocol";
import { verify } from "../../module/src/index.ts";
import { id, must } from "../../protocol/test/crossing/support/sides.ts";
import { brokenSeals } from "../src/sealing/examine.ts";
import { repeats } from "./support/database.ts";
import { clock, idsOf, KeptAt, logOf, said } from "./support/keeper-world.ts";

const [carbon, coffee] = [id(0xca), id(0xc0)];
const secret = new Uint8Array(32).fill(0x77);
const part = { asset: carbon, subject: "Reforestation 12, vintage 2025, serials 1 to 50000" };
const open = () => Promise.all([KeptAt.open(0x51, [carbon, coffee]), KeptAt.open(0x61, [carbon, coffee])]);

async function assertWhole(...keepers: readonly KeptAt[]): Promise<void> {
	for (const { store } of keepers)
		assert.deepEqual(await store.read((transaction) => brokenSeals(transaction, secret)), []);
}

test("credits are issued, moved, taken and retired over two stores, and the certificate is one file", async () => {
	const [home, other] = await open();
	const [made] = idsOf(await home.keeper.make({ ...part, amount: 50_000n }));
	const [, kept, sent] = idsOf(
		await home.keeper.divide(made, [
			{ ...part, amount: 20_000n },
			{ ...part, amount: 30_000n },
		]),
	);
	assert.ok(kept && sent);
	idsOf(await home.keeper.move(sent, other.id));
	await assertWhole(home);
	await home.seal();
	const moved = await home.verified(sent);
	const [arrived] = idsOf(await other.keeper.take(moved));
	await other.seal();
	assert.equal((await other.verified(arrived)).record?.kind, "lot");
	idsOf(await other.keeper.retire(arrived, "Aoi Travel"));
	const held = (await other.verified(arrived)).record;
	assert.ok(held?.kind === "lot" && held.end === null, "the newest seal shows it as it was sealed");
	const { assets } = await other.seal();
	assert.deepEqual(
		assets.map(({ issued, burned, outstanding }) => [issued, burned, outstanding]),
		[[30_000n, 30_000n, 0n]],
	);
	const steps = await Promise.all(
		(
			[
				[home, made],
				[home, sent],
				[other, arrived],
			] as const
		).map(async ([at, key]) => ({ keeper: at.id, shown: await at.show(key) })),
	);
	const { last } = must(verifyTrace(serializeTrace({ steps }), logOf(home, other)));
	assert.deepEqual(last.lot.end, { kind: "retired", beneficiary: "Aoi Travel" });
	assert.equal((await home.show(arrived)).record, null, "the other registry has none of it");
	await assertWhole(home, other);
});

test("what is refused is refused by its code, and leaves every row as it was", async () => {
	const [home, other] = await open();
	const [made] = idsOf(await home.keeper.make({ ...part, amount: 100n }));
	const [, gone, rest] = idsOf(
		await home.keeper.divide(
			made,
			[40n, 60n].map((amount) => ({ ...part, amount })),
		),
	);
	assert.ok(gone && rest);
	idsOf(await home.keeper.move(gone, other.id));
	must(await home.keeper.setStatus(id(1), id(2), "revoked"));
	await home.seal();
	const before = [await home.rows(), await other.rows()];
	const held = await home.verified(rest);
	const [keeper, moved] = [home.keeper, await home.verified(gone)];
	assert.deepEqual(
		[
			said(await keeper.make({ ...part, amount: 101n })),
			said(await keeper.retire(gone, "Mallory")),
			said(await keeper.retire(made, "Mallory")),
			said(await keeper.move(id(9), other.id)),
			said(await keeper.move(rest, home.id)),
			said(await keeper.divide(rest, [{ ...part, amount: 61n }])),
			said(await keeper.divide(rest, [{ ...part, amount: 0n }], 60n)),
			said(await other.keeper.take(held)),
			said(await other.keeper.take({ ...moved, since: null })),
			said(await other.keeper.take({ ...moved, record: null })),
			codeOf(await keeper.setStatus(id(1), id(2), "valid")),
		],
		[
			"lot-known",
			"lot-ended",
			"lot-ended",
			"lot-unknown",
			"peer-refused",
			"sum-mismatch",
			"amount-invalid",
			"proof-invalid",
			"quorum-missing",
			"proof-invalid",
			"status-final",
		],
	);
	assert.deepEqual([await home.rows(), await other.rows()], before);
	// What was done already is answered as it was, and changes nothing.
	assert.deepEqual(idsOf(await keeper.make({ ...part, amount: 100n })), [made, gone, rest]);
	const parts = [40n, 60n].map((amount) => ({ ...part, amount }));
	assert.deepEqual(idsOf(await keeper.divide(made, parts)), [made, gone, rest]);
	idsOf(await keeper.move(gone, other.id));
	assert.equal((await keeper.setStatus(id(1), id(2), "revoked")).kind, "status");
	assert.deepEqual([await home.rows(), await other.rows()], before);
});

const codeOf = (value: { readonly kind: string; readonly code?: string }) => value.code ?? value.kind;

test("many who would end a lot at once: one of them ends it, and the others find it ended", async () => {
	const [home, other] = await open();
	const processes = [home.keeper, await home.another(), await home.another()];
	for (let round = 0; round < repeats(12); round++) {
		const [lot] = idsOf(await home.keeper.make({ asset: carbon, subject: `round ${round}`, amount: 100n }));
		const answers = await Promise.all([
			...processes.map((keeper, at) => keeper.retire(lot, `somebody ${at}`)),
			...processes.map((keeper) => keeper.move(lot, other.id)),
			...processes.map((keeper) =>
				keeper.divide(lot, [{ asset: carbon, subject: "half", amount: 50n }], 50n),
			),
		]);
		const ends = new Set(
			answers.map((answer, at) => (typeof said(answer) === "string" ? null : at < 3 ? at : at < 6 ? 3 : 4)),
		);
		ends.delete(null);
		assert.equal(ends.size, 1, "it ended in several ways");
		assert.ok(answers.every((answer) => typeof said(answer) !== "string" || said(answer) === "lot-ended"));
	}
	await home.seal();
	await assertWhole(home);
});

test("what is moved is taken in once, however many take it at once, and however often it is shown", async () => {
	const [home, other] = await open();
	const takers = [other.keeper, await other.another(), await other.another()];
	const [lot] = idsOf(await home.keeper.make({ asset: coffee, subject: "lot 7", amount: 180n }));
	idsOf(await home.keeper.move(lot, other.id));
	await home.seal();
	const early = await home.verified(lot);
	await home.seal();
	const late = await home.verified(lot);
	assert.notDeepEqual(early.seal, late.seal);
	const answers = await Promise.all(takers.flatMap((keeper) => [keeper.take(early), keeper.take(late)]));
	assert.equal(new Set(answers.map((answer) => toHex(idsOf(answer)[0]))).size, 1);
	const { assets } = await other.seal();
	assert.deepEqual(
		assets.map(({ issued, outstanding }) => [issued, outstanding]),
		[[180n, 180n]],
	);
	await assertWhole(home, other);
});

test("a status is shown under each seal as it was then, and a revoked one as nothing else from then on", async () => {
	const [issuer] = await open();
	const [credential, salt] = [id(1), id(2)];
	const key = statusKey(credential, salt);
	const shown = async () => {
		const encoded = serializeStatusProof(await issuer.show(key));
		const reader = { operator: issuer.id, log: issuer.log, verify, now: clock.now, freshness: 30 };
		return must(verifyStatusProof(encoded, credential, reader)).status;
	};
	for (const status of ["valid", "suspended", "valid", "revoked"] as const) {
		const [before] = [await issuer.keeper.record(key)];
		must(await issuer.keeper.setStatus(credential, salt, status));
		if (before?.kind === "status") assert.equal(await shown(), before.status, "not yet sealed");
		await issuer.seal();
		assert.equal(await shown(), status);
	}
	await issuer.seal();
	assert.equal(await shown(), "revoked");
	assert.equal(codeOf(await issuer.keeper.setStatus(credential, salt, "valid")), "status-final");
	assert.equal((await issuer.show(statusKey(id(3), salt))).record, null);
	await assertWhole(issuer);
});

test("a store in which a lot was changed behind its keeper does not agree with its seals", async () => {
	const [home, other] = await open();
	const [lot] = idsOf(await home.keeper.make({ ...part, amount: 100n }));
	idsOf(await home.keeper.move(lot, other.id));
	await home.seal();
	await assertWhole(home);
	const examined = () => home.store.read((transaction) => brokenSeals(transaction, secret));
	const held = must(await home.keeper.record(lot).then((found) => found ?? assert.fail()));
	assert.ok(held.kind === "lot");
	const wrongs = [
		[{ ...held, end: null }, ["outstanding", "not in the state map"]],
		[
			{ ...held, end: { kind: "divided", parts: [{ ...part, amount: 99n }], lost: 0n } },
			["into more or less", "not in the state map"],
		],
	] as const;
	for (const [record, found] of wrongs) {
		const changed = (encoded: DomainRecord) =>
			home.store.run((transaction) =>
				transaction
					.updateTable("domain_records")
					.set({ record: serialize(domainRecord, encoded) })
					.where("record_key", "=", lot)
					.where("turn", "=", 1)
					.execute(),
			);
		await changed(record);
		const broken = await examined();
		assert.equal(broken.length, found.length, broken.join("\n"));
		for (const [at, words] of found.entries()) assert.match(broken[at] ?? "", new RegExp(words));
		await changed(held);
	}
	await assertWhole(home);
});
