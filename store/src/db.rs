//! Opening, migrating, turns and reads, and the macros that stamp one statement for each driver.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Postgres, Sqlite, Transaction};

use crate::dialect::{self, Pair};
use crate::error::Error;

/// Runs one body on whichever driver the connection has. Inside, `$c` is that driver's own connection, so
/// every query is an ordinary query on a concrete driver and the compiler sees both.
macro_rules! both {
    ($conn:expr, |$c:ident| $body:expr) => {{
        let conn: &mut $crate::db::Conn = &mut *$conn;
        match conn.enter() {
            Err(failed) => Err(failed),
            Ok(()) => {
                let out = match &mut conn.driver {
                    $crate::db::Driver::Sqlite(turn) => {
                        let $c = &mut **turn;
                        $body
                    }
                    $crate::db::Driver::Postgres(turn) => {
                        let $c = &mut **turn;
                        $body
                    }
                };
                conn.leave(out)
            }
        }
    }};
}

/// All rows of a statement as `$row`.
macro_rules! all {
    ($conn:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        both!($conn, |c| sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(c).await)
    };
}

/// The only row of a statement as `$row`, or none.
macro_rules! one {
    ($conn:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        both!($conn, |c| sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(c).await)
    };
}

/// Runs a statement; the number of rows it touched.
macro_rules! run {
    ($conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        both!($conn, |c| sqlx::query($sql)$(.bind($bind))*.execute(c).await.map(|done| done.rows_affected()))
    };
}

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// SQLite readers. More than cores do not help; fewer let one long list hold up the others.
const SQLITE_READERS: u32 = 4;
/// How long SQLite waits for another *process* (a backup, a shell) to release the file; within this program
/// the single writer queues instead.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections per node. PostgreSQL's own default is 100 for all nodes together.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a turn may wait for a connection before it is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// Which database a store speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file of this machine.
    Sqlite,
    /// A server, possibly shared by several nodes.
    Postgres,
}

#[derive(Clone)]
enum Db {
    Sqlite { writer: SqlitePool, reader: SqlitePool },
    Postgres(PgPool),
}

/// The store. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Store {
    db: Db,
}

impl Store {
    /// Opens `sqlite:PATH` (made with mode 0600 when absent; its folder must exist) or `postgres://…`. Does
    /// not migrate.
    ///
    /// # Errors
    /// Unknown scheme, bad address, or the database cannot be reached.
    pub async fn open(url: &str) -> Result<Self, Error> {
        let db = if let Some(path) = url.strip_prefix("sqlite:") {
            open_sqlite(path.strip_prefix("//").unwrap_or(path)).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url).await?
        } else {
            return Err(Error::unavailable("the address must begin with sqlite: or postgres://"));
        };
        Ok(Self { db })
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        match self.db {
            Db::Sqlite { .. } => Backend::Sqlite,
            Db::Postgres(_) => Backend::Postgres,
        }
    }

    /// Brings the schema to this program's version. Safe to call at every start.
    ///
    /// # Errors
    /// The database is newer than this program, was changed by hand, or cannot be reached.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what remains are faults of the migration files")]
    pub async fn migrate(&self) -> Result<(), Error> {
        let done = match &self.db {
            Db::Sqlite { writer, .. } => SQLITE.run(writer).await,
            Db::Postgres(pool) => POSTGRES.run(pool).await,
        };
        done.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(inner)
            | sqlx::migrate::MigrateError::ExecuteMigration(inner, _) => dialect::sort(inner),
            sqlx::migrate::MigrateError::VersionMissing(_) => {
                Error::unavailable("the schema is newer than the program")
            }
            sqlx::migrate::MigrateError::VersionMismatch(_) => {
                Error::unavailable("a migration was changed after it ran")
            }
            _ => Error::unavailable("migration"),
        })
    }

    /// Begins a turn. On SQLite it is alone; on PostgreSQL rows loaded `…_for_update` are.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn begin(&self) -> Result<Tx, Error> {
        let driver = match &self.db {
            Db::Sqlite { writer, .. } => {
                Driver::Sqlite(writer.begin_with(dialect::BEGIN_TURN.sqlite).await.map_err(dialect::sort)?)
            }
            Db::Postgres(pool) => {
                Driver::Postgres(pool.begin_with(dialect::BEGIN_TURN.postgres).await.map_err(dialect::sort)?)
            }
        };
        Ok(Tx(Conn { driver, failed: false }))
    }

    /// Begins a read of one unchanging snapshot. It waits for no writer. Drop it soon: an old snapshot keeps
    /// SQLite's log and PostgreSQL's dead rows from being cleaned.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn read(&self) -> Result<Read, Error> {
        let driver = match &self.db {
            Db::Sqlite { reader, .. } => {
                Driver::Sqlite(reader.begin_with(dialect::BEGIN_READ.sqlite).await.map_err(dialect::sort)?)
            }
            Db::Postgres(pool) => {
                Driver::Postgres(pool.begin_with(dialect::BEGIN_READ.postgres).await.map_err(dialect::sort)?)
            }
        };
        Ok(Read(Conn { driver, failed: false }))
    }

    /// Ready to work: the schema is this program's and a turn can begin. Waits for a running turn to end.
    ///
    /// # Errors
    /// [`Error::Unavailable`] says what is missing.
    pub async fn check(&self) -> Result<(), Error> {
        let (newest,): (Option<i64>,) = one!(
            &mut *self.read().await?,
            (Option<i64>,),
            "SELECT max(version) FROM _sqlx_migrations WHERE success"
        )?
        .unwrap_or((None,));
        let wanted = match self.backend() {
            Backend::Sqlite => SQLITE.iter().map(|step| step.version).max(),
            Backend::Postgres => POSTGRES.iter().map(|step| step.version).max(),
        };
        if newest != wanted {
            return Err(Error::unavailable("the schema is not the program's"));
        }
        let mut turn = self.begin().await?;
        // Touches nothing, but a read-only file or a standby server refuses it.
        run!(&mut *turn, "DELETE FROM settings WHERE key = '' AND key <> ''")?;
        turn.rollback().await
    }

    /// Waits for running turns and closes all connections; later calls are refused.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite { writer, reader } => {
                // The writer goes last: it folds the log into the file.
                reader.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(path: &str) -> Result<Db, Error> {
    if path.is_empty() || path.starts_with(":memory:") {
        // Two pools would see two databases.
        return Err(Error::unavailable("SQLite needs a file"));
    }
    create_private(Path::new(path))
        .map_err(|error| Error::unavailable(format!("database file: {}", error.kind())))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        // A committed turn survives a power cut: pages, alarms and signatures are in these rows.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(SQLITE_BUSY_TIMEOUT);
    // A local file needs no liveness ping and no recycling of connections.
    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    let writer = pool().max_connections(1).connect_with(options.clone()).await.map_err(dialect::sort)?;
    let reader = pool()
        .max_connections(SQLITE_READERS)
        .connect_with(options.pragma("query_only", "ON"))
        .await
        .map_err(dialect::sort)?;
    Ok(Db::Sqlite { writer, reader })
}

