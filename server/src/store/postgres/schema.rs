//! The schema, its migrations, and the grants that a server needs.

use sqlx::migrate::{AppliedMigration, Migrate, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use super::super::error::StoreError;
use super::super::migrations::{self, Step};
use super::connections::Work;
use super::primary::Primary;

/// The schema, as an ordered list of steps that are never edited once released.
const STEPS: [Step; 9] = [
    Step {
        version: 1,
        description: "tokens, revocations and audit events",
        sql: include_str!("../../../migrations/postgres/0001_tokens_and_revocations.sql"),
    },
    Step {
        version: 2,
        description: "tokens of user in order",
        sql: include_str!("../../../migrations/postgres/0002_tokens_of_user_in_order.sql"),
    },
    Step {
        version: 3,
        description: "tokens of business",
        sql: include_str!("../../../migrations/postgres/0003_tokens_of_business.sql"),
    },
    Step {
        version: 4,
        description: "changes",
        sql: include_str!("../../../migrations/postgres/0004_changes.sql"),
    },
    Step {
        version: 5,
        description: "tokens within business",
        sql: include_str!("../../../migrations/postgres/0005_tokens_within_business.sql"),
    },
    Step {
        version: 6,
        description: "locks of tokens",
        sql: include_str!("../../../migrations/postgres/0006_locks_of_tokens.sql"),
    },
    Step {
        version: 7,
        description: "administration",
        sql: include_str!("../../../migrations/postgres/0007_administration.sql"),
    },
    Step {
        version: 8,
        description: "locks of tokens at once",
        sql: include_str!("../../../migrations/postgres/0008_locks_of_tokens_at_once.sql"),
    },
    Step {
        version: 9,
        description: "lookups of revocations",
        sql: include_str!("../../../migrations/postgres/0009_lookups_of_revocations.sql"),
    },
];

/// The grants that a role needs to serve: no event that seems to be an operator's or has a number of its choice, no UPDATE but of a token's last use, and no DELETE but of the rows of `changes`.
const GRANTS: [&str; 8] = [
    "GRANT SELECT ON _sqlx_migrations, businesses, users, memberships, tokens, revocations, audit_events, changes TO ",
    "GRANT INSERT ON tokens, revocations, changes TO ",
    "REVOKE INSERT ON audit_events FROM ",
    "GRANT INSERT (at, action, actor_user_id, actor_token_id, business_id, target_token_id, reason, remote_address, claimed_email,
         target_user_id) ON audit_events TO ",
    "GRANT DELETE ON changes TO ",
    "GRANT UPDATE (last_used_at) ON tokens TO ",
    "REVOKE UPDATE, DELETE, TRUNCATE ON revocations, audit_events FROM ",
    "REVOKE ALL ON pruning FROM ",
];

/// Builds the migrator that applies the schema's steps.
pub(super) fn migrator() -> Migrator {
    migrations::migrator(&STEPS)
}

/// Brings the schema to the one of this program, over a separate connection. Returns the descriptions of the migrations that
/// were applied.
///
/// Replicas may start together: an advisory lock makes them wait for the one that migrates, and they find nothing to apply. A role that may not change the schema can start once another has.
pub(super) async fn migrate(primary: &Primary) -> Result<Vec<String>, StoreError> {
    let migrator = migrator();
    let mut connection = primary.connect().await?.connection;
    // A step may take long, and waits for the one that another process applies.
    connection.execute("RESET ALL").await?;
    let found = applied(&mut connection, &migrator).await?;
    if migrations::difference(&migrator, &found).is_none() {
        connection.close().await?;
        return Ok(Vec::new());
    }

    connection.lock().await?;
    let before = applied(&mut connection, &migrator).await?;
    migrations::difference(&migrator, &before).require_usable()?;
    migrator.run_direct(None, &mut connection, false).await?;
    connection.unlock().await?;
    connection.close().await?;
    Ok(migrations::not_among(&migrator, &before))
}

/// Reads which steps were applied: none where the table of steps does not exist. It only reads, which every role may.
pub(super) async fn applied(
    connection: &mut PgConnection,
    migrator: &Migrator,
) -> Result<Vec<AppliedMigration>, StoreError> {
    let exists: bool = connection
        .fetch_one("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .await?
        .try_get(0)?;
    if exists {
        let table = &*migrator.table_name;
        Ok(connection.list_applied_migrations(table).await?)
    } else {
        Ok(Vec::new())
    }
}

/// The grants that let a role serve and do nothing else.
#[derive(Debug)]
pub(super) struct Grant<'a> {
    pub(super) role: &'a str,
}

impl Work for Grant<'_> {
    type Output = ();

    async fn run_on(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let row = sqlx::query("SELECT quote_ident($1)")
            .bind(self.role)
            .fetch_one(&mut *connection)
            .await?;
        let role: String = row.try_get(0)?;
        let mut transaction = connection.begin().await?;
        for grant in GRANTS {
            // The database itself has quoted the name.
            let grant = AssertSqlSafe(format!("{grant}{role}"));
            transaction.execute(grant).await?;
        }
        Ok(transaction.commit().await?)
    }
}
