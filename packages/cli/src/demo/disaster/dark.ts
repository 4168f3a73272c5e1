/**
 * The lights go out in the middle of payments, and payments end all the same. Each server is killed by whoever sees the
 * moment: the relay once a payee has reserved, the gateway once a payer has released, the operator once it has issued.
 */
import { isRefusal, refuse } from "@tenten/protocol";
import { writeBackupFile } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import type { Scene } from "../scenes.ts";
import type { Phone } from "./phone.ts";
import { passphrase } from "./service.ts";
import { byFiles, byHttp, byLinks, byRoom, byScreens, pay } from "./ways.ts";
import type { World } from "./world.ts";

export type Cast = {
	readonly aoi: Phone;
	readonly ren: Phone;
	readonly mika: Phone;
	sora: Phone;
	mallory: Phone;
	readonly car: Phone;
	readonly charger: Phone;
	/** payments that were cut off, by who pays */
	readonly cutOff: Map<string, Uint8Array>;
	/** of Sora's phone, made after her last payment */
	backup: Uint8Array;
};

export type Stage = { readonly world: World; readonly cast: Cast };

/** Three payments are under way, and the three servers that carry them are killed, one after another. */
export async function lightsOut({ world, cast }: Stage): Promise<Scene> {
	const { services, urls, asset, say } = world;
	const { aoi, ren, mika, car, charger, cutOff } = cast;
	const [dinner, charge, draw] = [700n, 250n, 300n];

	const client = world.client();
	mika.wallet.connect(world.id, {
		...client,
		withdraw: async (order) => {
			await client.withdraw(order);
			await services.operator.kill();
			return refuse("channel-failed", "no answer");
		},
	});
	const drawn = await mika.wallet.topUp(asset, draw);
	say(
		`Mika draws ${world.words(draw)}. The operator has written it down, and is killed before it can answer: Mika knows nothing.`,
	);

	const room = byRoom(ren, urls.relay, async (messages) => {
		const answers = await ren.wallet.handle(messages);
		await services.relay.kill();
		void room.close();
		return answers;
	});
	const dinnerPaid = await pay(aoi, ren, { asset, amount: dinner }, room);
	cutOff.set(aoi.name, dinnerPaid.attempt);
	say(
		`Aoi pays Ren ${world.words(dinner)} over the internet. Ren's phone has reserved it, and the relay is killed before Aoi hears: set aside here, reserved there, spendable nowhere.`,
	);

	const atBroker = byRoom(charger, urls.broker);
	let said = 0;
	const cutting = {
		...atBroker,
		exchange: async (messages: readonly Uint8Array[]) => {
			if (++said === 2) {
				await services.gateway.kill();
				await atBroker.close();
			}
			return atBroker.exchange(messages);
		},
	};
	const chargePaid = await pay(car, charger, { asset, amount: charge }, cutting);
	cutOff.set(car.name, chargePaid.attempt);
	say(
		`A car pays its charger ${world.words(charge)} at the gateway's broker. The car has paid, and the gateway is killed before the charger hears.`,
	);

	const holds = [aoi, ren, car, charger].map((phone) => phone.holds(asset).between);
	const ok =
		isRefusal(drawn) &&
		dinnerPaid.fundsState === "inFlight" &&
		chargePaid.fundsState === "spent" &&
		holds[1] === dinner &&
		holds[3] === charge;
	return { scene: "lightsOut", ok, between: holds };
}

/** The same payments, over whatever is left: two screens, and a cable. */
export async function otherWays({ world, cast }: Stage): Promise<Scene> {
	const { asset, say } = world;
	const { aoi, ren, car, charger, cutOff } = cast;
	const goOn = async (payer: Phone, way: ReturnType<typeof byScreens>) => {
		const state = must(await payer.wallet.recover(cutOff.get(payer.name) ?? new Uint8Array(), way));
		await way.close();
		return state;
	};
	const states = [await goOn(aoi, byScreens(ren)), await goOn(car, await byHttp(charger))];
	say(
		`Aoi and Ren meet and hold their screens to each other's cameras: the payment goes on where it stood. Ren may spend ${world.words(ren.holds(asset).available)}.`,
	);
	say(
		`The car asks the charger itself, by its cable: the charger has its ${world.words(charger.holds(asset).available)}.`,
	);
	const between = [aoi, ren, car, charger].map((phone) => phone.holds(asset).between);
	const ok = states.every((state) => state === "spent") && between.every((amount) => amount === 0n);
	return { scene: "otherWays", ok, states, between };
}

/** What came in the dark is spent in the dark, from hand to hand. */
export async function onward({ world, cast }: Stage): Promise<Scene> {
	const { asset, say, folder } = world;
	const { ren, mika, sora, charger } = cast;
	const paid = [
		await pay(ren, mika, { asset, amount: 450n }, byFiles(mika, folder)),
		await pay(mika, sora, { asset, amount: 200n }, byLinks(sora)),
		await pay(charger, ren, { asset, amount: 120n }, await byHttp(ren)),
	];
	say(
		`Ren buys vegetables of Mika for ${world.words(450n)}, on a memory card; Mika pays Sora ${world.words(200n)}, as lines of text; the charger's owner pays Ren ${world.words(120n)}. All of it is money that came in the dark.`,
	);
	const content = await sora.wallet.module.backup(passphrase, "interactive");
	cast.backup = writeBackupFile({ content, operators: [] });
	const kept = sora.holds(asset).available;
	await sora.wallet.close();
	say(
		`Sora writes a backup (${cast.backup.length} bytes) of her ${world.words(kept)}, and then her phone falls into the sea.`,
	);
	const holds = [ren, mika, charger].map((phone) => phone.holds(asset).available);
	const ok = paid.every(({ fundsState }) => fundsState === "spent") && holds.join() === "370,250,130";
	return { scene: "onward", ok, holds, kept };
}

/** Nobody can see a double spend in the dark. It is signed all the same. */
export async function twice({ world, cast }: Stage): Promise<Scene> {
	const { asset, say } = world;
	const [own, copy] = await cast.mallory.copy("Mallory's copy");
	cast.mallory = own;
	const amount = own.holds(asset).available;
	const paid = [
		await pay(own, cast.ren, { asset, amount }, byScreens(cast.ren)),
		await pay(copy, cast.mika, { asset, amount }, byScreens(cast.mika)),
	];
	await copy.wallet.close();
	say(
		`Mallory has copied her phone, and pays the same ${world.words(amount)} to Ren and to Mika. In the dark both look good; each carries her signature.`,
	);
	return { scene: "twice", ok: paid.every(({ fundsState }) => fundsState === "spent") };
}
