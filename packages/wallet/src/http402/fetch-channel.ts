/** Hand-over over `fetch`, in Node and in pages: to the origin that is being asked for something anyway. */
import { isRefusal, refuse } from "@tenten/protocol";
import {
	bundleType,
	decodeBundle,
	encodeBundle,
	handoverPath,
	maximumBundleBytes,
} from "../transport/bundle.ts";
import type { Channel } from "../transport/channel.ts";
import { readAtMost } from "./answer-form.ts";

export type Fetch = (request: Request) => Promise<Response>;

/** `address`: of the payee's wallet, whole. */
export function fetchChannel(address: string, fetch: Fetch, timeout_ms: number): Channel {
	return {
		exchange: async (messages) => {
			try {
				const response = await fetch(
					new Request(address + handoverPath, {
						method: "POST",
						headers: { "content-type": bundleType, accept: bundleType },
						body: Uint8Array.from(encodeBundle(messages)),
						redirect: "error",
						signal: AbortSignal.timeout(timeout_ms),
					}),
				);
				if (response.status !== 200) return refuse("channel-failed", `status ${response.status}`);
				const body = await readAtMost(response, maximumBundleBytes);
				return isRefusal(body) ? body : decodeBundle(body);
			} catch (error) {
				return refuse("channel-failed", error instanceof Error ? error.message : "");
			}
		},
	};
}
