/** What can be wrong with the machine under an operator or a wallet: Node, its disk, its clock, who reads its files. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "@tenten/operator";

const leastNode = 24;
const slowSync_ms = 50;
const leastSpace = 100 * 2 ** 20;
const littleSpace = 2 ** 30;
/** seconds by which a clock may be off before dates are judged wrongly */
const mostSkew = 30;

type Found = Omit<Finding, "check">;

export function nodeFinding(version: string): Finding {
	const isEnough = Number(/^v?(\d+)/.exec(version)?.[1]) >= leastNode;
	return isEnough
		? { check: "node", state: "well", found: version, todo: "" }
		: { check: "node", state: "wrong", found: version, todo: `use Node ${leastNode} or newer` };
}

/** How long the disk under a folder takes to say that something is on it: the median of some tries. */
export function syncFinding(folder: string): Finding {
	const file = join(folder, `.doctor.${process.pid}`);
	const taken: number[] = [];
	const handle = openSync(file, "w", 0o600);
	try {
		for (let i = 0; i < 9; i++) {
			const begun = performance.now();
			writeSync(handle, Buffer.alloc(4096, i));
			fsyncSync(handle);
			taken.push(performance.now() - begun);
		}
	} finally {
		closeSync(handle);
		rmSync(file, { force: true });
	}
	return judgeSync(taken.sort((a, b) => a - b)[4] ?? 0);
}

export function judgeSync(median_ms: number): Finding {
	const found = `${median_ms.toFixed(2)} ms a disk sync`;
	return median_ms <= slowSync_ms
		? { check: "disk sync", state: "well", found, todo: "" }
		: { check: "disk sync", state: "warning", found, todo: "every answer waits for it: use a faster disk" };
}

export function spaceFinding(folder: string): Finding {
	const { bavail, bsize } = statfsSync(folder, { bigint: true });
	return judgeSpace(bavail * bsize);
}

export function judgeSpace(free: bigint): Finding {
	const found = `${free / 2n ** 20n} MiB free`;
	const todo = "make room: an operator whose disk is full answers nothing";
	const state = free < BigInt(leastSpace) ? "wrong" : free < BigInt(littleSpace) ? "warning" : "well";
	return { check: "disk space", state, found, todo: state === "well" ? "" : todo };
}

/** Whether anybody but their owner reads these files of a folder. */
export function secrecyFinding(folder: string, files: readonly string[]): Finding {
	const open = files.filter(
		(file) => existsSync(join(folder, file)) && (statSync(join(folder, file)).mode & 0o077) !== 0,
	);
	return open.length === 0 || process.platform === "win32"
		? { check: "secrecy", state: "well", found: "its owner alone reads its keys", todo: "" }
		: {
				check: "secrecy",
				state: "wrong",
				found: `others may read ${open.join(", ")}`,
				todo: "chmod 600 them; revoke API keys that were read",
			};
}

/** Whether an operator answers at an address, and how far this clock is from its own. */
export async function serverFindings(url: string): Promise<readonly Finding[]> {
	const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
	if (answer === undefined)
		return [
			{ check: "server", state: "warning", found: `nobody answers at ${url}`, todo: "tenten operator serve" },
		];
	const state: Found = answer.ok
		? { state: "well", found: `ready at ${url}`, todo: "" }
		: {
				state: "wrong",
				found: `${url}/readyz says ${answer.status}`,
				todo: "its answer and its log say why",
			};
	return [{ check: "server", ...state }, judgeClock(Date.now(), answer.headers.get("date"))];
}

export function judgeClock(now_ms: number, date: string | null): Finding {
	const other = Date.parse(date ?? "");
	if (Number.isNaN(other)) return { check: "clock", state: "warning", found: "it names no time", todo: "" };
	const skew = Math.round((now_ms - other) / 1000);
	const found = `${Math.abs(skew)} s ${skew < 0 ? "behind" : "ahead of"} the operator`;
	return Math.abs(skew) <= mostSkew
		? { check: "clock", state: "well", found, todo: "" }
		: {
				check: "clock",
				state: "wrong",
				found,
				todo: "set the clocks by NTP: dates of tokens are judged by them",
			};
}
