/**
 * The configuration as an admin meets it: what is read from where, and what is said about mistakes.
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { type Config, ConfigError, loadConfig, secretsOf } from "../src/config.ts";
import { environmentSchema, fileSchema, keyPaths } from "../src/config/schema.ts";
import { openLog } from "../src/runtime/log.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;
type Env = Record<string, string | undefined>;

/** A folder with these files, gone after `use`. */
function inFolder<T>(files: Files, use: (folder: string) => T): T {
  const folder = Deno.makeTempDirSync({ prefix: "blissbot-config-" });
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      Deno.writeFileSync(join(folder, name), bytes);
    }
    return use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function load(toml: string, env: Env = {}): Config {
  return inFolder({ "config.toml": toml }, (cwd) => loadConfig({ cwd, env }));
}

function problemsWhen(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ConfigError, `not a ConfigError: ${error}`);
    for (const line of error.problems) assert.ok(!/[\n\r]/.test(line), `not one line: ${line}`);
    return error.problems;
  }
  return [];
}

function problems(toml: string, env: Env = {}): readonly string[] {
  return problemsWhen(() => load(toml, env));
}

function example(): string {
  return Deno.readTextFileSync(new URL("../config.example.toml", import.meta.url));
}

/** The example with all its commented keys and sections switched on. */
function fullExample(): string {
  return example().replaceAll(/^# (?=\[|\w+ = )/gm, "");
}

Deno.test("loadConfig() runs on defaults when there is no file", () => {
  inFolder({}, (cwd) => {
    const nobody = undefined;
    assert.deepEqual(loadConfig({ cwd, env: {} }), {
      file: undefined,
      dataDir: join(cwd, "data"),
      timezone: "UTC",
      databaseUrl: undefined,
      redisUrl: undefined,
      http: { host: "127.0.0.1", port: 8317 },
      servers: [],
      log: { level: "info" },
      discord: {
        guildId: undefined,
        apiUrl: "https://discord.com/api",
        botName: "Bliss Bot V2",
        tokens: {
          ap: nobody,
          gp: nobody,
          servers: nobody,
          assistant: nobody,
          master: nobody,
          ticket: nobody,
        },
      },
      roles: { support: [], moderator: [], admin: [], owner: [] },
      chatBridge: { pollSeconds: 3, roles: [], crossChat: false },
      nitrado: { apiUrl: undefined, token: undefined },
      decay: {
        multiplier: 1,
        dinoRadiusUnits: 2500,
        table: { Thatch: 4, Wood: 8, Stone: 12, Dino: 12, Greenhouse: 15, Metal: 16, Tek: 20 },
      },
      maps: {},
    });
  });
});

Deno.test("loadConfig() reads every key, and paths count from the folder of the file", () => {
  inFolder({ "my.toml": fullExample() }, (folder) => {
    const config = loadConfig({
      path: join(folder, "my.toml"),
      cwd: "/",
      env: {
        RCON_PASSWORD_ISLAND: "hunter2",
        DATABASE_URL: "postgresql://u:p@h/db",
        REDIS_URL: "rediss://h",
        NITRADO_TOKEN: "n",
        DISCORD_TOKEN_AP: "a",
        DISCORD_TOKEN_TICKET: "t",
      },
    });
    assert.equal(config.file, join(folder, "my.toml"));
    assert.equal(config.dataDir, join(folder, "data"));
    assert.deepEqual(config.servers, [{
      id: "island",
      name: "Bliss | The Island",
      map: "TheIsland_WP",
      host: "203.0.113.5",
      rconPort: 27020,
      rconPassword: "hunter2",
      nitradoService: "1234567",
      logFile: join(folder, "D:\\ark\\ShooterGame\\Saved\\Logs\\ShooterGame.log"),
      savePath: join(folder, "D:\\ark\\ShooterGame\\Saved\\SavedArks\\TheIsland_WP"),
    }]);
    assert.equal(config.discord.guildId, "123456789012345678");
    assert.equal(config.discord.tokens.ap, "a");
    assert.equal(config.discord.tokens.gp, undefined);
    assert.equal(config.discord.tokens.ticket, "t");
    assert.equal(config.databaseUrl, "postgresql://u:p@h/db");
    assert.equal(config.redisUrl, "rediss://h");
    assert.equal(config.nitrado.token, "n");
    assert.deepEqual(config.maps, {
      Nyrandil: { minX: -408750, minY: -408750, maxX: 408750, maxY: 408750 },
    });
  });
});

Deno.test("loadConfig() gives values that nobody can change, at any depth", () => {
  const config = load('[[servers]]\nid = "a"\nname = "A"\n[roles]\nadmin = ["1"]');
  const check = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    assert.ok(Object.isFrozen(value));
    Object.values(value).forEach(check);
  };
  check(config);
});

