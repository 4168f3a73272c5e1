/**
 * Every place in the sources where a stranger's bytes become a value is run by the valid inputs of some fuzz target.
 *
 * The places are found in the sources, and whether they ran is asked of V8: nobody lists them. A new decoder that no
 * target reaches fails here; those in `elsewhere` say why they need none.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Coverage, type Range } from "../fuzz/coverage.ts";
import { ran } from "./support/ran.ts";

/** Readers of bytes: of CBOR, of JSON, of sealed rows, of text forms of bytes, of addresses, of CSV. */
const reading =
	/(?<![.\w])(?:parse|parseItem|decodeItem|decodeBundle|decodeAsked|openSealed|readRows|fromHex|fromBase64url|fromBase64|fromUtf8|parseNote|parseSignatures|parseCheckpoint|openCheckpoint|parseVerifierKey|parseTilePath|parsePortableProof|readTile|readEntries|parseCheckpointRequest|parsePolicy)\((?!<)|JSON\.parse\(|URL\.parse\(|\.json\(\)|"base64url"\)/g;

/** enough for every kind; all of them take a minute under V8's counters */
const seedsEach = 60;

/** Folders and files whose bytes are our own. */
const ourOwn = [
	"packages/sim/",
	"packages/cli/src/vectors/",
	"packages/cli/src/across/",
	"packages/cli/src/demo/verify/",
	"packages/cli/src/races/",
	"packages/cli/src/torture/",
	"packages/cli/src/bench/",
	"packages/module/src/vectors.ts",
];

/** Places that need no target of their own, and why. */
const elsewhere: Readonly<Record<string, string>> = {
	"packages/cli/src/charging/records.ts parse(": "what its own gateway keeps, which checked it",
	"packages/cli/src/charging/sessions.ts readRows(": "a file of whoever runs it, as those of replays",
	"packages/cli/src/command/device.ts parse(":
		"a file that somebody names: shape/deviceApplication, shape/deviceEvidence",
	"packages/cli/src/command/device-claim.ts parse(":
		"files that somebody names: shape/token, lost/token of a device",
	"packages/cli/src/command/device-claim.ts fromHex(": "an argument",
	"packages/cli/src/command/device-party.ts parse(": "an argument: a key",
	"packages/cli/src/command/device-party.ts fromHex(": "an argument",
	"packages/cli/src/command/device-key.ts fromHex(": "a key that it has just made",
	"packages/cli/src/command/device-delegate.ts fromHex(": "an argument",
	"packages/operator/src/store/manager-migration.ts parse(": "rows of its own: shape/certificate",
	"packages/operator/src/store/device-migration.ts parse(": "rows of its own: device/application",
	"packages/operator/src/fog/store-file.ts parse(": "rows of its own, which it checked: settle/device record",
	"packages/cli/src/server/issuer-makers.ts fromHex(": "a file of whoever runs it, whose form was checked",
	"packages/cli/src/server/issuer-makers.ts parse(": "a file of whoever runs it",
	"packages/cli/src/server/android-roots.ts JSON.parse(": "a file of whoever runs it",
	"packages/cli/src/device/party.ts parse(":
		"a file that somebody names, what its operator answers: shape/deviceEvidence, shape/deviceApplication",
	"packages/cli/src/device/party.ts fromHex(": "what its operator answers",
	'packages/cli/src/device/party.ts "base64url")': "what it has just signed",
	"packages/cli/src/command/crossing.ts fromHex(": "an argument",
	"packages/cli/src/command/crossing-agree.ts fromHex(": "a file of whoever runs it",
	"packages/cli/src/command/crossing-agree.ts JSON.parse(": "a file of whoever runs it",
	"packages/cli/src/command/crossing-agree.ts parse(": "a file that somebody names: crossing/agreement",
	"packages/cli/src/command/crossing.ts parseVerifierKey(": "an argument",
	"packages/cli/src/command/evidence-make.ts parsePortableProof(":
		"a file that somebody names: log/portable proof",
	"packages/cli/src/command/licensor.ts fromHex(": "an argument",
	"packages/wallet/src/lists.ts fromHex(": "the id of an operator that was joined",
	"packages/cli/src/server/issuer-crossings.ts parseVerifierKey(": "a file of whoever runs it",
	"packages/cli/src/server/issuer-crossings.ts fromHex(": "a setting, which was checked before",
	"packages/cli/src/command/operator-access.ts fromHex(": "an operator's answers to those who run it",
	"packages/cli/src/command/record.ts fromHex(": "an argument",
	"packages/cli/src/command/record.ts parseVerifierKey(": "an argument: log/key",
	"packages/cli/src/demo/keepers.ts parse(": "words of its own witnesses: seal/cosignature, seal/refusal",
	"packages/cli/src/settle/settings.ts JSON.parse(": "a file of whoever runs it",
	"packages/cli/src/settle/settings.ts fromHex(": "a file of whoever runs it, whose form was checked",
	"packages/cli/src/command/settle.ts fromHex(": "an argument",
	"packages/cli/src/command/settle-net.ts fromHex(": "a file of whoever runs it, whose form was checked",
	"packages/operator/src/settle/device-records.ts parse(": "rows of its own: settle/device record",
	"packages/operator/src/store/settle-migration.ts parse(": "rows of its own: settle/device record",
	"packages/operator/src/settle/charging.ts JSON.parse(": "rows of its own",
	"packages/operator/src/domain/rows.ts parse(": "rows of its own: shape/domainRecord",
	"packages/operator/src/sealing/examine.ts parse(": "rows of its own, which it wrote with what they say",
	"packages/cli/src/demo/disaster/world.ts fromHex(": "ids that it has just made",
	"packages/cli/src/wallet/across.ts .json()": "what the wallet's own operator answers to a key of its own",
	"packages/cli/src/command/rail-rule.ts .json()": "a ledger's answers to whoever rules over it",
	"packages/cli/src/server/rail-key.ts fromHex(": "a key of its own",
	"packages/cli/src/server/rail-key.ts parse(": "a file of one's own: command/keys of an operator",
	"packages/cli/src/sandbox/accounts/accounts.ts fromHex(": "what its own ledger keeps",
	"packages/cli/src/sandbox/accounts/parties.ts .json()": "what its own parties answer",
	"packages/cli/src/sandbox/accounts/routes.ts .json()": "its own page asks, for play money",
	"packages/cli/src/log/policy-file.ts parsePolicy(": "a file of whoever runs it: witness/policy",
	"packages/operator/src/fog/mqtt.ts URL.parse(": "the address of a broker that whoever runs it named",
	"packages/cli/src/command/fog.ts fromHex(": "an argument",
	"packages/cli/src/command/fog-mandate.ts fromHex(": "an argument",
	"packages/cli/src/command/fog-mandate.ts parse(": "an argument",
	"packages/cli/src/fog/settings.ts JSON.parse(": "a file of whoever runs it",
	"packages/cli/src/fog/settings.ts fromHex(": "a file of whoever runs it",
	"packages/operator/src/seal-witness/standing.ts parse(": "its own words",
	"packages/operator/src/seal-witness/sampler.ts parse(": "its own commitment",
	"packages/operator/src/seal-witness/sampler.ts parseNote(": "a checkpoint that it kept itself",
	"packages/operator/src/seal-witness/drills.ts parse(": "its own journal",
	"packages/operator/src/seal-witness/seal-witness.ts decodeItem(": "its own journal",
	"packages/operator/src/metered.ts parse(": "rows of its own: shape/consumedOutput",
	"packages/operator/src/meters.ts parse(": "rows of its own: shape/consumedOutput",
	"packages/operator/src/store/meter-claims.ts parse(": "rows of its own: shape/signedStatement",
	"packages/operator/src/seal-witness/settings.ts JSON.parse(": "a file of whoever runs it",
	"packages/operator/src/seal-witness/settings.ts parseVerifierKey(": "a file of whoever runs it",
	"packages/operator/src/seal-witness/settings.ts fromHex(": "a file of whoever runs it",
	"packages/operator/src/witness/cosign.ts parseNote(": "a checkpoint of its own log: log/checkpoint",
	"packages/operator/src/witness/cosign.ts parseCheckpoint(": "a checkpoint of its own log: log/checkpoint",
	"packages/operator/src/witness/cosign.ts parseSignatures(": "a witness's answer: log/signatures",
	"packages/cli/src/sandbox/switchboard.ts .json()":
		"its own page asks, for play money: wallet/link, module/request",
	"packages/cli/src/server/issuer.ts fromHex(": "a secret of its own folder",
	"packages/cli/src/server/issuer-backup.ts fromHex(": "a setting of a backup, which was checked before",
	"packages/cli/src/command/operator-definitions.ts fromHex(": "an argument",
	"packages/cli/src/command/operator-definitions.ts parse(":
		"an operator's answers to those who sign: shape/definition, shape/definitionDraft",
	"packages/cli/src/server/operator-trust.ts parse(": "one's own operator's list: shape/trustList",
	"packages/cli/src/server/person.ts fromHex(": "a setting of one's own",
	"packages/cli/src/server/person.ts parse(": "a file of one's own: command/keys of an operator",
	"packages/operator/src/definitions/drafts.ts parse(":
		"rows of its own, and records that it checked: shape/definition, shape/definitionDraft",
	"packages/cli/src/server/peers.ts parse(":
		"a list of peers that whoever runs the operator names: shape/trustList",
	"packages/cli/src/server/trial-licence.ts parse(": "an operator's own definitions: shape/definition",
	"packages/cli/src/trust-file.ts fromHex(": "an argument",
	"packages/cli/src/wallet/foreign.ts fromHex(": "a setting of one's own",
	"packages/cli/src/wallet/foreign.ts parsePolicy(": "a file of whoever runs it: witness/policy",
	"packages/cli/src/wallet/gateway.ts fromHex(": "an argument, or a setting of one's own",
	"packages/cli/src/wallet/gateway.ts JSON.parse(":
		"what the gateway that the wallet's owner named says of itself: its id, by its form",
	"packages/cli/src/wallet/folder.ts fromHex(": "a setting, which command/operators of a wallet reads",
	"packages/cli/src/wallet/meeting.ts fromHex(": "an argument: the address of a room",
	"packages/cli/src/wallet/paying.ts URL.parse(": "an argument: wallet/peer address",
	"packages/module/src/authenticating.ts parse(": "a row of its own: row/passkeyRow",
	"packages/module/src/devices.ts parse(": "a row of its own: row/enrolmentRow",
	"packages/module/src/enrolling.ts parse(": "a row of its own: row/enrolmentRow",
	"packages/module/src/foreign.ts parse(": "a token of its own, verified when it came: shape/token",
	"packages/module/src/freezing.ts parse(": "a row of its own, verified when it came: freeze/list",
	"packages/module/src/opening.ts parse(": "a backup, opened by its passphrase: sealed/backup",
	"packages/module/src/parcel.ts parse(": "rows of its own, and vectors: row/documentRow",
	"packages/wallet/src/foreign/shelf.ts fromBase64(":
		"settings of its own, verified again: freeze/logged issue, log/checkpoint",
	"packages/operator/src/crossing/settling.ts parse(": "rows of its own, which it checked before",
	"packages/operator/src/seal-witness/asking.ts JSON.parse(":
		"a code out of a problem, or none: it decides nothing",
	"packages/operator/src/crossing/settlements.ts parse(": "rows of its own, which it checked before",
	"packages/operator/src/crossing/own-seals.ts parse(":
		"rows of its own, verified before they were written: crossing/outcome",
	"packages/operator/src/direct-issue.ts parse(": "a row of its own: shape/issueProof",
	"packages/operator/src/desk.ts parse(": "a certificate of its own: shape/certificate",
	"packages/cli/src/server/sealed-keys.ts parse(": "a row of its own, sealed: sealed/key store",
	"packages/cli/src/server/sealed-keys.ts fromHex(": "part of a row of its own, after it was opened",
	"packages/operator/src/pruning/brought.ts parse(": "rows of its own: shape/issueProof",
	"packages/operator/src/rail/settings.ts JSON.parse(": "a file of whoever runs it",
	"packages/operator/src/rail/settings.ts fromHex(": "a setting, which was checked before",
	"packages/cli/src/command/log.ts fromUtf8(": "a proof of its own making",
	"packages/cli/src/command/log.ts openCheckpoint(": "the checkpoint that it saved: log/checkpoint",
	"packages/cli/src/command/log.ts parsePortableProof(": "a file that somebody names: log/portable proof",
	"packages/cli/src/log/keys.ts fromBase64(": "a key of its own",
	"packages/cli/src/log/keys.ts parseVerifierKey(": "an argument: log/key",
	"packages/operator/src/log/anchors.ts fromUtf8(": "a checkpoint of its own",
	"packages/operator/src/log/anchors.ts parseNote(": "what it brought itself: log/checkpoint",
	"packages/operator/src/log/reader.ts readEntries(":
		"a full bundle in the place of a partial one: log/entries, log/served",
	"packages/operator/src/log/serving.ts parseTilePath(": "a path that is asked for: log/path",
	"packages/cli/src/command/proof.ts fromHex(": "an argument",
	"packages/cli/src/command/proof-fetch.ts fromHex(": "an argument",
	'packages/cli/src/command/proof-fetch.ts "base64url")': "a question that its own wallet signed",
	"packages/cli/src/command/proof-fetch.ts parse(":
		"an operator's answers: seal/logged proof, seal/logged seal",
	"packages/cli/src/log/shown-proof.ts parse(":
		"a file that somebody names, and an operator's answers: seal/logged proof, seal/logged seal",
	"packages/cli/src/server/issuer-log.ts fromHex(": "an argument",
	"packages/cli/src/sandbox/verifying/known.ts parsePolicy(": "a policy of its own making: witness/policy",
	"packages/cli/src/sandbox/verifying/known.ts parseVerifierKey(": "keys of its own",
	"packages/cli/src/sandbox/verifying/verifying.ts .json()": "what its own witnesses answer",
	"packages/cli/src/sandbox/verifying/witness.ts parsePolicy(": "a policy of its own making: witness/policy",
	"packages/cli/src/sandbox/verifying/witness.ts fromHex(": "keys of its own",
	"packages/cli/src/server/witness-making.ts fromHex(": "a key of its own",
	"packages/web/src/console/peers.svelte.ts .json()":
		"what the server of the page itself answers, to be shown",
	"packages/web/src/town/verifying/board.ts .json()":
		"what the sandbox on this machine says of its play money",
	"packages/operator/src/sealing/around.ts parse(":
		"words on funds that whoever runs it brings: shape/signedReserve",
	"packages/operator/src/sealing/begin.ts parse(": "outcomes of its own: freeze/outcome",
	"packages/operator/src/sealing/proofs.ts parse(": "rows of its own: seal/logged seal",
	"packages/operator/src/sealing/witnessing.ts parse(": "a witness's answer: seal/logged seal",
	"packages/operator/src/log/recovering.ts parseCheckpoint(":
		"its own checkpoint, and what stands in its place: log/checkpoint",
	"packages/operator/src/log/recovering.ts parseNote(":
		"its own checkpoint, and what stands in its place: log/checkpoint",
	"packages/operator/src/log/writer.ts parseNote(":
		"its own checkpoint, and what stands in its place: log/checkpoint",
	"packages/operator/src/re-signing.ts parse(": "answers of its own: shape/reply, shape/rulingReply",
	"packages/operator/src/rulings.ts parse(": "a row of its own: shape/signedStatement",
	"packages/cli/src/faults/fault-proxy.ts JSON.parse(": "what one process of a matrix says to another of it",
	"packages/cli/src/faults/page-script.ts JSON.parse(": "the texts that stand in the page itself",
	"packages/cli/src/faults/page-script.ts .json()": "the data that stands in the page itself",
	"packages/cli/src/faults/party-process.ts JSON.parse(":
		"what one process of a matrix says to another of it",
	"packages/wallet/src/desk/refund-desk.ts fromHex(": "a setting, as the wallet wrote it",
	"packages/wallet/src/desk/rooms.ts fromHex(": "a setting, as the wallet wrote it",
	"packages/wallet/src/store/sealed-text.ts fromBase64url(":
		"a setting, as the wallet wrote it; it is opened sealed",
	"packages/wallet/src/due-refunds.ts fromHex(": "an operator's id, as the wallet wrote it",
	"packages/wallet/src/metering.ts fromHex(": "an operator's id, as the wallet wrote it",
	"packages/wallet/src/operators.ts parse(": "an operator's answer: shape/accountReply",
	"packages/wallet/src/http402/showing.ts parse(": "a receipt of its own: shape/receipt",
	"packages/wallet/src/http402/toll-meters.ts fromHex(": "the hash of a call, as this toll wrote it",
	"packages/wallet/src/http402/toll.ts parse(": "a receipt of its own: shape/receipt",
	"packages/web/src/service-worker/service-worker.ts JSON.parse(": "what its own build wrote into it",
	"packages/web/src/worker/teller.ts decodeBundle(": "its own bundles, to be sent: wallet/bundle",
	"packages/web/src/town/switchboard.ts .json()": "what the sandbox on this machine says of its play money",
	"packages/wallet/src/transport/in-process.ts decodeBundle(": "both sides are ours: wallet/bundle",
	"packages/wallet/src/transport/qr-link.ts decodeBundle(": "its own letter, to be shown: wallet/bundle",
};

test("every place that reads bytes is reached by a fuzz target", async (t) => {
	const coverage = new Coverage();
	await coverage.start();
	// Loaded from here on, so that it is counted.
	const { targets } = await import("../fuzz/catalogue.ts");
	const covered = new Map<string, Range[]>();
	for (const target of targets) {
		const open = await target.open();
		for (const seed of open.seeds.slice(0, seedsEach)) await open.run(seed);
		await open.close?.();
	}
	for (const [file, ranges] of await coverage.take()) covered.set(file, [...ranges]);
	await coverage.stop();
	const missed: string[] = [];
	const excused = new Set<string>();
	let places = 0;
	for (const file of globSync("packages/*/src/**/*.ts").sort()) {
		if (ourOwn.some((folder) => file.startsWith(folder))) continue;
		const text = readFileSync(file, "utf8");
		for (const { index, 0: found } of text.matchAll(reading)) {
			if (isDeclaration(text, index)) continue;
			places++;
			if (hasRun(covered.get(file) ?? [], index)) continue;
			const place = `${file} ${found}`;
			if (Object.hasOwn(elsewhere, place)) excused.add(place);
			else missed.push(`${file}:${lineOf(text, index)} ${found}`);
		}
	}
	ran(t, "fuzzing", { "places that read bytes": places, "of them excused": excused.size });
	assert.deepEqual(missed, []);
	assert.deepEqual(
		Object.keys(elsewhere).filter((place) => !excused.has(place)),
		[],
		"excused, and there is no such place or it is reached",
	);
});

function isDeclaration(text: string, index: number): boolean {
	const line = text.slice(text.lastIndexOf("\n", index) + 1, index);
	return /\bfunction\s*\*?\s*$/.test(line) || /^\s*(\*|\/\/|\/\*)/.test(line);
}

/** Whether the innermost block around a place ran. */
function hasRun(ranges: readonly Range[], index: number): boolean {
	const around = ranges.filter(({ from, to }) => from <= index && index < to);
	return (around.sort((a, b) => a.to - a.from - (b.to - b.from))[0]?.count ?? 0) > 0;
}

function lineOf(text: string, index: number): number {
	return text.slice(0, index).split("\n").length;
}
