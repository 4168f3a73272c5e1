/**
 * Orders driven to their end: the module's bytes go to the operator until its answer is final.
 *
 * An order that got no answer stays pending in the module; `settlePending` sends the same bytes again, and
 * the operator gives the stored answer.
 */
import type { OrderOptions, PendingOrder, SecureModule } from "@tenten/module";
import {
	type AppealBody,
	type AppealVerdict,
	type AssetId,
	accountReply,
	type Bytes,
	type ClaimResult,
	type DeviceOperatorClient,
	equalBytes,
	isRefusal,
	keyId,
	type OperatorClient,
	type OperatorEntry,
	parse,
	type Refusal,
	type RefusalCode,
	refusals,
	refuse,
	sameAsset,
	toHex,
	trustList,
	type VerifiedCertificate,
	verifyAppealOutcome,
} from "@tenten/protocol";

export type Operators = ReadonlyMap<string, KnownOperator>;
/** Some are asked through what knows nothing of devices. */
export type KnownOperator = OperatorClient & Partial<DeviceOperatorClient>;

export async function runOrder(
	module: SecureModule,
	operators: Operators,
	options: OrderOptions,
): Promise<readonly ClaimResult[] | Refusal> {
	const order = await module.order(options);
	return isRefusal(order) ? order : settle(module, operators, order);
}

async function settle(
	module: SecureModule,
	operators: Operators,
	{ digest, asset, route, request }: PendingOrder,
): Promise<readonly ClaimResult[] | Refusal> {
	const operator = operators.get(toHex(asset.operator));
	if (operator === undefined) return refuse("issuer-unknown", "no way to this operator");
	const reply = await operator[route](request);
	if (!isRefusal(reply)) {
		const results = await module.answer(digest, reply);
		const isListOld =
			isRefusal(results) && (results.code === "issuer-unknown" || results.code === "authority-unknown");
		// Its keys have changed since the list that is held here: the answer waits for the newer one.
		if (!isListOld || (await reach(module, operators, asset.operator)) !== undefined) return results;
		return module.answer(digest, reply);
	}
	// Nothing moved, and asking again would only be refused again. Orders with tokens stay.
	if (route === "withdraw" && refusals[reply.code][0] === "final") await module.dropOrder(digest);
	return reply;
}

/** What a wallet itself says of an answer that ends nothing: another answer to the same question may. */
const ofAnswers: ReadonlySet<string> = new Set([
	"sum-mismatch",
	"not-evidence",
	"request-mismatch",
] satisfies RefusalCode[]);

/** Whether an operator that was asked for what it owes is not to be asked again. */
export function isForGood({ code }: Refusal): boolean {
	return refusals[code][0] === "final" && !ofAnswers.has(code);
}

/**
 * Whose trust list an operator shows, and its own entry there; `issuer-unknown` where it does not list itself. Nothing
 * of it is verified: joining is what does that.
 */
export async function introduction(
	client: Pick<OperatorClient, "trustList">,
): Promise<{ readonly id: Bytes; readonly entry: OperatorEntry } | Refusal> {
	const encoded = await client.trustList();
	if (isRefusal(encoded)) return encoded;
	const list = parse(trustList, encoded, encoded.length);
	if (isRefusal(list)) return list;
	const id = keyId(list.signer);
	const entry = list.body.operators.find(({ root }) => equalBytes(keyId(root), id));
	return entry === undefined ? refuse("issuer-unknown", "the operator does not list itself") : { id, entry };
}

/** Takes what an operator says is frozen. Where it does not answer, what is held counts until it has ended. */
export async function fetchFreezes(
	module: SecureModule,
	client: Pick<OperatorClient, "freezeList">,
): Promise<Refusal | undefined> {
	const list = await client.freezeList();
	return isRefusal(list) ? list : module.freezes.take(list);
}

/** Lists of one operator that are fetched: of some four million places. */
const statusListsMost = 64;

/**
 * Takes all status lists of an operator, from the first until it has no more. The first refusal: `channel-failed` where
 * nobody answers, else of a list that does not hold.
 */
export async function fetchStatusLists(
	module: SecureModule,
	client: Pick<KnownOperator, "statusList">,
): Promise<Refusal | undefined> {
	let refused: Refusal | undefined;
	for (let number = 0; number < statusListsMost; number++) {
		const list = await client.statusList?.(number);
		if (list === undefined) return refused;
		if (isRefusal(list)) return refused ?? (list.code === "channel-failed" ? list : undefined);
		const refusal = await module.devices.takeStatusList(list);
		refused ??= refusal;
	}
	return refused;
}

/**
 * Appeals against the freeze of a token of one's own: what its operator decided, `attempt-pending` until it has. Once it
 * has, its list is taken, so that what is free again can be paid at once.
 */