Deno.test("loadConfig() takes --config before BLISS_CONFIG before config.toml in the folder", () => {
  const files = {
    "config.toml": "http.port = 1",
    "env.toml": "http.port = 2",
    "flag.toml": "http.port = 3",
    "dot.toml": "http.port = 4",
  };
  inFolder(files, (cwd) => {
    const port = (options: { path?: string; env?: Env }) =>
      loadConfig({ cwd, env: {}, ...options }).http.port;
    assert.equal(port({}), 1);
    assert.equal(port({ env: { BLISS_CONFIG: "env.toml" } }), 2);
    assert.equal(port({ env: { BLISS_CONFIG: "" } }), 1);
    assert.equal(port({ env: { BLISS_CONFIG: "env.toml" }, path: "flag.toml" }), 3);
    assert.equal(port({ path: join(cwd, "flag.toml") }), 3);
    Deno.writeTextFileSync(join(cwd, ".env"), "BLISS_CONFIG=dot.toml");
    assert.equal(port({}), 4);
  });
});

Deno.test("loadConfig() keeps absolute paths and resolves relative ones in the file's folder", () => {
  inFolder({}, (cwd) => {
    Deno.mkdirSync(join(cwd, "etc"));
    const toml = `data_dir = "/var/lib/bliss"
      [[servers]]
      id = "a"
      name = "A"
      save_path = "../saves"
      log_file = "/var/log/ark.log"`;
    Deno.writeTextFileSync(join(cwd, "etc", "bliss.toml"), toml);
    const config = loadConfig({ path: "etc/bliss.toml", cwd, env: {} });
    assert.equal(config.dataDir, "/var/lib/bliss");
    assert.equal(config.servers[0]?.savePath, join(cwd, "saves"));
    assert.equal(config.servers[0]?.logFile, "/var/log/ark.log");
  });
});

Deno.test("loadConfig() reads .env, which real variables win over and empty ones do not", () => {
  const files = {
    ".env": '\uFEFFNITRADO_TOKEN="from file"\r\nDISCORD_TOKEN_AP=file # note\nREDIS_URL=\n',
  };
  inFolder(files, (cwd) => {
    const env = { DISCORD_TOKEN_AP: " real\r\n", NITRADO_TOKEN: "", DATABASE_URL: "" };
    const config = loadConfig({ cwd, env });
    assert.equal(config.nitrado.token, "from file");
    assert.equal(config.discord.tokens.ap, "real");
    assert.equal(config.redisUrl, undefined);
    assert.equal(config.databaseUrl, undefined);
  });
});

Deno.test("rcon_password is replaced only when it is exactly ${NAME}", () => {
  const password = (value: string, env: Env = {}) =>
    load(`[[servers]]\nid = "a"\nname = "A"\nrcon_password = '${value}'`, env)
      .servers[0]?.rconPassword;
  assert.equal(password("${PW}", { PW: "${OTHER}" }), "${OTHER}");
  for (const plain of ["$PW", "${PW} ", "x${PW}", "${}", "${1A}", "${A-B}", "pä ß\\n"]) {
    assert.equal(password(plain, { PW: "secret" }), plain);
  }
});

