/**
 * Devices of the story, and who answers for them: each has a key of its own, its owner delegates a part of a budget to
 * it, and the operator certifies it over both. When one is stolen, its owner says so, and the operator's status list
 * says it to whoever sees a newer one, offline as well, whoever handed it on.
 */
import { generateKey, signerFrom } from "@tenten/module";
import { type Bytes, coseKey, keyId, type Signer, serialize, toHex } from "@tenten/protocol";
import { inProcessChannel } from "@tenten/wallet";
import { bringApplication, delegate, PartyDesk } from "../../device/party.ts";
import { must } from "../../ecosystem.ts";
import { Phone } from "./phone.ts";
import { answered, patience_ms, type World } from "./world.ts";

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
	/** ids of devices' keys, by name */
	readonly #devices = new Map<string, Bytes>();
	#given = 0n;

	private constructor(world: World, owner: Phone, party: Signer) {
		[this.#world, this.#owner, this.#party] = [world, owner, party];
	}

	/** The operator learns who answers, and up to how much. */
	static async of(world: World, owner: Phone): Promise<Fleet> {
		const party = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
		const management = world.management();
		answered(await management.addParty(toHex(serialize(coseKey, party.key)), owner.name));
		answered(await management.grantBudget(toHex(keyId(party.key)), { reset, amount: `${budget}` }));
		return new Fleet(world, owner, party);
	}

	/** A device that may pay this much, and gets it of its owner. Minor units. */
	async device(name: string, amount: bigint): Promise<Phone> {
		const { id, asset, now, folder, urls } = this.#world;
		const device = await Phone.open({ name, folder, now });
		const { module } = device.wallet;
		must(await module.setTrustList(must(await this.#world.client().trustList()), id));
		device.wallet.connect(id, this.#world.client());
		const terms = {
			purposes: [purpose],
			perTransfer: null,
			slice: { reset, from: this.#given, to: this.#given + amount },
			until: now() + 30 * day_s,
		};
		const evidence = await module.devices.evidence({ operator: id });
		const { key, application } = must(await delegate(evidence, terms, this.#party));
		must(await module.certify(answered(await bringApplication(urls.operator, application, patience_ms))));
		this.#given += amount;
		this.#devices.set(name, keyId(key));
		const request = must(await device.wallet.request({ asset, amount, memo: name }));
		must(await this.#owner.wallet.pay({ request: request.encoded }, inProcessChannel(device.wallet.handle)));
		return device;
	}

	/** It is stolen: from now on it pays nobody who has heard. */
	async report({ name }: Phone): Promise<void> {
		const { id, urls } = this.#world;
		const device = this.#devices.get(name);
		if (device === undefined) throw new Error(`${name} is another's`);
		const desk = new PartyDesk(urls.operator, id, this.#party, patience_ms);
		answered(await desk.order(device, { kind: "suspend" }));
	}
}
