/** `tenten wallet lists`: fetched where an operator is in reach, carried as a file to whoever it is not, and verified there. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "../src/server/port.ts";
import { ended } from "./support/processes.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);

type Told = { readonly lists: readonly { readonly list: string }[]; readonly oldest_s: number | null };
const kinds = ({ lists }: Told): readonly string[] => lists.map(({ list }) => list);

test("lists are fetched, shown, carried as a file to a wallet that is offline, and refused where they were changed", async () => {
	const flags = ["--name", "Densha", "--asset", "JPY:0", "--port", `${await freePort()}`];
	await shell.well("operator", "init", "--data", at("data"), ...flags);
	const serving = shell.start("operator", "serve", "--data", at("data"));
	const url = await says(serving, / listens at (http:\S+) /);
	const lists = (wallet: string, ...args: readonly string[]) =>
		shell.well("wallet", "lists", ...args, "--wallet", at(wallet)) as Promise<unknown> as Promise<Told>;
	for (const wallet of ["ann", "bob"]) {
		await shell.well("wallet", "init", "--wallet", at(wallet));
		assert.deepEqual(kinds(await lists(wallet, "show")), []);
		await shell.well("wallet", "join", url, "--wallet", at(wallet));
	}
	const all = ["trustList", "freezeList", "statusList"];
	assert.deepEqual(kinds(await lists("ann", "fetch")), all);
	assert.deepEqual(kinds(await lists("ann", "export", at("news.tenten"))), all);
	const over = ended(serving);
	serving.kill("SIGTERM");
	await over;
	assert.deepEqual(kinds(await lists("bob", "import", at("news.tenten"))), all);
	assert.equal((await lists("bob", "show", "--oldest", "3600")).oldest_s, 3_600);
	assert.equal((await lists("bob", "show")).oldest_s, 3_600);
	assert.equal((await lists("bob", "show", "--oldest", "0")).oldest_s, null);
	const gone = await shell.tenten("wallet", "lists", "fetch", "--wallet", at("ann"));
	assert.equal(gone.status, 1);
	const news = readFileSync(at("news.tenten"));
	news[news.length - 1] = (news.at(-1) ?? 0) ^ 1;
	writeFileSync(at("news.tenten"), news);
	const changed = await shell.tenten("wallet", "lists", "import", at("news.tenten"), "--wallet", at("bob"));
	assert.equal(changed.status, 1);
	const short = await shell.tenten("wallet", "lists", "show", "--oldest", "0.5", "--wallet", at("bob"));
	assert.equal(short.status, 2);
});
