/**
 * Both sides of an open meter are lost, and restored in the built page: what runs meters is loaded for them, and what
 * it holds is counted, claimed and paid. That no other wallet loads it is in web-budget.test.ts.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { toHex } from "@tenten/protocol";
import { refusalWords, type Wallet, writeBackupFile } from "@tenten/wallet";
import { balanceAgrees } from "./browser/balances.ts";
import { skip } from "./browser/chromium.ts";
import { pass } from "./browser/clock.ts";
import { type App, gift, openPhones, type Phone, type Phones, yen } from "./browser/phones.ts";
import { openMeter } from "./support/open-meter.ts";
import { asset } from "./support/town.ts";

/** In the page, once its balance was asked for. */
type PageEnd = { readonly tidy: () => Promise<void> };

const day = 86_400;
const passphrase = "correct horse battery";

describe("a backup with an open meter, in the browser", { skip }, () => {
	let phones: Phones;
	let payer: Phone;
	let payee: Phone;
	let backups: { readonly payer: Buffer; readonly payee: Buffer };
	/** whether what runs meters is not there */
	let isMissing = false;
	/** until then the service worker does not come */
	let restored: () => void;
	const isRestored = new Promise<void>((resolve) => {
		restored = resolve;
	});

	const slow = (pages: App): App => ({
		fetch: async (request) => {
			const { pathname } = new URL(request.url);
			if (pathname === "/service-worker.js") await isRestored;
			const isGone = isMissing && pathname.startsWith("/assets/later-");
			return isGone ? new Response("gone", { status: 404 }) : pages.fetch(request);
		},
	});

	/** A meter of 250 yen for a hundred ticks, of which forty were ticked: 100 yen are due. */
	before(async () => {
		const policy = { trustListValidity: 9_999 * day, certificateValidity: 9_999 * day };
		phones = await openPhones({ policy, hasClock: true, beforePages: slow });
		const { town } = phones;
		const [lostPayer, lostPayee] = [await town.wallet(1_000n), await town.wallet()];
		await openMeter({ town, payer: lostPayer, payee: lostPayee, ticked: 40 });
		backups = { payer: await backupOf(lostPayer), payee: await backupOf(lostPayee) };
	});
	after(async () => {
		restored();
		await phones?.close();
	});

	/** As `tenten wallet backup` writes it. */
	async function backupOf({ module }: Wallet): Promise<Buffer> {
		const content = await module.backup(passphrase, "interactive");
		const { town, operatorUrl: url } = phones;
		return Buffer.from(
			writeBackupFile({ content, operators: [{ id: toHex(town.operator.id), name: "Town", url }] }),
		);
	}

	async function restore({ page, text, field, button }: Phone, buffer: Buffer): Promise<void> {
		await page.getByText(text("restore.title")).click();
		const file = { name: "backup", mimeType: "application/octet-stream", buffer };
		await field("restore.file").setInputFiles(file);
		await page.getByText(text("restore.chosen")).waitFor();
		await field("restore.code").fill(passphrase);
		await button("restore.do").click();
	}

	async function sayNothingWasPaid({ page, text, go, button }: Phone): Promise<void> {
		await go("restored");
		await page.getByRole("checkbox", { name: text("restored.nothing") }).check();
		await button("restored.ask").click();
		await page.getByText(text("restored.done")).waitFor();
	}

	async function accountHolds(phone: Phone, minor: bigint): Promise<void> {
		await phone.go("top-up");
		await phone.page.getByText(yen(phone, minor), { exact: true }).waitFor();
	}

	const inMeters = ({ page }: Phone): Promise<readonly string[]> =>
		page.getByTestId("in-meters").allTextContents();

	test("makes no wallet where what runs meters cannot be had, and counts what they hold where it is", async () => {
		payer = await phones.phone({ language: "en" });
		isMissing = true;
		await restore(payer, backups.payer);
		await payer.page.getByText(refusalWords["part-missing"].en).waitFor();
		await payer.page.getByText(payer.text("restore.nothingMade")).waitFor();
		isMissing = false;
		await payer.page.reload();
		await restore(payer, backups.payer);
		await payer.page.getByTestId("restored").waitFor();
		assert.deepEqual(await inMeters(payer), [yen(payer, 250n)]);
		const { available, awaited, metered } = await balanceAgrees(payer);
		assert.deepEqual([available, awaited, metered], [0n, 750n, 250n]);
	});

	test("opens without a network once that was loaded, though the service worker came later", async () => {
		const { page, context } = payer;
		const isKept = (): Promise<boolean> =>
			page.evaluate(async () => {
				const names = await caches.keys();
				const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
				return kept.flat().some(({ url }) => url.includes("/later-"));
			});
		restored();
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
		await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
		assert.equal(await isKept(), false);
		await context.setOffline(true);
		await page.reload();
		await page.getByTestId("metered").waitFor();
		assert.equal(await page.getByTestId("metered").textContent(), yen(payer, 250n));
		assert.equal(await isKept(), true);
		await context.setOffline(false);
	});

	test("is paid by its owner's word, on either side what is its own", async () => {
		const { town } = phones;
		payee = await phones.phone({ language: "en" });
		await restore(payee, backups.payee);
		await payee.page.getByTestId("restored").waitFor();
		assert.deepEqual(await inMeters(payee), [yen(payee, 100n)]);
		await sayNothingWasPaid(payee);
		assert.deepEqual(await inMeters(payee), []);
		town.clock.now += 2 * day + asset.grace;
		for (const phone of [payer, payee]) await pass(phone, 2 * day + asset.grace);
		await sayNothingWasPaid(payer);
		const { available, metered } = await balanceAgrees(payer);
		assert.deepEqual([available, metered], [750n, 0n]);
		await accountHolds(payer, gift + 150n);
		await balanceAgrees(payee);
		await payee.page.evaluate(() => (globalThis as unknown as PageEnd).tidy());
		await accountHolds(payee, gift + 100n);
		assert.deepEqual((await town.operator.audit(asset.code)).broken, []);
		assert.deepEqual(await town.operator.caseFiles(null), []);
		assert.deepEqual([...payer.problems, ...payee.problems], []);
	});
});
