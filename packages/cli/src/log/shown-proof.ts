/** What a proof file shows, in words and for scripts: of itself, and of the log whose keys are named. */
import { verify } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	leafHash,
	limits,
	loggedProof,
	type Proved,
	parse,
	proofIn,
	type Refusal,
	refuse,
	sealHash,
	sealProof,
	serializeLeaf,
	toHex,
	type VerifiedProof,
	verifyLoggedProof,
	verifyProof,
} from "@tenten/protocol";
import { keysFrom, type LogFlags } from "./keys.ts";

export type Shown = { readonly proved: Proved; readonly log: Omit<VerifiedProof, "proved"> | null };

/** With the keys of a log, that its seal or batch stands there. A file without its place shows that of no log. */
export function shownBy(file: Bytes, flags: Partial<LogFlags>): Shown | Refusal {
	const { vkey } = flags;
	const isAlone = !isRefusal(parse(sealProof, file));
	if (vkey === undefined) {
		const proved = isAlone ? verifyProof(file) : provedIn(file);
		return isRefusal(proved) ? proved : { proved, log: null };
	}
	if (isAlone) return refuse("not-logged", "a proof without its place in a log");
	const { keys, enough } = keysFrom({ ...flags, vkey });
	const verified = verifyLoggedProof(file, keys, verify);
	if (isRefusal(verified)) return verified;
	const refusal = enough(verified.checkpoint);
	return refusal ?? { proved: verified.proved, log: verified };
}

/** What a file with its place shows, whoever's log that is. */
function provedIn(file: Bytes): Proved | Refusal {
	const read = parse(loggedProof, file, 2 * limits.message);
	return isRefusal(read) ? read : proofIn(read.proof);
}

export function inLog({ index, checkpoint }: Omit<VerifiedProof, "proved">): string {
	const cosigned = checkpoint.cosignatures.length;
	return `It stands at place ${index} of ${checkpoint.origin}, of ${checkpoint.size} leaves; ${cosigned} witnesses cosigned.`;
}

export function logged(log: Shown["log"]): object {
	if (log === null) return {};
	const { index, checkpoint } = log;
	const { origin, size, cosignatures } = checkpoint;
	return {
		origin,
		place: index,
		size,
		cosignatures: cosignatures.map(({ key, at }) => ({ name: key.name, at })),
	};
}

/** What a proof holds under, in words and as a hash. */
export function belongsTo(proved: Proved): {
	readonly words: string;
	readonly under: string;
	readonly shown: object;
} {
	if (proved.kind === "item") {
		const under = toHex(leafHash(serializeLeaf({ kind: "batch", batch: proved.batch })));
		return { words: `batch ${under} of ${proved.batch.kind}`, under, shown: { batch: proved.batch.kind } };
	}
	const { operator, number, sealedAt } = proved.seal;
	const under = toHex(sealHash(proved.seal));
	const at = new Date(1000 * sealedAt).toISOString();
	return {
		words: `seal ${number} of operator ${toHex(operator)}, ${at}: ${under}`,
		under,
		shown: { operator: toHex(operator), seal: number, sealedAt },
	};
}

export function whatItShows(proved: Proved): { readonly words: string; readonly shown: object } {
	switch (proved.kind) {
		case "state": {
			const { kind, state } = proved;
			const key = toHex(proved.key);
			const value = state.kind === "present" ? toHex(state.value) : null;
			const words =
				value === null ? `${key} is not in the state map.` : `${key} is in the state map: ${value}.`;
			return { words, shown: { kind, key, state: state.kind, value } };
		}
		case "line": {
			const { kind, line } = proved;
			const [account, asset] = [toHex(line.owner), toHex(proved.asset)];
			return {
				words: `Account ${account} has its line: ${line.amount} minor units of asset ${asset}.`,
				shown: { kind, account, asset, amount: line.amount },
			};
		}
		case "item": {
			const { kind, item } = proved;
			const id = toHex(item.owner);
			return {
				words: `${id} is an item of the batch, with ${item.amount} minor units.`,
				shown: { kind, id, amount: item.amount },
			};
		}
		default:
			return proved satisfies never;
	}
}
