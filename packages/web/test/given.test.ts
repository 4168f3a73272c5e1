/** Whose links are taken at their word: those that stay on this machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { given, isRelay, namedWallet, walletPage } from "../src/state/given.ts";

const sandbox = "http://127.0.0.1:8123/wallet/";
const wallet = "https://wallet.example/";

function named(page: string, name: "operator" | "relay", url: string) {
	return given(`${page}?${new URLSearchParams({ wallet: "aoi", [name]: url })}`, name);
}

test("what the sandbox names is taken unasked", () => {
	for (const url of ["http://127.0.0.1:9001", "http://localhost:9001", "http://[::1]:9001"])
		assert.deepEqual(named(sandbox, "operator", url), { url, isOwn: true });
	assert.deepEqual(named(sandbox, "relay", "ws://127.0.0.1:8123"), {
		url: "ws://127.0.0.1:8123",
		isOwn: true,
	});
});

test("what a stranger's link names is proposed and no more", () => {
	for (const page of [sandbox, wallet])
		for (const url of [
			"https://evil.example",
			"https://127.0.0.1@evil.example",
			"https://127.0.0.1.evil.example",
			"https://evil.example/127.0.0.1",
			"https://localhost.evil.example",
			"evil.example",
		])
			assert.deepEqual(named(page, "operator", url), { url, isOwn: false });
	assert.equal(named(wallet, "operator", "http://127.0.0.1:9001").isOwn, false);
	assert.deepEqual(named(sandbox, "relay", "wss://evil.example"), {
		url: "wss://evil.example",
		isOwn: false,
	});
	assert.deepEqual(given(wallet, "operator"), { url: "", isOwn: false });
});

test("what can be no relay is none", () => {
	for (const url of [
		"ws://relay.example",
		"https://relay.example",
		"javascript:alert(1)",
		"",
		`wss://${"a".repeat(300)}`,
		"wss://relay.example/あ",
	]) {
		assert.equal(isRelay(url), false, url);
		assert.deepEqual(named(sandbox, "relay", url), { url: "", isOwn: false });
	}
	for (const url of ["wss://relay.example", "ws://localhost:8123"]) assert.equal(isRelay(url), true, url);
});

test("a link made at the till leads to the wallet", () => {
	assert.equal(
		walletPage("https://pay.example/wallet/till.html?wallet=shop#/sell"),
		"https://pay.example/wallet/",
	);
	assert.equal(
		walletPage("https://pay.example/wallet/?relay=wss://r.example"),
		"https://pay.example/wallet/",
	);
	assert.equal(walletPage(`${sandbox}till.html`), undefined);
});

test("a wallet by another name than the usual is told of, unless it is the sandbox's", () => {
	const own = [`${sandbox}?wallet=aoi`, `${sandbox}?wallet=aoi&operator=http://127.0.0.1:9001`, wallet];
	for (const page of [
		...own,
		`${wallet}?wallet=wallet`,
		`${wallet}?wallet=${"a".repeat(33)}`,
		`${wallet}?wallet=../x`,
	])
		assert.equal(namedWallet(page).isOwn, true, page);
	for (const page of [`${wallet}?wallet=lured`, `${wallet}till.html?wallet=lured#/sell`])
		assert.deepEqual(namedWallet(page), { name: "lured", isOwn: false }, page);
	for (const named of ["operator=https://evil.example", "relay=wss://evil.example"])
		assert.deepEqual(namedWallet(`${sandbox}?wallet=lured&${named}`), { name: "lured", isOwn: false }, named);
});
