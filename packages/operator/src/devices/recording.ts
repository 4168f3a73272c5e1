/**
 * Who answers for what a device recorded: the party in whose delegations it stood when it paid, within what they allowed.
 *
 *   record ─▶ a time under the payer? ─▶ a certificate of that time allowed such a payment? ─▶ units left? ─▶ counted
 *
 * An operator does not see what a record's proof proves, only its hash. So a device that signs what it never paid, or a
 * buyer that signs under the seller's name, costs the party up to what it gave that device, once, and no more: all that a
 * device ever records under a party stays within the slices of its certificates there.
 */
import {
	aheadMost_s,
	type Bytes,
	type Delegation,
	type DeviceRecordBody,
	equalBytes,
	keyId,
	lastDelegation,
	type PublicKey,
	type Refusal,
	refuse,
} from "@tenten/protocol";
import { sql } from "kysely";
import type { Transaction } from "../store/store.ts";
import { certificatesIn, profileIn, type Tenure, tenuresOf } from "./device-rows.ts";

/** Who answers for a record, and what keeps it within what was delegated. */
type Answering = {
	readonly party: Bytes;
	/** counts the record, which was taken never before; why not, where it is more than was delegated */
	readonly count: () => Promise<Refusal | undefined>;
};

/** `undefined`: nobody known here. */
export type Answers = (
	transaction: Transaction,
	device: PublicKey,
	body: DeviceRecordBody,
) => Promise<Answering | undefined>;

/** The parties of enrolled devices. A clock may be off by as much as readers allow. */
export const enrolledAnswers: Answers = async (transaction, key, { payer, paidAt, amount }) => {
	const device = keyId(key);
	const tenure = (await tenuresOf(transaction, device)).findLast(
		({ party, since, endedAt }) =>
			equalBytes(party, payer) &&
			paidAt >= since - aheadMost_s &&
			(endedAt === null || paidAt < endedAt + aheadMost_s),
	);
	if (tenure === undefined) return undefined;
	return { party: payer, count: () => countRecord(transaction, device, tenure, { paidAt, amount }) };
};

async function countRecord(
	transaction: Transaction,
	device: Bytes,
	tenure: Tenure,
	{ paidAt, amount }: Pick<DeviceRecordBody, "paidAt" | "amount">,
): Promise<Refusal | undefined> {
	const given = (await certificatesIn(transaction, device, tenure)).map(delegationIn);
	const current = given.filter(({ until }) => paidAt < until);
	if (current.length === 0) return refuse("delegation-expired", "when it paid");
	if (!current.some(({ perTransfer }) => perTransfer === null || amount <= perTransfer))
		return refuse("limit-exceeded", "the delegation's limit a payment");
	const { numUpdatedRows } = await transaction
		.updateTable("device_tenures")
		.set({ recorded: sql`recorded + ${amount}` })
		.where("device", "=", device)
		.where("first", "=", tenure.first)
		.where(sql<boolean>`recorded <= granted - ${amount}`)
		.executeTakeFirstOrThrow();
	return numUpdatedRows === 1n ? undefined : refuse("limit-exceeded", "more than its slices hold");
}

/** What a certificate of the operator's own gave its device. */
function delegationIn(encoded: Bytes): Delegation {
	return lastDelegation(profileIn(encoded).responsible);
}
