/** A channel to a module in the same process, under the limits of every other channel. */
import { isRefusal } from "@tenten/protocol";
import { decodeBundle, encodeBundle } from "./bundle.ts";
import type { Channel, Handle } from "./channel.ts";

/** The bundle is encoded and decoded each way, so that the two sides share no memory. */
export function inProcessChannel(handle: Handle): Channel {
	return {
		exchange: async (messages) => {
			const received = decodeBundle(encodeBundle(messages));
			return isRefusal(received) ? received : decodeBundle(encodeBundle(await handle(received)));
		},
	};
}