export async function appealAgainst(
	module: SecureModule,
	operators: Operators,
	output: Bytes,
	ground: AppealBody["ground"],
): Promise<AppealVerdict | Refusal> {
	const appeal = await module.freezes.appeal(output, ground);
	if (isRefusal(appeal)) return appeal;
	const operator = operators.get(toHex(appeal.operator));
	if (operator === undefined) return refuse("issuer-unknown", "no way to this operator");
	const answer = await operator.appeal(appeal.request);
	if (isRefusal(answer)) return answer;
	const { trust } = module;
	const outcome = isRefusal(trust) ? trust : verifyAppealOutcome(answer, trust);
	if (isRefusal(outcome)) return outcome;
	if (!equalBytes(outcome.output, output)) return refuse("request-mismatch", "the outcome of another appeal");
	await fetchFreezes(module, operator);
	return outcome.verdict;
}

/** Whether an operator can be asked now; the pinned one's newer list is taken on the way. */
export async function reach(
	module: SecureModule,
	operators: Operators,
	operatorId: Bytes,
): Promise<Refusal | undefined> {
	const operator = operators.get(toHex(operatorId));
	if (operator === undefined) return refuse("issuer-unknown", "no way to this operator");
	const list = await operator.trustList();
	if (isRefusal(list)) return list;
	const trust = await module.setTrustList(list, operatorId);
	await fetchFreezes(module, operator);
	return isRefusal(trust) && !isPeer(module, operatorId) ? trust : undefined;
}

/**
 * Sends every pending order again; how many are settled now, and by `tell` why others are not. An operator that
 * turned one away gets no other of them this time.
 */
export async function settlePending(
	module: SecureModule,
	operators: Operators,
	tell?: (refusal: Refusal) => void,
): Promise<number> {
	let settled = 0;
	const busy = new Set<string>();
	for (const order of await module.pendingOrders()) {
		const operator = toHex(order.asset.operator);
		if (busy.has(operator)) continue;
		const results = await settle(module, operators, order);
		if (!isRefusal(results)) settled++;
		else {
			tell?.(results);
			if (results.again_s !== undefined) busy.add(operator);
		}
	}
	return settled;
}

/** Brings the module the operator's list and, the first time, a certificate with its account. */
export async function join(
	module: SecureModule,
	client: KnownOperator,
	operatorId: Bytes,
	asked: Parameters<SecureModule["enrol"]>[1],
	suite: Parameters<SecureModule["enrol"]>[2] = "Ed25519",
): Promise<Refusal | undefined> {
	const unreached = await reach(module, new Map([[toHex(operatorId), client]]), operatorId);
	if (unreached !== undefined) return unreached;
	await fetchStatusLists(module, client);
	if (module.mayPayWith(operatorId)) return undefined;
	const enrolled = await client.enrol(await module.enrol(operatorId, asked, suite));
	if (isRefusal(enrolled)) return enrolled;
	const certificate = await module.certify(enrolled);
	return isRefusal(certificate) ? certificate : undefined;
}

/**
 * Takes what an operator answered a device's application with, once its lists are here: an answer is the same for ever, and
 * what it certifies may be revoked since (`device-suspended`). `standing`: why the device can pay nobody now, if it cannot.
 */
export async function takeEnrolled(
	module: SecureModule,
	client: Pick<KnownOperator, "statusList">,
	enrolled: Bytes,
): Promise<{ readonly certificate: VerifiedCertificate; readonly standing: Refusal | undefined } | Refusal> {
	await fetchStatusLists(module, client);
	const certificate = await module.certify(enrolled);
	return isRefusal(certificate)
		? certificate
		: { certificate, standing: module.devices.standing(certificate) };
}

/** Whether the pinned list names this operator: then it is trusted without a list of its own. */
function isPeer({ trust }: SecureModule, operatorId: Bytes): boolean {
	return !isRefusal(trust) && trust.operator(operatorId) !== undefined;
}

/** What one's account holds, in minor units; the newest account without `account`. */
export async function accountBalance(
	module: SecureModule,
	operators: Operators,
	asset: AssetId,
	account?: Bytes,
): Promise<bigint | Refusal> {
	const operator = operators.get(toHex(asset.operator));
	if (operator === undefined) return refuse("issuer-unknown", "no way to this operator");
	const question = await module.askBalance(asset.operator, account);
	if (isRefusal(question)) return question;
	const answer = await operator.account(question);
	if (isRefusal(answer)) return answer;
	const reply = parse(accountReply, answer);
	if (isRefusal(reply)) return reply;
	return reply.balances.find((balance) => sameAsset(balance.asset, asset))?.amount ?? 0n;
}
