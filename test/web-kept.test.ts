/**
 * What the service worker keeps is what was built, or nothing: a network that answers wrongly, or with somebody
 * else's pages, puts nothing into its cache, and takes nothing out. Chromium asks a real server, which is told to lie.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type LoopbackServer, listenOnLoopback } from "@tenten/wallet";
import { buildWeb, webApp } from "@tenten/web";
import type { Browser, Page } from "playwright-core";
import { launch, skip } from "./browser/chromium.ts";
import { textsIn } from "./browser/phones.ts";

type Answer = (request: Request) => Response | Promise<Response> | undefined;

const lie = "globalThis.isForeign = true;";
const script = { "content-type": "text/javascript" };
const page = { "content-type": "text/html" };

describe("the service worker", { skip }, () => {
	let folder: string;
	let app: ReturnType<typeof webApp>;
	let server: LoopbackServer;
	let elsewhere: LoopbackServer;
	let browser: Browser;
	/** what is answered instead, if anything */
	let instead: Answer = () => undefined;

	before(async () => {
		folder = await buildWeb();
		app = webApp(folder);
		server = await listenOnLoopback({
			fetch: async (request) => (await instead(request)) ?? app.fetch(request),
		});
		const headers = { ...script, "access-control-allow-origin": "*" };
		elsewhere = await listenOnLoopback({ fetch: () => new Response(lie, { headers }) });
		browser = await launch();
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
		await elsewhere?.stop();
	});

	async function visit(use: (page: Page) => Promise<void>): Promise<void> {
		const context = await browser.newContext({ locale: "ja-JP" });
		const opened = await context.newPage();
		await opened.goto(server.url);
		await wallet(opened);
		await use(opened);
		await context.close();
	}

	const wallet = (opened: Page): Promise<void> =>
		opened.getByRole("button", { name: textsIn("ja")["start.begin"] ?? "" }).waitFor();

	/** Paths that are kept, with what they were answered with. */
	const kept = (opened: Page) =>
		opened.evaluate(async () => {
			const found: Record<string, string> = {};
			for (const name of await caches.keys()) {
				const cache = await caches.open(name);
				for (const request of await cache.keys()) {
					const answer = await cache.match(request);
					found[new URL(request.url).pathname.slice(1)] = `${answer?.status} ${answer?.redirected}`;
				}
			}
			return found;
		});

	/** How its installation ends. */
	const installed = (opened: Page): Promise<string> =>
		opened.evaluate(async () => {
			const registration = await navigator.serviceWorker.getRegistration();
			const worker = registration?.installing ?? registration?.waiting ?? registration?.active;
			if (worker === undefined || worker === null) return "redundant";
			return new Promise<string>((resolve) => {
				const look = (): void => {
					if (worker.state === "activated" || worker.state === "redundant") resolve(worker.state);
				};
				worker.addEventListener("statechange", look);
				look();
			});
		});

	/** Of the file that few load: whether it is had. */
	const loads = (opened: Page, name: string): Promise<boolean> =>
		opened.evaluate(
			(file) =>
				fetch(`./${file}`).then(
					({ ok }) => ok,
					() => false,
				),
			name,
		);

	/** Has it look for a newer version, and waits until that is installed. */
	const updated = (opened: Page): Promise<void> =>
		opened.evaluate(async () => {
			const registration = await navigator.serviceWorker.getRegistration();
			await registration?.update();
			const worker = registration?.installing ?? registration?.waiting;
			await new Promise<void>((resolve) => {
				const look = (): void => {
					if (worker?.state === "installed") resolve();
				};
				worker?.addEventListener("statechange", look);
				look();
			});
		});

	/** A newer version, in which these files have other names; a page of it says so. */
	function newer(names: ReadonlyMap<string, string> = new Map()): Answer {
		const asNewer = (file: string): string =>
			[...names]
				.reduce(
					(text, [name, other]) => text.replaceAll(name, other),
					readFileSync(join(folder, file), "utf8"),
				)
				.replace(/(?<=\\"version\\":\\")\w+/, "newer")
				.replace("<html", "<html data-newer");
		return async ({ url }) => {
			const asked = new URL(url).pathname.slice(1);
			if (asked === "service-worker.js") return new Response(asNewer(asked), { headers: script });
			if (asked === "index.html") return new Response(asNewer(asked), { headers: page });
			const [name] = [...names].find(([, other]) => other === asked) ?? [];
			if (name === undefined) return app.fetch(new Request(url));
			// What the browser's own cache has is not what is asked about.
			const { body } = await app.fetch(new Request(`${server.url}/${name}`));
			return new Response(body, { headers: { ...script, "cache-control": "no-store" } });
		};
	}

	/** What few load, as it was built. */
	function laterIn(built: readonly string[]): string {
		const [later, ...more] = built.filter((name) => name.startsWith("assets/later-"));
		assert.ok(later !== undefined && more.length === 0);
		return later;
	}

	const isControlled = (opened: Page) =>
		opened.waitForFunction(() => navigator.serviceWorker.controller !== null);

	/** Lies to the service worker alone: the page itself has loaded by then. */
	const toWorker =
		(file: RegExp, answer: () => Response): Answer =>
		(request) =>
			request.cache === "no-cache" || request.headers.get("sec-fetch-dest") === "empty"
				? file.test(new URL(request.url).pathname)
					? answer()
					: undefined
				: undefined;

	const lies: Readonly<Record<string, () => Response>> = {
		"an error": () => new Response("no", { status: 500 }),
		"nothing there": () => new Response("no", { status: 404 }),
		"a redirect to elsewhere": () =>
			new Response(null, { status: 302, headers: { location: `${elsewhere.url}/script.js` } }),
		"a redirect to another of our files": () =>
			new Response(null, { status: 302, headers: { location: "/icon.svg" } }),
		"half an answer": () => new Response("no", { status: 206, headers: script }),
	};

	for (const [what, answer] of Object.entries(lies))
		test(`keeps nothing at all where one file is answered with ${what}`, async () => {
			instead = toWorker(/\/assets\/index-[\w-]+\.js$/, answer);
			await visit(async (opened) => {
				assert.equal(await installed(opened), "redundant");
				assert.deepEqual(await kept(opened), {});
			});
			instead = () => undefined;
		});

	test("keeps each file that was built but what few load, and serves them when the network has become somebody else's", async () => {
		await visit(async (opened) => {
			assert.equal(await installed(opened), "activated");
			await isControlled(opened);
			const built = globSync("**/*.*", { cwd: folder }).filter((name) => name !== "service-worker.js");
			const later = laterIn(built);
			const atOnce = built.filter((name) => name !== later);
			const expected = Object.fromEntries(atOnce.map((name) => [name, "200 false"]));
			const sorted = Object.fromEntries(Object.entries(await kept(opened)).sort());
			assert.deepEqual(sorted, Object.fromEntries(Object.entries(expected).sort()));

			// The browser's own cache has the lie under a name with a digest for a year.
			const bearingDigest = { ...script, "cache-control": "public, max-age=31536000, immutable" };
			instead = ({ url }) => {
				const asScript = url.endsWith(`/${later}`) ? bearingDigest : script;
				return new Response(lie, { headers: url.endsWith("/") ? page : asScript });
			};
			for (const path of ["", "#/home", "?wallet=other", "index.html"]) {
				await opened.goto("about:blank");
				await opened.goto(`${server.url}/${path}`);
				await wallet(opened);
				assert.equal(await opened.evaluate(() => "isForeign" in globalThis), false, path);
			}
			// Neither does what the page asks for under a known name, or an unknown one, change what is kept.
			await opened.evaluate(
				async (names) => {
					// What is not kept yet is not what was built, and so is no answer.
					for (const name of names)
						for (const query of ["", "?again"])
							await fetch(`./${name}${query}`, { cache: "reload" }).catch(() => undefined);
				},
				[...built, "assets/other.js"],
			);
			assert.deepEqual(Object.fromEntries(Object.entries(await kept(opened)).sort()), sorted);
			assert.equal(await loads(opened, later), false);
			instead = () => undefined;
			assert.equal(await loads(opened, later), true);
			assert.deepEqual(await kept(opened), { ...expected, [later]: "200 false" });

			// A newer version takes away what the older one kept, so it brings its own.
			instead = newer();
			await updated(opened);
			const brought = await opened.evaluate(async () => {
				const requests = await (await caches.open("tenten-newer")).keys();
				return requests.map(({ url }) => new URL(url).pathname.slice(1)).sort();
			});
			assert.deepEqual(brought, built.sort());
			instead = () => undefined;
		});
	});

	const outcomes = [
		{ does: "copies what is the same", isSame: true, hasNetwork: false, isNewer: true },
		{ does: "fetches its own", isSame: false, hasNetwork: true, isNewer: true },
		{
			does: "leaves pages to the older one until it has its own",
			isSame: false,
			hasNetwork: false,
			isNewer: false,
		},
	];
	for (const { does, isSame, hasNetwork, isNewer } of outcomes)
		test(`that is newer, and was installed before a wallet here loaded what few load, ${does}`, async () => {
			await visit(async (opened) => {
				assert.equal(await installed(opened), "activated");
				await isControlled(opened);
				const built = globSync("assets/*", { cwd: folder });
				const later = laterIn(built);
				const style = built.find((name) => /^assets\/index-.*\.css$/.test(name)) ?? "";
				const ownLater = isSame ? later : "assets/later-newer.js";
				const deployed = newer(
					new Map([
						[style, "assets/newer.css"],
						[later, ownLater],
					]),
				);
				const nothing: Answer = () => new Response("no", { status: 404 });
				const showsNewer = (): Promise<boolean> =>
					opened.evaluate(() => document.documentElement.hasAttribute("data-newer"));

				instead = deployed;
				await updated(opened);
				assert.equal(await loads(opened, later), true);
				instead = hasNetwork ? deployed : nothing;
				const take = opened.getByRole("button", { name: textsIn("ja")["update.take"] ?? "" });
				await Promise.all([opened.waitForEvent("load"), take.click()]);
				await wallet(opened);
				instead = nothing;
				assert.equal(await showsNewer(), isNewer);
				assert.equal(await opened.evaluate(async () => (await caches.keys()).length), isNewer ? 1 : 2);
				assert.equal(await loads(opened, isNewer ? "assets/newer.css" : style), true);
				assert.equal(await loads(opened, isNewer ? ownLater : later), true);
				if (isNewer) return;

				instead = deployed;
				await opened.reload();
				await opened.evaluate(async (name) => {
					const cache = await caches.open("tenten-newer");
					while ((await cache.match(name)) === undefined)
						await new Promise((resolve) => setTimeout(resolve, 20));
				}, ownLater);
				instead = nothing;
				await opened.reload();
				await wallet(opened);
				assert.equal(await showsNewer(), true);
				assert.equal(await loads(opened, ownLater), true);
			});
			instead = () => undefined;
		});

	test("is not replaced by what is no script, and goes on as it was", async () => {
		await visit(async (opened) => {
			assert.equal(await installed(opened), "activated");
			const before = await kept(opened);
			for (const answer of [
				() => new Response("<!doctype html>sign in", { headers: page }),
				() => new Response(null, { status: 302, headers: { location: `${elsewhere.url}/script.js` } }),
				() => new Response("no", { status: 500 }),
			]) {
				instead = ({ url }) => (url.endsWith("/service-worker.js") ? answer() : undefined);
				const outcome = await opened.evaluate(async () => {
					const registration = await navigator.serviceWorker.getRegistration();
					return registration?.update().then(
						() => "updated",
						() => "refused",
					);
				});
				assert.equal(outcome, "refused");
			}
			instead = () => undefined;
			assert.deepEqual(await kept(opened), before);
			await opened.reload();
			await wallet(opened);
		});
	});
});
