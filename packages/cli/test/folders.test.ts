/**
 * Folders of operators and wallets: making one, and opening it for the first time, is cut off before and after
 * everything that it writes. Doing the same again finishes it; what was acknowledged before stands; and where a
 * part of a folder is gone, nothing begins anew beside it.
 */
import assert from "node:assert/strict";
import fs, { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { createApp } from "@tenten/operator";
import { isRefusal, toHex } from "@tenten/protocol";
import { listenOnLoopback, type WalletStore } from "@tenten/wallet";
import { ran } from "../../../test/support/ran.ts";
import { BadInput } from "../src/bad-input.ts";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { hasIssuer, readApiKey } from "../src/server/issuer-folder.ts";
import { random } from "../src/surroundings.ts";
import { WalletFolder } from "../src/wallet/folder.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-folders-"));
after(() => rmSync(root, { recursive: true, force: true }));

const unlock = { kind: "device", key: random(32) } as const;
const yen = { code: "JPY", scale: 0, name: "yen", ...usualWindows };
const made = { name: "Bank", assets: [yen], port: 1 };
const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

class Fault extends Error {}

const calls = ["mkdirSync", "openSync", "writeFileSync", "fsyncSync", "closeSync", "renameSync"] as const;
const real = Object.fromEntries(calls.map((name) => [name, fs[name]]));

function mend(): void {
	Object.assign(fs, real);
	syncBuiltinESMExports();
}
afterEach(mend);

type When = "before" | "after";

/** The machine is gone from the n-th step on; a step is a call to the system, or whatever is passed by `step`. */
class Machine {
	readonly #goes: number;
	readonly #when: When;
	#steps = 0;

	constructor(goes: number, when: When) {
		this.#goes = goes;
		this.#when = when;
		for (const name of calls) {
			const original = real[name] as (...input: unknown[]) => unknown;
			const mortal = (...input: unknown[]): unknown => {
				this.#begin();
				const done = original(...input);
				this.#end();
				return done;
			};
			Object.assign(fs, { [name]: mortal });
		}
		syncBuiltinESMExports();
	}

	#begin(): void {
		if (++this.#steps > this.#goes || (this.#steps === this.#goes && this.#when === "before"))
			throw new Fault(`gone at step ${this.#goes}`);
	}

	#end(): void {
		if (this.#steps >= this.#goes) throw new Fault(`gone after step ${this.#goes}`);
	}

	get isGone(): boolean {
		return this.#steps >= this.#goes;
	}

	async step<T>(work: () => Promise<T> | T): Promise<T> {
		this.#begin();
		const done = await work();
		this.#end();
		return done;
	}
}

/** Cuts ever later, before and after, until all of it ran: how often. */
async function cutEverywhere(cutAt: (machine: () => Machine, where: string) => Promise<Machine>) {
	let points = 0;
	for (const when of ["before", "after"] as const)
		for (let goes = 1; ; goes++) {
			const { isGone } = await cutAt(() => new Machine(goes, when), `${when} step ${goes}`);
			mend();
			if (!isGone) break;
			points++;
		}
	return points;
}

const unlessCut = async <T>(work: Promise<T>): Promise<T | undefined> =>
	work
		.catch((error: unknown) => {
			if (!(error instanceof Fault)) throw error;
			return undefined;
		})
		.finally(mend);

let folders = 0;
const newFolder = (): string => join(root, `${++folders}`, "inner");

async function opened(folder: string): Promise<Issuer> {
	const issuer = await openIssuer(folder, unlock);
	assert.ok(!isRefusal(issuer));
	return issuer;
}

test("an operator's folder: cut off while it is made, it is made again, or it is whole", async (t) => {
	const points = await cutEverywhere(async (gone, where) => {
		const folder = newFolder();
		const machine = gone();
		let isMade = false;
		await unlessCut(
			createIssuer(folder, made, unlock).then(() => {
				isMade = true;
			}),
		);
		assert.ok(!isMade || hasIssuer(folder), where);
		if (!hasIssuer(folder)) {
			await assert.rejects(openIssuer(folder, unlock), /tenten operator init makes one/, where);
			await createIssuer(folder, made, unlock);
		}
		const issuer = await opened(folder);
		assert.ok(await issuer.operator.keyBehind(readApiKey(folder)), where);
		await issuer.close();
		await assert.rejects(createIssuer(folder, made, unlock), /there is an operator already/, where);
		return machine;
	});
	ran(t, "cuts", { "of folders": points });
	assert.ok(points >= 40, `${points}`);
});

