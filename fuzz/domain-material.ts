/** Of other domains: traces of lots, and statuses, with all that stands in them. */
import { type Bytes, serializeStatusProof, serializeTrace } from "@tenten/protocol";
import { beans, credits, statuses } from "../packages/protocol/test/domain/support/stories.ts";

export async function domainMaterial(): Promise<readonly Bytes[]> {
	const [{ certificate }, { trace }, { issuer, key }] = [await credits(), await beans(), await statuses()];
	return [serializeTrace(certificate), serializeTrace(trace), serializeStatusProof(await issuer.show(key))];
}
