/** WebSockets of a program: to the very address that was checked, as calls by HTTP go (peer-rules.ts). */
import { isRefusal } from "@tenten/protocol";
import { WebSocket } from "ws";
import { checkPeerUrl, type PeerRules, pinningLookup } from "./peer-rules.ts";
import type { Dial, Socket } from "./relay-connection.ts";
import { maximumFrameBytes } from "./relay-frame.ts";

/** `rules` as for HTTP, with `wss` in the place of `https`. */
export function nodeDial(rules: PeerRules = {}): Dial {
	return (address) => {
		const url = checkPeerUrl(address.replace(/^ws/, "http"), rules);
		if (isRefusal(url)) return url;
		const options = {
			lookup: pinningLookup(url, rules),
			maxPayload: maximumFrameBytes,
			perMessageDeflate: false,
			followRedirects: false,
		};
		return new WebSocket(address, options) as unknown as Socket;
	};
}
