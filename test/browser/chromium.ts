/** Debian's Chromium, headless; also with one page of ours from loopback. */
import { accessSync, constants } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { rolldown } from "rolldown";

const executablePath = chromiumPath();

/** Why a test that needs Chromium skips; false where it is. */
export const skip = executablePath === undefined && "needs Chromium: apt-get install chromium";

function chromiumPath(): string | undefined {
	const candidates = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "chromium"));
	return candidates.find((file) => {
		try {
			accessSync(file, constants.X_OK);
			return true;
		} catch {
			return false;
		}
	});
}

/** How Playwright starts Chromium, with further arguments of its command line. */
export function launchOptions(args: readonly string[] = []) {
	if (executablePath === undefined) throw new Error("needs Chromium: apt-get install chromium");
	return { executablePath, args: ["--no-sandbox", ...args] };
}

export async function launch(args?: readonly string[]): Promise<Browser> {
	return chromium.launch(launchOptions(args));
}

/** One module, bundled as the web wallet is; `alias` puts other files in the place of modules. */
export async function bundle(entry: string, alias: Readonly<Record<string, string>> = {}): Promise<string> {
	const built = await rolldown({ input: entry, platform: "browser", resolve: { alias } });
	const { output } = await built.generate({ format: "esm", minify: true, codeSplitting: false });
	await built.close();
	return output[0].code;
}

const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

export type PageOptions = {
	/** where else the page may connect, e.g. `ws://127.0.0.1:8080` */
	readonly connect?: string;
	/** further arguments of the browser */
	readonly args?: readonly string[];
};

export type OpenedPage = { readonly page: Page; readonly close: () => Promise<void> };

/** Opens a page that runs `code`; `close` stops its browser and its server. */
export async function openPage(
	code: string,
	{ connect = "", args = [] }: PageOptions = {},
): Promise<OpenedPage> {
	const server = createServer((request, response) => {
		const isScript = request.url === "/page.js";
		response.setHeader("content-security-policy", `${policy} ${connect}`);
		response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
		response.end(isScript ? code : '<!doctype html><script type="module" src="/page.js"></script>');
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const browser = await launch(args);
	const close = async (): Promise<void> => {
		await browser.close();
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	};
	try {
		const context = await browser.newContext();
		const page = await context.newPage();
		const errors: string[] = [];
		page.on("pageerror", (error) => errors.push(String(error)));
		await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
		await page.waitForFunction("globalThis.isReady === true").catch((error: unknown) => {
			throw new Error(`the page did not start: ${errors.join("; ")} ${error}`);
		});
		return { page, close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Opens a page that runs `code`, gives it to `use`, and stops browser and server whatever happens. */
export async function withPage<T>(code: string, use: (page: Page) => Promise<T>): Promise<T> {
	const { page, close } = await openPage(code);
	try {
		return await use(page);
	} finally {
		await close();
	}
}
