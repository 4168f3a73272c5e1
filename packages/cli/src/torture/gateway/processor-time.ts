/**
 * Processor time of processes that come and go: what the system says of each, looked at again and again from outside, so
 * that of one that is killed only what it did after the last look is missing.
 */
import { existsSync, readFileSync } from "node:fs";

/** proc(5): utime and stime are in ticks of the system's clock, of which sysconf(3) says 100 a second on Linux. */
const ticksPerSecond = 100;

/** Seconds that a process has had the processor for; undefined where this system does not say, or it is gone. */
export function processorTimeOf(pid: number): number | undefined {
	const file = `/proc/${pid}/stat`;
	if (!existsSync(file)) return undefined;
	// The second field is the program's name in parentheses, in which anything may stand.
	const [, fields = ""] = /^.*\) (.*)$/s.exec(readFileSync(file, "latin1")) ?? [];
	const [utime, stime] = fields.split(" ").slice(11, 13).map(Number);
	return utime === undefined || stime === undefined ? undefined : (utime + stime) / ticksPerSecond;
}

/** By name, what processes under that name have used since the first look; one that is killed has a successor. */
export class ProcessorTimes {
	readonly #of: typeof processorTimeOf;
	readonly #seen = new Map<string, Map<number, { readonly first_s: number; last_s: number }>>();

	constructor(of: typeof processorTimeOf = processorTimeOf) {
		this.#of = of;
	}

	/** One that was not there at the first look under its name began at nothing. */
	look(name: string, pid: number | undefined): void {
		const now_s = pid === undefined ? undefined : this.#of(pid);
		if (pid === undefined || now_s === undefined) return;
		const lives = this.#seen.get(name) ?? new Map();
		const first_s = lives.size === 0 ? now_s : 0;
		lives.set(pid, { first_s: lives.get(pid)?.first_s ?? first_s, last_s: now_s });
		this.#seen.set(name, lives);
	}

	/** Seconds by name. */
	spent(): Readonly<Record<string, number>> {
		return Object.fromEntries(
			[...this.#seen].map(([name, lives]) => [
				name,
				[...lives.values()].reduce((sum, { first_s, last_s }) => sum + last_s - first_s, 0),
			]),
		);
	}
}
