/**
 * Which peers a wallet talks to, where it was given the URL by somebody else.
 *
 * A URL in a request may point at a machine behind the wallet's firewall, and a name may resolve to one
 * address when it is checked and to another when it is used. So: https only and public addresses only, except
 * for origins that whoever runs this wallet configured; and the address that was checked is the one that is
 * connected to. Redirects are never followed.
 */
import { lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { type Refusal, refuse } from "@tenten/protocol";

export type PeerRules = {
	/** Trusted whatever their address, plain http too, e.g. `http://gateway.example:8080`. */
	readonly origins?: readonly string[];
	/** Also this machine itself, plain http too: for tests and the sandbox. */
	readonly loopback?: boolean;
};

/** The URL, if its scheme and, where it names an address, that address are allowed; else `peer-refused`. */
export function checkPeerUrl(text: string, rules: PeerRules): URL | Refusal {
	const url = URL.parse(text);
	if (url === null) return refuse("peer-refused", "not a URL");
	if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
		return refuse("peer-refused", "a URL of scheme, host and path alone");
	if (isConfigured(url, rules)) return url;
	const address = url.hostname.replace(/^\[(.*)\]$/, "$1");
	const isLoopback = rules.loopback === true && (address === "localhost" || isIn(loopback, address));
	if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback))
		return refuse("peer-refused", "https only");
	if (isIP(address) !== 0 && !isAllowedAddress(address, rules))
		return refuse("peer-refused", "a private address");
	return url;
}

/** Resolves names as `dns.lookup` does, to allowed addresses alone: what is checked is what is used. */
export function pinningLookup(url: URL, rules: PeerRules): LookupFunction {
	return (hostname, options, callback) => {
		resolve(hostname, { ...options, all: true }, (error, found) => {
			if (error !== null) return callback(error, "", 0);
			const allowed = isConfigured(url, rules)
				? found
				: found.filter(({ address }) => isAllowedAddress(address, rules));
			const [first] = allowed;
			if (first === undefined) return callback(new PrivateAddressError(hostname), "", 0);
			if (options.all === true) return callback(null, allowed);
			callback(null, first.address, first.family);
		});
	};
}

/** A name that resolves to no allowed address. */
export class PrivateAddressError extends Error {}

/** Whether an IP address is public, or this machine where that is allowed. */
export function isAllowedAddress(address: string, rules: PeerRules): boolean {
	if (isIn(loopback, address)) return rules.loopback === true;
	return (isIP(address) === 4 || isIn(publicV6, address)) && !isIn(notPublic, address);
}

function isConfigured(url: URL, rules: PeerRules): boolean {
	return rules.origins?.includes(url.origin) === true;
}

/** Whether an address is in one of these blocks; what is no address is in none. */
function isIn(list: BlockList, address: string): boolean {
	const [unscoped = ""] = address.split("%", 1);
	return isIP(unscoped) !== 0 && list.check(unscoped, familyOf(unscoped));
}

function familyOf(address: string): "ipv4" | "ipv6" {
	return address.includes(":") ? "ipv6" : "ipv4";
}

const loopback = listOf("127.0.0.0/8", "::1/128");

/** IANA special-purpose registries (RFC 6890 and its updates), multicast, and blocks that embed IPv4. */
const notPublic = listOf(
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.88.99.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/3",
	"2001::/23",
	"2001:db8::/32",
	"2002::/16",
	"3fff::/20",
);

/** Global unicast; all the rest of IPv6 is local, mapped, multicast or not given out. */
const publicV6 = listOf("2000::/3");

function listOf(...blocks: readonly string[]): BlockList {
	const list = new BlockList();
	for (const block of blocks) {
		const [network = "", prefix] = block.split("/");
		list.addSubnet(network, Number(prefix), familyOf(network));
	}
	return list;
}
