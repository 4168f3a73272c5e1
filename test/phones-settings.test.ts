/** Settings on real phones: language, recovery code, backup and what restoring it means, storage, passkey. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { skip } from "./browser/chromium.ts";
import {
	firstRun,
	openPhones,
	type Phone,
	type Phones,
	shownBalance,
	textsIn,
	yen,
} from "./browser/phones.ts";

describe("settings", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let code: string;
	let backup: Buffer;

	before(async () => {
		phones = await openPhones();
		ann = await phones.phone();
		await firstRun(ann, 3_000n);
	});
	after(async () => {
		await phones?.close();
	});

	test("speak the other language at once, and are silent when told so, after a reload too", async () => {
		await ann.go("settings");
		await ann.page.getByRole("checkbox", { name: ann.text("settings.sound") }).uncheck();
		await ann.page.getByRole("radio", { name: "English" }).check();
		const english = textsIn("en");
		await ann.page.getByRole("heading", { name: english["settings.title"] ?? "", exact: true }).waitFor();
		await ann.page.reload();
		const sound = ann.page.getByRole("checkbox", { name: english["settings.sound"] ?? "" });
		assert.equal(await sound.isChecked(), false);
		await sound.check();
		await ann.page.getByRole("radio", { name: "日本語" }).check();
		await ann.page.getByRole("heading", { name: ann.text("settings.title"), exact: true }).waitFor();
	});

	test("show the recovery code until it is written down, and then never again", async () => {
		await ann.go("home");
		await ann.page.getByText(ann.text("code.notYet")).waitFor();
		await ann.page.getByRole("link", { name: ann.text("code.show") }).click();
		await ann.page.getByText(ann.text("code.notYet")).waitFor();
		assert.equal(await ann.page.getByTestId("code").count(), 0, "not before it is asked for");
		await ann.button("code.show").click();
		code = (await ann.page.getByTestId("code").textContent()) ?? "";
		assert.match(code, /^[0-9A-Z-]{20,}$/);
		await ann.page.reload();
		await ann.button("code.show").click();
		assert.equal(await ann.page.getByTestId("code").textContent(), code);
		await ann.button("code.done").click();
		await ann.page.getByText(ann.text("code.written")).waitFor();
		await ann.page.reload();
		await ann.page.getByText(ann.text("code.written")).waitFor();
		assert.equal(await ann.button("code.show").count(), 0);
		await shownBalance(ann);
		assert.equal(await ann.page.getByText(ann.text("code.notYet")).count(), 0);
		await ann.go("settings");
	});

	test("save a backup, say when it was made, and say plainly what the browser may clear", async () => {
		await ann.page.getByText(ann.text("backup.never")).waitFor();
		const [download] = await Promise.all([
			ann.page.waitForEvent("download"),
			ann.button("backup.save").click(),
		]);
		backup = await readFile(await download.path());
		assert.equal(backup.includes(code), false);
		await ann.page.getByText(ann.text("backup.last")).waitFor();
		const isPersisted = await ann.page.evaluate(() => navigator.storage.persisted());
		await ann.page.getByText(ann.text(isPersisted ? "storage.persisted" : "storage.mayClear")).waitFor();
		assert.equal(await ann.page.getByTestId("open-payments").textContent(), "0");
	});

	test("name the operators that were joined, and refuse an address where there is none", async () => {
		await ann.page.getByText("Town", { exact: true }).waitFor();
		await ann.field("operators.another").fill("http://127.0.0.1:9");
		await ann.button("operators.join").click();
		await ann.page.getByRole("alert").waitFor();
	});

	test("a backup makes a wallet with its code only, and brings everything back where nothing was paid", async () => {
		await ann.page.close();
		const { page, text, ...bob } = await phones.phone({ language: "en" });
		await page.getByText(text("restore.title")).click();
		const file = { name: "backup", mimeType: "application/octet-stream", buffer: backup };
		await bob.field("restore.file").setInputFiles(file);
		await page.getByText(text("restore.chosen")).waitFor();
		await bob.field("restore.code").fill(`${code.slice(0, -1)}${code.endsWith("0") ? "1" : "0"}`);
		await bob.button("restore.do").click();
		await page.getByText(text("restore.nothingMade")).waitFor();
		await page.reload();
		await page.getByText(text("restore.title")).click();
		await bob.field("restore.file").setInputFiles(file);
		await bob.field("restore.code").fill(code);
		await bob.button("restore.do").click();
		const restored = page.getByTestId("restored");
		await restored.waitFor();
		const phone = { page, text, ...bob };
		assert.match(await restored.innerText(), /3,000/);
		assert.equal((await phone.balance())["available"], "0");
		await page.getByRole("checkbox", { name: text("restored.nothing") }).check();
		await bob.button("restored.ask").click();
		await page.getByText(text("restored.done")).waitFor();
		// With what was left on the account: new keys cannot sign for the old one, so all of it moves here.
		assert.equal(await shownBalance(phone), yen(phone, 10_000n));
		assert.equal((await phone.balance())["available"], "10000");
		assert.deepEqual(phone.problems, []);
		assert.deepEqual(ann.problems, []);
	});
});
