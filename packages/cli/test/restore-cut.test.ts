/**
 * Restoring cut off before each of its file operations, on SQLite and PostgreSQL: no operator starts from what it left,
 * unless it is whole, and run again it makes one that pays nothing until that is allowed.
 *
 * What is cut off inside the database's own transaction is in packages/operator/test/crash.test.ts.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { postgresForTests } from "../../operator/test/support/postgres.ts";
import { BadInput } from "../src/bad-input.ts";
import { createIssuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { backUp, restoreTo } from "../src/server/issuer-backup.ts";
import { random } from "../src/surroundings.ts";
import { must, openWallet } from "./support/hand-over-process.ts";

class PowerFailed extends Error {}

/** What changes files, by the names under which modules import it. */
const operations = [
	"openSync",
	"writeFileSync",
	"renameSync",
	"copyFileSync",
	"chmodSync",
	"mkdirSync",
	"rmSync",
] as const;
const real = Object.fromEntries(operations.map((name) => [name, fs[name]]));
/** how many operations are still done; the rest fail */
let left = Number.POSITIVE_INFINITY;
for (const name of operations)
	Object.assign(fs, {
		[name]: (...args: never[]): unknown => {
			if (--left < 0) throw new PowerFailed(name);
			return (real[name] as (...args: never[]) => unknown)(...args);
		},
	});
syncBuiltinESMExports();

const root = fs.mkdtempSync(join(tmpdir(), "tenten-restore-"));
const unlock = { kind: "device", key: random(32) } as const;
const postgres = await postgresForTests();
after(() => {
	left = Number.POSITIVE_INFINITY;
	fs.rmSync(root, { recursive: true });
});

/** An operator with money on an account, and its backup. */
async function backedUp(place: string, url: string | undefined): Promise<string> {
	const folder = join(place, "bank");
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name: "Bank", assets, port: 0 }, unlock);
	const { operator, close } = must(await openIssuer(folder, unlock, undefined, url));
	const wallet = await openWallet(
		join(place, "wallet.sqlite"),
		Buffer.from(random(32)).toString("hex"),
		null,
	);
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	assert.equal(await wallet.join(operator, operator.id, asked), undefined);
	const [own] = wallet.module.certificates();
	assert.equal(await operator.deposit(random(32), own?.hash ?? random(32), "JPY", 10n), undefined);
	await wallet.close();
	await close();
	const copy = join(place, "copy");
	await backUp(folder, copy);
	return copy;
}

/** Whether it ended before the power failed. */
async function restoredUntil(operationsDone: number, run: () => Promise<unknown>): Promise<boolean> {
	left = operationsDone;
	try {
		await run();
		return true;
	} catch (error) {
		if (!(error instanceof PowerFailed)) throw error;
		return false;
	} finally {
		left = Number.POSITIVE_INFINITY;
	}
}

for (const kind of ["SQLite", "PostgreSQL"] as const)
	test(`on ${kind}, a restore that is cut off anywhere starts no operator, and is run again`, async (t) => {
		if (kind === "PostgreSQL" && typeof postgres === "string") return t.skip(postgres);
		const url = kind === "SQLite" || typeof postgres === "string" ? undefined : await postgres.fresh();
		const place = join(root, kind);
		fs.mkdirSync(place);
		const copy = await backedUp(place, url);
		let cuts = 0;
		for (let isOver = false; !isOver; cuts++) {
			const folder = join(place, `cut ${cuts}`);
			isOver = await restoredUntil(cuts, () => restoreTo(copy, folder, url));
			const open = () => openIssuer(folder, unlock, undefined, url);
			const opened = await open().catch((error: unknown) => {
				assert.ok(error instanceof BadInput, `${error}`);
				return restoreTo(copy, folder, url).then(open);
			});
			const { operator, close } = must(opened);
			await operator.watch.look();
			assert.deepEqual(
				operator.watch.state.stops.map(({ code }) => code),
				["JPY"],
				`cut off after ${cuts}`,
			);
			const [last] = (await operator.auditLog(0)).slice(-1);
			assert.equal(last?.act, "restored");
			await close();
		}
		t.diagnostic(`cut off at ${cuts - 1} places`);
		assert.ok(cuts > 20, `${cuts}`);
	});
