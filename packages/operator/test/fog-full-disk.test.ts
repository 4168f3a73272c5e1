/** A disk that is really full, at any write of a gateway: what was said is kept, what was not is refused, and it recovers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeFogQuestion, isRefusal, parseFogAnswer, type Refusal } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { verify } from "../../module/src/index.ts";
import { FogStore, startFog } from "../src/fog/index.ts";
import { gatewaySigner } from "./support/fog-keys.ts";
import { fogOperator } from "./support/fog-operator.ts";
import { type FogScene, fogScene, freshId, outcomeOf } from "./support/fog-scene.ts";
import { fogWrites, keep, prepareForWrites } from "./support/fog-writes.ts";
import { mountSmallDisk, type SmallDisk } from "./support/small-disk.ts";

const scene: FogScene = await fogScene();
const { clock, operator: issuer } = scene.ecosystem;

async function onSmallDisk(
	t: TestContext,
	blocks: number,
	use: (disk: SmallDisk, file: string) => Promise<void>,
): Promise<void> {
	const disk = mountSmallDisk(blocks);
	if (typeof disk === "string") return t.skip(disk);
	try {
		const file = join(disk.folder, "fog.db");
		FogStore.create(file, gatewaySigner.key);
		await use(disk, file);
	} finally {
		disk.close();
	}
}

/** What came of a write: `done`, or the code with which it was refused. */
function cameOf(outcome: unknown): string {
	if (outcome === undefined) return "done";
	const { kind, code } = outcome as Pick<Refusal, "code"> & { readonly kind: string };
	return kind === "refusal" || kind === "refused" ? code : "done";
}

/** blocks: with none free nothing can be written, with the most of these everything can */
const frees = [0, 1, 2, 3, 4, 5, 6, 8, 12];

for (const [name, { write, isThere }] of Object.entries(fogWrites(scene)))
	test(`${name} on a disk that is full is done or refused, whole, and done once there is room`, async (t) => {
		const seen = new Map<string, number>();
		for (const free of frees)
			await onSmallDisk(t, 256, async (disk, file) => {
				// Without a reserve nothing is refused before the disk itself refuses it.
				const store = { reserve: 0 };
				const first = await scene.open(file, { store });
				await prepareForWrites(scene, first);
				disk.fill(free);
				const came = cameOf(await write(first));
				seen.set(came, (seen.get(came) ?? 0) + 1);
				assert.ok(came === "done" || came === "store-full", came);
				assert.equal(isThere(first), came === "done");
				first.store.close();
				// It begins anew beside a disk that is still full, and has what it said.
				const again = await scene.open(file, { store });
				assert.equal(isThere(again), came === "done", "after a restart");
				disk.free();
				if (came !== "done") assert.equal(cameOf(await write(again)), "done");
				assert.ok(isThere(again));
				again.store.close();
			});
		if (seen.size === 0) return;
		assert.ok((seen.get("store-full") ?? 0) > 0 && (seen.get("done") ?? 0) > 0, JSON.stringify([...seen]));
		ran(t, "cuts", { "writes to a full disk": frees.length });
	});

test("a gateway on a full disk goes on with what needs none, keeps what it has, and recovers by itself", (t) =>
	onSmallDisk(t, 512, async (disk, file) => {
		const operator = await fogOperator(scene.ecosystem);
		const quiet = { info: () => undefined, error: (fields: object) => assert.fail(JSON.stringify(fields)) };
		const fog = await startFog({
			file,
			signer: gatewaySigner,
			verify,
			operator: { url: operator.server.url, id: issuer.id },
			broker: { kind: "embedded", port: 0 },
			store: { reserve: 65_536 },
			pause_ms: 20,
			pauseMost_ms: 100,
			port: 0,
			log: quiet,
			now: () => clock.now,
		});
		if (isRefusal(fog)) return assert.fail(fog.detail);
		const ask = async (question: object): Promise<string> => {
			const body = new Uint8Array(encodeFogQuestion({ id: freshId(), ...question } as never));
			const headers = { "content-type": "application/cose" };
			const response = await fetch(`${fog.url}/v1/questions`, { method: "POST", headers, body });
			const answer = parseFogAnswer(new Uint8Array(await response.arrayBuffer()));
			return isRefusal(answer) ? assert.fail(answer.code) : outcomeOf(answer);
		};
		await until(() => fog.standing().lists.freezeList !== null);
		operator.fate = () => "lost";
		let kept = 0;
		for (let amount = 1n; amount <= 5n; amount++)
			if ((await ask(keep(await scene.record({ amount })))) === "kept") kept++;
		assert.equal(kept, 5);
		disk.fill(0);
		for (let amount = 6n; amount <= 10n; amount++)
			assert.equal(await ask(keep(await scene.record({ amount }))), "store-full");
		assert.equal(await ask({ kind: "list", list: "freezeList" }), "list");
		// The operator is back before the room is: what it names cannot be noted, so it is brought again, and doubled nowhere.
		operator.fate = () => "answered";
		await until(() => operator.came.size > 0 || !fog.standing().operator.isInReach);
		disk.free();
		await until(() => fog.standing().records.waiting === 0);
		assert.equal(operator.has.size, kept);
		assert.equal(await ask(keep(await scene.record({ amount: 11n }))), "kept");
		await until(() => operator.has.size === kept + 1);
		await fog.close();
		await operator.server.close();
	}));

async function until(isSo: () => boolean): Promise<void> {
	const deadline = Date.now() + 30_000;
	while (!isSo()) {
		if (Date.now() > deadline) assert.fail("never");
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
