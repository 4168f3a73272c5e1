/** What a sealer is asked while power fails: a log beside the operator's database, opened again after each cut. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import {
	type AssetTotals,
	assetHash,
	type Bytes,
	isRefusal,
	keyId,
	type LogKeys,
	loggedSeal,
	type Policy,
	type Proved,
	parse,
	parseLeaf,
	type Seal,
	sealHash,
	serialize,
	signedReserve,
	signReserve,
	toHex,
	verifierKey,
	verifyLoggedProof,
} from "@tenten/protocol";
import { memoryFolder } from "../../../../test/support/memory-folder.ts";
import { expectValue, signerFrom, verify } from "../../../module/test/support/world.ts";
import {
	folderSource,
	type Operator,
	publicFolder,
	type RunningServer,
	SealStore,
	startWitness,
	WitnessStore,
} from "../../src/index.ts";
import type { Scene } from "./claim-scenes.ts";
import { enrolHolder, redeem, withdrawTo } from "./ecosystem.ts";
import { assertRules, logSigner, sealOrigin, trustee } from "./sealed.ts";
import { freshLog, openLog, openSealed, withSealer } from "./sealer-log.ts";

/** Seals what was done; what the log says then, in which every seal keeps every rule. */
async function sealAll(operator: Operator, folder: string): Promise<readonly AssetTotals[]> {
	const { assets } = await withSealer(operator, folder, (sealer) => sealer.seal());
	await assertLogged(operator, folder);
	return assets;
}

/** The log as whoever reads it finds it: every leaf a batch or a seal, every seal after its batches, each rule kept. */
export async function assertLogged(operator: Operator, folder: string): Promise<number> {
	const log = await openLog(folder);
	const reader = log.reader();
	const leaves = [];
	for (let place = 0; place < reader.size; place++) {
		const entry = await reader.entry(place);
		assert.ok(!isRefusal(entry));
		const leaf = parseLeaf(entry);
		assert.ok(!isRefusal(leaf));
		leaves.push(leaf);
	}
	await log.close();
	return assertRules(leaves, operator.id);
}

const worked: Scene = async (ecosystem) => {
	const folder = await freshLog();
	const alice = await enrolHolder(ecosystem);
	const [first, second] = await withdrawTo(ecosystem, alice, 30n, 12n);
	assert.ok(first && second);
	await redeem(ecosystem, alice, first);
	return {
		ask: (opened) => sealAll(opened, folder),
		check: (reply) => {
			const [assets] = reply as readonly AssetTotals[];
			assert.ok(assets);
			const { issued, redeemed, outstanding, held } = assets;
			assert.deepEqual([issued, redeemed, outstanding, held], [42n, 30n, 12n, 30n]);
		},
	};
};

/** Everything that is asked of a sealer: seals, cosigned and with a word of a witness; proofs; a word on the funds. */
const witnessed: Scene = async (ecosystem) => {
	const folder = await freshLog();
	const alice = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 30n);
	assert.ok(token);
	await redeem(ecosystem, alice, token);
	const asset = assetHash(ecosystem.world.asset);
	const account = alice.certificate.hash;
	const witnesses = await witnessesOf(folder, ecosystem.operator.id, () => 1000 * ecosystem.clock.now);
	const held = { operator: ecosystem.operator.id, asset, amount: 100n, heldAt: ecosystem.clock.now };
	const reserve = serialize(signedReserve, await signReserve(held, trustee));
	return {
		ask: async (opened) => {
			const { sealWords, ...cosigning } = witnesses;
			const { sealer, close } = await openSealed(opened, folder, { witnesses: cosigning });
			let seal: Seal;
			try {
				expectValue(await sealer.takeReserve(reserve, verify));
				seal = await sealer.seal();
				assert.equal((await sealer.witness())?.isQuorum, true);
				// Its own log stands for that of a peer: how far it was cosigned is what counts.
				const source = folderSource(publicFolder(folder));
				expectValue(
					await sealer.look({ peer: account, source, policy: peerPolicy(cosigning.policy) }, verify),
				);
			} finally {
				await close();
			}
			await saidOf(seal, sealWords[0]?.url ?? "");
			const again = await openSealed(opened, folder, { witnesses });
			try {
				await again.sealer.witness();
				const shown = expectValue(await again.sealer.sealed(seal.number));
				assert.equal(expectValue(parse(loggedSeal, shown, shown.length)).words.length, 1);
				const proofs = [
					await again.sealer.state(token.outputId),
					await again.sealer.line(asset, account),
					await again.sealer.item("issues", token.issueId),
				].map((proof) => expectValue(verifyLoggedProof(expectValue(proof), sealKeys, verify)).proved);
				return proofs.map((proved) => (proved.kind === "state" ? proved.state : lineOf(proved)));
			} finally {
				await again.close();
			}
		},
		check: (reply) => {
			const [state, line, item] = reply as readonly { readonly kind?: string; readonly amount?: bigint }[];
			assert.deepEqual([state?.kind, line?.amount, item?.amount], ["present", 30n, 30n]);
		},
	};
};

