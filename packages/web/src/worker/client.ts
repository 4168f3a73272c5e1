/** The page's end of the worker. */
import { type Remote, wrap } from "comlink";
import type { Opening } from "./opening.ts";
import workerUrl from "./worker.ts?worker&url";

/** Starts the worker. Rejects where the browser cannot run it. */
export async function startWorker(): Promise<Remote<Opening>> {
	const worker = new Worker(scriptUrl(workerUrl), { type: "module", name: "wallet" });
	// WebAssembly starts before it listens; what was said to it until then would be lost.
	await new Promise((resolve, reject) => {
		worker.addEventListener("message", resolve, { once: true });
		worker.addEventListener("error", reject, { once: true });
	});
	return wrap<Opening>(worker);
}

type Policies = { createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): Policy };
type Policy = { createScriptURL(url: string): string };

// The pages' policy lets no plain text become the address of a script; these two are written by the build.
const policies = (globalThis as { readonly trustedTypes?: Policies }).trustedTypes;
const policy = policies?.createPolicy("tenten", { createScriptURL: (url) => url });

/** The address of one of our own scripts, as the browser wants to be given it. */
export function scriptUrl(url: string): string {
	return policy?.createScriptURL(url) ?? url;
}
