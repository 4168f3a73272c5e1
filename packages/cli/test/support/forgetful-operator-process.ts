/** An operator that is started from an older copy of its file every third time: whoever restores a backup does so. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveOperator } from "../../src/torture/operator-process.ts";

const startsBetween = 3;

serveOperator((folder) => {
	const [database, kept, starts] = ["operator.sqlite", "kept.sqlite", "starts"].map((name) =>
		join(folder, name),
	) as [string, string, string];
	const count = existsSync(starts) ? Number(readFileSync(starts, "utf8")) : 0;
	writeFileSync(starts, String(count + 1));
	if (count > 0 && count % startsBetween === 0 && existsSync(kept)) {
		for (const suffix of ["", "-wal", "-shm"]) rmSync(`${database}${suffix}`, { force: true });
		for (const suffix of ["", "-wal"])
			if (existsSync(`${kept}${suffix}`)) copyFileSync(`${kept}${suffix}`, `${database}${suffix}`);
	} else if (existsSync(database))
		for (const suffix of ["", "-wal"])
			if (existsSync(`${database}${suffix}`)) copyFileSync(`${database}${suffix}`, `${kept}${suffix}`);
});
