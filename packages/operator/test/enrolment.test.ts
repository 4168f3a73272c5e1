/** Who is certified as what: nobody becomes an issuer, a witness or another's device by asking. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnrolled, type Role, signEnrolment } from "@tenten/protocol";
import { expectRefusal, expectValue, signerFrom } from "../../module/test/support/world.ts";
import { createEcosystem } from "./support/ecosystem.ts";

const plain = { class: null, merchantCategory: null, region: null };

for (const role of ["device", "fog", "issuer", "witness", "auditor"] as const satisfies readonly Role[])
	test(`a key that asks to be certified as ${role} is refused, and may still become a holder`, async () => {
		const { operator, world } = await createEcosystem();
		const signer = signerFrom(world.random(), "Ed25519");
		const nonce = world.random();
		const asking = (as: Role) => signEnrolment(operator.id, { ...plain, role: as }, nonce, signer);
		expectRefusal(await operator.enrol(await asking(role)), "certificate-role");
		const enrolled = expectValue(parseEnrolled(expectValue(await operator.enrol(await asking("holder")))));
		const { profile } = expectValue(world.trust.certificate(enrolled.certificate));
		assert.equal(profile.role, "holder");
	});
