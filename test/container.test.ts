/**
 * The Dockerfile and the compose file, as far as they can be held without a daemon: linted, each path is there, and
 * the entry command runs on a tree of just what the image would hold. The image itself is not built here.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { validate } from "dockerfile-utils";
import { parse } from "yaml";
import { freePort } from "../packages/cli/src/server/port.ts";

const dockerfile = readFileSync("Dockerfile", "utf8");
const folder = mkdtempSync(join(tmpdir(), "tenten-container-"));
after(() => rmSync(folder, { recursive: true }));

/** What follows an instruction, each time that it stands there. */
function instructions(name: string): readonly string[] {
	return [...dockerfile.matchAll(new RegExp(`^${name} (.*)$`, "gm"))].map(([, rest = ""]) => rest);
}

const words = (name: string): readonly string[] => JSON.parse(instructions(name).at(-1) ?? "[]") as string[];
/** What is copied from the repository, and not from another stage. */
const copied = instructions("COPY")
	.filter((rest) => !rest.startsWith("--from"))
	.flatMap((rest) => rest.split(" ").slice(0, -1));

test("the Dockerfile has no fault that a linter sees", () => {
	assert.deepEqual(validate(dockerfile), []);
	assert.notDeepEqual(validate("FROM node\nCOPYY . ."), [], "the linter sees something");
});

test("the image is of the Node that we run, holds no tools of development, and runs as nobody special", () => {
	const { version } = JSON.parse(readFileSync("node_modules/node/package.json", "utf8")) as {
		version: string;
	};
	const bases = instructions("FROM").map((rest) => rest.split(" ")[0]);
	assert.deepEqual(new Set(bases), new Set([`node:${version.split(".")[0]}-bookworm-slim`]));
	assert.match(instructions("RUN")[0] ?? "", /^npm ci --omit=dev --ignore-scripts/);
	assert.deepEqual(instructions("USER"), ["node"]);
	assert.match(instructions("HEALTHCHECK")[0] ?? "", /\/livez/);
});

test("every path that is copied is here, and survives what is ignored", () => {
	const kept = readFileSync(".dockerignore", "utf8").split("\n");
	assert.ok(copied.length >= 3);
	for (const path of copied) {
		assert.ok(existsSync(path), path);
		assert.ok(kept.includes(`!${path}`), `${path} is ignored`);
	}
});

type Service = {
	readonly image?: string;
	readonly volumes: readonly string[];
	readonly secrets: readonly string[];
	readonly environment?: Readonly<Record<string, string>>;
	readonly [option: string]: unknown;
};
type Compose = {
	readonly services: Readonly<Record<string, Service>>;
	readonly volumes: object;
	readonly secrets: Readonly<Record<string, { readonly file: string }>>;
};

test("the compose file names what it uses, and gives the operator no more than it needs", () => {
	const compose = parse(readFileSync("compose.yaml", "utf8"), { strict: true }) as Compose;
	const services = Object.values(compose.services);
	for (const { volumes, secrets } of services) {
		for (const volume of volumes)
			assert.ok(Object.hasOwn(compose.volumes, volume.split(":")[0] ?? ""), volume);
		for (const secret of secrets) assert.ok(Object.hasOwn(compose.secrets, secret), secret);
	}
	const { operator, database } = compose.services;
	assert.match(database?.image ?? "", /^postgres:[0-9]+-/, "a pinned major version");
	assert.deepEqual(
		[operator?.["read_only"], operator?.["cap_drop"], operator?.["init"], operator?.["tmpfs"]],
		[true, ["ALL"], true, ["/tmp"]],
	);
	assert.deepEqual(
		operator?.volumes.map((volume) => volume.split(":")[1]),
		words("VOLUME"),
	);
	const settings = services.flatMap(({ environment = {} }) => Object.keys(environment));
	const secret = settings.filter((name) => /PASS|SECRET|KEY|URL/.test(name));
	assert.ok(secret.length >= 2 && secret.every((name) => name.endsWith("_FILE")), "secrets come by file");
});

/** The folder that the image would hold, its packages as `npm ci` of the Dockerfile installs them; or why there is none. */
async function imageTree(): Promise<string | null> {
	const tree = join(folder, "app");
	mkdirSync(tree);
	const isLeftOut = (path: string): boolean => ["dist", "test", "node_modules"].includes(basename(path));
	for (const path of copied)
		cpSync(path, join(tree, path), { recursive: true, filter: (from) => !isLeftOut(from) });
	const [, flags = ""] = /^npm ci (.*)$/.exec(instructions("RUN")[0] ?? "") ?? [];
	const npm = ["ci", ...flags.split(" "), "--prefer-offline"];
	try {
		await promisify(execFile)("npm", npm, { cwd: tree });
		return null;
	} catch (error) {
		const said = String((error as { readonly stderr?: unknown }).stderr);
		if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ENOTCACHED|ETIMEDOUT/.test(said))
			return "the package registry is out of reach";
		throw error;
	}
}

test("the entry command runs on what the image holds, answers /readyz, and ends well when it is told to", async (t) => {
	const whyNot = await imageTree();
	if (whyNot !== null) return t.skip(whyNot);
	const [data, port] = [join(folder, "data"), `${await freePort()}`];
	const passphrase = join(folder, "passphrase");
	writeFileSync(passphrase, "a secret in a file\n");
	const [program = "", ...entry] = words("ENTRYPOINT");
	assert.equal(program, "node");
	const places: Readonly<Record<string, string>> = {
		"/data": data,
		"0.0.0.0": "127.0.0.1",
		"8787": port,
		"/run/secrets/passphrase": passphrase,
	};
	const cwd = join(folder, "app");
	const env = { PATH: process.env["PATH"], NODE_ENV: "production" };
	const init = ["operator", "init", "--data", data, "--name", "Bank", "--asset", "JPY:0", "--port", port];
	await promisify(execFile)(process.execPath, [...entry, ...init, "--passphrase-file", passphrase], {
		cwd,
		env,
	});
	const command = words("CMD").map((word) => places[word] ?? word);
	const child = spawn(process.execPath, [...entry, ...command], { cwd, env, stdio: "ignore" });
	const ended = once(child, "exit");
	const answers = async (path: string): Promise<boolean> =>
		fetch(`http://127.0.0.1:${port}${path}`).then(
			({ ok }) => ok,
			() => false,
		);
	for (let tries = 0; tries < 600 && child.exitCode === null && !(await answers("/readyz")); tries++)
		await new Promise((resolve) => setTimeout(resolve, 100));
	assert.ok(await answers("/readyz"));
	assert.ok(await answers("/livez"), "what HEALTHCHECK asks");
	child.kill("SIGTERM");
	assert.deepEqual(await ended, [0, null]);
});
