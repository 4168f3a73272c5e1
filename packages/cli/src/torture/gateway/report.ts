/** What the torture of a gateway came to, in words. */
import { inWords } from "../../counts.ts";
import type { Output } from "../../output.ts";
import type { GatewayTortured } from "./gateway-torture.ts";

export function sayGatewayReport({ say }: Output, report: GatewayTortured): void {
	const { devices, seconds, outage_s, kills, ticks, ticksPerSecond, meters, due } = report;
	say(
		`${devices} devices for ${seconds} s, the operator gone for ${outage_s} s of them, ${kills} kills of the gateway`,
	);
	say(`${ticks} ticks (${ticksPerSecond} a second) in ${meters} meters, of ${due} minor units together`);
	const { kept, there, came, waitingMost } = report;
	say(
		`${kept} records kept, ${there} at the operator, where they came ${came} times; at most ${waitingMost} waited`,
	);
	const { cuts, reconnects, unanswered, refusals } = report;
	say(
		`${cuts} connections cut, ${reconnects} times a room was connected to again, ${unanswered} exchanges asked again`,
	);
	say(`Refused by devices' machines: ${inWords(refusals)}`);
	const { memory } = report;
	if (memory === null) say("The gateway's memory: not weighed");
	else
		say(
			`The gateway's memory after its warm-up: ${memory.first_MiB} MiB first, ${memory.last_MiB} last, ${memory.max_MiB} at most, ${memory.slope_MiBPerMinute} more a minute, ${memory.grown_MiB} from the peak of the first quarter to that of the last; ${memory.some_MiB.join(", ")}`,
		);
	say(`${report.losses.length} losses`);
	for (const loss of report.losses.slice(0, 20)) say(`LOST: ${loss}`);
}
