/**
 * The service worker, from the page's side: it keeps the pages for when there is no network. A newer version is
 * offered, and taken when a person says so: never under a payment that is being made.
 */
import { scriptUrl } from "../worker/client.ts";

let waiting = $state.raw<ServiceWorker>();

/** A newer version that has been fetched, or undefined. */
export function newerVersion(): ServiceWorker | undefined {
	return waiting;
}

/** Registers it. Where a browser refuses, the wallet works as long as there is a network. */
export async function keepOffline(): Promise<void> {
	if (!("serviceWorker" in navigator)) return;
	const registration = await navigator.serviceWorker.register(scriptUrl("./service-worker.js"));
	const look = (): void => {
		// The first one of all replaces nobody.
		if (navigator.serviceWorker.controller !== null) waiting = registration.waiting ?? undefined;
	};
	look();
	registration.addEventListener("updatefound", () => {
		registration.installing?.addEventListener("statechange", look);
	});
}

/** Has the newer version take over, and opens the page anew: what was open is recovered from the store. */
export function useNewer(): void {
	navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
	waiting?.postMessage("take over");
}
