//! What a cluster is told in SQL. Names have been checked: they hold no quotes. All of it can be said twice.

use std::fmt::Write as _;

/// Schemas that are the users'.
const SCHEMAS: &str =
    "SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'";

/// A user with the verifier of a password; without one nobody logs in as it.
pub(in crate::products::rdb) fn user(name: &str, is_admin: bool, verifier: Option<&str>) -> String {
    let may = if is_admin { "CREATEDB CREATEROLE" } else { "NOCREATEDB NOCREATEROLE" };
    let password = verifier.map_or_else(|| "NULL".into(), |verifier| format!("'{verifier}'"));
    format!(
        "SELECT 'CREATE ROLE \"{name}\"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec\n\
         ALTER ROLE \"{name}\" LOGIN {may} PASSWORD {password};\n"
    )
}

/// In each database before the user goes: what it owned stays.
pub(in crate::products::rdb) fn disown(user: &str) -> String {
    format!("REASSIGN OWNED BY \"{user}\" TO _rdb_superadmin;\nDROP OWNED BY \"{user}\";\n")
}

pub(in crate::products::rdb) fn drop_user(name: &str) -> String {
    format!("DROP ROLE IF EXISTS \"{name}\";\n")
}

/// A database that nobody may enter to whom nothing is granted.
pub(in crate::products::rdb) fn database(name: &str) -> String {
    format!(
        "SELECT 'CREATE DATABASE \"{name}\"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec\n\
         REVOKE ALL ON DATABASE \"{name}\" FROM PUBLIC;\n"
    )
}

pub(in crate::products::rdb) fn drop_database(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE);\n")
}

/// What a permission comes to on a database, and on schemas, tables and sequences in it.
struct Rights {
    database: &'static str,
    schemas: &'static str,
    tables: &'static str,
    sequences: &'static str,
}

fn rights(permission: &str) -> Option<Rights> {
    Some(match permission {
        "readonly" => Rights { database: "CONNECT", schemas: "USAGE", tables: "SELECT", sequences: "SELECT" },
        "readwrite" => Rights {
            database: "CONNECT, TEMPORARY",
            schemas: "USAGE",
            tables: "SELECT, INSERT, UPDATE, DELETE",
            sequences: "USAGE, SELECT, UPDATE",
        },
        "all" => Rights { database: "ALL", schemas: "ALL", tables: "ALL", sequences: "ALL" },
        _ => return None,
    })
}

/// Said in `database`: the user has this permission and no other there, on what there is by now. What is made later is its
/// maker's, until the permission is set again (documented).
pub(in crate::products::rdb) fn privilege(database: &str, user: &str, permission: &str) -> String {
    let to = format!("\"{user}\"");
    // Where `format` reads it.
    let read = to.replace('%', "%%");
    let mut sql = String::new();
    let each = |statement: &str, from: &str, condition: &str| {
        format!("SELECT format('{statement}', {from} WHERE {condition} \\gexec\n")
    };
    let relation = "CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, oid::regclass) FROM pg_class";
    let tables = format!("relnamespace IN ({SCHEMAS}) AND relkind IN ('r', 'p', 'v', 'm', 'f')");
    let sequences = format!("relnamespace IN ({SCHEMAS}) AND relkind = 'S'");
    let schemas = format!("oid IN ({SCHEMAS})");
    let not_own = |owner: &str| format!("{owner} <> '{to}'::regrole");
    // Writing to a string cannot fail.
    let _ = writeln!(sql, "REVOKE ALL ON DATABASE \"{database}\" FROM {to};");
    sql += &each(
        &format!("REVOKE ALL ON SCHEMA %I FROM {read}"),
        "nspname) FROM pg_namespace",
        &format!("{schemas} AND {}", not_own("nspowner")),
    );
    for kind in [&tables, &sequences] {
        let condition = format!("{kind} AND {}", not_own("relowner"));
        sql += &each(&format!("REVOKE ALL ON %s %s FROM {read}"), relation, &condition);
    }
    if let Some(rights) = rights(permission) {
        let _ = writeln!(sql, "GRANT {} ON DATABASE \"{database}\" TO {to};", rights.database);
        let grant = format!("GRANT {} ON SCHEMA %I TO {read}", rights.schemas);
        sql += &each(&grant, "nspname) FROM pg_namespace", &schemas);
        sql += &each(&format!("GRANT {} ON %s %s TO {read}", rights.tables), relation, &tables);
        sql += &each(&format!("GRANT {} ON %s %s TO {read}", rights.sequences), relation, &sequences);
    }
    sql
}
