/**
 * What the doctor says about the database and Redis.
 */

import assert from "node:assert/strict";
import { lockFolder } from "../../src/store/folder_lock.ts";
import { checkEmbedded, checkPostgres, checkRedis } from "../../src/store/checkup.ts";
import { openSql } from "../../src/store/sql.ts";
import { withTempFolder } from "../temp_folder.ts";
import { testPostgres } from "./databases.ts";
import { testRedis } from "./redis_server.ts";

testPostgres(
  "the doctor sees whether PostgreSQL can be used, and whether tables may be made",
  async (url) => {
    const finding = await checkPostgres(url);
    assert.equal(finding.state, "ok");
    assert.match(finding.text, /^Version \d+, tables may be made$/);
    const db = openSql({ url });
    const role = `blissbot_guest_${crypto.randomUUID().slice(0, 8)}`;
    try {
      await db.run(5_000, (sql) => sql.unsafe(`create role ${role} login`));
      const guest = new URL(url);
      guest.username = role;
      const { state, remedy } = await checkPostgres(guest.href);
      assert.equal(state, "failed");
      assert.equal(remedy, `Run in that database: grant create on schema public to "${role}"`);
    } finally {
      await db.run(5_000, (sql) => sql.unsafe(`drop role if exists ${role}`));
      await db.close();
    }
  },
);

Deno.test("the doctor says what to check when PostgreSQL is not there, without its password", async () => {
  const finding = await checkPostgres("postgres://bliss:hunter2secret@127.0.0.1:1/bliss");
  assert.deepEqual(finding, {
    name: "PostgreSQL",
    state: "failed",
    text: "Cannot use PostgreSQL at 127.0.0.1:1, database bliss: nothing answers there",
    remedy: "check DATABASE_URL and that the server runs",
  });
});

Deno.test("the doctor finds the embedded store fit, in use, or its folder unusable", async () => {
  await withTempFolder(async (folder) => {
    assert.equal((await checkEmbedded(`${folder}/data`)).text, `${folder}/data can be used`);
    const lock = await lockFolder(`${folder}/data`, { wait: false });
    const inUse = await checkEmbedded(`${folder}/data`);
    lock.close();
    assert.equal(inUse.state, "ok");
    assert.match(inUse.text, /in use, by the BlissBot that runs$/);
    await Deno.writeTextFile(`${folder}/file`, "");
    const { state, remedy } = await checkEmbedded(`${folder}/file/data`);
    assert.equal(state, "failed");
    assert.match(remedy!, /set data_dir to another/);
  });
});

testRedis("the doctor sees that Redis answers and can tell when a key expires", async (url) => {
  const { state, text } = await checkRedis(url);
  assert.equal(state, "ok");
  assert.match(text, /^Answers, and (tells|can be told to tell) when a key expires$/);
});

Deno.test("the doctor says what to do when Redis is not there, without its password", async () => {
  const { state, text, remedy } = await checkRedis("redis://:hunter2secret@127.0.0.1:1/0");
  assert.equal(state, "failed");
  assert.match(text, /^No answer: .*ECONNREFUSED/);
  assert.match(remedy!, /REDIS_URL/);
  assert.equal((text + remedy).includes("hunter2secret"), false);
});

Deno.test("the doctor says so when a hosted Redis hides its settings", async () => {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = serveRedisWithoutConfig(server);
  const { state, text } = await checkRedis(`redis://127.0.0.1:${server.addr.port}/0`);
  await serving;
  assert.equal(state, "failed");
  assert.match(text, /notify-keyspace-events/);
});

/** Speaks just enough RESP, to one client: everything is fine but CONFIG. */
async function serveRedisWithoutConfig(server: Deno.TcpListener): Promise<void> {
  for await (const connection of server) {
    const decoder = new TextDecoder(), encoder = new TextEncoder();
    for await (const chunk of connection.readable) {
      const commands = decoder.decode(chunk).split("*").slice(1);
      const replies = commands.map((command) =>
        /config/i.test(command)
          ? "-NOPERM this user has no permissions\r\n"
          : /info/i.test(command)
          ? "$0\r\n\r\n"
          : "+OK\r\n"
      );
      await connection.write(encoder.encode(replies.join("")));
    }
    return;
  }
}
