/** `tenten operator schema`: the tables of an operator as SQL, for whoever runs its database. */
import { type Engine, engines, schemaFor } from "@tenten/operator";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { subcommand } from "../subcommand.ts";

type Flags = { readonly distributed?: string };

export function schemaCommand(): Command {
	return subcommand<[], Flags>(
		{
			usage: "schema",
			summary: "print the SQL that makes an operator's tables, spread over many machines if asked",
			example: "tenten operator schema --distributed citus | psql $DATABASE_URL",
			options: [["--distributed <engine>", `${engines.join(", ")} (default: none)`]],
		},
		async (output, { distributed = "none" }) => {
			const engine = engines.find((name): name is Engine => name === distributed);
			if (engine === undefined) throw new BadInput(`--distributed is one of ${engines.join(", ")}`);
			const statements = schemaFor(engine);
			for (const statement of statements) output.say(statement);
			return { ok: true, result: { ok: true, engine, statements } };
		},
	);
}
