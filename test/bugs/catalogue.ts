/** All seeded bugs, from those that the design names to those of the disk. */
import type { Bug } from "./bug.ts";
import { accounts } from "./catalogue/accounts.ts";
import { deciding } from "./catalogue/deciding.ts";
import { evidence } from "./catalogue/evidence.ts";
import { forking } from "./catalogue/forks.ts";
import { found } from "./catalogue/found.ts";
import { keeping } from "./catalogue/keeping.ts";
import { redeeming } from "./catalogue/redeeming.ts";
import { ruling } from "./catalogue/ruling.ts";
import { settling } from "./catalogue/settling.ts";
import { taking } from "./catalogue/taking.ts";

export const bugs: readonly Bug[] = [
	...deciding,
	...taking,
	...evidence,
	...redeeming,
	...forking,
	...ruling,
	...keeping,
	...found,
	...accounts,
	...settling,
];

export function bugNamed(name: string): Bug | undefined {
	return bugs.find((bug) => bug.name === name);
}
