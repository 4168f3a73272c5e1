/** Scenes of other domains: credits that are retired once, coffee that is conserved, a status that is shown offline. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { verify } from "@tenten/module";
import { changeState, type LotAnswer, makeSeal, stateProofIn } from "@tenten/operator";
import {
	assetHash,
	type Bytes,
	equalBytes,
	isRefusal,
	type Lot,
	misbehaviourFrom,
	noteOfLog,
	parseLeaf,
	recordValue,
	type Seal,
	type ShownRecord,
	serializeLeaf,
	serializeStatusProof,
	serializeTrace,
	sha256,
	statusKey,
	toHex,
	toUtf8,
	verifyMisbehaviour,
	verifyShownRecord,
	verifyStatusProof,
	verifyTrace,
	type WitnessedLog,
	writeVerifierKey,
} from "@tenten/protocol";
import { now } from "../surroundings.ts";
import { type DemoKeeper, Keepers, must } from "./keepers.ts";
import type { Scene } from "./scenes.ts";

export type DomainStage = {
	readonly folder: string;
	readonly say: (text: string) => void;
	/** how files are checked again, printed at the end */
	readonly checks: string[];
};

const assetOf = (issuer: string, code: string): Bytes =>
	assetHash({ operator: sha256(toUtf8(issuer)), code });

const idsOf = (answer: LotAnswer): readonly [Bytes, ...Bytes[]] =>
	(must(answer) as Extract<LotAnswer, { readonly kind: "lots" }>).ids;
const codeOf = (answer: LotAnswer): string => (answer.kind === "lots" ? "done" : answer.code);

async function traceFile(keepers: Keepers, steps: readonly (readonly [DemoKeeper, Bytes])[]): Promise<Bytes> {
	const shown = steps.map(async ([keeper, key]) => ({
		keeper: keeper.id,
		shown: await keepers.show(keeper, key),
	}));
	return serializeTrace({ steps: await Promise.all(shown) });
}

function traced(file: Bytes, keepers: Keepers) {
	return verifyTrace(file, { verify, logOf: (id) => keepers.logOf(id) });
}

/** Takes in at one keeper what the newest seal of the other shows. */
async function take(
	keepers: Keepers,
	[from, key]: readonly [DemoKeeper, Bytes],
	to: DemoKeeper,
): Promise<Bytes> {
	const shown = verifyShownRecord(await keepers.show(from, key), from.id, logOf(keepers, from), verify);
	return idsOf(await to.keeper.take(must(shown)))[0];
}

function logOf(keepers: Keepers, { id }: DemoKeeper): WitnessedLog {
	const log = keepers.logOf(id);
	if (log === undefined) throw new Error("a keeper of another scene");
	return log;
}

function keep(
	{ folder, checks }: DomainStage,
	keepers: Keepers,
	name: string,
	file: Bytes,
	command: string,
): void {
	const path = join(folder, name);
	writeFileSync(path, file);
	const logs = keepers.all.map(({ id, key }) => `--log ${toHex(id)}=${writeVerifierKey(key)}`).join(" ");
	const witnesses = keepers.witnessIds.map((id) => `--witness ${toHex(id)}`).join(" ");
	checks.push(`record ${command} ${path} ${logs} ${witnesses} --least 2`);
}

