/** Which of the ways to pay a call is taken: the first in a budget, if the payee signed all that the server says of it. */
import { type Bytes, equalBytes, isRefusal, type Refusal, refuse, sameAsset } from "@tenten/protocol";
import type { Wallet } from "../wallet.ts";
import { callsOfMemo } from "./book.ts";
import type { Budget } from "./budget.ts";
import { type Call, isMemoOf } from "./call.ts";
import { type Asking, readRequired } from "./headers.ts";
import { meterOffer } from "./meter-call.ts";

/** `digest`: of the request. */
export type ChosenAsking = Asking & { readonly digest: Bytes };

/** `units` and `perTicks`: the price, as the payee signed it. */
export type ChosenMeter = ChosenAsking & { readonly units: bigint; readonly perTicks: number };

export function chooseAsking(
	header: string,
	call: Call,
	{ module }: Wallet,
	budget: Budget,
): ChosenAsking | Refusal {
	const all = readRequired(header);
	if (isRefusal(all)) return all;
	const askings = all.filter(({ scheme }) => scheme === "two-phase");
	const isAllowed = ({ asset }: Asking) => budget.some((line) => sameAsset(line.asset, asset));
	const asking = askings.find(isAllowed) ?? askings[0];
	if (asking === undefined) return refuse("type-unknown", "no way to pay that this wallet knows");
	const request = module.readRequest(asking.request);
	if (isRefusal(request)) return request;
	const { body, payee, digest } = request;
	const { origin } = new URL(call.url);
	const isOf =
		asking.calls === 1 ? isMemoOf(body.memo, call) : callsOfMemo(body.memo, origin) === asking.calls;
	if (!isOf) return refuse("request-mismatch", "it asks to be paid for another call");
	if (!sameAsset(body.asset, asking.asset)) return refuse("asset-mismatch", "not as the payee signed");
	if (body.amount !== asking.amount) return refuse("amount-mismatch", "not as the payee signed");
	if (!equalBytes(payee.hash, asking.payTo)) return refuse("request-mismatch", "another payee signed");
	if (body.mode !== "twoPhase") return refuse("request-mismatch", "not in two phases");
	return { ...asking, digest };
}

/** The first meter in a budget, if its payee signed it for calls of this origin; undefined where none is offered. */
export function chooseMeter(
	header: string,
	origin: string,
	{ module }: Wallet,
	budget: Budget,
): ChosenMeter | Refusal | undefined {
	const askings = readRequired(header);
	if (isRefusal(askings)) return askings;
	const asking = askings.find(
		({ scheme, asset }) => scheme === "meter" && budget.some((line) => sameAsset(line.asset, asset)),
	);
	if (asking === undefined) return undefined;
	const request = module.meters.readRequest(asking.request);
	if (isRefusal(request)) return request;
	const { body, payee, digest } = request;
	if (!equalBytes(body.offer, meterOffer(origin)))
		return refuse("request-mismatch", "a meter for something else");
	if (!sameAsset(body.asset, asking.asset)) return refuse("asset-mismatch", "not as the payee signed");
	if (module.meters.mostOf(request) !== asking.amount)
		return refuse("amount-mismatch", "not as the payee signed");
	if (!equalBytes(payee.hash, asking.payTo)) return refuse("request-mismatch", "another payee signed");
	return { ...asking, digest, units: body.units, perTicks: body.perTicks };
}
