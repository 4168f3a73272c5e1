/**
 * Slander: somebody on the wire, and an operator that lies, speak against honest keys.
 *
 *   made-up evidence ──▶ an operator        a case may name nobody honest, whoever shows what (`Registry`)
 *   a false ruling   ──▶ a wallet           it may end no attempt, so no value is lost by it (`Checker`)
 *
 * False rulings are signed by a key of nobody, or by the true ruling key of another operator than that of the
 * asset. An operator that lies about its own assets robs its own holders: they trust it, and no rule helps.
 */
import {
	type Bytes,
	isRefusal,
	type Message,
	type Refusal,
	type RulingBody,
	rulingPayload,
	serializeMessage,
	serializeRulingRequest,
	type Token,
	Trust,
	verifyParsedToken,
	verifyTrustList,
} from "@tenten/protocol";
import { Chance } from "./chance.ts";
import { isForged, type Lie, lieOf } from "./made-up.ts";
import type { OperatorHost } from "./operator-host.ts";
import { Overheard } from "./overheard.ts";
import type { Life } from "./scheduler.ts";
import { Violation } from "./violation.ts";
import type { World } from "./world.ts";

const mostAtOnce = 6;

/** how often a lie is looked for where what was overheard does not suffice */
const tries = 4;

export class Slander {
	readonly #world: World;
	readonly #chance: Chance;
	readonly #heard: Overheard;
	readonly #life: Life = { name: "slanderer", isOver: false };
	/** a step */
	readonly #rate: number;
	#speeches = 0;

	constructor(world: World, seed: number) {
		this.#world = world;
		this.#chance = new Chance(seed, "slander");
		this.#rate = this.#chance.happens(0.5) ? 0.005 * this.#chance.between(1, 20) : 0;
		this.#heard = new Overheard(this.#chance);
		if (this.#rate > 0) world.listener = this.#heard;
	}

	/** Before a step: perhaps something false is said. */
	strike(): void {
		if (this.#speeches >= mostAtOnce || !this.#chance.happens(this.#rate)) return;
		const host = this.#chance.of(this.#world.operators.filter(({ isOn }) => isOn));
		if (host === undefined) return;
		this.#speeches++;
		const speech = this.#chance.happens(0.75) ? this.#accuse(host) : this.#misrule(host);
		void speech
			.catch((error: unknown) => this.#world.broken(error))
			.finally(() => {
				this.#speeches--;
			});
	}

	/** Nobody listens and nobody speaks any more. */
	end(): void {
		this.#life.isOver = true;
		this.#world.scheduler.end(this.#life);
	}

	async #accuse(host: OperatorHost): Promise<void> {
		const trust = await this.#trust(host);
		if (isRefusal(trust)) return;
		let lie: Lie | undefined;
		for (let i = 0; i < tries && lie === undefined; i++) lie = lieOf(this.#heard, trust, this.#chance);
		if (lie === undefined) return;
		const { kind, evidence } = lie;
		this.#world.counts.add("slander", kind);
		this.#world.trace.event("slanderer", `shows ${host.name} ${kind}`, evidence);
		const client = host.clientFor(this.#life, this.#world.network);
		const answer = await client.rule(serializeRulingRequest({ kind: "evidence", evidence }));
		if (isRefusal(answer)) return;
		this.#world.counts.add("slander", "was true");
		if (isForged(kind)) throw new Violation("accused", `${host.name} takes ${kind} for evidence`);
	}

	/** What an operator has certified and listed by now. */
	async #trust(host: OperatorHost): Promise<Trust | Refusal> {
		const list = await host.clientFor(this.#life, this.#world.network).trustList();
		if (isRefusal(list)) return list;
		const { verify } = this.#world.computing;
		const context = { verify, pinnedSigner: host.id, minimumVersion: 0, now: this.#world.now };
		const verified = verifyTrustList(list, context);
		return isRefusal(verified) ? verified : new Trust(verified, verify);
	}

	async #misrule(host: OperatorHost): Promise<void> {
		const trust = await this.#trust(host);
		const carried = this.#chance.of(this.#heard.tokens);
		const device = this.#chance.of(this.#world.devices);
		if (isRefusal(trust) || carried === undefined || device === undefined) return;
		const subject = subjectOf(carried, trust);
		if (subject === undefined) return;
		const { operator } = carried.issue.issue.asset;
		const liar = this.#chance.of(this.#world.operators.filter((other) => isStranger(other, carried)));
		const body: RulingBody = {
			operator: liar?.id ?? operator,
			subject,
			...(this.#chance.happens(0.6)
				? ({ verdict: "refunded", release: null } as const)
				: ({ verdict: "released", release: this.#chance.bytes(32) } as const)),
			ruledAt: this.#world.now,
		};
		const signature = liar ? await liar.signsFalsely(rulingPayload(body)) : this.#chance.bytes(64);
		const message: Message = { kind: "ruling", ruling: { body, signature } };
		const words = liar ? "a ruling by another operator" : "a ruling by nobody";
		this.#world.counts.add("slander", words);
		this.#world.trace.event("slanderer", `tells ${device.name} ${words}`);
		await this.#world.network.ask(this.#life, device.peer, words, [serializeMessage(message)]);
	}
}

/** The lock, or the link, that a token ends in. */
function subjectOf(carried: Token, trust: Trust): Bytes | undefined {
	const token = verifyParsedToken(carried, trust, { signatures: false });
	const last = isRefusal(token) ? undefined : token.path.at(-1);
	return last && (last.body.lock?.hash ?? last.id);
}

/** Whether an operator has nothing to say about a token: neither its own asset, nor one that is given for it. */
function isStranger({ id }: OperatorHost, { issue, hops }: Token): boolean {
	const { against } = hops.at(-1) ?? { against: null };
	const named = [issue.issue.asset.operator, ...(against ? [against.asset.operator] : [])];
	return named.every((operator) => Buffer.compare(operator, id) !== 0);
}