/** Two registries: issued once, moved by a sealed proof, retired once; and one that retires what it gave away. */
export async function carbon(stage: DomainStage): Promise<Scene> {
	const { folder, say } = stage;
	const asset = assetOf("credits.example", "KGCO2E");
	const part = { asset, subject: "Reforestation 12, vintage 2025, serials 1 to 50000" };
	const keepers = await Keepers.open(folder, [
		["north", [asset]],
		["south", [asset]],
	]);
	const [north, south] = keepers.all as [DemoKeeper, DemoKeeper];
	const [made] = idsOf(await north.keeper.make({ ...part, amount: 50_000n }));
	const halves = [20_000n, 30_000n].map((amount) => ({ ...part, amount }));
	const [, , sent] = idsOf(await north.keeper.divide(made, halves)) as [Bytes, Bytes, Bytes];
	idsOf(await north.keeper.move(sent, south.id));
	await keepers.seal(north);
	say(
		"Registry North issues 50,000 kg of credits and moves 30,000 of them to registry South. Its seal says so, cosigned by two witnesses.",
	);
	const moved = await keepers.show(north, sent);
	const arrived = await take(keepers, [north, sent], south);
	idsOf(await south.keeper.retire(arrived, "Aoi Travel, flights of 2026"));
	await keepers.seal(south);
	const certificate = await traceFile(keepers, [
		[north, made],
		[north, sent],
		[south, arrived],
	]);
	const { last } = must(traced(certificate, keepers));
	keep(stage, keepers, "retirement.cbor", certificate, "trace");
	say(
		`South takes them in by that proof and retires them for Aoi Travel. The certificate is ${certificate.length} bytes, and anyone checks it offline.`,
	);
	const again = [
		codeOf(await north.keeper.retire(sent, "Mallory")),
		codeOf(await south.keeper.retire(arrived, "Mallory")),
	];
	say(`Retired once more, at either registry: ${again.join(", ")}.`);
	const evidence = await retiredAfterMoved(keepers, sent, moved);
	const convicted = must(verifyMisbehaviour(evidence, logOf(keepers, north).keys, verify));
	writeFileSync(join(folder, "north-case.cbor"), evidence);
	stage.checks.push(
		`evidence verify ${join(folder, "north-case.cbor")} --vkey ${writeVerifierKey(north.key)}`,
	);
	const breach = convicted.kind === "brokenRecord" ? convicted.breach : "";
	say(
		`North changes its database behind all of this and seals the same credits as retired for Mallory. Two of its own seals convict it: ${breach}.`,
	);
	await keepers.close();
	const ok =
		last.lot.end?.kind === "retired" &&
		again.every((code) => code === "lot-ended") &&
		breach === "ended-twice";
	return { scene: "carbon", ok, certificate: certificate.length, again, breach };
}

/** By hand in the store, as no command does it; the proof of both seals in one file. */
async function retiredAfterMoved(keepers: Keepers, key: Bytes, moved: ShownRecord): Promise<Bytes> {
	const [keeper] = keepers.all as [DemoKeeper];
	const { keys } = logOf(keepers, keeper);
	const lie: Lot = { ...(moved.record as Lot), end: { kind: "retired", beneficiary: "Mallory" } };
	await keeper.store.run((transaction) => changeState(transaction, [{ key, entry: recordValue(lie) }]));
	await keepers.seal(keeper);
	const proof = await keeper.store.read((transaction) => stateProofIn(transaction, key));
	const { size, note } = keeper.writer.published;
	const [index, reader] = [size - 1, keeper.writer.reader()];
	const leaf = must(await reader.entry(index));
	const [before, after] = [moved.log.checkpoint, note].map((each) => must(noteOfLog(each, keys))) as [
		Bytes,
		Bytes,
	];
	const path = must(await reader.inclusion(index));
	const earlier = {
		record: moved.record,
		leaf: moved.leaf,
		proof: moved.proof,
		log: { ...moved.log, checkpoint: before },
	};
	const later = { record: lie, leaf, proof, log: { checkpoint: after, index, path } };
	return must(
		misbehaviourFrom({ kind: "brokenRecord", shown: [earlier, later], source: null }, keys, verify),
	);
}

