/** How each code is provoked that speaks of meters, and of who answers for a device. */
import { type Saying, serializeRulingRequest, type VerifiedToken } from "@tenten/protocol";
import { openMeter, type TestMeter } from "../../../module/test/support/meter.ts";
import { day } from "../../../module/test/support/world.ts";
import { withdrawTo } from "./ecosystem.ts";
import type { Provocations } from "./message-provocations.ts";
import { type Served, send, statement } from "./served.ts";

const rulings = "/v1/rulings";

async function meterOf({ ecosystem, alice, bob }: Served): Promise<TestMeter> {
	const [token] = await withdrawTo(ecosystem, alice, 250n);
	return openMeter(ecosystem.world, token as VerifiedToken, alice, bob);
}

/** Bob claims these ticks, by the preimage of forty. */
async function claimed(s: Served, { token, chains }: TestMeter, ticks: number) {
	const preimage = chains.preimage(40).slice();
	const account = s.bob.certificate.hash;
	const says: Saying = { kind: "ticked", meter: token.outputId, ticks, preimage, account, fallback: null };
	return statement(s, s.bob, says, token);
}

export const byMeters: Provocations = {
	"certificate-role": async (s) => {
		const { outputId: output } = s.pending;
		const says: Saying = { kind: "lost", output, account: s.alice.certificate.hash, fallback: null };
		return send(s, rulings, await statement(s, s.alice, says, s.pending));
	},
	"meter-mismatch": async (s) => {
		const { token } = await meterOf(s);
		return send(s, rulings, serializeRulingRequest({ kind: "close", token: token.token }));
	},
	"tick-invalid": async (s) => send(s, rulings, await claimed(s, await meterOf(s), 41)),
	"meter-over": async (s) => {
		const body = await claimed(s, await meterOf(s), 40);
		s.ecosystem.clock.now += 3 * day;
		const answer = await send(s, rulings, body);
		s.ecosystem.clock.now -= 3 * day;
		return answer;
	},
};
