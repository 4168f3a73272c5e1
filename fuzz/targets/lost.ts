/**
 * What a party asks of a lost device's tokens, and is answered: tokens as any gateway hands them out, and any answer.
 *
 * What must hold: nothing is thrown; a question is for a token that verifies, of a device for which this party answers;
 * what is taken as spent the device's own key signed, and what is taken as paid a ruling of its operator on that very
 * output says, and no less than was lost.
 */
import { askLost, type LostQuestion, takeLost } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	limits,
	parse,
	parseReply,
	parseRulingReply,
	type Refusal,
	type RulingReply,
	serialize,
	signedRuling,
	sumOf,
	toHex,
	token as tokenShape,
	type VerifiedToken,
	verifyParsedToken,
} from "@tenten/protocol";
import { openMeter } from "../../packages/module/test/support/meter.ts";
import { day, expectValue, pay } from "../../packages/module/test/support/world.ts";
import { addParty, enrolDevice, sliceOf } from "../../packages/operator/test/support/device-scene.ts";
import {
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	redeem,
	withdrawTo,
} from "../../packages/operator/test/support/ecosystem.ts";
import { doubtUntil, forBooks } from "../../packages/operator/test/support/rulings.ts";
import { serverMemory } from "../memory.ts";
import { Broken, type Outcome, outcomeOf, type Target } from "../target.ts";

type Scene = {
	readonly ecosystem: Ecosystem;
	readonly ask: (token: VerifiedToken["token"]) => Promise<LostQuestion | Refusal>;
	/** free, a meter's, and spent */
	readonly tokens: readonly VerifiedToken[];
};

async function sceneOf(seed: string, conditions: Parameters<typeof createEcosystem>[0] = {}): Promise<Scene> {
	const ecosystem = await createEcosystem({ seed, offlineTotal: 10n ** 9n, ...conditions });
	const { world } = ecosystem;
	const company = await addParty(ecosystem);
	const { device, certificate } = await enrolDevice(ecosystem, company, [0n, 500n]);
	const robot = { signer: device, certificate };
	const books = await enrolHolder(ecosystem, { role: "merchant", class: "books" });
	const office = await enrolHolder(ecosystem);
	const [free, ticked, spent] = (await withdrawTo(ecosystem, robot, 100n, 250n, 60n)) as [
		VerifiedToken,
		VerifiedToken,
		VerifiedToken,
	];
	const meter = await openMeter(world, ticked, robot, books);
	const { paid } = await pay(world, spent, robot, books, 60n, { spent: sliceOf(company.reset, 0n, 60n) });
	await redeem(ecosystem, books, paid);
	const to = office.certificate.hash;
	const ask: Scene["ask"] = (token) => askLost(token, to, company.signer, world.trust);
	return { ecosystem, ask, tokens: [free, meter.token, spent] };
}

const both = async (): Promise<readonly Scene[]> => [
	await sceneOf("fuzz-lost"),
	await sceneOf("fuzz-lost-bound", { conditions: [forBooks] }),
];

const close = async (scenes: readonly Scene[]): Promise<void> => {
	for (const { ecosystem } of scenes) await ecosystem.operator.close();
};

const tokensTarget: Target = {
	name: "lost/token of a device",
	weight: 4,
	open: async () => {
		const scenes = await both();
		const [{ ask, ecosystem }] = scenes as [Scene];
		const { trust } = ecosystem.world;
		return {
			seeds: scenes.flatMap(({ tokens }) => tokens.map(({ token }) => serialize(tokenShape, token))),
			form: "items",
			run: async (input) => {
				const token = parse(tokenShape, input, limits.message);
				const asked = isRefusal(token) ? token : await ask(token);
				if (isRefusal(asked) || isRefusal(token)) return outcomeOf(asked);
				if (isRefusal(verifyParsedToken(token, trust))) throw new Broken("asked with what does not verify");
				return "accepted";
			},
			close: () => close(scenes),
		};
	},
};

/** What somebody signed in a reply, and cannot take back. */
function signedIn(reply: RulingReply): string {
	if (reply.kind === "ruled") return toHex(serialize(signedRuling, reply.ruling));
	return reply.kind === "consumed" ? toHex(reply.consumed.link.payload) : "";
}

/** Of a fork the reserve pays what it has. */
function isDrawn(reply: RulingReply): boolean {
	const inside = reply.kind === "ruled" && reply.reply !== null && parseReply(reply.reply);
	return inside !== false && !isRefusal(inside) && inside.results[0]?.kind === "forked";
}

type Asked = {
	readonly trust: Ecosystem["world"]["trust"];
	readonly question: LostQuestion;
	readonly genuine: string;
	/** unix seconds */
	readonly at: number;
};

function told({ trust, question, genuine, at }: Asked, input: Bytes): Outcome {
	const fate = takeLost(question, input, trust, at);
	if (isRefusal(fate)) return fate.code;
	const reply = expectValue(parseRulingReply(input));
	if (signedIn(reply) !== genuine) throw new Broken(`${fate.kind}, by nobody's word`);
	if (fate.kind === "paid" && fate.fresh.length > 0 && sumOf(fate.fresh) < fate.amount)
		throw new Broken(`${fate.amount} paid, and less in tokens`);
	const isWhole =
		fate.kind !== "paid" || isDrawn(reply) || fate.amount >= (question.stated.parts[0]?.holding.amount ?? 0n);
	if (!isWhole) throw new Broken("less than was lost");
	return "accepted";
}

const answersTarget: Target = {
	name: "lost/answer of an operator",
	weight: 6,
	memory: serverMemory,
	open: async () => {
		const scenes = await both();
		const asked: Asked[] = [];
		const seeds: Bytes[] = [];
		for (const { ecosystem, ask, tokens } of scenes) {
			ecosystem.clock.now += doubtUntil + day;
			const { trust } = ecosystem.world;
			for (const { token } of tokens) {
				const question = expectValue(await ask(token));
				const answer = expectValue(await ecosystem.operator.rule(question.stated.request));
				seeds.push(answer);
				asked.push({
					trust,
					question,
					genuine: signedIn(expectValue(parseRulingReply(answer))),
					at: ecosystem.clock.now,
				});
			}
		}
		return {
			seeds,
			form: "items",
			run: (input) => {
				const outcomes = asked.map((one) => told(one, input));
				return outcomes.includes("accepted") ? "accepted" : (outcomes[0] as Outcome);
			},
			close: () => close(scenes),
		};
	},
};

export const lostTargets: readonly Target[] = [tokensTarget, answersTarget];
