/**
 * Made-up evidence: proofs against whoever was overheard, put together from what was truly signed and from lies.
 *
 * `forged` convicts nobody whatever the world is like. The rest is true or false as it comes: two links that were
 * overheard may be a fork that somebody dishonest made, and the checker knows who that is.
 */
import {
	type Bytes,
	type ConsumedOutput,
	consumedOutputs,
	deniedEvidenceFrom,
	doubleDecisionEvidenceFrom,
	forkEvidenceFrom,
	isRefusal,
	linkPayload,
	type Owner,
	type Trust,
	toHex,
	type VerifiedToken,
	verifyParsedToken,
} from "@tenten/protocol";
import type { Chance } from "./chance.ts";
import { mutated } from "./mutation.ts";
import type { Overheard } from "./overheard.ts";

export type Lie = { readonly kind: LieKind; readonly evidence: Bytes };

type LieKind =
	| "one link twice"
	| "another's signature"
	| "a link of another output"
	| "two links of one output"
	| "a release of nothing"
	| "a cancel of another lock"
	| "a statement about another";

const kinds: Readonly<Record<LieKind, number>> = {
	"one link twice": 1,
	"another's signature": 2,
	"a link of another output": 1,
	"two links of one output": 6,
	"a release of nothing": 2,
	"a cancel of another lock": 2,
	"a statement about another": 2,
};

/** Lies that nobody may ever be convicted by. */
export function isForged(kind: LieKind): boolean {
	return kind !== "two links of one output";
}

/** Some lie of what was overheard; undefined where that does not suffice. */
export function lieOf(heard: Overheard, trust: Trust, chance: Chance): Lie | undefined {
	const kind = chance.weighed(kinds);
	const token = kind && verifiedOf(heard, trust, chance);
	const consumed = token && chance.of(consumedOutputs(token, trust));
	if (kind === undefined || token === undefined || consumed === undefined) return undefined;
	const evidence = evidenceOf(kind, { heard, trust, chance, token, consumed });
	return evidence && { kind, evidence };
}

type Material = {
	readonly heard: Overheard;
	readonly trust: Trust;
	readonly chance: Chance;
	readonly token: VerifiedToken;
	readonly consumed: ConsumedOutput;
};

function evidenceOf(kind: LieKind, material: Material): Bytes | undefined {
	const { heard, trust, chance, token, consumed } = material;
	const { link } = consumed;
	switch (kind) {
		case "one link twice": {
			const release = chance.happens(0.3) ? chance.bytes(32) : link.release;
			return forkEvidenceFrom(consumed, { ...consumed, link: { ...link, release } });
		}
		case "another's signature": {
			const payload = chance.happens(0.3) ? mutated(chance, link.payload) : alike(material);
			const signature = chance.happens(0.5) ? link.signature : chance.bytes(64);
			return forkEvidenceFrom(consumed, { ...consumed, link: { payload, release: link.release, signature } });
		}
		case "a link of another output": {
			const other = chance.of(consumedOutputs(token, trust).filter((each) => each !== consumed));
			return other && forkEvidenceFrom(consumed, other);
		}
		case "two links of one output": {
			const other = chance.of(othersOn(consumed, material));
			if (other === undefined) return undefined;
			// A lock that was never released is given the secret of another, or none.
			const release = other.link.release ?? (chance.happens(0.5) ? (chance.of(heard.secrets) ?? null) : null);
			return forkEvidenceFrom(consumed, { ...other, link: { ...other.link, release } });
		}
		case "a release of nothing":
			return forkEvidenceFrom(consumed, {
				...consumed,
				link: { ...link, payload: mutated(chance, link.payload), release: chance.bytes(32) },
			});
		case "a cancel of another lock": {
			const cancel = chance.of(heard.cancels.filter(({ lock }) => !isLockOf(token, lock)));
			const payee = chance.happens(0.3) ? (chance.of(token.inputOwners) as Owner) : null;
			return cancel && doubleDecisionEvidenceFrom(consumed, payee, cancel.signature);
		}
		case "a statement about another": {
			const stated = chance.of(heard.stated);
			const about = stated?.tokens.some(({ hops }) =>
				hops.some(({ signature }) => toHex(signature) === toHex(link.signature)),
			);
			if (stated === undefined || about) return undefined;
			return deniedEvidenceFrom({ consumed, statement: stated.statement }, consumed);
		}
		default:
			return kind satisfies never;
	}
}

function verifiedOf({ tokens }: Overheard, trust: Trust, chance: Chance): VerifiedToken | undefined {
	const chosen = chance.of(tokens);
	const token = chosen && verifyParsedToken(chosen, trust);
	return token === undefined || isRefusal(token) ? undefined : token;
}

/** A link as good as this one, but for its signature. */
function alike({ token, consumed, chance }: Material): Bytes {
	const found = token.path.find(({ payload }) => payload === consumed.link.payload);
	return found === undefined
		? consumed.link.payload
		: linkPayload(found.input, { ...found.body, data: chance.bytes(32) });
}

function isLockOf({ path }: VerifiedToken, lock: Bytes): boolean {
	return path.some(({ body }) => body.lock !== null && toHex(body.lock.hash) === toHex(lock));
}

/** Other links that were overheard, on the output that `consumed` consumed. */
function othersOn(consumed: ConsumedOutput, { heard, trust }: Material): readonly ConsumedOutput[] {
	const key = placeOf(consumed);
	return heard.tokens.flatMap((carried) => {
		const token = verifyParsedToken(carried, trust, { signatures: false });
		if (isRefusal(token)) return [];
		return consumedOutputs(token, trust).filter(
			(other) => placeOf(other) === key && toHex(other.link.payload) !== toHex(consumed.link.payload),
		);
	});
}

function placeOf({ parent, index }: ConsumedOutput): string {
	return `${toHex(parent.bytes)} ${index}`;
}