Deno.test("rcon_password names the variable that is not set, even one called like a method", () => {
  for (const name of ["RCON_PASSWORD_A", "constructor", "__proto__", "toString"]) {
    const toml = `[[servers]]\nid = "a"\nname = "A"\nrcon_password = "\${${name}}"`;
    assert.deepEqual(problems(toml, { RCON_PASSWORD_A: "" }), [
      `servers[0].rcon_password (server "a"): the variable ${name} is not set; ` +
      "set it in the environment or in .env",
    ]);
  }
});

Deno.test("every mistake of file and environment is reported at once", () => {
  const toml = `
    timzone = "Europe/Berlin"
    timezone = "Europe/Berln"
    data_dir = 5
    [http]
    port = "8317"
    [discord]
    guild_id = 123456789012345678
    api_url = "ftp://discord.test"
    bot_name = ""
    [log]
    level = "loud"
    [roles]
    admin = ["1", 2, "x"]
    moderator = "1"
    [nitrado]
    token = "oh no"
    [decay]
    multiplier = 0
    dino_radius = -1
    [decay.table]
    Wood = -1
    wood = 3
    [maps.Flat]
    min_x = 5
    max_x = 5
    min_y = "0"
    [[servers]]
    id = "a"
    name = "A"
    rcon_port = 70000
    nitrado_service = 1234567
    [[servers]]
    id = "a"
    rcon_password = 12345
    [[servers]]
    name = "\\n"
    rcon_pasword = "x"`;
  const env = { DATABASE_URL: "mysql://u:p@h", REDIS_URL: "localhost", NITRADO_TOKEN: "a\nb" };
  const id = 'put it in quotes, digits only, such as "123456789012345678" ' +
    "(without quotes a long id loses digits)";
  assert.deepEqual([...problems(toml, env)].sort(), [
    "DATABASE_URL: found text; begin it with postgres:// or postgresql://, then user:password@host:port; write special characters of the password as %XX",
    "NITRADO_TOKEN: found text; copy it again from the page that issued it, in one line",
    "REDIS_URL: found text; begin it with redis:// or rediss://, then user:password@host:port; write special characters of the password as %XX",
    "data_dir: found a number; write a path, a Windows one in single quotes, such as " +
    "'D:\\blissbot\\data'",
    "decay.dino_radius: found a number; write a number of Unreal units, 0 or more, without quotes",
    "decay.multiplier: found a number; write a number above 0 without quotes",
    "decay.table.Wood: found a number; write a number of days above 0 without quotes",
    "decay.table.wood: the same name as decay.table.Wood; rename or remove one of the two",
    "discord.api_url: found text; write an address that starts with https:// or http://",
    'discord.bot_name: found empty text; write a name in quotes, such as "Bliss Bot V2"',
    `discord.guild_id: found a very long number; ${id}`,
    "http.port: found text; write a whole number from 0 to 65535 without quotes",
    "log.level: found text; write one of debug, info, warn, error in quotes",
    "maps.Flat.max_x: not above min_x; swap or correct them",
    "maps.Flat.max_y: missing; write a number of Unreal units without quotes",
    "maps.Flat.min_y: found text; write a number of Unreal units without quotes",
    "nitrado.token: unknown key; remove it, the keys here are api_url",
    `roles.admin[1]: found a number; ${id}`,
    `roles.admin[2]: found text; ${id}`,
    "roles.moderator: found text; write a list of role ids in quotes, such as " +
    '["123456789012345678"]',
    `servers[0].nitrado_service (server "a"): found a number; ${id}`,
    'servers[0].rcon_port (server "a"): found a number; ' +
    "write a whole number from 1 to 65535 without quotes",
    'servers[1].id (server "a"): the same name as servers[0].id; rename or remove one of the two',
    'servers[1].name (server "a"): missing; ' +
    'give every server a name in quotes, such as "The Island"',
    'servers[1].rcon_password (server "a"): found a number; ' +
    'put it in single quotes, or better write "${NAME}" and set that variable',
    "servers[2].id ([[servers]] block number 3): missing; " +
    'give every server a short id of its own and put it in quotes, such as "island"',
    "servers[2].name ([[servers]] block number 3): found text; " +
    'give every server a name in quotes, such as "The Island"',
    "servers[2].rcon_pasword ([[servers]] block number 3): unknown key; " +
    "did you mean rcon_password?",
    'timezone: found text; write a time zone by its name, such as "Europe/Berlin" or "UTC"',
    "timzone: unknown key; did you mean timezone?",
  ]);
});

