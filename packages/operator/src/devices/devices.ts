/** Devices at an operator, and who answers for them: what its routes, its bank desk and its programs call. */
import {
	type Bytes,
	isRefusal,
	parse,
	type Refusal,
	recordBatch,
	recordBatchMost,
	recordsTaken,
	serialize,
} from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import { BankDesk } from "../settle/bank-desk.ts";
import { takeRecords } from "../settle/device-records.ts";
import { applyDevice } from "./enrolling.ts";
import { type Ordered, orderDevice } from "./ordering.ts";
import { Parties } from "./parties.ts";
import { type DevicePolicy, usualDevices } from "./policy.ts";
import { enrolledAnswers } from "./recording.ts";
import { type ShownDevice, showDevice } from "./showing.ts";
import { StatusLists } from "./status-lists.ts";

export class Devices {
	readonly #context: OperatorContext;
	readonly #policy: DevicePolicy;
	/** who answers for devices */
	readonly parties: Parties;
	/** which devices and parties lost their standing */
	readonly statusLists: StatusLists;

	constructor(context: OperatorContext) {
		const { store, keys, policy, now } = context;
		this.#context = context;
		this.parties = new Parties(context);
		this.#policy = policy.devices ?? usualDevices;
		const { statusListValidity: validity } = this.#policy;
		const authority = () => keys.authority;
		this.statusLists = new StatusLists({ store, url: policy.url, authority, now, validity });
	}

	/** Certifies a device that its party applied for: bytes of `enrolled`. */
	apply(application: Bytes): Promise<Bytes | Refusal> {
		return applyDevice(this.#context, this.#policy, application);
	}

	/** Carries out what a party says of its device; the entry of its history. */
	order(encoded: Bytes): Promise<Ordered | Refusal> {
		return orderDevice(this.#context, this.#policy, encoded);
	}

	/** Suspends every party of which a bank refused a debit, once for each refusal. */
	async suspendUnpaid(): Promise<void> {
		const { parties } = this;
		await new BankDesk(this.#context).suspendRefused((party, why, cause) =>
			parties.suspendFor(party, why, cause),
		);
	}

	/** Takes records of devices' payments, each once: bytes of `recordsTaken`. */
	async takeRecords(encoded: Bytes): Promise<Bytes | Refusal> {
		const { store, id: operator, verify, now } = this.#context;
		const batch = parse(recordBatch, encoded, recordBatchMost);
		if (isRefusal(batch)) return batch;
		const rules = { operator, verify, answers: enrolledAnswers, now: now() };
		const taken = await store.run((transaction) => takeRecords(transaction, batch, rules));
		return isRefusal(taken) ? taken : serialize(recordsTaken, taken);
	}

	/** Tells a party of its device: a page of the history, after the entry of number `after`. */
	show(question: Bytes, after: number): Promise<ShownDevice | Refusal> {
		return showDevice(this.#context, question, after);
	}
}
