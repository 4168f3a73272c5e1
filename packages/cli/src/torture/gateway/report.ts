/** What the torture of a gateway came to, in words. */
import { inWords } from "../../counts.ts";
import type { Output } from "../../output.ts";
import type { GatewayTortured } from "./gateway-torture.ts";
import type { QuarterFigures, WatchedMemory } from "./memory.ts";

export function sayGatewayReport({ say }: Output, report: GatewayTortured): void {
	const { devices, parties, seconds, gone_s, kills, ticks, meters, due } = report;
	say(`${devices} devices of ${parties} parties, certified and given a token in ${report.madeIn_s} s`);
	say(
		`${seconds} s, the operator killed and gone for ${gone_s} s of them, ${kills} kills of the gateway, all by SIGKILL`,
	);
	say(
		`${report.asked_ticksPerSecond} ticks a second asked for, ${report.ticksPerSecond} made: ${ticks} ticks in ${meters} meters, of ${due} minor units together`,
	);
	sayProcessorTime(say, report);
	const { kept, there, came, waitingMost } = report;
	say(
		`${kept} records kept and acknowledged, ${there} in the operator's log, where they came ${came} times; at most ${waitingMost} waited`,
	);
	const { cuts, reconnects, unanswered, refusals } = report;
	say(
		`${cuts} connections cut, ${reconnects} times a room was connected to again, ${unanswered} exchanges asked again`,
	);
	say(`Refused by devices' machines: ${inWords(refusals) || "nothing"}`);
	sayMemory(say, report.memory);
	say(`${report.losses.length} losses`);
	for (const loss of report.losses.slice(0, 20)) say(`LOST: ${loss}`);
}

function sayProcessorTime(
	say: Output["say"],
	{ processor_msPerTick, ticksPerSecond }: GatewayTortured,
): void {
	const of = ([name, each_ms]: readonly [string, number]): string =>
		`${name} ${each_ms.toFixed(3)} ms (${((each_ms * ticksPerSecond) / 1_000).toFixed(2)} of a core)`;
	const entries = Object.entries(processor_msPerTick);
	if (entries.length > 0) say(`Processor time a tick: ${entries.map(of).join(", ")}`);
}

function sayMemory(
	say: Output["say"],
	{ quarters, heldMore_MiB, heldMoreMost_MiB, resident }: WatchedMemory,
): void {
	const each = (of: (quarter: QuarterFigures) => number): string => quarters.map(of).join(", ");
	say("The gateway's memory at the end of each quarter of its last life, in MiB:");
	say(`  held after a full collection: ${each(({ held_MiB }) => held_MiB)}`);
	say(`  resident right after: ${each(({ resident_MiB }) => resident_MiB)}`);
	say(`  resident at most in that quarter: ${each(({ peak_MiB }) => peak_MiB)}`);
	say(
		`  held more in the fourth than in the second: ${heldMore_MiB ?? "unknown"}, and at most ${heldMoreMost_MiB} may be`,
	);
	if (resident === null) return;
	const { first_MiB, last_MiB, max_MiB, slope_MiBPerMinute, grown_MiB } = resident;
	say(
		`  resident after its warm-up: ${first_MiB} first, ${last_MiB} last, ${max_MiB} at most, ${slope_MiBPerMinute} more a minute, ${grown_MiB} from the peak of the first quarter to that of the last`,
	);
}
