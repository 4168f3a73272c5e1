/** In real Chromium: a named page asks an operator as a wallet does; any other gets no word, and can do nothing. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type RunningServer, startServer } from "../packages/operator/src/index.ts";
import { createEcosystem, type Ecosystem } from "../packages/operator/test/support/ecosystem.ts";
import { type OpenedPage, openPage, skip } from "./browser/chromium.ts";

describe("pages of other origins", { skip }, () => {
	let ecosystem: Ecosystem;
	let operator: RunningServer;
	let wallet: OpenedPage;
	let foreign: OpenedPage;
	/** method, route and status of what came to the operator */
	const came: string[] = [];

	before(async () => {
		[wallet, foreign] = [await open(), await open()];
		ecosystem = await createEcosystem();
		const info = (fields: object): void => {
			const { method, route, status } = fields as Record<string, string>;
			came.push(`${method} ${route} ${status}`);
		};
		const origins = [new URL(wallet.page.url()).origin];
		const log = { info, error: info };
		operator = await startServer({ operator: ecosystem.operator, port: 0, log, origins });
	});
	after(async () => {
		await wallet?.close();
		await foreign?.close();
		await operator?.close();
		await ecosystem?.operator.close();
	});

	/** What a wallet sends: its own type, an idempotency key. The code of the refusal, or why there is no answer. */
	const claim = ({ page }: OpenedPage): Promise<string> =>
		page.evaluate(async (url) => {
			const headers = { "content-type": "application/cose", "idempotency-key": "one" };
			try {
				const body = new Uint8Array(3);
				const signal = AbortSignal.timeout(30_000);
				const answer = await fetch(`${url}/v1/claims`, { method: "POST", headers, body, signal });
				const { code } = (await answer.json()) as { code: string };
				return `${answer.status} ${code} ${answer.headers.has("request-id")}`;
			} catch (error) {
				return (error as Error).name;
			}
		}, operator.url);

	const totals = ({ page }: OpenedPage): Promise<string> =>
		page.evaluate(async (url) => {
			const headers = { authorization: "Bearer tenten_none_none" };
			const signal = AbortSignal.timeout(30_000);
			const answer = await fetch(`${url}/v1/totals`, { headers, signal }).catch((error: Error) => error);
			return answer instanceof Error ? answer.name : String(answer.status);
		}, operator.url);

	test("a named page may ask with the types, keys and headers of a wallet, and read refusals", async () => {
		came.length = 0;
		assert.equal(await claim(wallet), "400 malformed true");
		assert.equal(await totals(wallet), "401");
		assert.deepEqual(
			came.filter((line) => !line.startsWith("OPTIONS")),
			["POST /v1/claims 400", "GET /v1/totals 401"],
		);
	});

	test("of any other page nothing arrives but the browser's own question", async () => {
		came.length = 0;
		assert.equal(await claim(foreign), "TypeError");
		assert.equal(await totals(foreign), "TypeError");
		assert.deepEqual(
			came.filter((line) => !line.startsWith("OPTIONS")),
			[],
		);
	});

	test("a form of another page arrives, and is refused for its type", async () => {
		for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
			came.length = 0;
			await send(foreign, type);
			assert.deepEqual(came, ["POST /v1/certificates 415"]);
		}
	});

	/**
	 * A form that posts itself, in a tab of its own; until it came to the operator. Nothing of the tab is waited for
	 * after that: it is on its way to another page, and ends with its browser.
	 */
	async function send({ page }: OpenedPage, type: string): Promise<void> {
		const tab = await page.context().newPage();
		await tab.goto(page.url());
		const posting = tab.evaluate(
			([url, enctype]) => {
				const form = document.createElement("form");
				Object.assign(form, { method: "post", enctype, action: `${url}/v1/certificates` });
				document.documentElement.append(form);
				setTimeout(() => form.submit());
			},
			[operator.url, type] as const,
		);
		posting.catch(() => undefined);
		await until(() => came.length > 0);
	}
});

async function until(condition: () => boolean): Promise<void> {
	const end = Date.now() + 30_000;
	while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Its own policy lets it connect to any server of this machine: what keeps it from the operator is the operator. */
function open(): Promise<OpenedPage> {
	return openPage("globalThis.isReady = true;", { connect: "http://127.0.0.1:*" });
}
