/**
 * Devices of the story, and who answers for them: each has a key of its own, its owner delegates a part of a budget to
 * it, and the operator certifies it over both. When one is stolen, its owner says so, and the operator's status list
 * says it to whoever sees a newer one, offline as well, whoever handed it on.
 */
import { coseRequest, type OperatorApi, operatorApi } from "@tenten/client";
import { generateKey, signerFrom } from "@tenten/module";
import {
	applicationOf,
	type Bytes,
	coseKey,
	deviceEvidence,
	keyId,
	type PublicKey,
	parse,
	type Signer,
	serialize,
	signDelegation,
	signDeviceOrder,
	toHex,
} from "@tenten/protocol";
import { inProcessChannel } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { Phone } from "./phone.ts";
import type { World } from "./world.ts";

const day_s = 86_400;
/** minor units that the owner may let all of its devices pay */
const budget = 10_000n;
const reset = 1;
/** all that its devices may pay for */
export const purpose = "power";

export class Fleet {
	readonly #world: World;
	readonly #owner: Phone;
	readonly #party: Signer;
	readonly #api: OperatorApi;
	readonly #keys = new Map<string, PublicKey>();
	#given = 0n;

	private constructor(world: World, owner: Phone, party: Signer, api: OperatorApi) {
		[this.#world, this.#owner, this.#party, this.#api] = [world, owner, party, api];
	}

	/** The operator learns who answers, and up to how much. */
	static async of(world: World, owner: Phone): Promise<Fleet> {
		const party = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
		const api = operatorApi({ url: world.urls.operator, ...world.manager() });
		const body = { key: toHex(serialize(coseKey, party.key)), name: owner.name };
		const params = { path: { party: toHex(keyId(party.key)) } };
		const granted = { reset, amount: `${budget}` };
		for (const { response } of [
			await api.POST("/v1/parties", { body }),
			await api.POST("/v1/parties/{party}/budgets", { params, body: granted }),
		])
			if (!response.ok) throw refusedWith(response);
		return new Fleet(world, owner, party, api);
	}

	/** A device that may pay this much, and gets it of its owner. Minor units. */
	async device(name: string, amount: bigint): Promise<Phone> {
		const { id, asset, now, folder } = this.#world;
		const device = await Phone.open({ name, folder, now });
		const { module } = device.wallet;
		must(await module.setTrustList(must(await this.#world.client().trustList()), id));
		device.wallet.connect(id, this.#world.client());
		const evidence = await module.devices.evidence({ operator: id });
		const { key } = must(parse(deviceEvidence, evidence)).body;
		const [from, to] = [this.#given, this.#given + amount];
		const terms = {
			purposes: [purpose],
			perTransfer: null,
			slice: { reset, from, to },
			until: now() + 30 * day_s,
		};
		const delegation = await signDelegation(id, key, terms, this.#party);
		const application = must(applicationOf(evidence, [delegation]));
		const { data: enrolled, response } = await this.#api.POST("/v1/devices", cose(application));
		if (enrolled === undefined) throw refusedWith(response);
		must(await module.certify(new Uint8Array(enrolled)));
		this.#given = to;
		this.#keys.set(name, key);
		const request = must(await device.wallet.request({ asset, amount, memo: name }));
		must(await this.#owner.wallet.pay({ request: request.encoded }, inProcessChannel(device.wallet.handle)));
		return device;
	}

	/** It is stolen: from now on it pays nobody who has heard. */
	async report({ name }: Phone): Promise<void> {
		const { id: operator, now } = this.#world;
		const device = this.#keys.get(name);
		if (device === undefined) throw new Error(`${name} is another's`);
		// The first of its history is its application.
		const body = { operator, device, number: 2, says: { kind: "suspend" }, issuedAt: now() } as const;
		const order = await signDeviceOrder(body, this.#party);
		const { response } = await this.#api.POST("/v1/device-orders", cose(order));
		if (!response.ok) throw refusedWith(response);
	}
}

function cose(signed: Bytes) {
	return { ...coseRequest, body: new Uint8Array(signed), parseAs: "arrayBuffer" } as const;
}

function refusedWith({ url, status }: Response): Error {
	return new Error(`${url}: ${status}`);
}
