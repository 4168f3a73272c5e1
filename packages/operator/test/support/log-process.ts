/**
 * A process that appends to a log and publishes it as fast as it can, until it is killed: entry n says n. It says what
 * it acknowledged, and each checkpoint once it is published.
 */
import { writeSync } from "node:fs";
import { isRefusal, toHex, toUtf8 } from "@tenten/protocol";
import { signerFrom } from "../../../module/src/index.ts";
import { LogWriter } from "../../src/log/index.ts";

const [folder = "", seed = ""] = process.argv.slice(2);
const log = await LogWriter.open(folder, signerFrom(Buffer.from(seed, "hex"), "Ed25519"));
if (isRefusal(log)) throw new Error(`${log.code}: ${log.detail}`);

/** Written when it returns, so that no word of it is lost by a kill. */
function say(line: string): void {
	writeSync(1, `${line}\n`);
}

async function publishAll(from: LogWriter): Promise<never> {
	for (;;) {
		const { size, root } = await from.integrate();
		say(`published ${size} ${toHex(root)}`);
		await new Promise((resolve) => setImmediate(resolve));
	}
}

say("open");
const publishing = publishAll(log);
for (let batch = 1; ; batch = (batch * 7) % 251) {
	const first = log.size;
	const entries = Array.from({ length: batch }, (_, i) => toUtf8(`${first + i}`));
	const appended = await log.append(entries);
	if (!isRefusal(appended)) say(`acknowledged ${appended.first + batch}`);
	else await Promise.race([publishing, new Promise((resolve) => setTimeout(resolve, 5))]);
}
