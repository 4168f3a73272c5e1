/** A payment that a passkey of real Chromium agrees to: the browser's answers, verified by the module. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Assertion, Authentication, Registration } from "@tenten/module";
import { type Bytes, fromHex, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { inProcessChannel } from "@tenten/wallet";
import type { CDPSession, Page } from "playwright-core";
import { bundle, skip, withPage } from "./browser/chromium.ts";
import { ok, openTown } from "./support/town.ts";

type Hex = Readonly<Record<string, string>>;
declare const create: (challenge: string) => Promise<Hex>;
declare const use: (challenge: string, credentialId: string, relyingParty: string) => Promise<Hex>;

const bytes = (hex: string | undefined): Bytes => fromHex(hex ?? "") ?? new Uint8Array();
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");

async function created(page: Page, challenge: Bytes): Promise<Registration> {
	const answer = await page.evaluate((hex) => create(hex), toHex(challenge));
	const { authenticatorData, clientData, relyingParty = "" } = answer;
	return { authenticatorData: bytes(authenticatorData), clientData: bytes(clientData), relyingParty };
}

async function used(page: Page, asked: Authentication | Refusal | undefined): Promise<Assertion | string> {
	assert.ok(asked !== undefined && !isRefusal(asked));
	const { credentialId, relyingParty } = asked.passkey;
	const given = [toHex(asked.challenge), toHex(credentialId), relyingParty] as const;
	const answer = await page.evaluate(([a, b, c]) => use(a, b, c), given);
	if (answer["code"] !== undefined) return answer["code"];
	const { authenticatorData, clientData, signature } = answer;
	return {
		authenticatorData: bytes(authenticatorData),
		clientData: bytes(clientData),
		signature: bytes(signature),
	};
}

/** An authenticator that this browser takes for one inside the machine. */
async function plugIn(page: Page): Promise<{ readonly cdp: CDPSession; readonly authenticatorId: string }> {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send("WebAuthn.enable");
	const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
		options: {
			protocol: "ctap2",
			transport: "internal",
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true,
		},
	});
	return { cdp, authenticatorId };
}

describe("a passkey in a browser", { skip }, () => {
	test("is registered, agrees to a payment, and to no other", async () => {
		const code = await bundle(fileURLToPath(new URL("browser/passkey-page.ts", import.meta.url)));
		await withPage(code, async (page) => {
			// Passkeys belong to names, not to addresses.
			await page.goto(page.url().replace("127.0.0.1", "localhost"));
			await page.waitForFunction("globalThis.isReady === true");
			const { cdp, authenticatorId } = await plugIn(page);
			const town = await openTown();
			const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
			const registration = await created(page, ann.module.newPasskey());
			assert.equal(codeOf(await ann.module.registerPasskey(registration)), "ok");
			assert.equal(ann.module.passkey?.origin, new URL(page.url()).origin);

			const [first, second] = [
				ok(await bob.request({ asset: town.asset, amount: 300n })).encoded,
				ok(await bob.request({ asset: town.asset, amount: 300n })).encoded,
			];
			assert.equal(codeOf(await ann.start({ request: first })), "authentication-failed");
			const assertion = (await used(page, ann.module.askPasskey(first))) as Assertion;
			assert.equal(codeOf(await ann.start({ request: second, assertion })), "authentication-failed");
			const again = (await used(page, ann.module.askPasskey(first))) as Assertion;
			const paid = ok(await ann.pay({ request: first, assertion: again }, inProcessChannel(bob.handle)));
			assert.equal(paid.fundsState, "spent");
			const { signCount = 0 } = ann.module.passkey ?? {};
			assert.ok(signCount > 1, "Chromium's authenticator counts");

			await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
			assert.equal(await used(page, ann.module.askPasskey(second)), "authentication-failed");
			await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
			const removal = (await used(page, ann.module.askToRemovePasskey())) as Assertion;
			assert.equal(codeOf(await ann.module.removePasskey(removal)), "ok");
			assert.equal(codeOf(await ann.start({ request: second })), "ok");
			await town.close();
		});
	});
});
