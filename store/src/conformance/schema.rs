//! Looking at the schema itself: for the comparison of the two databases, and to find every instant.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;

use crate::db::Driver;
use crate::{Conn, Store};

/// What can be said of a column in both databases.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    pub name: String,
    /// `INTEGER`, `TEXT` or `BYTES` (uuid and bytea are both bytes in SQLite).
    pub class: &'static str,
    pub not_null: bool,
    /// Place in the primary key, from 1; 0 outside.
    pub key: i64,
}

/// A unique index: table, whether it is partial, columns.
pub type Unique = (String, bool, Vec<String>);

/// What can be said of a schema in both databases.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Columns in order, by table.
    pub tables: BTreeMap<String, Vec<Column>>,
    /// All named indexes: name, unique, and what it covers.
    pub indexes: BTreeMap<String, (bool, Unique)>,
    /// Foreign keys as `table(columns) -> table(columns)`.
    pub references: BTreeSet<String>,
    /// Named checks.
    pub checks: BTreeSet<String>,
}

fn class(declared: &str) -> &'static str {
    match declared {
        "INTEGER" | "bigint" => "INTEGER",
        "TEXT" | "text" => "TEXT",
        "BLOB" | "uuid" | "bytea" => "BYTES",
        other => panic!("a type both databases should not have: {other}"),
    }
}

/// Reads the schema of a store.
pub async fn read(store: &Store) -> Schema {
    let mut read = store.read().await.unwrap();
    match read.driver {
        Driver::Sqlite(_) => read_sqlite(&mut read).await,
        Driver::Postgres(_) => read_postgres(&mut read).await,
    }
}

async fn read_sqlite(conn: &mut Conn) -> Schema {
    let mut schema = Schema::default();
    let tables = all!(
        conn,
        (String, String),
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
         AND name NOT LIKE '\\_%' ESCAPE '\\'"
    )
    .unwrap();
    for (table, sql) in tables {
        assert!(sql.trim_end().ends_with("STRICT"), "{table} is not STRICT");
        let columns = all!(
            conn,
            (String, String, bool, i64),
            "SELECT name, type, \"notnull\" <> 0 OR pk > 0, pk FROM pragma_table_info($1) ORDER BY cid",
            &table
        )
        .unwrap();
        let columns = columns
            .into_iter()
            .map(|(name, declared, not_null, key)| Column { name, class: class(&declared), not_null, key })
            .collect();
        schema.tables.insert(table.clone(), columns);
        let keys = all!(
            conn,
            (String, String, String),
            "SELECT f.\"table\", group_concat(f.\"from\", ','), group_concat(f.\"to\", ',')
             FROM (SELECT * FROM pragma_foreign_key_list($1) ORDER BY id, seq) f GROUP BY f.id",
            &table
        )
        .unwrap();
        schema
            .references
            .extend(keys.into_iter().map(|(to, mine, theirs)| format!("{table}({mine}) -> {to}({theirs})")));
        let words: Vec<&str> = sql.split_whitespace().collect();
        let checks = words.windows(3).filter(|words| words[0] == "CONSTRAINT" && words[2] == "CHECK");
        schema.checks.extend(checks.map(|words| words[1].to_owned()));
    }
    let indexes = all!(
        conn,
        (String, String, bool, bool, String),
        "SELECT l.name, m.name, l.\"unique\" <> 0, l.partial <> 0,
         (SELECT group_concat(i.name, ',') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno) i)
         FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table' AND l.origin = 'c'"
    )
    .unwrap();
    for (name, table, unique, partial, columns) in indexes {
        let columns = columns.split(',').map(str::to_owned).collect();
        schema.indexes.insert(name, (unique, (table, partial, columns)));
    }
    schema
}

async fn read_postgres(conn: &mut Conn) -> Schema {
    let mut schema = Schema::default();
    let columns = all!(
        conn,
        (String, String, String, bool, i64),
        "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'NO',
         coalesce((SELECT array_position(k.conkey, a.attnum) FROM pg_constraint k, pg_attribute a
             WHERE k.conrelid = a.attrelid AND a.attrelid = c.table_name::regclass
             AND a.attname = c.column_name
             AND k.contype = 'p'), 0)::bigint
         FROM information_schema.columns c
         WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_%'
         ORDER BY c.table_name, c.ordinal_position"
    )
    .unwrap();
    for (table, name, declared, not_null, key) in columns {
        let column = Column { name, class: class(&declared), not_null, key };
        schema.tables.entry(table).or_default().push(column);
    }
    let keys = all!(
        conn,
        (String, String, String, String),
        "SELECT k.conrelid::regclass::text, k.confrelid::regclass::text,
         (SELECT string_agg(a.attname, ',' ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u (attnum, n)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum),
         (SELECT string_agg(a.attname, ',' ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u (attnum, n)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum)
         FROM pg_constraint k WHERE k.contype = 'f'"
    )
    .unwrap();
    schema.references.extend(
        keys.into_iter().map(|(table, to, mine, theirs)| format!("{table}({mine}) -> {to}({theirs})")),
    );
    let checks = all!(
        conn,
        (String,),
        // Checks without a name of ours are called table_column_check.
        "SELECT conname::text FROM pg_constraint WHERE contype = 'c' AND conname NOT LIKE '%\\_check'
         AND connamespace = 'public'::regnamespace"
    )
    .unwrap();
    schema.checks.extend(checks.into_iter().map(|(name,)| name));
    let indexes = all!(
        conn,
        (String, String, bool, bool, String),
        "SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text, i.indisunique, i.indpred IS
         NOT NULL,
         (SELECT string_agg(a.attname, ',' ORDER BY u.n) FROM unnest(i.indkey) WITH ORDINALITY u (attnum, n)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum)
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
         WHERE NOT i.indisprimary AND t.relnamespace = 'public'::regnamespace"
    )
    .unwrap();
    for (name, table, unique, partial, columns) in indexes {
        let columns = columns.split(',').map(str::to_owned).collect();
        schema.indexes.insert(name, (unique, (table, partial, columns)));
    }
    schema
}

/// Every column that holds an instant.
pub async fn instant_columns(conn: &mut Conn) -> Vec<(String, String)> {
    let schema = match conn.driver {
        Driver::Sqlite(_) => read_sqlite(conn).await,
        Driver::Postgres(_) => read_postgres(conn).await,
    };
    let mut found = Vec::new();
    for (table, columns) in schema.tables {
        let instants = columns.into_iter().filter(|column| column.name.ends_with("_ms"));
        found.extend(instants.map(|column| (table.clone(), column.name)));
    }
    found
}

/// All values of one instant column.
pub async fn instants(store: &Store, table: &str, column: &str) -> Vec<i64> {
    let mut read = store.read().await.unwrap();
    // Table and column come from the schema itself.
    let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
    let rows = all!(&mut *read, (i64,), AssertSqlSafe(sql.clone())).unwrap();
    rows.into_iter().map(|(value,)| value).collect()
}