test("an operator's first opening: cut off anywhere, it opens again as the same operator", async (t) => {
	const points = await cutEverywhere(async (gone, where) => {
		const folder = newFolder();
		await createIssuer(folder, made, unlock);
		const { keys } = JSON.parse(readFileSync(join(folder, "operator.json"), "utf8"));
		const machine = gone();
		const onCommit = (): Promise<void> => machine.step(() => undefined);
		const first = await unlessCut(openIssuer(folder, unlock, { onCommit }));
		assert.ok(!isRefusal(first));
		await first?.close();
		const issuer = await opened(folder);
		assert.equal(toHex(issuer.operator.id), keys.root, where);
		await issuer.operator.trustList();
		await issuer.close();
		assert.ok(JSON.parse(readFileSync(join(folder, "operator.json"), "utf8")).hasDatabase, where);
		return machine;
	});
	ran(t, "cuts", { "of folders": points });
	assert.ok(points >= 16, `${points}`);
});

test("an operator's folder of which a part is gone begins nothing anew", async () => {
	const folder = newFolder();
	await createIssuer(folder, made, unlock);
	await (await opened(folder)).close();
	const [database, settings] = [join(folder, "operator.sqlite"), join(folder, "operator.json")];
	const [kept, said] = [readFileSync(database), readFileSync(settings)];
	const keys = readFileSync(join(folder, "keys.sealed"));

	rmSync(database);
	await assert.rejects(openIssuer(folder, unlock), (error) => {
		assert.ok(error instanceof BadInput);
		assert.match(error.message, /operator\.sqlite: is gone: put it back from a copy/);
		return true;
	});
	assert.ok(!existsSync(database));
	fs.writeFileSync(database, kept);

	rmSync(settings);
	await assert.rejects(createIssuer(folder, made, unlock), /operator\.json is gone: put it back from a copy/);
	assert.deepEqual(readFileSync(join(folder, "keys.sealed")), keys);
	fs.writeFileSync(settings, said);
	await (await opened(folder)).close();
});

test("a wallet's folder: cut off while it is made and joined, it is opened and joined again, once", async (t) => {
	const bank = newFolder();
	await createIssuer(bank, made, unlock);
	const { operator, close } = await opened(bank);
	const log = { info: () => undefined, error: console.error };
	const app = createApp({ operator, log });
	const server = await listenOnLoopback({ fetch: (request) => app.fetch(request) }, { port: 0 });
	const enrolments = (): Promise<number> =>
		operator.store.run(
			async (transaction) =>
				(await transaction.selectFrom("enrolments").select("enrolment").execute()).length,
		);

	const points = await cutEverywhere(async (gone, where) => {
		const folder = newFolder();
		const before = await enrolments();
		const machine = gone();
		let file: WalletStore | undefined;
		const store = (inner: WalletStore): WalletStore => {
			file = inner;
			return { ...inner, commit: (rows) => machine.step(() => inner.commit(rows)) };
		};
		const isJoined = await unlessCut(
			(async () => {
				const wallet = await WalletFolder.open(folder, { unlock, store });
				assert.ok(!isRefusal(wallet));
				assert.ok(!isRefusal(await wallet.join(server.url, asked)));
				return true;
			})(),
		);
		await file?.close();
		const wallet = await WalletFolder.open(folder, { unlock });
		assert.ok(!isRefusal(wallet), where);
		if (isJoined) assert.equal(wallet.operators.length, 1, where);
		assert.ok(!isRefusal(await wallet.join(server.url, asked)), where);
		assert.deepEqual(
			[wallet.operators.length, wallet.wallet.module.certificates().length, (await enrolments()) - before],
			[1, 1, 1],
			where,
		);
		await wallet.close();
		return machine;
	});
	ran(t, "cuts", { "of folders": points });
	assert.ok(points >= 40, `${points}`);
	await server.stop();
	await close();
});
