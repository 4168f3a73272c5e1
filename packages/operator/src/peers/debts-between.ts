/**
 * What is owed between two operators: holders whom one certified spent the other's tokens twice, and the other's
 * fork reserve paid for it. Whoever certified them is whom it asks to have it repaid.
 *
 * Who certified a culprit is read out of the evidence of its cases, which is verified again under the current
 * trust list: nothing that the asking operator says counts.
 */
import { assetHash, type Bytes, equalBytes, isRefusal, type Trust, verifyEvidence } from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import { balanceOf } from "../store/books.ts";
import type { Transaction } from "../store/store.ts";

/** What the reserve paid under one culprit in one asset; minor units. */
type Debt = {
	/** hash of the culprit's certificate */
	readonly culprit: Bytes;
	/** ids of its cases */
	readonly cases: readonly Bytes[];
	/** of this operator's assets */
	readonly code: string;
	readonly drawn: bigint;
	/** what of it is neither repaid nor given up */
	readonly owed: bigint;
};

export type DebtPage = {
	readonly debts: readonly Debt[];
	/** the culprit that was looked at last; null after the last page */
	readonly last: Bytes | null;
};

/** Culprits that are looked at for one page: each costs the signatures of one case. */
const culpritsAtOnce = 50;

/** Debts of culprits whom `peer` certified, after the culprit `after`. A page may be empty and not the last. */
export async function debtsToward(
	{ store, id, definitions, trust }: OperatorContext,
	peer: Bytes,
	after: Bytes,
): Promise<DebtPage> {
	const current = await trust();
	const codes = definitions.assets().map(({ code }) => code);
	return store.read(async (transaction) => {
		const culprits = await culpritsAfter(transaction, after);
		const debts: Debt[] = [];
		for (const culprit of culprits) {
			const cases = await casesUnder(transaction, culprit);
			if (!isCertifiedBy(peer, cases, current)) continue;
			for (const code of codes) {
				const asset = assetHash({ operator: id, code });
				const drawn = await drawnUnder(transaction, culprit, asset);
				const owed = -(await balanceOf(transaction, "debt", culprit, asset));
				if (drawn > 0n) debts.push({ culprit, cases: cases.map((each) => each.id), code, drawn, owed });
			}
		}
		return { debts, last: culprits.length < culpritsAtOnce ? null : (culprits.at(-1) ?? null) };
	});
}

async function culpritsAfter(transaction: Transaction, after: Bytes): Promise<readonly Bytes[]> {
	const rows = await transaction
		.selectFrom("draws")
		.select("culprit")
		.distinct()
		.where("culprit", ">", after)
		.orderBy("culprit")
		.limit(culpritsAtOnce)
		.execute();
	return rows.map(({ culprit }) => culprit);
}

type StoredCase = { readonly id: Bytes; readonly evidence: Bytes };

/** Cases of one culprit: a fork each, of which a culprit has few. */
async function casesUnder(transaction: Transaction, culprit: Bytes): Promise<readonly StoredCase[]> {
	const rows = await transaction
		.selectFrom("case_files")
		.select(["case_id", "evidence"])
		.where("culprit", "=", culprit)
		.where("kind", "<>", "falseStatement")
		.orderBy("case_id")
		.limit(culpritsAtOnce)
		.execute();
	return rows.map(({ case_id: id, evidence }) => ({ id, evidence }));
}

/** Whether an authority of `peer` certified the culprit of these cases: the first that can be verified says so. */
function isCertifiedBy(peer: Bytes, cases: readonly StoredCase[], trust: Trust): boolean {
	for (const { evidence } of cases) {
		const conviction = verifyEvidence(evidence, trust);
		// Of an authority that is listed no longer: another case of the same culprit says no more.
		if (!isRefusal(conviction)) return equalBytes(conviction.culprit.operatorId, peer);
	}
	return false;
}

async function drawnUnder(transaction: Transaction, culprit: Bytes, asset: Bytes): Promise<bigint> {
	const row = await transaction
		.selectFrom("draws")
		.select("drawn")
		.where("culprit", "=", culprit)
		.where("asset", "=", asset)
		.executeTakeFirst();
	return row?.drawn ?? 0n;
}
