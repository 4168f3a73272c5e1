/**
 * Who a connection counts for: its address, or behind proxies that were named the one that they forward.
 * Addresses of version 6 count by /64, which is what one subscriber has.
 */
import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";
import proxyAddress from "proxy-addr";

/** `trustedProxies`: addresses and networks such as `10.0.0.0/8`, or `loopback`. Throws a RangeError on others. */
export function addressReader(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
	const trusts = trustIn(trustedProxies);
	return (request) =>
		request.socket.remoteAddress === undefined ? "nowhere" : subscriberOf(proxyAddress(request, trusts));
}

function trustIn(networks: readonly string[]): ReturnType<typeof proxyAddress.compile> {
	try {
		return proxyAddress.compile([...networks]);
	} catch {
		throw new RangeError(`${networks.join(", ")}: no addresses or networks, such as 10.0.0.0/8`);
	}
}

function subscriberOf(address: string): string {
	if (!ipaddr.isValid(address)) return "no address";
	const parsed = ipaddr.process(address);
	if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
	return `${parsed.parts
		.slice(0, 4)
		.map((part) => part.toString(16))
		.join(":")}::/64`;
}
