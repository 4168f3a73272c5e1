/** The operator's side of a gateway's line, over HTTP: its lists, and records by their ids; the line can be bad. */
import {
	type Bytes,
	deviceRecord,
	isRefusal,
	parse,
	recordBatch,
	recordsTaken,
	serialize,
	toHex,
	verifyDeviceRecord,
} from "@tenten/protocol";
import { Hono } from "hono";
import { verify } from "../../../module/src/index.ts";
import { recordsPath } from "../../src/fog/operator-line.ts";
import { type RunningServer, serveApp } from "../../src/http/server.ts";
import type { Ecosystem } from "./ecosystem.ts";

export type FogOperator = {
	readonly server: RunningServer;
	/** how often each record came, by its id */
	readonly came: Map<string, number>;
	/** what it has */
	readonly has: Map<string, Bytes>;
	/** of a request: done and answered, done and answered by half before the line is cut, done and not answered, not done */
	fate: () => "answered" | "cut" | "unanswered" | "lost";
	/** its status lists, by number */
	readonly statuses: Bytes[];
	/** the code with which a record is refused, by its amount */
	refuses: (amount: bigint) => string | null;
};

/** An answer whose line is cut in the middle of it. */
function halfOf(body: Bytes): Response {
	const half = new Uint8Array(body.subarray(0, body.length >> 1));
	const headers = { "content-length": `${body.length}`, connection: "close" };
	return new Response(half, { headers: { "content-type": "application/cose", ...headers } });
}

export async function fogOperator({ operator }: Pick<Ecosystem, "operator">): Promise<FogOperator> {
	const app = new Hono();
	const cose = (body: Bytes): Response =>
		new Response(new Uint8Array(body), { headers: { "content-type": "application/cose" } });
	const gone = (): Response => new Response(null, { status: 503 });
	app.get("/v1/trust-list", async () => (self.fate() === "lost" ? gone() : cose(await operator.trustList())));
	app.get("/v1/freeze-list", async () =>
		self.fate() === "lost" ? gone() : cose(await operator.freezeList()),
	);
	app.get("/v1/status-lists/:number", async (context) => {
		const list = self.statuses[Number(context.req.param("number"))];
		if (self.fate() === "lost") return gone();
		return list === undefined ? new Response(null, { status: 404 }) : cose(list);
	});
	app.get("/v1/time", async () => (self.fate() === "lost" ? gone() : cose(await operator.time())));
	app.post(recordsPath, async (context) => {
		const fate = self.fate();
		if (fate === "lost") return gone();
		const batch = parse(recordBatch, new Uint8Array(await context.req.arrayBuffer()), 1_000_000);
		if (isRefusal(batch)) return new Response(null, { status: 400 });
		const taken = (batch as readonly Bytes[]).map((encoded) => {
			const read = parse(deviceRecord, encoded);
			const payer = isRefusal(read) ? undefined : read.body.payer;
			const record = verifyDeviceRecord(encoded, operator.id, () => payer, verify);
			if (isRefusal(record)) throw new Error(record.code);
			const code = self.refuses(record.body.amount);
			const id = toHex(record.id);
			self.came.set(id, (self.came.get(id) ?? 0) + 1);
			if (code === null) self.has.set(id, encoded);
			return { id: record.id, code };
		});
		if (fate === "unanswered") return gone();
		const answer = serialize(recordsTaken, taken);
		return fate === "cut" ? halfOf(answer) : cose(answer);
	});
	const server = await serveApp(app.fetch, { port: 0 });
	const self: FogOperator = {
		server,
		statuses: [],
		came: new Map(),
		has: new Map(),
		fate: () => "answered",
		refuses: () => null,
	};
	return self;
}
