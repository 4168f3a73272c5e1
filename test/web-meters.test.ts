/**
 * A backup of a wallet that had a meter open, restored in the built page: what runs meters is loaded for it, and what
 * it holds is counted and claimed. That no other wallet loads it is in web-budget.test.ts.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { toHex } from "@tenten/protocol";
import { inProcessChannel, refusalWords, type Wallet, writeBackupFile } from "@tenten/wallet";
import { balanceAgrees } from "./browser/balances.ts";
import { skip } from "./browser/chromium.ts";
import { pass } from "./browser/clock.ts";
import { type App, gift, openPhones, type Phone, type Phones, yen } from "./browser/phones.ts";
import { asset, ok } from "./support/town.ts";

const day = 86_400;
const passphrase = "correct horse battery";

describe("a backup with an open meter, in the browser", { skip }, () => {
	let phones: Phones;
	let phone: Phone;
	let payee: Wallet;
	let payersBackup: Buffer;
	/** paths of what runs meters, as they were asked for */
	const asked: string[] = [];
	let isMissing = false;

	const counted = (pages: App): App => ({
		fetch: (request) => {
			const { pathname } = new URL(request.url);
			if (!pathname.startsWith("/assets/later-")) return pages.fetch(request);
			asked.push(pathname);
			return isMissing ? new Response("gone", { status: 404 }) : pages.fetch(request);
		},
	});

	/** A meter of 250 yen for a hundred ticks, of which forty were ticked: 100 yen are due. */
	before(async () => {
		const policy = { trustListValidity: 9_999 * day, certificateValidity: 9_999 * day };
		phones = await openPhones({ policy, hasClock: true, beforePages: counted });
		const { town } = phones;
		const payer = await town.wallet(1_000n);
		payee = await town.wallet();
		const until = town.clock.now + 2 * day;
		const terms = { asset: town.asset, units: 10n, perTicks: 4, ticks: 100, until, keepEvery: 1 };
		const { encoded } = ok(await payee.meters.request(terms));
		const channel = inProcessChannel(payee.handle);
		const { meter } = ok(await payer.meters.open({ request: encoded }, channel));
		assert.equal(await payer.meters.tick(meter, channel, 40), undefined);
		payersBackup = await backupOf(payer);
	});
	after(async () => {
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

	test("is not restored where what runs meters cannot be had, and counts what they hold where it is", async () => {
		phone = await phones.phone({ language: "en" });
		isMissing = true;
		await restore(phone, payersBackup);
		await phone.page.getByText(refusalWords["channel-failed"].en).waitFor();
		await phone.page.getByText(phone.text("restore.nothingMade")).waitFor();
		isMissing = false;
		await phone.page.reload();
		await restore(phone, payersBackup);
		await phone.page.getByTestId("restored").waitFor();
		const { available, awaited, metered } = await balanceAgrees(phone);
		assert.deepEqual([available, awaited, metered], [0n, 750n, 250n]);
	});

	test("opens without a network, too: what runs meters is kept once it was loaded", async () => {
		await phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
		await phone.page.reload();
		await phone.page.getByTestId("metered").waitFor();
		asked.length = 0;
		await phone.context.setOffline(true);
		await phone.page.reload();
		assert.equal(await phone.page.getByTestId("metered").textContent(), yen(phone, 250n));
		await phone.context.setOffline(false);
		assert.deepEqual(asked, []);
	});

	test("is paid what the payee did not claim, by its owner's word, and the money is counted", async () => {
		const { town } = phones;
		town.clock.now += 2 * day;
		await payee.upkeep();
		town.clock.now += asset.grace;
		await pass(phone, 2 * day + asset.grace);
		await phone.go("restored");
		await phone.page.getByRole("checkbox", { name: phone.text("restored.nothing") }).check();
		await phone.button("restored.ask").click();
		await phone.page.getByText(phone.text("restored.done")).waitFor();
		const { available, metered } = await balanceAgrees(phone);
		assert.deepEqual([available, metered], [750n, 0n]);
		await phone.go("top-up");
		await phone.page.getByText(yen(phone, gift + 150n)).waitFor();
		await payee.upkeep();
		assert.equal(ok(await payee.account(town.asset)), 100n);
		assert.deepEqual((await town.operator.audit(asset.code)).broken, []);
		assert.deepEqual(await town.operator.caseFiles(null), []);
		assert.deepEqual(phone.problems, []);
	});
});
