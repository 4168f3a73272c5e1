/** Two operators, S and D, with an agreement and a quote that both have signed: yen cards pay a shop in dollars. */
import {
	type AgreementBody,
	type Bytes,
	equalBytes,
	noPositions,
	type OutcomeKeys,
	priceOf,
	type Quote,
	type ShownState,
	type SignedQuote,
	sha256,
	signAgreement,
	signQuote,
	type VerifiedAgreement,
	type VerifiedQuote,
	type VerifiedState,
	verifyAgreement,
	verifyQuote,
	verifyShown,
	type WitnessedLog,
} from "@tenten/protocol";
import { verify } from "../../../../module/src/index.ts";
import { id, must, Side } from "./sides.ts";

export const start = 1_000_000;
export const secret = id(0x55);

export class Scene {
	readonly source: Side;
	readonly destination: Side;
	readonly agreementBody: AgreementBody;

	constructor(source = new Side("s.example/log", 0x11), destination = new Side("d.example/log", 0x21)) {
		this.source = source;
		this.destination = destination;
		this.agreementBody = {
			source: source.operator,
			destination: destination.operator,
			version: 1,
			paid: id(1),
			credited: id(2),
			exposure: 1_000n,
			fee: { fixed: 10n, perMillion: 2_500 },
			quoteLifetime: 300,
			seals: 100,
			freshness: 60,
			liable: "source",
			settlement: 86_400,
			from: start - 1_000,
			until: start + 1_000_000,
		};
	}

	get keys(): OutcomeKeys {
		const sides = [this.source, this.destination];
		const sideOf = (operator: Bytes): Side | undefined =>
			sides.find((side) => equalBytes(side.operator, operator));
		return {
			verify,
			keysOf: (operator) => [sideOf(operator)?.ruling.key ?? []].flat(),
			logOf: (operator) => sideOf(operator)?.log,
		};
	}

	async agreement(body: AgreementBody = this.agreementBody) {
		const [bySource, byDestination] = await Promise.all([
			signAgreement(body, this.source.ruling),
			signAgreement(body, this.destination.ruling),
		]);
		return { body, bySource, byDestination };
	}

	async agreed(): Promise<VerifiedAgreement> {
		return must(verifyAgreement(await this.agreement(), this.keys));
	}

	/** 300 cents for 155 yen a dollar, decided by the fifth seal where nothing else is said. */
	async quoteBody(some: Partial<Quote> = {}): Promise<Quote> {
		const { id: agreement } = await this.agreed();
		const credits = some.credits ?? 300n;
		const rate = some.rate ?? { credited: 100n, paid: 155n };
		const { fee, pays } = must(priceOf(credits, rate, this.agreementBody.fee));
		return {
			agreement,
			nonce: id(3),
			credits,
			rate,
			fee,
			pays,
			payer: id(4),
			payee: id(5),
			release: sha256(secret),
			decides: 5,
			expiresAt: start + 200,
			...some,
		};
	}

	async signedQuote(some: Partial<Quote> = {}): Promise<SignedQuote> {
		const body = await this.quoteBody(some);
		const [byDestination, bySource] = await Promise.all([
			signQuote(body, this.destination.ruling),
			signQuote(body, this.source.ruling),
		]);
		return { body, byDestination, bySource };
	}

	async quote(some: Partial<Quote> = {}): Promise<VerifiedQuote> {
		return must(verifyQuote(await this.signedQuote(some), await this.agreed(), this.keys));
	}

	/** What a seal of a side shows, verified. */
	async shown(side: Side, { transfer }: VerifiedQuote, place = side.lastSeal): Promise<VerifiedState> {
		return must(this.verifyShown(side, transfer, await side.show(transfer, place)));
	}

	verifyShown(side: Side, transfer: Bytes, shown: ShownState) {
		return this.verifyShownUnder(side, transfer, shown, side.log);
	}

	verifyShownUnder(side: Side, transfer: Bytes, shown: ShownState, log: WitnessedLog) {
		return verifyShown(shown, { operator: side.operator, transfer }, log, verify);
	}
}

export const moment = { now: start, lastSeal: 0, positions: noPositions };
