/**
 * Lets the worker load parts of itself later, and begin with one file all the same.
 *
 * What all parts use the bundler puts into a file of its own, and leaves an entry that only imports it: one way to
 * the server and back more, before anything runs. Here that file takes the entry's place and name. A bundler that
 * divides otherwise fails the build.
 */
import { basename } from "node:path";
import type { Plugin } from "vite";

const beginning = "beginning";

export function workerInOne(): Plugin {
	return {
		name: "worker-in-one",
		apply: "build",
		outputOptions: (options) => ({
			...options,
			// `later-` says to the service worker what it is not to fetch unasked: what runs meters.
			chunkFileNames: ({ facadeModuleId }) =>
				`assets/${facadeModuleId?.includes("/metering/") ? "later-" : ""}[name]-[hash].js`,
			codeSplitting: { groups: [{ name: beginning, tags: ["$initial"] }] },
		}),
		generateBundle(_, bundle) {
			const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
			const entry = chunks.find(({ isEntry }) => isEntry);
			const shared = chunks.find(({ name }) => name === beginning);
			if (entry === undefined || shared === undefined) throw new Error("the worker is divided otherwise");
			const [from, to] = [`./${basename(shared.fileName)}`, `./${basename(entry.fileName)}`];
			if (entry.code.trim() !== `import"${from}";`)
				throw new Error("the worker's entry does more than import");
			entry.code = shared.code;
			delete bundle[shared.fileName];
			for (const other of chunks.filter((each) => each !== entry && each !== shared))
				other.code = other.code.replaceAll(`"${from}"`, () => `"${to}"`);
		},
	};
}