Deno.test("an unknown key gets the nearest key, its right place, or the list of keys", () => {
  const check = (toml: string, expected: string) => assert.deepEqual(problems(toml), [expected]);
  const server = '[[servers]]\nid = "a"\nname = "A"\n';
  check('dataDir = "x"', "dataDir: unknown key; did you mean data_dir?");
  check("[Decay]", "Decay: unknown key; did you mean decay?");
  check("[[server]]", "server: unknown key; did you mean servers?");
  check(
    `${server}password = "x"`,
    'servers[0].password (server "a"): unknown key; did you mean rcon_password?',
  );
  check(`${server}port = 1`, 'servers[0].port (server "a"): unknown key; did you mean rcon_port?');
  check(
    '[http]\ntimezone = "UTC"',
    "http.timezone: unknown key; it belongs at the top of the file, above the first [section]",
  );
  check('guild_id = "1"', "guild_id: unknown key; it belongs below [discord]");
  check("rcon_port = 1", "rcon_port: unknown key; it belongs below [[servers]]");
  check("min_x = 1", "min_x: unknown key; it belongs below [maps.<Name>]");
  check(
    '[http]\n"a b\\n" = 1',
    'http."a b\\n": unknown key; remove it, the keys here are host, port',
  );
  check(
    "[nitrado]\n__proto__ = 1",
    "nitrado.__proto__: unknown key; remove it, the keys here are api_url",
  );
});

Deno.test("a section written as something else is explained", () => {
  const check = (toml: string, expected: string) => assert.deepEqual(problems(toml), [expected]);
  check("discord = 2024-01-01", "discord: found a date; write its keys below a line [discord]");
  check("http = 80", "http: found a number; write its keys below a line [http]");
  check("[servers]", "servers: found a section; begin each server with a line [[servers]]");
  check(
    "servers = [1]",
    "servers[0] ([[servers]] block number 1): found a number; write its keys below a line [[servers]]",
  );
  check("[[decay.table]]", "decay.table: found a list; write its keys below a line [decay.table]");
  check(
    "maps.Foo = true",
    "maps.Foo: found true or false; write its keys below a line [maps.<Name>]",
  );
  check(
    "data_dir = 2024-01-01",
    "data_dir: found a date; write a path, a Windows one in single quotes, such as 'D:\\blissbot\\data'",
  );
});

Deno.test("two maps or two servers that only seem to differ are one mistake each", () => {
  const bounds = "{ min_x = 0, max_x = 1, min_y = 0, max_y = 1 }";
  assert.deepEqual(problems(`[maps]\nFoo = ${bounds}\nfoo_WP = ${bounds}`), [
    "maps.foo_WP: the same name as maps.Foo; rename or remove one of the two",
  ]);
  const servers = (a: string, b: string) =>
    problems(`[[servers]]\nid = "a"\nname = "${a}"\n[[servers]]\nid = "b"\nname = "${b}"`);
  assert.deepEqual(servers("Island - (v93.19)", "island - (v94.1)"), [
    'servers[1].name (server "b"): the same name as servers[0].name; rename or remove one of the two',
  ]);
  assert.deepEqual(servers("Island", "Island - Part 2"), []);
});

