/** From what the module knows to what screens show. */
import type { AttemptSummary, AwaitedToken, OpenedRequest, SecureModule } from "@tenten/module";
import {
	type AssetId,
	fromHex,
	isRefusal,
	type Trust,
	toHex,
	type VerifiedCertificate,
} from "@tenten/protocol";
import { assetText } from "../journal.ts";
import { fundsState } from "../payment.ts";
import { plainText } from "../plain-text.ts";
import { reasonWords } from "../refusal-words.ts";
import type { HistoryEntry } from "../store/history.ts";
import type { Wallet } from "../wallet.ts";
import { nextAction } from "./next-action.ts";
import type {
	AssetView,
	AttemptView,
	BalanceView,
	HistoryView,
	PartyView,
	RequestView,
	Waiting,
} from "./views.ts";

/** The asset that a text of the journal names, or undefined. */
export function assetNamed(text: string): AssetId | undefined {
	const [id = "", code = ""] = text.split("/");
	const operator = fromHex(id);
	return operator?.length === 32 && code !== "" ? { operator, code } : undefined;
}

/** An asset as the trust list describes it; one that it does not know shows its code and minor units. */
export function assetView(id: AssetId, trust: SecureModule["trust"]): AssetView {
	const code = plainText(id.code);
	const plain = {
		id: assetText(id),
		code,
		scale: 0,
		name: code,
		operator: `${toHex(id.operator).slice(0, 8)}…`,
	};
	if (isRefusal(trust)) return plain;
	const definition = trust.asset(id);
	const operator = plainText(trust.operator(id.operator)?.entry.name ?? plain.operator);
	return definition === undefined
		? { ...plain, operator }
		: { ...plain, scale: definition.scale, name: plainText(definition.name), operator };
}

export function balanceView(wallet: Wallet, id: AssetId): BalanceView {
	return { asset: assetView(id, wallet.module.trust), ...wallet.balance(id) };
}

export function partyView({ hash, operatorId, profile }: VerifiedCertificate, trust: Trust): PartyView {
	return {
		id: toHex(hash),
		role: profile.role,
		class: plainText(profile.class ?? ""),
		operator: plainText(trust.operator(operatorId)?.entry.name ?? ""),
	};
}

export function requestView(
	wallet: Wallet,
	{ encoded, request, documents }: OpenedRequest,
	naming: { readonly trust: Trust; readonly timeZone: string; readonly refund: RequestView["refund"] },
): RequestView {
	const { trust, refund } = naming;
	const { body, digest, payee } = request;
	const { asset, amount, memo, purpose, mode, expiresAt, wants } = body;
	const { available } = wallet.balance(asset);
	const objections = wallet.module.objections(encoded, amount === 0n ? 1n : amount);
	return {
		digest: toHex(digest),
		payee: partyView(payee, trust),
		asset: assetView(asset, trust),
		amount,
		memo: plainText(memo),
		purpose: purpose === null ? null : plainText(purpose),
		isDirect: mode === "direct",
		expiresAt,
		wants,
		documents,
		refund,
		available,
		objections: isRefusal(objections)
			? []
			: objections.map((each) => reasonWords(each, { ...naming, asset })),
	};
}

/** What is known beside the attempts: since when each open one waits, and what a backup brought. */
export type Beside = {
	readonly since: Readonly<Record<string, number>>;
	readonly awaited: readonly AwaitedToken[];
};

export function attemptView(
	module: SecureModule,
	attempt: AttemptSummary,
	{ since, awaited }: Beside,
): AttemptView {
	const { side, asset, amount, memo, isDirect, isOpen, documents, askedAt, mayCancel } = attempt;
	const id = toHex(attempt.attempt);
	return {
		id,
		side,
		asset: assetView(asset, module.trust),
		amount,
		memo: plainText(memo),
		isDirect,
		isOpen,
		funds: fundsState(module, attempt.attempt),
		waitsFor: waiting(attempt),
		since: isOpen ? (since[id] ?? askedAt) : null,
		next: nextAction(attempt, module.now(), awaited),
		mayCancel,
		maySendBack: attempt.state === "owned" && isDirect,
		request: toHex(attempt.request),
		documents,
	};
}

function waiting({ side, state, isOpen }: AttemptSummary): Waiting {
	if (state === "resolving") return "operator";
	if (!isOpen) return "nobody";
	return side === "payer" ? "payee" : "payer";
}

export function historyView(entry: HistoryEntry, module: SecureModule): HistoryView {
	const { trust } = module;
	const id = assetNamed(entry.asset);
	const { at, kind, amount, party, note } = entry;
	const asset =
		id === undefined
			? { id: entry.asset, code: entry.asset, scale: 0, name: entry.asset, operator: "" }
			: assetView(id, trust);
	const attempt = attemptOf(entry, module);
	return { id: entry.id, at, kind, asset, amount, party: plainText(party), note: plainText(note), attempt };
}

/** Entries of other things than payments have ids of their own. */
function attemptOf({ id }: HistoryEntry, module: SecureModule): string | null {
	const [, name = ""] = id.split("/");
	const attempt = fromHex(name);
	const isKnown = attempt !== undefined && (module.payer(attempt) ?? module.payee(attempt)) !== undefined;
	return isKnown ? name : null;
}
