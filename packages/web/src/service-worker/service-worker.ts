/**
 * Keeps the pages, so that they open without a network. Everything that was built is fetched when this worker is
 * installed, under a name that says from what; all of it serves, or none of it does.
 *
 * A newer version waits until its pages say so, since it takes away what the pages of the older one may still load.
 */
declare const self: ServiceWorkerGlobalScope;

/** Written in by the build: the version, then every file. */
const [version = "", ...files] = JSON.parse("tenten:built") as readonly string[];
const prefix = "tenten-";

self.addEventListener("install", (event) => {
	const fetched = caches
		.open(prefix + version)
		.then((cache) =>
			cache.addAll(files.map((file) => new Request(file, { cache: "no-cache", redirect: "error" }))),
		);
	event.waitUntil(fetched);
});

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
	if (files.includes(asked)) event.respondWith(kept(asked, request));
});

async function kept(file: string, request: Request): Promise<Response> {
	const cache = await caches.open(prefix + version);
	return (await cache.match(file)) ?? fetch(request);
}
