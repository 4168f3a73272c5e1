/**
 * A witness samples a real operator: follows its log, commits to a nonce, and asks for what it drew under the seal that
 * came after. An operator that cannot show the lines of what it sealed is found.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	checkSample,
	isRefusal,
	keyId,
	parse,
	readAnswer,
	type Seal,
	sampleCommitment,
	sampleRequest,
	sha256,
	verifierKey,
} from "@tenten/protocol";
import { pay, signerFrom, verify } from "../../module/test/support/world.ts";
import {
	type FailPoint,
	folderSource,
	type Operator,
	publicFolder,
	SealStore,
	SealWitness,
} from "../src/index.ts";
import { changeLines } from "../src/seal/trees.ts";
import { Sampling } from "../src/sealing/sampling.ts";
import type { Sealer } from "../src/sealing/sealer.ts";
import { saltSecret } from "./support/balanced.ts";
import { createEcosystem, type Ecosystem, enrolHolder, redeem, withdrawTo } from "./support/ecosystem.ts";
import { inFolder } from "./support/in-folder.ts";
import { sampleRequestOf, samplers } from "./support/sample-requests.ts";
import { logSigner, sealOrigin, trustee } from "./support/sealed.ts";
import { folderOf } from "./support/sealed-log.ts";
import { freshLog, openSealed, withSealer } from "./support/sealer-log.ts";

const signer = signerFrom(sha256(Uint8Array.of(7)), "Ed25519");

async function trade(ecosystem: Ecosystem): Promise<void> {
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const { paid } = await pay(ecosystem.world, token, alice, bob, 60n);
	await redeem(ecosystem, bob, paid);
}

function witnessOf(operator: Operator, file: string, folder: string, count = 16): SealWitness {
	SealStore.create(file, signer.key);
	return openWitness(operator, { file, folder, count });
}

function openWitness(
	operator: Operator,
	{
		file,
		folder,
		count,
		onCommit = () => undefined,
	}: { file: string; folder: string; count: number; onCommit?: (point: FailPoint) => void },
): SealWitness {
	const store = SealStore.open(file, { onCommit });
	if (isRefusal(store)) return assert.fail(store.detail);
	const witnesses = [keyId(signer.key)];
	const sampling = new Sampling({ operator, secret: saltSecret, witnesses, verify });
	const log = {
		operator: operator.id,
		keys: { origin: sealOrigin, keys: [verifierKey(sealOrigin, "note", logSigner.key.bytes)] },
		source: folderSource(publicFolder(folder)),
		policy: { holders: [keyId(trustee.key)], maximumAge_s: 60, ahead_s: 5, reserveAge_s: 60 },
		sampling: { ask: (request: Uint8Array) => sampling.answer(request), count, pause_s: 0 },
	};
	return new SealWitness({ store, signer, logs: [log], verify, now: () => operator.now() * 1_000 });
}

const resultsOf = (witness: SealWitness, operator: Operator) =>
	witness.store
		.samples(operator.id, 9)
		.map(({ result }) => [result?.number, result?.asked, result?.bad, result?.code]);

test("every seal of a working operator is cosigned, and every draw answered by its own line and item", () =>
	inFolder(async (database) => {
		const ecosystem = await createEcosystem();
		const { operator } = ecosystem;
		const folder = await freshLog();
		const witness = witnessOf(operator, folderOf(database, "seals.db"), folder);
		await withSealer(operator, folder, async (sealer) => {
			await sealer.seal();
			await witness.visit();
			const shown = witness.commitment(operator.id) ?? assert.fail("no commitment");
			const commitment = parse(sampleCommitment, shown);
			assert.ok(!isRefusal(commitment) && commitment.body.from === 2, "for a seal that is not made yet");
			await trade(ecosystem);
			await trade(ecosystem);
			await sealer.seal();
			await witness.visit();
			assert.deepEqual(resultsOf(witness, operator), [[2, 32, 0, null]]);
			await witness.visit();
			assert.notDeepEqual(witness.commitment(operator.id), shown, "a nonce is used once");
			// Another seal comes before the question: it is asked of a later one, with another nonce.
			await trade(ecosystem);
			await sealer.seal();
			const [log] = witness.logs;
			assert.ok(log?.sampling);
			await sealer.seal();
			await witness.visit();
			assert.deepEqual(resultsOf(witness, operator).length, 2);
			assert.equal(resultsOf(witness, operator)[0]?.[2], 0);
		});
		const words = witness.store.lastWords(operator.id, 9);
		assert.deepEqual(
			words.map(({ kind }) => kind),
			words.map(() => "cosignature"),
		);
		assert.ok(words.length === 4);
		await witness.close();
		await operator.close();
	}));

test("an operator that sealed value which no account has is found, and so is one that does not answer", () =>
	inFolder(async (database) => {
		const ecosystem = await createEcosystem();
		const { operator } = ecosystem;
		const folder = await freshLog();
		const witness = witnessOf(operator, folderOf(database, "seals.db"), folder, 64);
		await withSealer(operator, folder, async (sealer) => {
			await sealer.seal();
			await trade(ecosystem);
			const { assets } = await sealer.seal();
			await witness.visit();
			const asset = assets[0]?.asset ?? assert.fail("no asset");
			// A line of nobody's, of half of all that is held.
			const lines = { asset, secret: saltSecret };
			await operator.store.run((transaction) =>
				changeLines(transaction, lines, [{ account: new Uint8Array(32).fill(0xee), amount: 60n }]),
			);
			await sealer.seal();
			// The totals of assets are said anew with what is held only where something changes.
			await trade(ecosystem);
			await sealer.seal();
			await witness.visit();
			const [result] = witness.store.samples(operator.id, 1);
			assert.equal(result?.result?.code, null);
			assert.ok((result?.result?.bad ?? 0) > 5, `${result?.result?.bad} of ${result?.result?.asked}`);
		});
		await witness.close();
		await operator.close();
	}));

test("power fails at every write of a witness that samples: a nonce is never another's, and a sample counts once", (t) =>
	inFolder(async (database) => {
		const ecosystem = await createEcosystem();
		const { operator } = ecosystem;
		const folder = await freshLog();
		let cuts = 0;
		await withSealer(operator, folder, async (sealer) => {
			await trade(ecosystem);
			await sealer.seal();
			for (const point of ["beforeCommit", "afterCommit"] as const)
				for (let commits = 0, isCut = true; isCut; commits++) {
					isCut = false;
					const file = folderOf(database, `${point}-${commits}.db`);
					SealStore.create(file, signer.key);
					let left = commits;
					const failing = openWitness(operator, {
						...{ file, folder, count: 4 },
						onCommit: (at) => {
							if (!isCut && (at !== point || left-- > 0)) return;
							isCut = true;
							throw new Error("power is gone");
						},
					});
					await failing.visit().catch(() => undefined);
					const shown = failing.commitment(operator.id);
					await sealer.seal();
					if (!isCut) await failing.visit().catch(() => undefined);
					const before = failing.store.samples(operator.id, 9);
					await failing.close();
					const witness = openWitness(operator, { file, folder, count: 4 });
					if (before.length === 0 && shown !== undefined)
						assert.deepEqual(witness.commitment(operator.id), shown, "what was shown stays the commitment");
					for (let seals = 0; resultsOf(witness, operator).length === 0; seals++) {
						assert.ok(seals < 4, "it is asked again, of a later seal");
						await sealer.seal();
						await witness.visit();
					}
					const drawn = witness.store.samples(operator.id, 9);
					if (before.length > 0) assert.deepEqual(drawn, before, "what was drawn is not drawn again");
					assert.deepEqual([drawn.length, drawn[0]?.result?.bad, drawn[0]?.result?.code], [1, 0, null]);
					await witness.close();
					if (isCut) cuts++;
				}
		});
		await operator.close();
		assert.ok(cuts >= 8, `${cuts} cuts`);
		t.diagnostic(`${cuts} cuts`);
	}));

test("lines are shown as they were under each of the last seals, and of none that is not known any more", async () => {
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	const folder = await freshLog();
	const { sealer, close } = await openSealed(operator, folder, { samplers });
	const seals: Seal[] = [];
	for (let round = 0; round < 4; round++) {
		await trade(ecosystem);
		seals.push(await sealer.seal());
	}
	const shown = async (seal: Seal, by: Sealer): Promise<readonly [number, number] | string> => {
		const request = await sampleRequestOf(operator, { number: seal.number });
		const answer = await by.sample(request);
		const read = isRefusal(answer) ? answer : readAnswer(answer);
		if (isRefusal(read)) return read.code;
		const asked = parse(sampleRequest, request);
		const [totals] = seal.assets;
		if (isRefusal(asked) || totals === undefined) return assert.fail("no request of this asset");
		const liabilities = { hash: totals.liabilities, sum: totals.held };
		const outcome = checkSample({ ...read, items: [] }, asked.challenge.body, { liabilities, batches: [] });
		return [outcome.asked, outcome.bad.length];
	};
	assert.equal(new Set(seals.map(({ assets }) => assets[0]?.held)).size, 4);
	for (const seal of seals.slice(1))
		assert.deepEqual(await shown(seal, sealer), [4, 0], `seal ${seal.number}`);
	assert.equal(await shown({ ...(seals[3] as Seal), number: 5 }, sealer), "not-logged");
	await close();
	const again = await openSealed(operator, folder, { samplers });
	assert.deepEqual(await shown(seals[3] as Seal, again.sealer), [4, 0]);
	assert.equal(await shown(seals[2] as Seal, again.sealer), "not-logged");
	await again.close();
	await operator.close();
});
