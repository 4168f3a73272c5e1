/** kill -9 of a log at any moment: nothing that it acknowledged is lost, and no size ever has two checkpoints. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { toHex, toUtf8 } from "@tenten/protocol";
import { ran } from "../../../../test/support/ran.ts";
import { verify } from "../../../module/src/index.ts";
import { folderSource, LogWriter, publicFolder, readCheckpoint, recomputeLog } from "../../src/log/index.ts";
import { keys, logKey, must, origin, signer } from "../support/log-scene.ts";
import { inNewFolder } from "../support/new-folder.ts";

const kills = 8;
const program = join(import.meta.dirname, "../support/log-process.ts");

/** What a process says until it is killed, some words after it began. */
async function killed(folder: string, words: number): Promise<readonly string[]> {
	const child = spawn(process.execPath, [program, folder, toHex(logKey.privateKey)], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const ended = once(child, "exit");
	const said: string[] = [];
	for await (const line of createInterface({ input: child.stdout })) {
		said.push(line);
		// Between this word and the next, wherever in its work the process is by then.
		if (said.length === words) setTimeout(() => child.kill("SIGKILL"), words % 7);
	}
	assert.equal((await ended)[1], "SIGKILL");
	return said;
}

test(`${kills} kills of a log lose nothing acknowledged, and make no two checkpoints of one size`, (t) =>
	inNewFolder(async (folder) => {
		await must(await LogWriter.begin(folder, origin, signer)).close();
		const roots = new Map<number, string>();
		const show = (size: number, root: string): void => {
			assert.equal(roots.get(size) ?? root, root, `two roots at ${size}`);
			roots.set(size, root);
		};
		const source = folderSource(publicFolder(folder));
		let acknowledged = 0;
		for (let kill = 0; kill < kills; kill++) {
			for (const line of await killed(folder, 3 + 11 * kill)) {
				const [what, size, root = ""] = line.split(" ");
				if (what === "acknowledged") acknowledged = Math.max(acknowledged, Number(size));
				if (what === "published") show(Number(size), root);
			}
			const shown = must(await readCheckpoint(source, keys, verify));
			show(shown.size, toHex(shown.root));
			const log = must(await LogWriter.open(folder, signer));
			assert.ok(log.size >= acknowledged, `${log.size} of ${acknowledged}`);
			const published = await log.integrate();
			show(published.size, toHex(published.root));
			const reader = log.reader();
			for (const place of [0, Math.floor(acknowledged / 2), acknowledged - 1])
				if (place >= 0 && place < log.size) assert.deepEqual(await reader.entry(place), toUtf8(`${place}`));
			await log.close();
		}
		const whole = must(await recomputeLog(source, keys, verify));
		assert.ok(whole.checkpoint.size >= acknowledged && acknowledged > 0);
		ran(t, "kills", { kills, operations: whole.checkpoint.size });
	}));
