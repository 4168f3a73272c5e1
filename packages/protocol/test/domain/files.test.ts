/** Traces, retirement certificates and statuses as files: what they show offline, and what nobody can make them show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type DomainRecord,
	type LotTrace,
	recordKey,
	type ShownRecord,
	serializeStatusProof,
	serializeTrace,
	setStatus,
	toHex,
	verifyShownRecord,
	verifyStatusProof,
	verifyTrace,
} from "@tenten/protocol";
import { verify } from "../../../module/src/index.ts";
import { codeOf, cosign, dispute, witnesses } from "../crossing/support/sides.ts";
import { done, id, Keeper, keysOf, must, start, traceOf } from "./support/keeper.ts";
import { beans, credential, credits, other, salt, statuses } from "./support/stories.ts";

test("a certificate of retirement shows where the credit began, how it moved, and for whom it was retired", async () => {
	const { home, other: second, certificate } = await credits();
	const { steps, last } = must(verifyTrace(serializeTrace(certificate), keysOf(home, second)));
	assert.deepEqual(
		steps.map(({ lot, at }) => [lot.end?.kind, lot.amount, toHex(at.operator)]),
		[
			["divided", 50_000n, toHex(home.operator)],
			["moved", 30_000n, toHex(home.operator)],
			["divided", 30_000n, toHex(second.operator)],
			["retired", 12_000n, toHex(second.operator)],
		],
	);
	assert.deepEqual(last.lot.end, { kind: "retired", beneficiary: "Aoi Travel, flights of 2026" });
});

test("a lot of coffee is traced to its harvest by one file", async () => {
	const { farm, roaster, trace } = await beans();
	const { steps, last } = must(verifyTrace(serializeTrace(trace), keysOf(farm, roaster)));
	assert.deepEqual(
		steps.map(({ lot }) => lot.amount),
		[1_000n, 180n, 180n, 160n],
	);
	assert.equal(last.lot.end, null);
});

test("a trace in which a step follows from nothing shows nothing", async () => {
	const { home, other: second, made, kept, sent, arrived, retired, certificate } = await credits();
	const keys = keysOf(home, second);
	const code = (trace: LotTrace, by = keys) => codeOf(verifyTrace(serializeTrace(trace), by));
	assert.equal(code(certificate), "accepted");
	const { steps } = certificate;
	for (const place of [0, 1, 2])
		assert.equal(
			code({ steps: steps.filter((_, at) => at !== place) }),
			"proof-invalid",
			`without step ${place}`,
		);
	assert.equal(
		code(await traceOf([home, made], [home, kept], [second, arrived])),
		"proof-invalid",
		"a part that stayed",
	);
	assert.equal(code(await traceOf([home, made], [home, sent], [second, retired])), "proof-invalid");
	assert.equal(code(await traceOf([home, made], [home, id(3)])), "proof-invalid", "absent");
	assert.equal(code(certificate, keysOf(home)), "authority-unknown");
	const [first, ...rest] = steps as [LotTrace["steps"][number], ...LotTrace["steps"][number][]];
	assert.equal(code({ steps: [{ ...first, keeper: second.operator }, ...rest] }), "proof-invalid");
	const unseen: ShownRecord = { ...first.shown, words: [] };
	assert.equal(code({ steps: [{ ...first, shown: unseen }, ...rest] }), "quorum-missing");
	await home.seal(start + 30, { assets: [] });
	const spoilt = { keeper: home.operator, shown: await home.show(made) };
	assert.equal(code({ steps: [spoilt, ...rest] }), "quorum-missing", "a seal that breaks a rule");
	const { issuer, key } = await statuses();
	const noLot = { keeper: issuer.operator, shown: await issuer.show(key) };
	assert.equal(code({ steps: [noLot] }, keysOf(issuer)), "proof-invalid");
});

test("a trace in which amounts, assets or subjects change on the way shows nothing", async () => {
	const { home, other: second, made, sent, arrived } = await credits();
	const lot = second.lot(arrived);
	assert.ok(lot);
	for (const change of [{ amount: 40_000n }, { asset: id(9) }, { subject: "greener" }]) {
		second.put({ ...lot, ...change });
		await second.seal(start + 20);
		const trace = await traceOf([home, made], [home, sent], [second, arrived]);
		assert.equal(codeOf(verifyTrace(serializeTrace(trace), keysOf(home, second))), "proof-invalid");
	}
	const whole = home.lot(made);
	assert.ok(whole);
	home.put({ ...whole, subject: "greener" });
	await home.seal(start + 20);
	assert.equal(
		codeOf(verifyTrace(serializeTrace(await traceOf([home, made])), keysOf(home))),
		"proof-invalid",
	);
});

test("a status is shown offline, by one entry, under a seal that is fresh", async () => {
	const { issuer, key, otherKey } = await statuses();
	const read = (shown: ShownRecord, now: number, of: Bytes = credential, freshness = 50) =>
		verifyStatusProof(serializeStatusProof(shown), of, {
			operator: issuer.operator,
			log: issuer.log,
			verify,
			now,
			freshness,
		});
	for (const [place, status] of ["valid", "suspended", "revoked"].entries()) {
		const said = must(read(await issuer.show(key, place + 1), start + 100 * place + 20));
		assert.deepEqual([said.status, said.number, said.changedAt], [status, place + 1, start + 100 * place]);
	}
	const [now, valid, revoked] = [start + 220, await issuer.show(key, 1), await issuer.show(key, 3)];
	assert.equal(codeOf(read(valid, now)), "quorum-stale", "from before it was revoked");
	const first = issuer.sealed[0]?.seal;
	assert.ok(first);
	const anew = await Promise.all(witnesses.map((witness) => cosign(first, witness, start + 60)));
	assert.equal(codeOf(read({ ...valid, words: anew }, start + 70)), "quorum-stale", "cosigned anew, and old");
	assert.equal(codeOf(read({ ...revoked, record: valid.record }, now)), "proof-invalid", "the old record");
	assert.equal(codeOf(read({ ...revoked, record: null }, now)), "proof-invalid", "withheld");
	assert.equal(codeOf(read(await issuer.show(otherKey), now)), "proof-invalid", "another's");
	assert.equal(must(read(await issuer.show(otherKey), now, other)).status, "valid");
	assert.equal(codeOf(read(await issuer.show(id(7)), now)), "proof-invalid", "unknown");
	assert.equal(codeOf(read({ ...revoked, words: [] }, now)), "quorum-missing");
	const hex = toHex(serializeStatusProof(revoked));
	assert.ok(hex.includes(toHex(credential)) && !hex.includes(toHex(other)) && !hex.includes(toHex(otherKey)));
});

test("a revoked credential stays revoked", async () => {
	const { issuer, key } = await statuses();
	const before = new Map(issuer.records);
	assert.equal(issuer.setStatus(credential, salt, "valid", start + 400), "status-final");
	assert.equal(issuer.setStatus(credential, salt, "suspended", start + 400), "status-final");
	assert.equal(issuer.setStatus(credential, salt, "revoked", start + 400), "stands");
	assert.deepEqual(issuer.records, before);
	assert.equal(setStatus(undefined, { credential, salt, status: "revoked", changedAt: 1 }) !== null, true);
	assert.equal((await issuer.show(key)).record?.kind, "status");
});

test("what a keeper puts into its map without having got it is in no trace", async () => {
	const { home, other: second, made, kept, sent, moved, arrived } = await credits();
	const third = new Keeper("third.example/credits", 0xd1);
	const keys = keysOf(home, second, third);
	const [whole, part, lot] = [home.lot(made), home.lot(kept), second.lot(arrived)];
	assert.ok(whole && part && lot?.origin.kind === "arrived" && moved.record?.kind === "lot");
	const { origin } = lot;
	const forge = async (
		keeper: Keeper,
		record: DomainRecord,
		...before: readonly (readonly [Keeper, Bytes])[]
	) => {
		keeper.put(record);
		await keeper.seal(start + 40);
		const trace = await traceOf(...before, [keeper, recordKey(record)]);
		return codeOf(verifyTrace(serializeTrace(trace), keys));
	};
	const fromHome = [
		[home, made],
		[home, sent],
	] as const;
	assert.equal(await forge(third, { ...whole, end: null }), "proof-invalid", "another made it");
	assert.equal(await forge(third, part, [home, made]), "proof-invalid", "a part of what another divided");
	assert.equal(await forge(third, { ...lot, end: null }, ...fromHome), "proof-invalid", "moved to another");
	const toThird = { ...origin, to: third.operator };
	assert.equal(
		await forge(third, { ...lot, origin: toThird }, ...fromHome),
		"proof-invalid",
		"not moved here",
	);
	const [byThird, here] = [
		{ ...origin, from: third.operator },
		{ ...lot, end: null },
	];
	assert.equal(await forge(second, { ...here, origin: byThird }, ...fromHome), "proof-invalid", "by another");
	assert.equal(
		await forge(second, { ...here, origin: toThird }, ...fromHome),
		"proof-invalid",
		"for another",
	);
	assert.equal(
		await forge(home, { ...part, amount: 25_000n }, [home, made]),
		"proof-invalid",
		"a larger part",
	);
	const like = { asset: part.asset, subject: "like it", amount: 50_000n };
	const [twin] = done(home.make(like));
	const [, half] = done(home.divide(twin, whole.end?.kind === "divided" ? whole.end.parts : [])) as [
		Bytes,
		Bytes,
	];
	await home.seal(start + 50);
	const mixed = await traceOf([home, made], [home, half]);
	assert.equal(codeOf(verifyTrace(serializeTrace(mixed), keys)), "proof-invalid", "a part of another lot");
});

test("a record counts under its own key alone, and absence hides nothing", async () => {
	const { issuer, key, otherKey } = await statuses();
	const [revoked, valid] = [issuer.records.get(toHex(key)), issuer.records.get(toHex(otherKey))];
	assert.ok(revoked?.kind === "status" && valid);
	issuer.put({ ...revoked, status: "valid" }, otherKey);
	await issuer.seal(start + 300);
	const code = (shown: ShownRecord) => codeOf(verifyShownRecord(shown, issuer.operator, issuer.log, verify));
	assert.equal(code(await issuer.show(key)), "accepted");
	assert.equal(code(await issuer.show(otherKey)), "proof-invalid", "another's record under this key");
	const absent = await issuer.show(id(7));
	assert.equal(code(absent), "accepted");
	assert.equal(code({ ...absent, record: revoked }), "proof-invalid", "where there is nothing");
});

test("a status under a seal that witnesses know and did not cosign, or of a clock far ahead, is not shown", async () => {
	const { issuer, otherKey } = await statuses();
	const shown = await issuer.show(otherKey);
	const seal = issuer.sealed.at(-1)?.seal;
	assert.ok(seal);
	const read = async (words: ShownRecord["words"]) =>
		codeOf(
			verifyStatusProof(serializeStatusProof({ ...shown, words }), other, {
				operator: issuer.operator,
				log: issuer.log,
				verify,
				now: start + 220,
				freshness: 50,
			}),
		);
	assert.equal(await read(shown.words), "accepted");
	const refused = await Promise.all(
		witnesses.map((witness) => dispute(seal, witness, start + 201, "totals")),
	);
	assert.equal(await read(refused), "quorum-missing");
	const ahead = await Promise.all(witnesses.map((witness) => cosign(seal, witness, start + 1_000)));
	assert.equal(await read(ahead), "quorum-stale");
});
