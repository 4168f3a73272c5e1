/**
 * A program: runs worlds of the simulator, one seed after another, until its checker finds something broken.
 *
 *   node test/bugs/sim-until-broken.ts FIRST COUNT SECONDS      prints {"seed": …, "found": … or null}
 *
 * The seconds are this process's own: a busy machine makes it later, and not less.
 */
import { runSeed } from "@tenten/sim";

const [first = 1, count = 1, seconds = 0] = process.argv.slice(2).map(Number);
const steps = 2_000;

let seed = first - 1;
let found: string | null = null;
do found = await brokenBy(++seed);
while (found === null && seed < first + count - 1 && secondsUsed() < seconds);
process.stdout.write(JSON.stringify({ seed, found }), () => {
	// What a broken world left waiting is not waited for.
	process.exit();
});

function secondsUsed(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000_000;
}

async function brokenBy(seed: number): Promise<string | null> {
	try {
		const { violation } = await runSeed({ seed, suite: "toy", steps });
		return violation === undefined ? null : `${violation.kind}: ${violation.detail.split("\n")[0]}`;
	} catch (error) {
		return `exception: ${String(error).split("\n")[0]}`;
	}
}
