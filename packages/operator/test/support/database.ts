/** Which store the scenes of these tests run on: SQLite in memory, unless a test file chose PostgreSQL before. */

let isRemote = false;

/** Gives the name of an empty database, each time another. */
let fresh: () => string | Promise<string> = () => ":memory:";

/** From now on every scene is played on the databases that `source` gives. */
export function playOn(source: () => string | Promise<string>): void {
	fresh = source;
	isRemote = true;
}

/** How often to repeat what chance varies: where every commit waits for a disk, a part of it. */
export function repeats(usual: number): number {
	return isRemote ? Math.ceil(usual / 6) : usual;
}

export async function databaseForTest(): Promise<string> {
	return fresh();
}
