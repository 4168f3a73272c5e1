/// <reference lib="dom" />
/**
 * WebSockets of a page. A page can pin no address: it takes `wss` and, for trying things out, this machine; what
 * else it may connect to is for its Content-Security-Policy to say.
 */
import { isRefusal, type Refusal, refuse } from "@tenten/protocol";
import type { Socket } from "./relay-connection.ts";

const thisMachine = ["localhost", "127.0.0.1", "[::1]"];

export function browserDial(address: string): Socket | Refusal {
	const url = checkPageUrl(address);
	return isRefusal(url) ? url : (new WebSocket(url) as unknown as Socket);
}

/** The URL, if a page may connect there, or `peer-refused`. */
export function checkPageUrl(address: string): URL | Refusal {
	const url = URL.parse(address);
	if (url === null) return refuse("peer-refused", "not a URL");
	if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
		return refuse("peer-refused", "a URL of scheme, host and path alone");
	const isHere = url.protocol === "ws:" && thisMachine.includes(url.hostname);
	return url.protocol === "wss:" || isHere ? url : refuse("peer-refused", "wss only");
}
