/** How each log that a witness follows stands, as its console shows it: from what is kept, and the latest visit. */
import {
	cosignatureBody,
	isRefusal,
	markForReading,
	openUnderPolicy,
	type Policy,
	parse,
	refusalBody,
	type SealRule,
	sealRules,
	toHex,
	type Verify,
	writeVerifierKey,
} from "@tenten/protocol";
import type { Standing } from "../witness/standing-form.ts";
import type { Visit } from "./follower.ts";
import { type KeptHead, type KeptSample, type KeptWord, type SampleResult, shownMost } from "./kept.ts";
import { logId } from "./others.ts";
import type { LogVisit, SealWitness, WitnessedLog } from "./seal-witness.ts";

/** `now_s`: by the witness's clock. */
export function standingsOf(witness: SealWitness, now_s: number, verify: Verify): readonly Standing[] {
	return witness.logs.map((log) => standingOf(witness, log, now_s, verify));
}

function standingOf(witness: SealWitness, log: WitnessedLog, now_s: number, verify: Verify): Standing {
	const { store } = witness;
	const { origin } = log.keys;
	const head = store.head(origin);
	const visit = witness.lastVisit(origin);
	const [word] = store.lastWords(log.operator, 1);
	const read = word === undefined ? undefined : readWord(word);
	return {
		origin,
		log: logId(origin),
		keys: log.keys.keys.map(writeVerifierKey),
		operator: toHex(log.operator),
		visit: { outcome: visit?.kind ?? "none", code: codeOf(visit) },
		checkpoint: head === undefined ? null : { size: head.size, root: toHex(head.root), readAt: head.at },
		quorum: quorumOf(head, log, now_s, verify),
		lag_s: head?.sealedAt == null ? null : now_s - head.sealedAt,
		seal:
			word === undefined || read === undefined
				? null
				: { number: word.number, hash: toHex(word.seal), word: word.kind, at: read.at },
		rules: sealRules.map((rule) => ({
			rule,
			isKept: read === undefined ? null : !read.broken.includes(rule),
		})),
		evidence: store
			.cases()
			.filter((each) => each.origin === origin)
			.map(({ hash, kind, at }) => ({ hash: toHex(hash), kind, at })),
		samples: samplesOf(store.samples(log.operator, shownMost)),
		drills: witness.drillFigures(log.operator, now_s),
		others: othersOf(visit),
	};
}

function samplesOf(samples: readonly KeptSample[]): Standing["samples"] {
	const results = samples.flatMap(({ result }) => (result === null ? [] : [result]));
	const sumOf = (of: (result: SampleResult) => number): number =>
		results.reduce((sum, result) => sum + of(result), 0);
	return {
		drawn: results.length,
		asked: sumOf(({ asked }) => asked),
		bad: sumOf(({ bad }) => bad),
		unanswered: results.filter(({ code }) => code !== null).length,
		lastAt: results[0]?.at ?? null,
	};
}

function othersOf(visit: LogVisit | undefined): Standing["others"] {
	return (visit?.others ?? []).map(({ url, visit: of }) => ({
		url,
		outcome: of.kind === "followed" ? "agrees" : of.kind,
		code: codeOf(of),
	}));
}

function codeOf(visit: Visit | { readonly kind: "agrees" } | undefined): string | null {
	if (visit?.kind === "unread") return visit.refusal.code;
	return visit?.kind === "convicted" ? visit.of : null;
}

function readWord({ kind, body }: KeptWord): { readonly at: number; readonly broken: readonly SealRule[] } {
	if (kind === "cosignature") {
		const read = parse(cosignatureBody, body);
		if (isRefusal(read)) throw new Error("a word that was kept is none");
		return { at: read.signedAt, broken: [] };
	}
	const read = parse(refusalBody, body);
	if (isRefusal(read)) throw new Error("a word that was kept is none");
	return { at: read.refusedAt, broken: read.broken.map(({ rule }) => rule) };
}

/** `oldMost_s`: how old a quorum may be for value. */
export type QuorumPolicy = { readonly policy: Policy; readonly oldMost_s: number };

function quorumOf(
	head: KeptHead | undefined,
	{ quorum }: WitnessedLog,
	now: number,
	verify: Verify,
): Standing["quorum"] {
	if (quorum === undefined || head === undefined) return "unasked";
	const { policy, oldMost_s } = quorum;
	const checkpoint = openUnderPolicy(head.note, policy, verify);
	return isRefusal(checkpoint) ? "uncosigned" : markForReading(checkpoint, policy, { now, oldMost_s }).kind;
}