Deno.test("two servers with one console are a mistake: they would take each other's chat", () => {
  const server = (id: string, host: string, port: number) =>
    `[[servers]]\nid = "${id}"\nname = "Dodo ${id}"\nhost = "${host}"\nrcon_port = ${port}\n`;
  const fine = server("a", "ark.example", 27020) + server("b", "ark.example", 27021) +
    server("c", "127.0.0.1", 27020);
  assert.equal(load(fine).servers.length, 3);
  assert.deepEqual(problems(fine + server("d", "ARK.example", 27020)), [
    'servers[3].rcon_port (server "d"): the same console as servers[0].rcon_port, and two would ' +
    "share its chat; correct host or rcon_port of one of the two",
  ]);
});

Deno.test("host takes names and addresses, not what has more around it", () => {
  const server = (host: string) => `[[servers]]\nid = "a"\nname = "A"\nhost = "${host}"\n`;
  for (
    const host of ["203.0.113.5", "ark-1.example", "my_host", "::1", "fe80::1%eth0", "bärn.de"]
  ) {
    assert.equal(load(server(host)).servers[0]!.host, host);
  }
  for (const host of ["203.0.113.5:27020", "[::1]", "http://ark.example", "a b", "a/b", ""]) {
    assert.equal(problems(server(host)).length, 1, host);
  }
});

Deno.test("timezone takes the names that Intl knows, not offsets", () => {
  for (const name of ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+2"]) {
    assert.equal(load(`timezone = "${name}"`).timezone, name);
  }
  for (const name of ["+02:00", "-0500", "Mars/Olympus", " UTC", ""]) {
    assert.equal(problems(`timezone = "${name}"`).length, 1, name);
  }
});

Deno.test("numbers are taken to their limits and not beyond", () => {
  assert.equal(load("http.port = 0").http.port, 0);
  assert.equal(load("http.port = 65535").http.port, 65535);
  assert.equal(load("decay.multiplier = 0.01").decay.multiplier, 0.01);
  assert.equal(load("decay.dino_radius = 0").decay.dinoRadiusUnits, 0);
  const wrong = [
    ...["http.port = -1", "http.port = 65536", "http.port = 1.5", "http.port = -1.5"],
    ...["http.port = nan", "decay.multiplier = inf", "decay.multiplier = -0.5"],
    ...["decay.dino_radius = nan", "decay.table.Wood = 0", "http.port = 99999999999999999999"],
  ];
  for (const toml of wrong) assert.equal(problems(toml).length, 1, toml);
});

Deno.test("decay.table replaces defaults whatever the letter case, and adds materials", () => {
  const { table } = load("[decay.table]\nthatch = 1.5\nTEK = 40\nAdobe = 8").decay;
  assert.deepEqual(Object.entries(table), [
    ["Thatch", 1.5],
    ["Wood", 8],
    ["Stone", 12],
    ["Dino", 12],
    ["Greenhouse", 15],
    ["Metal", 16],
    ["Tek", 40],
    ["Adobe", 8],
  ]);
});

Deno.test("a file that is missing is a mistake only when it was named", () => {
  inFolder({}, (cwd) => {
    assert.equal(loadConfig({ cwd, env: {} }).file, undefined);
    const expected = [
      `${join(cwd, "no.toml")}: no such file; check the path in --config or BLISS_CONFIG`,
    ];
    assert.deepEqual(problemsWhen(() => loadConfig({ path: "no.toml", cwd, env: {} })), expected);
    const env = { BLISS_CONFIG: "no.toml" };
    assert.deepEqual(problemsWhen(() => loadConfig({ cwd, env })), expected);
    const both = problemsWhen(() => loadConfig({ cwd, env: { ...env, REDIS_URL: "x" } }));
    assert.equal(both.length, 2, "the environment is still checked");
  });
});

Deno.test("a folder or a file that is no text is refused by name", () => {
  inFolder({ "utf16.toml": Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x3d, 0, 0x31, 0) }, (cwd) => {
    const check = (path: string, reason: string) =>
      assert.deepEqual(problemsWhen(() => loadConfig({ path, cwd, env: {} })), [
        `${join(cwd, path)}: ${reason}`,
      ]);
    check("utf16.toml", "is not UTF-8 text; save it with the encoding UTF-8");
    check("", "is a folder; name the file in it");
    check("utf16.toml/x", "cannot be read; check the path and who may read it");
    check("a\0b", "cannot be read; check the path and who may read it");
  });
});

