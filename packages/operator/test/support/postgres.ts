/** A PostgreSQL server for the tests of one process: that of `DATABASE_URL`, or one started for them. */
import { randomBytes } from "node:crypto";
import { after } from "node:test";
import pg from "pg";
import { startPostgres } from "../../../cli/src/server/postgres-server.ts";

/** Gives an empty database each time, as a schema of its own; or says why there is no server. */
export async function postgresForTests(): Promise<(() => Promise<string>) | string> {
	const { DATABASE_URL: given } = process.env;
	const server = given === undefined ? await startPostgres() : { url: given, stop: async () => {} };
	if (typeof server === "string") return server;
	const client = new pg.Client({ connectionString: server.url });
	await client.connect();
	const schemas: string[] = [];
	after(async () => {
		if (given !== undefined)
			for (const schema of schemas) await client.query(`drop schema ${schema} cascade`);
		await client.end();
		await server.stop();
	});
	return async () => {
		const schema = `tenten_${randomBytes(6).toString("hex")}`;
		await client.query(`create schema ${schema}`);
		schemas.push(schema);
		const url = new URL(server.url);
		url.searchParams.set("options", `-c search_path=${schema}`);
		return url.href;
	};
}
