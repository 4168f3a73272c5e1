/**
 * What a browser is told that these pages may do. A script that gets in by whatever way finds nothing to load, no
 * inline code, no string that becomes code or markup, and no form, frame or plugin to leave through.
 */

import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

export type Policy = {
	/** where else pages may connect, beside this server and whatever has TLS, e.g. `http://127.0.0.1:*` */
	readonly connect?: readonly string[];
	/** pages of this very server may hold others in frames, as the sandbox does with two phones */
	readonly isFramedBySelf?: boolean;
};

const self = ["'self'"];

export function securityHeaders({ connect = [], isFramedBySelf = false }: Policy): MiddlewareHandler {
	const frames = isFramedBySelf ? self : ["'none'"];
	return secureHeaders({
		contentSecurityPolicy: {
			defaultSrc: ["'none'"],
			// WebAssembly asks for a word of its own, which allows no other code from strings.
			scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
			styleSrc: self,
			imgSrc: ["'self'", "data:", "blob:"],
			mediaSrc: ["'self'", "blob:"],
			connectSrc: ["'self'", "https:", "wss:", ...connect],
			workerSrc: self,
			manifestSrc: self,
			frameSrc: frames,
			frameAncestors: frames,
			baseUri: ["'none'"],
			formAction: ["'none'"],
			requireTrustedTypesFor: ["'script'"],
			// Svelte's own, for markup that stood in its templates when it was built; and for our workers' addresses.
			trustedTypes: ["svelte-trusted-html", "tenten"],
		},
		crossOriginOpenerPolicy: "same-origin",
		crossOriginResourcePolicy: "same-origin",
		referrerPolicy: "no-referrer",
		xFrameOptions: isFramedBySelf ? "SAMEORIGIN" : "DENY",
		permissionsPolicy: {
			camera: ["self"],
			publickeyCredentialsGet: ["self"],
			clipboardWrite: ["self"],
			screenWakeLock: ["self"],
			microphone: [],
			geolocation: [],
			payment: [],
			usb: [],
		},
	});
}
