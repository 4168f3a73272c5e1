/** vectors/ is what the generators write, and every verdict in it is what this implementation gives. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { judges } from "../packages/cli/src/vectors/all-judges.ts";
import { structureReaders } from "../packages/cli/src/vectors/structures.ts";
import {
	type Json,
	sameJson,
	type Vector,
	type VectorFile,
	verdictOf,
} from "../packages/cli/src/vectors/vector.ts";
import { verify } from "../packages/module/src/index.ts";
import { refusals, signedTypes } from "../packages/protocol/src/index.ts";
import { ran } from "./support/ran.ts";
import { drafts } from "./vectors/all.ts";
import { textOf } from "./vectors/drafts.ts";

const names = readdirSync("vectors").filter((name) => name.endsWith(".json"));
const textOfFile = (name: string): string => readFileSync(`vectors/${name}`, "utf8");
const files = names.map((name) => ({ name, file: JSON.parse(textOfFile(name)) as VectorFile }));

test("every vector gets the verdict that it says", async (t) => {
	let [accepted, refused] = [0, 0];
	for (const { name, file } of files) {
		const judge = judges[file.judge];
		assert.ok(judge !== undefined, `${name}: no judge ${file.judge}`);
		for (const vector of file.vectors) {
			const verdict = await verdictOf(judge, file, vector, verify);
			const said = `${name}: ${vector.comment}: ${JSON.stringify(verdict).slice(0, 200)}`;
			assert.ok(sameJson(verdict, vector.expect), said);
			if ("refused" in verdict) refused++;
			else accepted++;
		}
	}
	ran(t, "vectors", { files: files.length, vectors: accepted + refused, accepted, refused });
	assert.ok(accepted > 0 && refused > 0);
});

test("the generators write these files, to the byte", async () => {
	assert.deepEqual(names.sort(), drafts.map(({ name }) => `${name}.json`).sort());
	for (const draft of drafts)
		assert.ok(
			(await textOf(draft)) === textOfFile(`${draft.name}.json`),
			`${draft.name}: run npm run vectors`,
		);
});

/** Codes that no vector can give: what they speak of is in no bytes. */
const withoutVector: Readonly<Record<string, string>> = {
	"answer-gone": "how long a server keeps answers",
	"answer-pending": "a server's handler",
	"budget-exceeded": "what a program may pay",
	"payment-required": "a call of an API",
	"channel-failed": "a connection that broke",
	"consent-missing": "what a user said",
	"funds-insufficient": "what a module owns, or an account holds",
	"issue-unlogged": "a payee's own policy and its clock",
	"issue-stopped": "an operator's licences and its clock",
	"meter-over": "what an operator keeps of a meter, and its clock",
	"key-unknown": "what a key store holds",
	"log-in-use": "another process",
	"order-taken": "a company's own orders",
	"device-suspended": "status lists, which are other people's format and the second reader does not know yet",
	"status-list-expired": "status lists, as above",
	"status-list-rollback": "status lists, as above",
	"order-unknown": "a company's own orders",
	"store-full": "what room a gateway has",
	"part-missing": "what a browser could load",
	"list-stale": "how long a gateway has not reached its operator",
	"lot-unknown": "records of other domains, which the second reader does not know yet",
	"lot-known": "records of other domains, which the second reader does not know yet",
	"lot-ended": "records of other domains, which the second reader does not know yet",
	"status-final": "records of other domains, which the second reader does not know yet",
	"record-known": "claims of an operator's own on parties",
	"record-early": "an operator's clock",
	"answer-disputed": "what a holder knows of its own claims and statements",
	"claim-unknown": "claims of an operator's own on parties",
	"claim-filed": "claims of an operator's own on parties",
	"claim-paid": "claims of an operator's own on parties",
	"text-refused": "files for banks",
	"bank-unknown": "files for banks",
	"result-mismatch": "claims of an operator's own on parties",
	"payout-stopped": "an operator's own books",
	overloaded: "how much an operator has to do",
	"rate-limited": "how often an operator was asked",
	"wallet-in-use": "another process",
};

test("every refusal code has a vector, or a reason why none can give it", (t) => {
	const given = new Set(
		files.flatMap(({ file }) => file.vectors.flatMap((vector) => codesIn(vector.expect))),
	);
	const missing = Object.keys(refusals).filter((code) => !given.has(code));
	assert.deepEqual(missing.sort(), Object.keys(withoutVector).sort());
	const all = files.reduce((sum, { file }) => sum + file.vectors.length, 0).toLocaleString("en");
	const codes = `${given.size} of the ${Object.keys(refusals).length} codes`;
	const said = `${files.length} files, ${all} vectors, most of them refused, with ${codes};`;
	assert.ok(readFileSync("docs/reliability.md", "utf8").includes(said), said);
	for (const [code, reason] of Object.entries(withoutVector)) t.diagnostic(`no vector of ${code}: ${reason}`);
});

/** A token of a claim is refused in its own place. */
function codesIn(value: Json): readonly string[] {
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) =>
		name === "refused" ? [inner as string] : codesIn(inner as Json),
	);
}

const isRefused = ({ expect }: Vector): boolean => "refused" in expect;

