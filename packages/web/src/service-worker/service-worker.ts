/**
 * Keeps the pages, so that they open without a network. What was built is fetched when this worker is installed,
 * under a name that says from what; all of it serves, or none of it does.
 *
 * What few wallets load, and only when they need it, is left to them, and kept once it was loaded: exactly what was
 * built, whatever the network is by then. Where an older version kept some, this one fetches it too.
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

self.addEventListener("install", (event) => {
	event.waitUntil(install());
});

async function install(): Promise<void> {
	const needed = (await hasKeptLater()) ? Object.keys(later) : [];
	const cache = await caches.open(prefix + version);
	await cache.addAll([...files, ...needed].map(asBuilt));
}

/** Whether a wallet here loaded, under another version, what is loaded later. */
async function hasKeptLater(): Promise<boolean> {
	const names = (await caches.keys()).filter((name) => name.startsWith(prefix));
	const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
	return kept.flat().some(({ url }) => url.includes("/assets/later-"));
}

/** Asks the network. What has a digest is not even compared with what the browser's own cache has of it. */
function asBuilt(file: string): Request {
	const integrity = later[file];
	if (integrity === undefined) return new Request(file, { cache: "no-cache", redirect: "error" });
	return new Request(file, { cache: "reload", redirect: "error", integrity });
}

self.addEventListener("activate", (event) => {
	event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

async function forgetOthers(): Promise<void> {
	const names = await caches.keys();
	const others = names.filter((name) => name.startsWith(prefix) && name !== prefix + version);
	await Promise.all(others.map((name) => caches.delete(name)));
}

self.addEventListener("message", ({ data }) => {
	if (data === "take over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
	const { request } = event;
	const { origin, pathname } = new URL(request.url);
	if (request.method !== "GET" || origin !== self.location.origin) return;
	const scope = new URL(self.registration.scope).pathname;
	const asked = pathname === scope ? "index.html" : pathname.slice(scope.length);
	if (Object.hasOwn(later, asked)) event.respondWith(keptOrLoaded(asked));
	else if (files.includes(asked)) event.respondWith(kept(asked, request));
});

async function kept(file: string, request: Request): Promise<Response> {
	const cache = await caches.open(prefix + version);
	return (await cache.match(file)) ?? fetch(request);
}

/** A page that no service worker had yet loaded it into the browser's own cache; but that may be damaged. */
async function keptOrLoaded(file: string): Promise<Response> {
	const cache = await caches.open(prefix + version);
	const found = await cache.match(file);
	if (found !== undefined) return found;
	const built = asBuilt(file);
	await cache.add(new Request(built, { cache: "default" })).catch(() => cache.add(built));
	return (await cache.match(file)) ?? Response.error();
}
