/**
 * Takes libsodium's WebAssembly out of its JavaScript.
 *
 * The package carries it as one string of base64, which every page would have to load, parse and decode as text. Here
 * the string becomes a file beside the script, and what stands around it is told to fetch that file. What could go
 * wrong is another release of the package with another shape: then the build fails.
 */
import type { Plugin } from "vite";

const file = /\/libsodium\/dist\/modules-esm\/libsodium\.mjs$/;
/** The call that decodes the string; its function is small, its one argument is not. */
const decoding = /\([\w$]+=>\{for\((?:(?!=>).){1,400}?\}\)\("(AGFzb[A-Za-z0-9+/]{100000,}={0,2})"\)/g;
const exported = /export default ([\w$]+);?\s*$/;

export function sodiumWasm(): Plugin {
	return {
		name: "sodium-wasm",
		apply: "build",
		transform: {
			filter: { id: file },
			handler(code) {
				const [found, ...more] = code.matchAll(decoding);
				const [ending, starts] = exported.exec(code) ?? [];
				if (found?.[1] === undefined || more.length > 0 || ending === undefined)
					throw new Error("libsodium has another shape than this plugin knows");
				const wasm = this.emitFile({
					type: "asset",
					name: "libsodium.wasm",
					source: Buffer.from(found[1], "base64"),
				});
				const fetched = `(await fetch(import.meta.ROLLUP_FILE_URL_${wasm})).arrayBuffer()`;
				return code
					.replace(found[0], () => '"libsodium.wasm"')
					.replace(ending, `export default async (m) => ${starts}({ ...m, wasmBinary: await ${fetched} });`);
			},
		},
	};
}
