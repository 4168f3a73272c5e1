/**
 * Webhooks over real TLS: an authority is trusted by the operator's configuration (NODE_EXTRA_CA_CERTS) and nothing
 * else, and a certificate that is wrong in any way gets nothing of what is told.
 */
import assert from "node:assert/strict";
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { type Credentials, type Receiver, startReceiver, verified } from "./support/receiver.ts";
import type { SendingPlan } from "./support/tls-sender-process.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-tls-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const program = join(import.meta.dirname, "support/tls-sender-process.ts");

function openssl(...args: readonly string[]): void {
	execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"] as const;

/** An authority's key and certificate, as `name.key` and `name.pem`. */
function makeAuthority(name: string): void {
	const files = ["-keyout", at(`${name}.key`), "-out", at(`${name}.pem`)];
	openssl("req", "-x509", ...newKey, ...files, "-days", "2", "-subj", `/CN=${name}`);
}

/** A server's certificate by an authority, for these names and for so many days from now. */
function certify(authority: string, names: string, days = 2): Credentials {
	openssl("req", ...newKey, "-keyout", at("own.key"), "-out", at("own.csr"), "-subj", "/CN=receiver");
	writeFileSync(at("names"), `subjectAltName=${names}`);
	const by = ["-CA", at(`${authority}.pem`), "-CAkey", at(`${authority}.key`), "-CAcreateserial"];
	const request = ["-in", at("own.csr"), "-extfile", at("names"), "-out", at("own.pem")];
	openssl("x509", "-req", ...by, ...request, "-days", `${days}`);
	return { key: readFileSync(at("own.key"), "utf8"), cert: readFileSync(at("own.pem"), "utf8") };
}

type Ended = { readonly outcome: string; readonly state: string; readonly secret: string };

/** How an operator's attempts end that trusts the authorities in this file, beside those of everybody. */
async function sentTo(receivers: readonly Receiver[], trusted: string | null): Promise<readonly Ended[]> {
	const plan: SendingPlan = { urls: receivers.map(({ url }) => url) };
	const { NODE_EXTRA_CA_CERTS: _, ...surroundings } = process.env;
	const careless = { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" };
	const env = {
		...surroundings,
		...careless,
		...(trusted === null ? {} : { NODE_EXTRA_CA_CERTS: at(trusted) }),
	};
	const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(plan)], { env });
	return JSON.parse(stdout) as readonly Ended[];
}

test("an endpoint is told over TLS that its authority vouches for, by name and date, where that is trusted; no other is", async (t) => {
	if (spawnSync("openssl", ["version"]).error !== undefined) return t.skip("not installed: openssl");
	makeAuthority("trusted");
	makeAuthority("stranger");
	const here = "IP:127.0.0.1";
	const certificates: Readonly<Record<string, Credentials>> = {
		good: certify("trusted", here),
		"of another authority": certify("stranger", here),
		"for another name": certify("trusted", "DNS:shop.example,IP:127.0.0.2"),
		"that has ended": certify("trusted", here, -1),
		"by nobody": {
			key: readFileSync(at("stranger.key"), "utf8"),
			cert: readFileSync(at("stranger.pem"), "utf8"),
		},
	};
	const receivers: Receiver[] = [];
	for (const credentials of Object.values(certificates)) receivers.push(await startReceiver(credentials));
	t.after(() => Promise.all(receivers.map((receiver) => receiver.close())));
	const refused = { outcome: "unreachable", state: "waiting" };
	const [good, ...others] = (await sentTo(receivers, "trusted.pem")).map(({ secret: _, ...ended }) => ended);
	assert.deepEqual(good, { outcome: "delivered", state: "delivered" });
	for (const [position, ended] of others.entries())
		assert.deepEqual(ended, refused, Object.keys(certificates)[position + 1]);
	assert.deepEqual(
		receivers.map(({ received }) => received.length),
		[1, 0, 0, 0, 0],
	);
	for (const { outcome, state } of await sentTo(receivers, null))
		assert.deepEqual({ outcome, state }, refused, "trusted by nobody");
	assert.equal(receivers[0]?.received.length, 1);
	const [receiver] = receivers;
	const [{ secret } = { secret: "" }] = await sentTo(receivers.slice(0, 1), "trusted.pem");
	const message = receiver?.received.at(-1);
	assert.ok(message);
	const sentAt = Number(message.headers["webhook-timestamp"]);
	assert.equal(verified(secret, message, sentAt).type, "tenten.webhook.test");
});
