/**
 * Keeps the pages, so that they open without a network. What was built is fetched when this worker is installed,
 * under a name that says from what; all of it serves, or none of it does.
 *
 * What few wallets load, and only when they need it, is left to them, and kept once it was loaded: exactly what was
 * built, whatever the network is by then. Where an older version kept some, this one needs its own: a wallet would not
 * open without it. Until it has that, pages are the older version's, which is not forgotten.
 *
 * A newer version waits until its pages say so, since it takes away what the pages of the older one may still load.
 */
declare const self: ServiceWorkerGlobalScope;

type Built = {
	readonly version: string;
	readonly files: readonly string[];
	/** those that are loaded later, with their digests as `integrity` has them */
	readonly later: Readonly<Record<string, string>>;
};

/** Written in by the build. */
const { version, files, later } = JSON.parse("tenten:built") as Built;
const prefix = "tenten-";
const own = prefix + version;
/** how long a newer version waits, before it takes over, for what it lacks */
const patience_ms = 10_000;

self.addEventListener("install", (event) => {
	event.waitUntil(install());
});

async function install(): Promise<void> {
	const cache = await caches.open(own);
	const needed = (await lastWithLater()) === undefined ? [] : Object.keys(later);
	await cache.addAll([...files, ...needed].map(asBuilt));
}

/** Asks the network. What has a digest is not even compared with what the browser's own cache has of it. */
function asBuilt(file: string): Request {
	const integrity = later[file];
	if (integrity === undefined) return new Request(file, { cache: "no-cache", redirect: "error" });
	return new Request(file, { cache: "reload", redirect: "error", integrity });
}

/** Caches of the versions before this one, in the order in which they came (Service Workers, `CacheStorage.keys`). */
async function olderCaches(): Promise<readonly string[]> {
	const names = (await caches.keys()).filter((name) => name.startsWith(prefix));
	return names.slice(0, names.indexOf(own));
}

/** The last of them that has what is loaded later: a wallet here needs it. */
async function lastWithLater(): Promise<string | undefined> {
	const names = await olderCaches();
	const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
	return names.findLast((_, at) => kept[at]?.some(({ url }) => url.includes("/assets/later-")));
}

/** The cache whose pages are served: this version's, unless it lacks what a wallet here loaded under an older one. */
async function servedFrom(): Promise<string> {
	const cache = await caches.open(own);
	const older = await lastWithLater();
	if (older === undefined) return own;
	const found = await Promise.all(Object.keys(later).map((file) => cache.match(file)));
	return found.includes(undefined) ? older : own;
}

self.addEventListener("activate", (event) => {
	event.waitUntil(forgetOlder().finally(() => self.clients.claim()));
});

/** Asks no network, since pages wait for it. */
async function forgetOlder(): Promise<void> {
	await copyLater();
	if ((await servedFrom()) !== own) return;
	await Promise.all((await olderCaches()).map((name) => caches.delete(name)));
}

/** What is the same in an older version need not be fetched. */
async function copyLater(): Promise<void> {
	const cache = await caches.open(own);
	for (const [file, integrity] of Object.entries(later)) {
		const kept = await caches.match(file);
		if (kept !== undefined && (await integrityOf(kept.clone())) === integrity) await cache.put(file, kept);
	}
}

async function integrityOf(answer: Response): Promise<string> {
	const digest = await crypto.subtle.digest("SHA-256", await answer.arrayBuffer());
	return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

/** Has from the network what this version lacks. */
async function bringLater(): Promise<void> {
	if ((await servedFrom()) === own) return;
	const signal = AbortSignal.timeout(patience_ms);
	const cache = await caches.open(own);
	await cache.addAll(Object.keys(later).map((file) => new Request(asBuilt(file), { signal })));
}

self.addEventListener("message", (event) => {
	if (event.data !== "take over") return;
	const takeOver = (): void => void self.skipWaiting();
	event.waitUntil(bringLater().finally(takeOver));
});

self.addEventListener("fetch", (event) => {
	const { request } = event;
	const { origin, pathname } = new URL(request.url);
	if (request.method !== "GET" || origin !== self.location.origin) return;
	const scope = new URL(self.registration.scope).pathname;
	const asked = pathname === scope ? "index.html" : pathname.slice(scope.length);
	if (Object.hasOwn(later, asked)) event.respondWith(keptOrLoaded(asked));
	else if (asked.startsWith("assets/")) event.respondWith(keptByAny(asked, request));
	else if (files.includes(asked)) event.respondWith(kept(asked, request));
	// The next page may then be this version's.
	if (request.mode === "navigate") event.waitUntil(bringLater());
});

/** What has no digest in its name: pages, above all. */
async function kept(file: string, request: Request): Promise<Response> {
	const cache = await caches.open(await servedFrom());
	return (await cache.match(file)) ?? fetch(request);
}

/** What has a digest in its name is the same in all versions. */
async function keptByAny(file: string, request: Request): Promise<Response> {
	const cache = await caches.open(own);
	return (await cache.match(file)) ?? (await caches.match(file)) ?? fetch(request);
}

/** A page that no service worker had yet loaded it into the browser's own cache; but that may be damaged. */
async function keptOrLoaded(file: string): Promise<Response> {
	const cache = await caches.open(own);
	const found = await cache.match(file);
	if (found !== undefined) return found;
	const built = asBuilt(file);
	await cache.add(new Request(built, { cache: "default" })).catch(() => cache.add(built));
	return (await cache.match(file)) ?? Response.error();
}
