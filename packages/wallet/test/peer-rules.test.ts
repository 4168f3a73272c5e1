/** A URL from somebody else leads to public addresses alone, unless this wallet's owner said otherwise. */
import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import { describe, test } from "node:test";
import { isRefusal } from "@tenten/protocol";
import {
	checkPeerUrl,
	isAllowedAddress,
	type PeerRules,
	PrivateAddressError,
	pinningLookup,
} from "../src/transport/peer-rules.ts";

function allows(url: string, rules: PeerRules = {}): boolean {
	const result = checkPeerUrl(url, rules);
	if (isRefusal(result)) assert.equal(result.code, "peer-refused");
	return !isRefusal(result);
}

describe("a peer's URL", () => {
	test("is https, with host and path alone", () => {
		assert.ok(allows("https://shop.example"));
		assert.ok(allows("https://shop.example:8443/wallet/"));
		for (const url of [
			"",
			"shop.example",
			"http://shop.example",
			"ftp://shop.example",
			"file:///etc/passwd",
			"https://user:secret@shop.example",
			"https://shop.example/?next=1",
			"https://shop.example/#a",
		])
			assert.equal(allows(url), false, url);
	});

	test("names no private address, however it is written", () => {
		assert.ok(allows("https://8.8.8.8"));
		assert.ok(allows("https://[2606:4700::1111]"));
		for (const host of [
			"127.0.0.1",
			"127.1",
			"0x7f000001",
			"2130706433",
			"0.0.0.0",
			"10.0.0.1",
			"100.64.0.1",
			"169.254.169.254",
			"172.31.255.255",
			"192.168.0.1",
			"198.18.0.1",
			"224.0.0.1",
			"255.255.255.255",
			"[::]",
			"[::1]",
			"[::ffff:10.0.0.1]",
			"[::ffff:127.0.0.1]",
			"[64:ff9b::a00:1]",
			"[2002:a00:1::]",
			"[2001:db8::1]",
			"[fc00::1]",
			"[fe80::1]",
			"[ff02::1]",
		])
			assert.equal(allows(`https://${host}`), false, host);
	});

	test("may be this machine where that is allowed, and then plain http", () => {
		const rules = { loopback: true };
		for (const url of ["http://127.0.0.1:8080", "http://localhost:80", "http://[::1]:1", "https://127.0.0.1"])
			assert.ok(allows(url, rules), url);
		assert.equal(allows("http://10.0.0.1", rules), false);
		assert.equal(allows("http://shop.example", rules), false);
		assert.equal(allows("http://localhost"), false);
	});

	test("may be whatever this wallet's owner configured, and nothing beside it", () => {
		const rules = { origins: ["http://10.0.0.1:8080"] };
		assert.ok(allows("http://10.0.0.1:8080/wallet", rules));
		for (const url of ["http://10.0.0.1", "https://10.0.0.1:8080", "http://10.0.0.2:8080"])
			assert.equal(allows(url, rules), false, url);
	});
});

describe("an address that a name resolves to", () => {
	test("counts without its scope, and only if it is one", () => {
		assert.equal(isAllowedAddress("fe80::1%eth0", {}), false);
		assert.equal(isAllowedAddress("not an address", {}), false);
		assert.equal(isAllowedAddress("8.8.8.8", {}), true);
		assert.equal(isAllowedAddress("127.0.0.1", { loopback: true }), true);
	});

	const lookup = (rules: PeerRules, all: boolean) =>
		new Promise<string | LookupAddress[]>((resolve, reject) => {
			const url = new URL("http://localhost:1");
			pinningLookup(url, rules)("localhost", { all }, (error, found) =>
				error === null ? resolve(found) : reject(error),
			);
		});

	test("is refused at the moment of connecting if it is private", async () => {
		await assert.rejects(lookup({}, false), PrivateAddressError);
		await assert.rejects(lookup({}, true), PrivateAddressError);
	});

	test("is given to the connection if it is allowed", async () => {
		for (const rules of [{ loopback: true }, { origins: ["http://localhost:1"] }]) {
			assert.match((await lookup(rules, false)) as string, /^(127\.0\.0\.1|::1)$/);
			const all = (await lookup(rules, true)) as LookupAddress[];
			assert.ok(all.length > 0 && all.every(({ address }) => /^(127\.0\.0\.1|::1)$/.test(address)));
		}
	});
});
