/** Plays `tenten demo verify` in a folder: three ecosystems, and what they see of one another. */
import { join } from "node:path";
import type { Scene } from "../scenes.ts";
import { Person } from "./person.ts";
import { allGreen, inflation, offline, type Play, rewriting, stalling, twoViews } from "./scenes.ts";
import { Trio } from "./trio.ts";

/** minor units that everybody finds on the account */
const gift = 5_000n;

type Titled = readonly [title: string, play: (play: Play) => Promise<Scene>];

const scenes: readonly Titled[] = [
	["All is well", allGreen],
	["A peer is out of reach", offline],
	["One stalls withdrawals", (play) => stalling(play, play.trio.houses[1])],
	["One inflates what it issued", (play) => inflation(play, play.trio.houses[1])],
	["One rewrites its history", (play) => rewriting(play, play.trio.houses[2])],
	["One shows two views", (play) => twoViews(play, play.trio.houses[0])],
];

export type Played = {
	readonly scenes: readonly Scene[];
	/** whose log is under which key: what evidence is verified with */
	readonly logs: readonly { readonly name: string; readonly logKey: string }[];
};

/** `say` is told each scene's title, and what happens in it. */
export async function playVerify(
	folder: string,
	say: (text: string, isTitle: boolean) => void,
): Promise<Played> {
	const trio = await Trio.open(folder);
	const people: (readonly [Person, Person])[] = [];
	try {
		for (const house of trio.houses) {
			const [payer, payee] = ["payer", "payee"].map((role) => join(folder, `${house.known.name}-${role}`));
			people.push([await Person.join(payer ?? "", house, gift), await Person.join(payee ?? "", house, gift)]);
		}
		const played: Scene[] = [];
		const play = { trio, folder, people, say: (text: string) => say(text, false) };
		for (const [i, [title, scene]] of scenes.entries()) {
			say(`${i + 1}. ${title}`, true);
			played.push(await scene(play));
		}
		return { scenes: played, logs: trio.houses.map(({ known: { name, logKey } }) => ({ name, logKey })) };
	} finally {
		for (const pair of people) for (const person of pair) await person.close();
		await trio.close();
	}
}
