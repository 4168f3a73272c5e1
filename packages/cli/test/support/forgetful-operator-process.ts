/** An operator that is started from an older copy of its file every third time: whoever restores a backup does so. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveOperator } from "../../src/torture/operator-process.ts";

const startsBetween = 3;

serveOperator((folder) => {
	const [database, kept, opened] = ["operator.sqlite", "kept.sqlite", "opened"].map((name) =>
		join(folder, name),
	) as [string, string, string];
	const count = existsSync(opened) ? Number(readFileSync(opened, "utf8")) : 0;
	writeFileSync(opened, String(count + 1));
	// Without the count beside the keys nothing tells it from the newest copy.
	rmSync(join(folder, "starts"), { force: true });
	if (count > 0 && count % startsBetween === 0 && existsSync(kept)) {
		for (const suffix of ["", "-wal", "-shm"]) rmSync(`${database}${suffix}`, { force: true });
		for (const suffix of ["", "-wal"])
			if (existsSync(`${kept}${suffix}`)) copyFileSync(`${kept}${suffix}`, `${database}${suffix}`);
	} else if (existsSync(database))
		for (const suffix of ["", "-wal"])
			if (existsSync(`${database}${suffix}`)) copyFileSync(`${database}${suffix}`, `${kept}${suffix}`);
});
