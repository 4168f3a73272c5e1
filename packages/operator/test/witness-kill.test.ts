/**
 * A working witness is killed without warning, again and again, while a log asks it to cosign two histories at once:
 * whatever it ever cosigned has one root a size, and grew from what it cosigned before.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { toHex } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { WitnessStore } from "../src/index.ts";
import { inFolder } from "./support/in-folder.ts";
import { ask, type History, requestOf, rootOf, witnessKey } from "./support/witnessed.ts";

const kills = 6;
const program = join(import.meta.dirname, "support", "witness-process.ts");

async function start(file: string): Promise<{ child: ChildProcess; url: string }> {
	const child = spawn(process.execPath, [program, file], { stdio: ["ignore", "pipe", "inherit"] });
	const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
	return { child, url: line.toString().trim() };
}

test(`${kills} kills of a working witness: never two roots of one size`, (t) =>
	inFolder(async (file) => {
		WitnessStore.create(file, witnessKey(1));
		const cosigned = new Map<number, string>();
		let operations = 0;
		/** Whether it cosigned; undefined where it is gone. */
		const propose = async (url: string, oldSize: number, history: History): Promise<boolean | undefined> => {
			const response = await ask(url, await requestOf(oldSize, history)).catch(() => undefined);
			if (response === undefined) return undefined;
			assert.ok([200, 409, 422].includes(response.status), `${response.status}`);
			operations++;
			if (response.status !== 200) return false;
			const root = toHex(rootOf(history));
			assert.equal(cosigned.get(history.length) ?? root, root, `two roots of size ${history.length}`);
			cosigned.set(history.length, root);
			return true;
		};
		let history: History = [];
		/** Both continue the same history, each in its own way; which was cosigned when the witness was killed is asked. */
		let pair: readonly [History, History] = [["a"], ["b"]];
		for (let run = 1; run <= kills + 1; run++) {
			const { child, url } = await start(file);
			t.after(() => child.kill("SIGKILL"));
			const isLast = run > kills;
			if (!isLast) setTimeout(() => child.kill("SIGKILL"), 30 + 37 * run);
			for (let step = 0; ; step++) {
				const again = await Promise.all(pair.map((each) => propose(url, each.length, each)));
				const first = await Promise.all(pair.map((each) => propose(url, history.length, each)));
				if (again.includes(undefined) || first.includes(undefined)) break;
				const won = pair.findIndex((_, i) => again[i] === true || first[i] === true);
				assert.notEqual(won, -1, "one of them is always cosigned");
				history = pair[won] as History;
				pair = [
					[...history, `${run} ${step} a`],
					[...history, `${run} ${step} b`],
				];
				if (isLast && step > 5) break;
			}
			child.kill("SIGKILL");
			if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
		}
		assert.ok(cosigned.size > kills, `${cosigned.size} sizes were cosigned`);
		ran(t, "kills", { kills, operations });
	}));
