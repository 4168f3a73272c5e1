/**
 * A working witness of seals is killed without warning, again and again, while a log goes on sealing, each time with
 * another clock: whatever word it ever showed of a seal is the one that it shows from then on.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { sha256 } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { signerFrom } from "../../module/src/index.ts";
import { SealStore } from "../src/index.ts";
import { inFolder } from "./support/in-folder.ts";
import { folderOf, SealedLog } from "./support/sealed-log.ts";

const kills = 5;
const program = join(import.meta.dirname, "support", "seal-witness-process.ts");

test(`${kills} kills of a witness of seals: one word on each number`, (t) =>
	inFolder(async (database) => {
		const file = folderOf(database, "seals.db");
		SealStore.create(file, signerFrom(sha256(Uint8Array.of(7)), "Ed25519").key);
		const log = await SealedLog.begin(folderOf(database, "log"));
		const words = new Map<string, string>();
		let operations = 0;
		for (let run = 1; run <= kills + 1; run++) {
			const args = [program, file, log.folder, log.name, `${(run % 3) * 3_600}`];
			const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
			t.after(() => child.kill("SIGKILL"));
			const exit = once(child, "exit");
			let heard = 0;
			const lines = createInterface({ input: child.stdout });
			lines.on("line", (line) => {
				const [number = "", word = ""] = line.split(" ");
				assert.equal(words.get(number) ?? word, word, `two words on ${number}`);
				words.set(number, word);
				heard = Math.max(heard, Number(number));
				operations++;
			});
			const isLast = run > kills;
			const before = log.seals.size;
			for (let step = 0; heard < before + (isLast ? 3 : 1) || step < 4 * run; step++) {
				if (child.exitCode !== null) assert.fail("it ended");
				if (log.seals.size < before + 40) {
					await log.issue(1n);
					await log.seal(Math.floor(Date.now() / 1_000));
				} else await new Promise((resolve) => setTimeout(resolve, 5));
			}
			child.kill("SIGKILL");
			await exit;
			lines.close();
		}
		await log.close();
		assert.ok(words.size > kills, `${words.size} words`);
		ran(t, "kills", { kills, operations });
	}));
