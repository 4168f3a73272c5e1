/** One file of each wrong of a keeper's records, as it was done by a keeper that seals whatever it likes. */
import {
	type Bytes,
	isRefusal,
	type LoggedRecord,
	type Misbehaviour,
	type NamedSourceFile,
	parseLeaf,
	sealHash,
	toHex,
} from "@tenten/protocol";
import { id, type Keeper, start } from "../../domain/support/keeper.ts";
import { credits, statuses } from "../../domain/support/stories.ts";
import type { Case } from "./cases.ts";

export async function loggedRecordOf(keeper: Keeper, key: Bytes, number: number): Promise<LoggedRecord> {
	const { record, leaf, proof, log } = await keeper.show(key, number);
	return { record, leaf, proof, log };
}

export async function namedSourceOf(keeper: Keeper, key: Bytes, number: number): Promise<NamedSourceFile> {
	const { record, leaf, proof } = await keeper.show(key, number);
	const read = parseLeaf(leaf);
	if (isRefusal(read) || read.kind !== "seal") throw new Error("no seal");
	return { record, seal: read.seal, proof };
}

export async function recordFile(
	keeper: Keeper,
	key: Bytes,
	numbers: readonly number[],
	source: NamedSourceFile | null = null,
): Promise<Misbehaviour> {
	const shown = await Promise.all(numbers.map((number) => loggedRecordOf(keeper, key, number)));
	return { kind: "brokenRecord", shown, source };
}

export async function recordCases() {
	const later = start + 1_000;
	const twice = await credits();
	const lot = twice.home.lot(twice.sent);
	const kept = twice.home.lot(twice.kept);
	const arrived = twice.other.lot(twice.arrived);
	if (!lot || !kept || !arrived) throw new Error("no lot");
	twice.home.put({ ...lot, end: { kind: "retired", beneficiary: "Mallory" } });
	twice.home.put({ ...kept, amount: 21_000n });
	await twice.home.seal(later);
	twice.home.drop(twice.made);
	const parts = [{ asset: kept.asset, subject: kept.subject, amount: 30_000n }];
	twice.home.put({ ...kept, end: { kind: "divided", parts, lost: 0n } });
	await twice.home.seal(later);
	// It says that it came by a seal of the home which does not show it as moved; by one that is not the home's.
	const claimed = await namedSourceOf(twice.home, twice.sent, 2);
	twice.other.put({ ...arrived, shownBy: hashOf(claimed) });
	await twice.other.seal(later);
	const own = await namedSourceOf(twice.other, id(7), 1);
	twice.other.put({ ...arrived, shownBy: hashOf(own) });
	await twice.other.seal(later);
	const { issuer, key } = await statuses();
	const before = issuer.records.get(toHex(key));
	if (before?.kind !== "status") throw new Error("no status");
	issuer.put({ ...before, status: "valid" });
	await issuer.seal(later);
	const [home, other] = [twice.home.log.keys, twice.other.log.keys];
	return {
		retiredTwice: { keys: home, file: await recordFile(twice.home, twice.sent, [1, 2]) },
		unrevoked: { keys: issuer.log.keys, file: await recordFile(issuer, key, [4, 3]) },
		changed: { keys: home, file: await recordFile(twice.home, twice.kept, [1, 2]) },
		gone: { keys: home, file: await recordFile(twice.home, twice.made, [2, 3]) },
		unbalanced: { keys: home, file: await recordFile(twice.home, twice.kept, [3]) },
		notMoved: { keys: other, file: await recordFile(twice.other, twice.arrived, [2], claimed) },
		ofAnother: { keys: other, file: await recordFile(twice.other, twice.arrived, [3], own) },
	} as const satisfies Record<string, Case>;
}

const hashOf = ({ seal }: NamedSourceFile): Bytes => sealHash(seal);
