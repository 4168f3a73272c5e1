/** Rooms of a program, at a relay or a broker: at the very address that was checked, as calls by HTTP go (peer-rules.ts). */
import { isRefusal } from "@tenten/protocol";
import { WebSocket } from "ws";
import { mqttDial } from "./dial-mqtt.ts";
import { checkPeerUrl, type PeerRules, pinningLookup } from "./peer-rules.ts";
import type { Dial, Socket } from "./relay-connection.ts";
import { maximumFrameBytes } from "./relay-frame.ts";

/** `rules` as for HTTP, with `wss` or `mqtts` in the place of `https`. */
export function nodeDial(rules: PeerRules = {}): Dial {
	const atBroker = mqttDial(rules);
	return (address) => {
		if (address.startsWith("mqtt")) return atBroker(address);
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
