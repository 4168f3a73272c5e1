/** Devices at an operator, and who answers for them: what its routes, its bank desk and its programs call. */
import type { Bytes, Refusal } from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import { applyDevice } from "./enrolling.ts";
import { type Ordered, orderDevice } from "./ordering.ts";
import { Parties } from "./parties.ts";
import { usualDevices } from "./policy.ts";
import { type ShownDevice, showDevice } from "./showing.ts";
import { StatusLists } from "./status-lists.ts";

export class Devices {
	readonly #context: OperatorContext;
	/** who answers for devices */
	readonly parties: Parties;
	/** which devices and parties lost their standing */
	readonly statusLists: StatusLists;

	constructor(context: OperatorContext) {
		const { store, keys, policy, now } = context;
		this.#context = context;
		this.parties = new Parties(context);
		const { statusListValidity: validity } = policy.devices ?? usualDevices;
		const authority = () => keys.authority;
		this.statusLists = new StatusLists({ store, url: policy.url, authority, now, validity });
	}

	/** Certifies a device that its party applied for: bytes of `enrolled`. */
	apply(application: Bytes): Promise<Bytes | Refusal> {
		return applyDevice(this.#context, this.#context.policy.devices ?? usualDevices, application);
	}

	/** Carries out what a party says of its device; the entry of its history. */
	order(encoded: Bytes): Promise<Ordered | Refusal> {
		return orderDevice(this.#context, encoded);
	}

	/** Tells a party of its device: a page of the history, after the entry of number `after`. */
	show(question: Bytes, after: number): Promise<ShownDevice | Refusal> {
		return showDevice(this.#context, question, after);
	}
}