test("every judge has a file, and says yes and no where both can be said", () => {
	const vectorsOf = (name: string): readonly Vector[] =>
		files.filter(({ file }) => file.judge === name).flatMap(({ file }) => file.vectors);
	for (const name of Object.keys(judges)) {
		const vectors = vectorsOf(name);
		assert.ok(
			vectors.some((vector) => !isRefused(vector)),
			`${name}: nothing is accepted`,
		);
		// Anything has a hash.
		assert.ok(name === "hash" || vectors.some(isRefused), `${name}: nothing is refused`);
	}
});

const structureVectors = files
	.filter(({ file }) => file.judge === "structure")
	.flatMap(({ file }) => file.vectors);
const ofStructure = (name: string): readonly Vector[] =>
	structureVectors.filter(({ input }) => input["structure"] === name);

/** Some unions are read by a judge of their own. */
const ofJudge = (name: string): readonly Vector[] =>
	files.filter(({ file }) => file.judge === name).flatMap(({ file }) => file.vectors);

test("every structure is accepted and refused", () => {
	const names = Object.keys(structureReaders);
	for (const name of names) {
		assert.ok(
			ofStructure(name).some((vector) => !isRefused(vector)),
			`${name}: nothing is accepted`,
		);
		assert.ok(ofStructure(name).some(isRefused), `${name}: nothing is refused`);
	}
});

/** In which structures the variants of a union of the specification stand. */
const homes: Readonly<Record<string, readonly string[]>> = {
	action: ["signedOrder"],
	batch: ["logLeaf"],
	condition: ["condition"],
	crossingQuestion: ["crossingQuestion"],
	crossingReply: ["crossingReply"],
	deviceSays: ["deviceOrder"],
	domainRecord: ["misbehaviour"],
	evidence: ["evidence"],
	fogAnswer: ["fogAnswer"],
	fogQuestion: ["fogQuestion"],
	logLeaf: ["logLeaf"],
	lotEnd: ["misbehaviour"],
	lotOrigin: ["misbehaviour"],
	listMessage: ["listMessage"],
	message: ["message"],
	meterMessage: ["meterMessage"],
	parent: ["evidence", "consumedOutput"],
	quoteAnswer: ["crossingReply"],
	rulingReply: ["rulingReply"],
	rulingRequest: ["rulingRequest"],
	says: ["signedStatement"],
	sealWord: ["outcome"],
	stateAnswer: ["crossingReply"],
	storedResult: ["reply"],
};

/** Unions whose variants no structure of the wire holds: another judge's facts do, or what is hashed or kept. */
const judgedElsewhere: Readonly<Record<string, string>> = { privateKey: "backup" };
const neverRead: Readonly<Record<string, string>> = {
	consentContent: "hashed: a vector of each variant is in hashes.json",
	envelopeMethod: "how one device unlocks; a backup's is a passphrase",
};

test("every variant of every union of docs/spec is accepted somewhere", (t) => {
	const pages = readdirSync("docs/spec").filter((name) => name.endsWith(".md"));
	const variants = pages.flatMap((page) =>
		[...readFileSync(`docs/spec/${page}`, "utf8").matchAll(/^(\w+)\.(\w+) = \[/gm)].map(
			([, union = "", name = ""]) => ({ union, name }),
		),
	);
	assert.ok(variants.length >= 35, `${variants.length} variants`);
	for (const { union, name } of variants) {
		if (union in neverRead) continue;
		const vectors = [
			...(homes[union] ?? []).flatMap(ofStructure),
			...ofJudge(judgedElsewhere[union] ?? union),
		];
		const found = vectors.some((vector) => !isRefused(vector) && kindsIn(vector.expect).has(name));
		assert.ok(found, `${union}.${name}: no vector`);
	}
	for (const [union, reason] of Object.entries(neverRead)) t.diagnostic(`no vector of ${union}: ${reason}`);
	t.diagnostic(`${variants.length} variants`);
});

function kindsIn(value: Json, found = new Set<string>()): ReadonlySet<string> {
	if (typeof value !== "object" || value === null) return found;
	for (const [name, inner] of Object.entries(value)) {
		if (name === "kind") found.add(inner as string);
		else kindsIn(inner as Json, found);
	}
	return found;
}

test("every type that is signed and every tag that is hashed has a vector", () => {
	const inputs = (judge: string, name: string): ReadonlySet<Json | undefined> =>
		new Set(
			files
				.filter(({ file }) => file.judge === judge)
				.flatMap(({ file }) => file.vectors.map(({ input }) => input[name])),
		);
	for (const type of signedTypes) assert.ok(inputs("signed", "type").has(type), type);
	const page = readFileSync("docs/spec/crypto.md", "utf8");
	const tags = [...page.slice(page.indexOf("| id | tag |")).matchAll(/^\| [^|]+ \| `([a-z-]+)` \| /gm)].map(
		([, tag]) => tag ?? "",
	);
	assert.ok(tags.length >= 12);
	for (const tag of tags) assert.ok(inputs("hash", "tag").has(tag), tag);
});

test("no two vectors of a file say the same of themselves", () => {
	for (const { name, file } of files) {
		const comments = file.vectors.map(({ comment }) => comment);
		assert.deepEqual(
			comments.filter((comment, i) => comments.indexOf(comment) !== i),
			[],
			name,
		);
	}
});