/** From harvest to roaster: what is lost is declared, what is shipped was there, and where it comes from is one file. */
export async function coffee(stage: DomainStage): Promise<Scene> {
	const { folder, say } = stage;
	const [cherries, green] = [assetOf("coffee.example", "CHERRIES-G"), assetOf("coffee.example", "GREEN-G")];
	const subject = "Finca Norte, harvest 2026, lot 7";
	const keepers = await Keepers.open(folder, [
		["farm", [cherries, green]],
		["roaster", [green]],
	]);
	const [farm, roaster] = keepers.all as [DemoKeeper, DemoKeeper];
	const [picked] = idsOf(await farm.keeper.make({ asset: cherries, subject, amount: 1_000_000n }));
	const [, beans] = idsOf(
		await farm.keeper.divide(picked, [{ asset: green, subject, amount: 180_000n }], 820_000n),
	) as [Bytes, Bytes];
	const tooMuch = codeOf(await farm.keeper.divide(beans, [{ asset: green, subject, amount: 181_000n }]));
	idsOf(await farm.keeper.move(beans, roaster.id));
	await keepers.seal(farm);
	const taken = await take(keepers, [farm, beans], roaster);
	await keepers.seal(roaster);
	const trace = await traceFile(keepers, [
		[farm, picked],
		[farm, beans],
		[roaster, taken],
	]);
	const { steps } = must(traced(trace, keepers));
	keep(stage, keepers, "coffee.cbor", trace, "trace");
	say(
		`1,000 kg of cherries become 180 kg of green coffee at the farm, 820 kg are lost, and the coffee goes to the roaster: ${steps.map(({ lot }) => lot.amount / 1000n).join(" → ")} kg, in one file of ${trace.length} bytes. More out of it than in: ${tooMuch}.`,
	);
	const rules = await shipMore(keepers, farm, green);
	say(
		`The farm seals that it shipped 50 kg more than it had. Both witnesses refuse that seal, and name the rules: ${rules.join(", ")}.`,
	);
	await keepers.close();
	const ok = tooMuch === "sum-mismatch" && steps.length === 3 && rules.join() === "sum,totals";
	return { scene: "coffee", ok, trace: trace.length, rules };
}

/** A seal whose totals say that more left than came, past the keeper's own counting. */
async function shipMore(keepers: Keepers, keeper: DemoKeeper, asset: Bytes): Promise<readonly string[]> {
	const { writer } = keeper;
	const last = sealIn(must(await writer.reader().entry(writer.published.size - 1)));
	const seal: Seal = await keeper.store.run((transaction) => {
		const assets = last.assets.map((each) =>
			equalBytes(each.asset, asset) ? { ...each, redeemed: each.redeemed + 50_000n } : each,
		);
		return makeSeal(transaction, { ...last, assets });
	});
	must(await writer.append([serializeLeaf({ kind: "seal", seal })]));
	await writer.integrate();
	return (await keepers.witness(keeper, seal.number)).map(({ rule }) => rule);
}

/** An issuer's statuses: a holder shows its own, offline, and a revoked one stays so. */
export async function status(stage: DomainStage): Promise<Scene> {
	const { folder, say } = stage;
	const keepers = await Keepers.open(folder, [["city", []]]);
	const [issuer] = keepers.all as [DemoKeeper];
	const [licence, salt] = [
		sha256(toUtf8("driving licence of Ren")),
		sha256(toUtf8("drawn by the city, told to Ren")),
	];
	const key = statusKey(licence, salt);
	for (const each of ["one", "two", "three"])
		must(await issuer.keeper.setStatus(sha256(toUtf8(each)), sha256(toUtf8(`salt of ${each}`)), "valid"));
	must(await issuer.keeper.setStatus(licence, salt, "valid"));
	await keepers.seal(issuer);
	const valid = serializeStatusProof(await keepers.show(issuer, key));
	const read = (file: Bytes, later_s: number) =>
		verifyStatusProof(file, licence, {
			operator: issuer.id,
			log: logOf(keepers, issuer),
			verify,
			now: now() / 1000 + later_s,
			freshness: 60,
		});
	const first = must(read(valid, 0)).status;
	must(await issuer.keeper.setStatus(licence, salt, "revoked"));
	await keepers.seal(issuer);
	const file = serializeStatusProof(await keepers.show(issuer, key));
	const second = must(read(file, 0)).status;
	const stale = read(valid, 120);
	const back = await issuer.keeper.setStatus(licence, salt, "valid");
	keep(stage, keepers, "status.cbor", file, `status --credential ${toHex(licence)} --max-age 3600`);
	const [old, again] = [isRefusal(stale) ? stale.code : "taken", isRefusal(back) ? back.code : "done"];
	say(
		`Ren shows the status of a licence from a file of ${valid.length} bytes, with no network: ${first}. The city revokes it: ${second}. The old file, two minutes later: ${old}. Made valid again: ${again}.`,
	);
	await keepers.close();
	const ok = first === "valid" && second === "revoked" && old === "quorum-stale" && again === "status-final";
	return { scene: "status", ok, file: file.length, statuses: [first, second], old, again };
}

function sealIn(leaf: Bytes): Seal {
	const read = must(parseLeaf(leaf));
	if (read.kind !== "seal") throw new Error("the last leaf is no seal");
	return read.seal;
}