/// Makes the file before SQLite does, so that it never stands readable for others; the log beside it inherits
/// the mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn open_postgres(url: &str) -> Result<Db, Error> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| Error::unavailable("the PostgreSQL address cannot be read"))?
        .application_name("yoban")
        // A node that hangs inside a turn must not hold a case's row for the others.
        .options([("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "30s")]);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(dialect::sort)?;
    Ok(Db::Postgres(pool))
}

pub(crate) enum Driver {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// What turns and reads have in common: every query that changes nothing is a method of this type.
pub struct Conn {
    pub(crate) driver: Driver,
    failed: bool,
}

impl Conn {
    /// Marks the turn as failed until the statement has come back: a refused or dropped statement ends the
    /// turn on SQLite just as PostgreSQL does by itself.
    pub(crate) fn enter(&mut self) -> Result<(), Error> {
        if self.failed {
            return Err(Error::TurnFailed);
        }
        self.failed = true;
        Ok(())
    }

    pub(crate) fn leave<T>(&mut self, out: Result<T, sqlx::Error>) -> Result<T, Error> {
        let value = out.map_err(dialect::sort)?;
        self.failed = false;
        Ok(value)
    }

    /// Ends the turn with an error that the database does not know of.
    pub(crate) fn fail<T>(&mut self, error: Error) -> Result<T, Error> {
        self.failed = true;
        Err(error)
    }

    pub(crate) fn pick(&self, pair: Pair) -> &'static str {
        match self.driver {
            Driver::Sqlite(_) => pair.sqlite,
            Driver::Postgres(_) => pair.postgres,
        }
    }
}

/// A turn: everything in it is stored by [`Tx::commit`], or nothing. Dropping it rolls back.
pub struct Tx(Conn);

impl Tx {
    /// Stores the turn. When this returns `Ok`, a crash or power cut no longer loses it.
    ///
    /// # Errors
    /// [`Error::TurnFailed`] after an earlier error, else what the database says; nothing is stored then.
    pub async fn commit(self) -> Result<(), Error> {
        // PostgreSQL answers COMMIT of a failed transaction with a silent ROLLBACK: never ask.
        if self.0.failed {
            return Err(Error::TurnFailed);
        }
        match self.0.driver {
            Driver::Sqlite(turn) => turn.commit().await,
            Driver::Postgres(turn) => turn.commit().await,
        }
        .map_err(dialect::sort)
    }

    /// Takes everything back and waits until that is done.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing is stored in that case either.
    pub async fn rollback(self) -> Result<(), Error> {
        match self.0.driver {
            Driver::Sqlite(turn) => turn.rollback().await,
            Driver::Postgres(turn) => turn.rollback().await,
        }
        .map_err(dialect::sort)
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

/// A snapshot to read from.
pub struct Read(Conn);

impl Deref for Read {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Read {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}