function peerPolicy(policy: Policy): Policy {
	return { ...policy, logs: sealKeys.keys.map((key) => ({ key, url: null })) };
}

/** Waits until a witness has said its word on a seal. */
async function saidOf(seal: Seal, url: string): Promise<void> {
	for (;;) {
		const { status, body } = await fetch(`${url}/v1/seals/${toHex(sealHash(seal))}`);
		await body?.cancel();
		if (status === 200) return;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

function lineOf(proved: Exclude<Proved, { readonly kind: "state" }>) {
	return { amount: proved.kind === "line" ? proved.line.amount : proved.item.amount };
}

const sealKeys: LogKeys = {
	origin: sealOrigin,
	keys: [verifierKey(sealOrigin, "note", logSigner.key.bytes)],
	witnesses: [],
};

const running: RunningServer[] = [];
after(() => Promise.all(running.map((server) => server.close())));

/** A witness as a server: of this log's checkpoints, and of its seals. */
async function witnessesOf(folder: string, operator: Bytes, now: () => number) {
	// One at a time: each goes on visiting its log.
	await running.pop()?.close();
	const own = memoryFolder("tenten-witness-");
	after(() => rmSync(own, { recursive: true }));
	const signer = signerFrom(new Uint8Array(32).fill(0x31), "Ed25519");
	const ofSeals = signerFrom(new Uint8Array(32).fill(0x32), "Ed25519");
	const key = verifierKey("w.example", "cosignature", signer.key.bytes);
	WitnessStore.create(join(own, "witness.db"), key);
	SealStore.create(join(own, "seals.db"), ofSeals.key);
	const policy = { holders: [keyId(trustee.key)], maximumAge_s: 60, ahead_s: 60, reserveAge_s: 3_600 };
	const source = folderSource(publicFolder(folder));
	const server = await startWitness({
		file: join(own, "witness.db"),
		signer,
		logs: new Map([[sealOrigin, sealKeys.keys]]),
		verify,
		port: 0,
		now,
		log: { info: () => undefined, error: () => undefined },
		seals: {
			file: join(own, "seals.db"),
			signer: ofSeals,
			logs: [{ operator, keys: sealKeys, source, policy }],
			pause_ms: 25,
		},
	});
	assert.ok(!isRefusal(server));
	running.push(server);
	const cosigning = { key, url: server.url };
	return {
		policy: { logs: [], witnesses: [cosigning], quorum: { kind: "witness" as const, key } },
		verify,
		linger_ms: 1,
		sealWords: [{ url: server.url, key: keyId(ofSeals.key) }],
	};
}

export const sealScenes: Readonly<Record<string, Scene>> = {
	"an epoch": worked,
	"a witnessed epoch": witnessed,
};
export const firstSeals: Scene = worked;