Deno.test("a byte order mark and Windows line ends do no harm", () => {
  assert.equal(load("\uFEFFtimezone = 'Europe/Berlin'\r\n[http]\r\nport = 5\r\n").http.port, 5);
});

Deno.test("a TOML mistake is shown by line and column without the text of the line", () => {
  inFolder({ "config.toml": '[[servers]]\nrcon_password = "hunter2\nid = "a"' }, (cwd) => {
    const [problem, ...more] = problemsWhen(() => loadConfig({ cwd, env: {} }));
    assert.equal(more.length, 0);
    assert.match(problem!, /config\.toml, line 2, column \d+: .*; text needs quotes/);
    assert.doesNotMatch(problem!, /hunter2/);
  });
});

Deno.test("a path in double quotes with \\n in it is noticed", () => {
  assert.equal(problems('[[servers]]\nid="a"\nname="A"\nlog_file = "C:\\new\\table"').length, 1);
});

const leaf = fc.oneof(
  fc.constantFrom("true", "1", "-0.5", "nan", "1979-05-27", "[]", "{}", "[[1]]", "{ a = 1 }"),
  fc.string().map((text) => JSON.stringify(text)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.string(),
);
const knownKey = fc.constantFrom(...keyPaths(fileSchema).map((path) => path.at(-1)!));
const statement = fc.oneof(
  fc.tuple(fc.oneof(knownKey, fc.constantFrom("__proto__", "constructor", '""', "x")), leaf)
    .map(([key, value]) => `${key} = ${value}`),
  fc.constantFrom("[http]", "[[servers]]", "[servers]", "[maps.A]", "[decay.table]", "[roles]"),
);

Deno.test("no document, however wrong, does more than list its mistakes", () => {
  const check = (toml: string) => {
    for (const line of problems(toml)) assert.ok(line.length < 500);
  };
  fc.assert(fc.property(fc.array(statement).map((lines) => lines.join("\n")), check));
  fc.assert(fc.property(fc.string({ unit: "binary" }), check), { numRuns: 50 });
  check(`x = ${"[".repeat(5000)}`);
});

Deno.test("no secret ever appears in a problem, wherever it stands and whatever else is wrong", () => {
  const secret = fc.string({ minLength: 1 }).map((tail) => `s3cr3t-${tail}`);
  const places = fc.record({
    password: secret,
    quote: fc.boolean(),
    url: secret,
    token: secret,
    more: fc.array(statement, { maxLength: 4 }),
  });
  fc.assert(fc.property(places, ({ password, quote, url, token, more }) => {
    const value = quote ? JSON.stringify(password) : password;
    const toml = `wrong = 1\n[discord]\napi_url = ${JSON.stringify(`x://u:${url}@h`)}
      [[servers]]\nid = "a"\nrcon_password = ${value}\nrcon_port = ${JSON.stringify(password)}
      save_path = ${JSON.stringify(`${password}\n`)}\n${more.join("\n")}`;
    const tokens = Object.keys(environmentSchema.shape).map((name) => [name, `a\n${token}`]);
    const env = { ...Object.fromEntries(tokens), DATABASE_URL: url, REDIS_URL: `http://${url}` };
    try {
      load(toml, env);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      assert.ok(error.problems.length >= 8, error.message);
      assert.ok(!Deno.inspect(error).includes("s3cr3t-"), error.message);
      return;
    }
    assert.fail("the mistakes went unnoticed");
  }));
});

Deno.test("no token and no password of the configuration gets through the log", () => {
  // One secret per variable: a variable that comes later fails here until the log knows it.
  const names = Object.keys(environmentSchema.shape);
  const env = Object.fromEntries(names.map((name, i) => {
    const secret = `s3cr3t-${i}`;
    const scheme = { DATABASE_URL: "postgres", REDIS_URL: "redis" }[name];
    return [name, scheme ? `${scheme}://u:${secret}%23@127.0.0.1:1/x` : secret];
  }));
  const config = load(
    `[[servers]]\nid = "a"\nname = "A"\nrcon_password = "\${RCON}"
     [[servers]]\nid = "b"\nname = "B"\nrcon_password = "s3cr3t-toml"`,
    { ...env, RCON: "s3cr3t-rcon" },
  );
  const lines: string[] = [];
  for (const format of ["json", "terminal"] as const) {
    const log = openLog("x", {
      write: (line) => lines.push(line),
      now: () => new Date(),
      secrets: secretsOf(config),
      level: "debug",
      format,
    });
    log.info("Everything", { config });
    const texts = Object.values(env).flatMap((value) => [value, decodeURIComponent(value)]);
    for (const text of [...texts, "s3cr3t-rcon", "s3cr3t-toml"]) {
      const bare = text.replace(/^.*:\/\/u:(.*)@.*/, "$1"); // a password apart from its URL
      log.error(`It said ${bare}, in ${text}`, { bare, error: new Error(text) });
    }
  }
  assert.equal(lines.length, 2 * (1 + 2 * names.length + 2));
  for (const line of lines) assert.doesNotMatch(line, /s3cr3t-/);
});

Deno.test("config.example.toml is valid as it is and with every example switched on", () => {
  assert.deepEqual(problems(example()), []);
  assert.deepEqual(problems(fullExample(), { RCON_PASSWORD_ISLAND: "x" }), []);
  const { file: _, dataDir: __, ...asItIs } = load(example());
  const { file: ___, dataDir: ____, ...defaults } = load("");
  assert.deepEqual(asItIs, defaults, "what is not commented out is the default");
});

Deno.test("config.example.toml explains every key and every variable", () => {
  const lines = fullExample().split("\n");
  const commentAbove = new Map<string, string | undefined>();
  let section = "";
  for (const [at, line] of lines.entries()) {
    const [, header, key] = /^\[+([\w.]+)\]+$|^(\w+) = /.exec(line) ?? [];
    if (header) section = header;
    const name = header ?? (section && key ? `${section}.${key}` : key);
    if (name) commentAbove.set(name, lines[at - 1]);
  }
  for (const path of keyPaths(fileSchema)) {
    const name = path.filter((part) => part !== "[]").join(".").replace("*", "Nyrandil");
    if (name === "maps") continue; // Only the blocks in it have a line.
    assert.match(commentAbove.get(name) ?? "", /^# ./, `${name} is missing or has no comment`);
  }
  for (const name of [...Object.keys(environmentSchema.shape), "BLISS_CONFIG"]) {
    assert.ok(lines.some((line) => line.startsWith(`#   ${name}=`)), `${name} is missing`);
  }
});

Deno.test("a password that breaks its URL is a mistake of the configuration and is never shown", () => {
  for (const scheme of ["redis", "rediss", "postgres", "postgresql"]) {
    const variable = scheme.startsWith("redis") ? "REDIS_URL" : "DATABASE_URL";
    const broken = [
      "u:SEK#RET@h:1/x",
      "u:SEK/RET@h:1/x",
      "u:SEK%RET@h/x",
      "u:SEKRET@h:99999",
      ":SEKRET@:1",
    ];
    for (const rest of broken) {
      const found = problems("", { [variable]: `${scheme}://${rest}` });
      assert.equal(found.length, 1, rest);
      assert.match(found[0]!, /write special characters of the password as %XX/);
      assert.doesNotMatch(found[0]!, /SEK|RET/);
    }
    assert.deepEqual(problems("", { [variable]: `${scheme}://u:S%23K@127.0.0.1:5432/x` }), []);
  }
  assert.match(problems("", { DISCORD_TOKEN_GP: "   " })[0]!, /^DISCORD_TOKEN_GP: /);
  assert.match(problems("", { DISCORD_TOKEN_GP: "a\nb" })[0]!, /^DISCORD_TOKEN_GP: .*in one line$/);
});
