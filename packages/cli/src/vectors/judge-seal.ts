/** Judges of seals: proofs under them, the rules that they keep, what witnesses sign. */
import {
	type BrokenRule,
	bilateralPosition,
	brokenRule,
	checkSeal,
	isRefusal,
	leafHash,
	parse,
	parseLeaf,
	type Refusal,
	sealHash,
	serializeLeaf,
	toHex,
	type Verify,
	verifyCosignature,
	verifyProof,
	verifySealRefusal,
} from "@tenten/protocol";
import {
	bytesIn,
	bytesListIn,
	bytesOrNull,
	type Facts,
	factsOf,
	type Json,
	type Judge,
	must,
	numberIn,
} from "./vector.ts";

export const judgeSealProof: Judge = (input) => {
	const proved = verifyProof(bytesIn(input, "proof"));
	if (isRefusal(proved)) return proved;
	switch (proved.kind) {
		case "state": {
			const { kind, seal, key, state } = proved;
			const value = state.kind === "present" ? toHex(state.value) : null;
			return { kind, under: toHex(sealHash(seal)), key: toHex(key), value };
		}
		case "line": {
			const { kind, seal, asset, line } = proved;
			return { kind, under: toHex(sealHash(seal)), asset: toHex(asset), ...lineOf(line) };
		}
		case "item": {
			const { kind, batch, item } = proved;
			const under = leafHash(serializeLeaf({ kind: "batch", batch }));
			const asset = batch.kind === "certificates" ? null : toHex(batch.asset);
			return { kind, under: toHex(under), asset, ...lineOf(item) };
		}
		default:
			return proved satisfies never;
	}
};

type Line = { readonly owner: Uint8Array; readonly amount: bigint; readonly from: bigint };

function lineOf({ owner, amount, from }: Line): Facts {
	return { owner: toHex(owner), amount: amount.toString(), left: from.toString() };
}

export const judgeSealRules: Judge = (input, verify) => {
	const leaf = parseLeaf(bytesIn(input, "leaf"));
	if (isRefusal(leaf)) return leaf;
	const before = bytesOrNull(input, "before");
	const leaves = bytesListIn(input, "between").map((each) => must(parseLeaf(each), "between"));
	const broken = checkSeal(sealIn(leaf), {
		operator: bytesIn(input, "operator"),
		previous: before === null ? null : sealIn(must(parseLeaf(before), "before")),
		batches: leaves.flatMap((each) => (each.kind === "batch" ? [each.batch] : [])),
		verify,
		holders: bytesListIn(input, "holders"),
		peerWords: bytesListIn(input, "peerWords").map((word) =>
			must(parse(bilateralPosition, word), "peerWords"),
		),
		now: numberIn(input, "now"),
		maximumAge_s: numberIn(input, "maximumAge"),
		ahead_s: numberIn(input, "ahead"),
		reserveAge_s: numberIn(input, "reserveAge"),
	});
	return { broken: brokenIn(broken) };
};

type Leaf = Exclude<ReturnType<typeof parseLeaf>, Refusal>;

function sealIn(leaf: Leaf) {
	if (leaf.kind !== "seal") throw new TypeError("a leaf that is no seal");
	return leaf.seal;
}

/** Each once, in the order of the rules, then of what they are about. */
export function brokenIn(broken: readonly BrokenRule[]): Json {
	const byOrder = new Map(
		broken.map((each) => {
			const [number] = brokenRule.write(each) as readonly [number, unknown];
			const about = each.about === null ? "" : toHex(each.about);
			return [`${String(number).padStart(2, "0")} ${about}`, each] as const;
		}),
	);
	return factsOf([...byOrder].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each));
}

export const judgeSealCosignature: Judge = (input, verify) =>
	bodyOf(verifyCosignature(bytesIn(input, "word"), expectedIn(input, verify)));

export const judgeSealRefusal: Judge = (input, verify) =>
	bodyOf(verifySealRefusal(bytesIn(input, "word"), expectedIn(input, verify)));

function expectedIn(input: Facts, verify: Verify) {
	return { verify, witness: bytesIn(input, "signer") };
}

function bodyOf(body: object | Refusal): Facts | Refusal {
	return isRefusal(body) ? body : { body: factsOf(body) };
}
