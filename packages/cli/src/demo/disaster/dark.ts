/**
 * The lights go out in the middle of payments, and payments end all the same. Each server is killed by whoever sees the
 * moment: the operator once it has issued, the relay once a payee has reserved.
 */
import { isRefusal, refuse } from "@tenten/protocol";
import { writeBackupFile } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import type { Scene } from "../scenes.ts";
import type { Fleet } from "./fleet.ts";
import type { Phone } from "./phone.ts";
import { passphrase } from "./service.ts";
import { byFiles, byHttp, byLinks, byRoom, byScreens, pay } from "./ways.ts";
import type { World } from "./world.ts";

export type Cast = {
	readonly aoi: Phone;
	readonly ren: Phone;
	readonly mika: Phone;
	sora: Phone;
	readonly mallory: Phone;
	readonly car: Phone;
	readonly bike: Phone;
	readonly scooter: Phone;
	/** who answers for the three, and its phone */
	readonly fleet: Fleet;
	readonly owner: Phone;
	readonly charger: Phone;
	/** the payment that is cut off */
	cutOff: Uint8Array;
	/** the car's, and the one that nobody closes */
	meter: Uint8Array;
	openMeter: Uint8Array;
	/** of Sora's phone, made after her last payment */
	backup: Uint8Array;
};

export type Stage = { readonly world: World; readonly cast: Cast };

/** Two payments are under way, and the servers that carry them are killed, one after another. */
export async function lightsOut({ world, cast }: Stage): Promise<Scene> {
	const { services, urls, asset, say } = world;
	const { aoi, ren, mika } = cast;
	const [dinner, draw] = [700n, 300n];

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
	cast.cutOff = dinnerPaid.attempt;
	say(
		`Aoi pays Ren ${world.words(dinner)} over the internet. Ren's phone has reserved it, and the relay is killed before Aoi hears: set aside here, reserved there, spendable nowhere.`,
	);

	const reserved = ren.holds(asset).between;
	const ok = isRefusal(drawn) && dinnerPaid.fundsState === "inFlight" && reserved === dinner;
	return { scene: "lightsOut", ok, reserved };
}

/** The same payment, over what is left: two screens. */
export async function otherWay({ world, cast }: Stage): Promise<Scene> {
	const { asset, say } = world;
	const { aoi, ren } = cast;
	const state = must(await aoi.wallet.recover(cast.cutOff, byScreens(ren)));
	say(
		`Aoi and Ren meet and hold their screens to each other's cameras: the payment goes on where it stood. Ren may spend ${world.words(ren.holds(asset).available)}.`,
	);
	const between = [aoi, ren].map((phone) => phone.holds(asset).between);
	return { scene: "otherWay", ok: state === "spent" && between.every((amount) => amount === 0n), state };
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
	await sora.off();
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
	const own = cast.mallory;
	const copy = await own.copy("Mallory's copy");
	const amount = own.holds(asset).available;
	const paid = [
		await pay(own, cast.ren, { asset, amount }, byScreens(cast.ren)),
		await pay(copy, cast.mika, { asset, amount }, byScreens(cast.mika)),
	];
	await copy.off();
	say(
		`Mallory has copied her phone, and pays the same ${world.words(amount)} to Ren and to Mika. In the dark both look good; each carries her signature.`,
	);
	return { scene: "twice", ok: paid.every(({ fundsState }) => fundsState === "spent") };
}
