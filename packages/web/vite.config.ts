/** How the pages, their worker and their service worker are built. */
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { builtFiles } from "./src/build/built-files.ts";
import { sodiumWasm } from "./src/build/sodium-wasm.ts";
import { workerInOne } from "./src/build/worker-in-one.ts";

const root = fileURLToPath(new URL(".", import.meta.url));
const publicDir = `${root}public`;

export default defineConfig({
	root,
	publicDir,
	// Wherever the folder is served from.
	base: "./",
	build: {
		outDir: "dist/pages",
		emptyOutDir: true,
		target: "es2023",
		// Inlined files would be data: addresses, which the policy of the pages refuses.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		rolldownOptions: {
			// How long a plugin took is no word for whoever starts the sandbox.
			checks: { pluginTimings: false },
			input: {
				console: `${root}console.html`,
				index: `${root}index.html`,
				till: `${root}till.html`,
				town: `${root}town.html`,
				"service-worker": `${root}src/service-worker/service-worker.ts`,
			},
			output: {
				entryFileNames: ({ name }) => (name === "service-worker" ? "[name].js" : "assets/[name]-[hash].js"),
			},
		},
	},
	plugins: [svelte(), builtFiles(publicDir)],
	worker: { format: "es", plugins: () => [sodiumWasm(), workerInOne()] },
});
