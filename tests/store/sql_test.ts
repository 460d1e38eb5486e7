import assert from "node:assert/strict";
import fc from "fast-check";
import { StoreError } from "../../src/store/errors.ts";
import { type Database, openSql } from "../../src/store/sql.ts";
import { testPostgres } from "./databases.ts";

const LONG_MS = 30_000;

async function using(
  options: Parameters<typeof openSql>[0],
  body: (db: Database) => Promise<void>,
): Promise<void> {
  const db = openSql({ random: () => 0, ...options });
  try {
    await body(db);
  } finally {
    await db.close();
  }
}

/** A server on loopback that treats each connection the given way, until the test ends. */
async function withServer(
  treat: (connection: Deno.TcpConn) => Promise<void> | void,
  body: (url: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.TcpConn[] = [];
  const served = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      await treat(connection);
    }
  })();
  try {
    await body(`postgres://someone:hunter2@127.0.0.1:${listener.addr.port}/thing`);
  } finally {
    listener.close();
    await served;
    for (const connection of connections) close(connection);
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

async function failureOf(work: Promise<unknown>): Promise<StoreError> {
  const error = await work.then(() => assert.fail("it did not fail"), (error) => error);
  assert.ok(error instanceof StoreError, `not a StoreError: ${error}`);
  assert.doesNotMatch(Deno.inspect(error), /hunter2/);
  return error;
}

/** A statement that ends the connection it runs on, as an administrator would. */
const killMyself = "select pg_terminate_backend(pg_backend_pid())";

Deno.test("a server that is not there is named, with what to do, and without the password", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using({ url: `postgres://someone:hunter2@127.0.0.1:${port}/thing` }, async (db) => {
    const error = await failureOf(db.run(LONG_MS, (sql) => sql`select 1`));
    assert.equal(error.kind, "unreachable");
    assert.equal(
      error.message,
      `Cannot use PostgreSQL at 127.0.0.1:${port}, database thing: nothing answers there; ` +
        "check DATABASE_URL and that the server runs",
    );
  });
});

Deno.test("a host name that nobody knows is said to be unknown", async () => {
  await using({ url: "postgres://someone:hunter2@nowhere.invalid/thing" }, async (db) => {
    const error = await failureOf(db.run(LONG_MS, (sql) => sql`select 1`));
    assert.equal(error.kind, "unreachable");
    assert.match(error.message, /nowhere\.invalid/);
  });
});

Deno.test("a server that accepts and says nothing is given up", async () => {
  await withServer(() => {}, (url) =>
    using({ url, connectTimeoutMs: 100 }, async (db) => {
      const error = await failureOf(db.run(LONG_MS, (sql) => sql`select 1`));
      assert.equal(error.kind, "unreachable");
      assert.match(error.message, /did not answer in time/);
    }));
});

Deno.test("a server that accepts and closes at once is given up, also with replays", async () => {
  let accepted = 0;
  await withServer((connection) => {
    accepted++;
    connection.close();
  }, (url) =>
    using({ url }, async (db) => {
      const work = db.transaction(LONG_MS, (sql) => sql`select 1`, { replayable: true });
      const error = await failureOf(work);
      assert.equal(error.kind, "unreachable");
      assert.match(error.message, /connection was lost/);
      assert.equal(accepted, 4);
    }));
});

Deno.test("a refused password is said in the server's words, and not shown", async () => {
  const refusal = 'SFATAL\0C28P01\0Mpassword authentication failed for user "someone"\0\0';
  await withServer(async (connection) => {
    await connection.read(new Uint8Array(1000));
    await connection.write(message("R", "\0\0\0\x03"));
    await connection.read(new Uint8Array(1000));
    await connection.write(message("E", refusal));
    connection.close();
  }, (url) =>
    using({ url }, async (db) => {
      const error = await failureOf(db.run(LONG_MS, (sql) => sql`select 1`));
      assert.equal(error.kind, "unreachable");
      assert.equal(error.code, "28P01");
      assert.match(error.message, /password authentication failed for user "someone"; check/);
    }));
});

/** A message of the PostgreSQL protocol, version 3: a letter, the length from there on, a body. */
function message(type: string, body: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(`${type}\0\0\0\0${body}`);
  new DataView(bytes.buffer).setUint32(1, bytes.length - 1);
  return bytes;
}

