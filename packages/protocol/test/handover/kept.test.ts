/** What a module keeps of a hand-over: its own request as others verify it, and messages as the bytes that were sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	encodeItem,
	keptMessage,
	ownRequest,
	parseItem,
	serializeMessage,
	verifyRequest,
} from "@tenten/protocol";
import { expectRefusal } from "../../../module/test/support/world.ts";
import { densha, machi, must, trust, trustIn } from "./support/ecosystem.ts";
import { bob, requestOf, twoPhase } from "./support/stages.ts";

test("one's own request is what anybody makes of it, and is looked at once under one trust", () => {
	const { signed } = requestOf(bob);
	const here = trustIn([densha, machi]);
	const verified = must(verifyRequest(signed, trust));
	const own = ownRequest(signed, bob, here);
	assert.deepEqual(own, verified);
	assert.equal(verifyRequest(signed, here), own);
	// Another object with the same content is not trusted for it.
	expectRefusal(verifyRequest({ ...signed, signature: new Uint8Array(64) }, here), "signature-invalid");
});

test("a message is encoded once, and is kept and sent again as these bytes", () => {
	const { transfer } = twoPhase().messages;
	const sent = serializeMessage(transfer);
	assert.equal(serializeMessage(transfer), sent);
	assert.equal(keptMessage.write(transfer), sent);
	const read = must(parseItem(keptMessage, sent));
	assert.deepEqual(read, transfer);
	assert.equal(serializeMessage(read), sent);
});

test("bytes that hold no message are none that was kept", () => {
	for (const item of [Uint8Array.of(0xff), encodeItem([0]), new Uint8Array(), null])
		assert.equal((parseItem(keptMessage, item) as { readonly kind: string }).kind, "refusal");
	const deep = new Uint8Array(40).fill(0x81);
	expectRefusal(parseItem(keptMessage, deep), "too-deep");
});
