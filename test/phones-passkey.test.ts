/** A passkey on a real phone: every payment asks it for its word about amount and payee, until it is removed. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { CDPSession } from "playwright-core";
import { agree, ask, consider, standing } from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import { type App, firstRun, openPhones, type Phone, type Phones, yen } from "./browser/phones.ts";

describe("a passkey", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let bob: Phone;
	let authenticator: { readonly cdp: CDPSession; readonly id: string };

	before(async () => {
		phones = await openPhones({ before: alsoForLocalhost });
		[ann, bob] = [await phones.phone(), await phones.phone({ language: "en" })];
		// A passkey belongs to a domain, and an address is none.
		await ann.page.goto(ann.page.url().replace("127.0.0.1", "localhost"));
		authenticator = await virtualAuthenticator(ann);
		await firstRun(ann, 3_000n);
		await firstRun(bob, 100n);
	});
	after(async () => {
		await phones?.close();
	});

	test("is registered, and named with its site", async () => {
		await ann.go("settings");
		await ann.page.getByText(ann.text("passkey.none")).waitFor();
		await ann.button("passkey.register").click();
		await ann.page.getByText(ann.text("passkey.always", { site: "localhost" })).waitFor();
	});

	test("must agree to a payment: without its word nothing leaves the wallet, with it the same is paid", async () => {
		const { cdp, id } = authenticator;
		await consider(ann, await ask(bob, 1_000n, "tea"));
		await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: false });
		await ann.button("sheet.payAmount", { amount: yen(ann, 1_000n) }).click();
		await ann.page.getByText(ann.text("sheet.nothingLeft")).waitFor();
		assert.equal((await ann.balance())["available"], "3000");
		await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: true });
		await agree(ann, 1_000n);
		assert.equal((await ann.balance())["available"], "0");
	});

	test("is removed by its own word only, and then nothing asks for it", async () => {
		const { cdp, id } = authenticator;
		await ann.button("payment.cancel").click();
		await standing(ann, "safe");
		await ann.go("settings");
		await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: false });
		await ann.button("passkey.remove").click();
		await ann.page.getByRole("alert").waitFor();
		await ann.page.getByText(ann.text("passkey.always", { site: "localhost" })).waitFor();
		await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: true });
		await ann.button("passkey.remove").click();
		await ann.page.getByText(ann.text("passkey.none")).waitFor();
		await cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: id });
		await bob.go("home");
		await bob.page.getByTestId("available").waitFor();
		await consider(ann, await ask(bob, 500n, "cake"));
		await agree(ann, 500n);
		assert.deepEqual([...ann.problems, ...bob.problems], []);
	});
});

async function virtualAuthenticator({ page, context }: Phone) {
	const cdp = await context.newCDPSession(page);
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
	return { cdp, id: authenticatorId };
}

/** Pages that came from the same server by its name are answered as those by its address. */
function alsoForLocalhost(app: App): App {
	return {
		fetch: async (request) => {
			const origin = request.headers.get("origin");
			if (origin === null) return app.fetch(request);
			const headers = new Headers(request.headers);
			headers.set("origin", origin.replace("localhost", "127.0.0.1"));
			const answer = await app.fetch(new Request(request, { headers }));
			const changed = new Response(answer.body, answer);
			changed.headers.set("access-control-allow-origin", origin);
			return changed;
		},
	};
}
