/**
 * Where a webhook may go: to addresses of the public Internet alone, unless the operator trusts its network.
 *
 * A partner names a host, and could name one inside: the operator's database, a router, what a cloud tells its
 * machines. So addresses are looked at when a connection is made, not when an endpoint is: a name may lead
 * elsewhere by then, and the connection goes to the very addresses that were looked at.
 */
import { type LookupAddress, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** What is not a single machine of the public Internet (IANA special-purpose registries, RFC 6890). */
const special = new BlockList();
for (const [network, prefix] of [
	["0.0.0.0", 8],
	["10.0.0.0", 8],
	["100.64.0.0", 10],
	["127.0.0.0", 8],
	["169.254.0.0", 16],
	["172.16.0.0", 12],
	["192.0.0.0", 24],
	["192.0.2.0", 24],
	["192.88.99.0", 24],
	["192.168.0.0", 16],
	["198.18.0.0", 15],
	["198.51.100.0", 24],
	["203.0.113.0", 24],
	["224.0.0.0", 4],
	["240.0.0.0", 4],
] as const)
	special.addSubnet(network, prefix, "ipv4");
/** Of IPv6 only what is global unicast is public, and these of it are not. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");
for (const [network, prefix] of [
	["2001::", 23],
	["2001:db8::", 32],
	["2002::", 16],
	["3fff::", 20],
] as const)
	special.addSubnet(network, prefix, "ipv6");

/** Whether an address is of the public Internet. What is no address is not. */
export function isPublic(address: string): boolean {
	switch (isIP(address)) {
		case 4:
			return !special.check(address, "ipv4");
		case 6:
			// IPv4 within IPv6, however it is written, is outside of what is global unicast.
			return globalUnicast.check(address, "ipv6") && !special.check(address, "ipv6");
		default:
			return false;
	}
}

/** No address that a webhook may go to. */
export class RefusedAddress extends Error {
	constructor(host: string) {
		super(`${host} is not on the public Internet`);
	}
}

/** Looks a name up, and gives only addresses that are public. For `net.connect`. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
	lookup(hostname, { ...options, all: true }, (error, found: readonly LookupAddress[]) => {
		if (error !== null) return callback(error, "", 0);
		const allowed = found.filter(({ address }) => isPublic(address));
		const [first] = allowed;
		if (first === undefined) return callback(new RefusedAddress(hostname), "", 0);
		if (options.all) callback(null, allowed);
		else callback(null, first.address, first.family);
	});
};

/** Why an endpoint cannot have this address; undefined where it can. Its name is looked up when it is called. */
export function refusedUrl(text: string, isNetworkTrusted: boolean): string | undefined {
	const url = URL.parse(text);
	if (url === null || text.length > 2_048) return "no address";
	if (url.username !== "" || url.password !== "" || url.hash !== "")
		return "an address without a user, a password or a fragment";
	if (isNetworkTrusted) return /^https?:$/.test(url.protocol) ? undefined : "https:// or http://";
	if (url.protocol !== "https:") return "https://";
	const literal = literalOf(url);
	return literal === undefined || isPublic(literal) ? undefined : new RefusedAddress(literal).message;
}

/** The address that stands in a URL in the place of a name. */
export function literalOf({ hostname }: URL): string | undefined {
	const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
	return isIP(bare) === 0 ? undefined : bare;
}