Deno.test("a URL that is none is refused without being repeated", () => {
  const bad = [
    "",
    "hunter2",
    "mysql://someone:hunter2@host/thing",
    "postgres://someone:hun#ter2@host/thing",
    "postgres://someone:12/hunter2@host/thing",
    "postgres://someone:12?hunter2@host/thing",
    "postgres://someone:hunter2%@host/thing",
    "postgres://someone:hunter2@host:port/thing",
  ];
  for (const url of bad) {
    assert.throws(() => openSql({ url }), (error) => {
      assert.ok(error instanceof StoreError, url);
      assert.equal(error.kind, "unreachable");
      assert.match(error.message, /^Cannot read DATABASE_URL: .*%XX$/);
      assert.doesNotMatch(Deno.inspect(error), /hun|ter2|someone/);
      return true;
    }, url);
  }
});

Deno.test("no piece of a password gets into a message, however it is written", async () => {
  const marks = fc.array(fc.constantFrom(..."Zq9#/?@:%&[]\\ ;="), { minLength: 1, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(marks, async (middle) => {
      const secret = `QzJ${middle.join("")}WxK`;
      try {
        await using({ url: `postgres://someone:${secret}@127.0.0.1:1/thing` }, async (db) => {
          await db.run(LONG_MS, (sql) => sql`select 1`);
        });
      } catch (error) {
        assert.ok(error instanceof StoreError);
        assert.doesNotMatch(Deno.inspect(error), /QzJ|WxK/i);
      }
    }),
    { numRuns: 50 },
  );
});

testPostgres("openSql()", async (url, t) => {
  await t.step("tells a database that does not exist from other faults", async () => {
    const elsewhere = new URL(url);
    elsewhere.pathname = "/blissbot_test_missing";
    await using({ url: elsewhere.href }, async (db) => {
      const error = await failureOf(db.run(LONG_MS, (sql) => sql`select 1`));
      assert.equal(error.kind, "unreachable");
      assert.match(error.message, /database "blissbot_test_missing" does not exist; check/);
    });
  });

  await t.step(
    "a transaction is kept as a whole or not at all",
    () =>
      using({ url }, async (db) => {
        await db.run(LONG_MS, (sql) => sql`create table whole (id int primary key)`);
        await db.transaction(LONG_MS, (sql) => sql`insert into whole values (1), (2)`);
        const bug = new RangeError("a fault of the work itself");
        await assert.rejects(
          db.transaction(LONG_MS, async (sql) => {
            await sql`insert into whole values (3)`;
            throw bug;
          }),
          bug,
        );
        assert.deepEqual(await ids(db, "whole"), [1, 2]);
      }),
  );

  await t.step(
    "what the server refuses surfaces at once, with its code",
    () =>
      using({ url }, async (db) => {
        let tries = 0;
        const work = db.transaction(LONG_MS, (sql) => {
          tries++;
          return sql`insert into whole values (1)`;
        }, { replayable: true });
        const error = await failureOf(work);
        assert.equal(error.kind, "failed");
        assert.equal(error.code, "23505");
        assert.equal(tries, 1);
      }),
  );

  await t.step(
    "a failed statement cannot be overlooked: the transaction fails",
    () =>
      using({ url }, async (db) => {
        await assert.rejects(
          db.transaction(LONG_MS, async (sql) => {
            await sql`insert into whole values (4)`;
            await sql`select 1 / 0`.catch(() => {});
          }),
          /failed unnoticed/,
        );
        assert.deepEqual(await ids(db, "whole"), [1, 2]);
      }),
  );

  await t.step(
    "a lost connection is replayed, and nothing of the lost try stays",
    () =>
      using({ url }, async (db) => {
        let tries = 0;
        await db.transaction(LONG_MS, async (sql) => {
          tries++;
          await sql`insert into whole values (${10 + tries})`;
          if (tries < 3) await sql.unsafe(killMyself);
        }, { replayable: true });
        assert.deepEqual(await ids(db, "whole"), [1, 2, 13]);
      }),
  );

  await t.step(
    "nothing is written outside a transaction whose connection died between statements",
    () =>
      using({ url, max: 2 }, async (db) => {
        const work = db.transaction(LONG_MS, async (sql) => {
          const [me] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
          await db.run(
            LONG_MS,
            (other) => other`select pg_terminate_backend(${me?.pid ?? 0}, 5000)`,
          );
          await sql`insert into whole values (20)`;
        });
        assert.equal((await failureOf(work)).kind, "unreachable");
        assert.deepEqual(await ids(db, "whole"), [1, 2, 13]);
      }),
  );

  await t.step("work that may not be replayed is not", () =>
    using({ url }, async (db) => {
      let tries = 0;
      const work = db.transaction(LONG_MS, (sql) => {
        tries++;
        return sql.unsafe(killMyself);
      });
      assert.equal((await failureOf(work)).kind, "unreachable");
      assert.equal(tries, 1);
    }));

  await t.step(
    "two transactions that wait for each other both get done",
    () =>
      using({ url }, async (db) => {
        const bothHaveOne = Promise.withResolvers<void>();
        let holders = 0;
        const swap = (first: number, second: number) =>
          db.transaction(LONG_MS, async (sql) => {
            await sql`update whole set id = id where id = ${first}`;
            if (++holders === 2) bothHaveOne.resolve();
            await bothHaveOne.promise;
            await sql`update whole set id = id where id = ${second}`;
            return holders;
          }, { replayable: true });
        const tries = await Promise.all([swap(1, 2), swap(2, 1)]);
        assert.equal(Math.max(...tries), 3);
      }),
  );

  await t.step(
    "a statement that takes too long is given up, and the rest goes on",
    () =>
      using({ url, max: 1 }, async (db) => {
        const error = await failureOf(db.run(100, (sql) => sql`select pg_sleep(60)`));
        assert.equal(error.kind, "timeout");
        assert.match(error.message, /no answer within 0\.1 s; try again later$/);
        assert.deepEqual(await ids(db, "whole"), [1, 2, 13]);
      }),
  );

  await t.step(
    "work that makes progress may take longer than its deadline",
    () =>
      using({ url }, (db) =>
        db.run(400, async (sql, progress) => {
          for (let part = 0; part < 4; part++) {
            await sql`select pg_sleep(0.15)`;
            progress();
          }
        })),
  );

  await t.step(
    "waiting for a free connection ends with the deadline",
    () =>
      using({ url, max: 1 }, async (db) => {
        const free = Promise.withResolvers<void>();
        const first = db.run(LONG_MS, async (sql) => {
          await sql`select 1`;
          await free.promise;
        });
        assert.equal((await failureOf(db.run(50, (sql) => sql`select 1`))).kind, "timeout");
        free.resolve();
        await first;
        await db.run(LONG_MS, (sql) => sql`select 1`);
      }),
  );

  await t.step("closing lets running work finish and refuses new work", async () => {
    const db = openSql({ url });
    const begun = Promise.withResolvers<void>();
    const running = db.transaction(LONG_MS, async (sql) => {
      await sql`insert into whole values (30)`;
      begun.resolve();
      await sql`select pg_sleep(0.1)`;
    });
    await begun.promise;
    await Promise.all([db.close(), db.close()]);
    await running;
    assert.match((await failureOf(db.run(LONG_MS, (sql) => sql`select 1`))).message, /was closed/);
    await using(
      { url },
      async (again) => assert.deepEqual(await ids(again, "whole"), [1, 2, 13, 30]),
    );
  });

  await t.step(
    "no storm of dying connections ends the process or makes anybody wait",
    () =>
      using({ url, max: 4 }, async (db) => {
        await db.run(LONG_MS, (sql) => sql`create table storm (id int not null)`);
        const kept: number[] = [];
        let busy = 3;
        async function write(worker: number) {
          for (let id = worker; id < 30; id += 3) {
            await db.transaction(LONG_MS, async (sql) => {
              await sql`insert into storm values (${id})`;
              await Promise.all([sql`select 1`, sql`select length(${"x".repeat(id * 200)}::text)`]);
            }, { replayable: true })
              .then(() => kept.push(id), (error) => assert.equal(error.kind, "unreachable"));
          }
          busy--;
        }
        async function kill() {
          while (busy > 0) {
            await db.run(LONG_MS, (sql) =>
              sql`
              select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()
              order by random() limit 1`)
              // The connection it is lent may be one that it killed a moment ago.
              .catch((error) => assert.equal(error.kind, "unreachable"));
          }
        }
        await Promise.all([write(0), write(1), write(2), kill()]);
        const found = new Set(await ids(db, "storm"));
        assert.deepEqual(kept.filter((id) => !found.has(id)), []);
      }),
  );
});

async function ids(db: Database, table: string): Promise<number[]> {
  const rows = await db.run(
    LONG_MS,
    (sql) => sql<{ id: number }[]>`select id from ${sql(table)} order by id`,
  );
  return rows.map(({ id }) => id);
}
