//! Businesses and their members, as operators change them.

use sqlx::postgres::{PgConnection, Postgres};
use sqlx::{Row, Transaction, query, query_scalar};
use uuid::Uuid;

use super::super::administration::{
    BusinessLine, Mass, MassRevoked, MemberChange, MemberChanged, UserLine, business_added,
    require_name,
};
use super::super::audit::AuditAction;
use super::super::error::StoreError;
use super::super::records::Membership;
use super::super::role::Role;
use super::find::{find_business, find_user};
use super::row::Stored;
use super::tokens::revoke_all;
use super::{trail, write};

/// Reads the users of a business, or all of them, once for each of their memberships.
pub(crate) async fn users(
    connection: &mut PgConnection,
    business: Option<&str>,
) -> Result<Vec<UserLine>, StoreError> {
    if let Some(business) = business {
        find_business(connection, business).await?;
    }
    let rows = query(
        "SELECT u.id, u.email, b.id, b.name, m.role, m.created_at, u.deactivated_at
         FROM memberships m JOIN users u ON u.id = m.user_id JOIN businesses b ON b.id = m.business_id
         WHERE $1::text IS NULL OR b.id::text = lower($1) OR b.name = $1 ORDER BY b.name, u.email",
    )
    .bind(business)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(UserLine {
                user_id: row.try_get(0)?,
                email: row.try_get(1)?,
                business_id: row.try_get(2)?,
                business: row.try_get(3)?,
                role: row.try_get(4)?,
                created_at: row.instant(5)?,
                deactivated_at: row.optional_instant(6)?,
            })
        })
        .collect()
}

/// Returns a member of a business, and creates business, user and membership where they are missing. A member keeps its role.
pub(crate) async fn ensure_member(
    transaction: &mut Transaction<'_, Postgres>,
    change: &MemberChange,
) -> Result<Membership, StoreError> {
    let business_id = match Uuid::try_parse(&change.business) {
        Ok(_) => find_business(transaction, &change.business).await?,
        Err(_) => {
            add_business(transaction, &change.business, &change.operator)
                .await?
                .0
        }
    };
    let (user_id, changed) = join(transaction, change, business_id, false).await?;
    Ok(Membership {
        business_id,
        user_id,
        role: changed.role(change.role),
    })
}

/// Adds a user to a business. A deactivated one is activated. A member keeps its role, which is returned if it is another one; then
/// nothing is changed.
pub(crate) async fn add_member(
    transaction: &mut Transaction<'_, Postgres>,
    change: &MemberChange,
) -> Result<MemberChanged, StoreError> {
    let business = find_business(transaction, &change.business).await?;
    Ok(join(transaction, change, business, true).await?.1)
}

/// Makes a user a member of a business. Returns the user's id. Refuses a deactivated one, unless it `activates` users.
async fn join(
    transaction: &mut Transaction<'_, Postgres>,
    change: &MemberChange,
    business: Uuid,
    activates: bool,
) -> Result<(Uuid, MemberChanged), StoreError> {
    query(
        "INSERT INTO users (id, email, created_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING",
    )
    .bind(Uuid::new_v4())
    .bind(&change.email)
    .execute(&mut **transaction)
    .await?;
    let user = find_user(transaction, &change.email).await?;
    // It is not deactivated meanwhile.
    write::lock_user(transaction, user).await?;
    let is_deactivated: bool =
        query_scalar("SELECT deactivated_at IS NOT NULL FROM users WHERE id = $1")
            .bind(user)
            .fetch_one(&mut **transaction)
            .await?;
    if is_deactivated && !activates {
        return Err(change.deactivated());
    }
    let added = query(
        "INSERT INTO memberships (business_id, user_id, role, created_at) VALUES ($1, $2, $3, now()) ON CONFLICT DO NOTHING",
    )
    .bind(business)
    .bind(user)
    .bind(change.role.name())
    .execute(&mut **transaction)
    .await?;
    let is_added = added.rows_affected() > 0;
    if !is_added {
        let role = role_of(transaction, change, business, user).await?;
        if role != change.role {
            return Ok((user, MemberChanged::Role(role)));
        }
    }
    if is_deactivated {
        query("UPDATE users SET deactivated_at = NULL WHERE id = $1")
            .bind(user)
            .execute(&mut **transaction)
            .await?;
        let event = change.event(AuditAction::UserActivated, None, user);
        trail::record(transaction, &event).await?;
    }
    if is_added {
        let event = change.event(AuditAction::UserAdded, Some(business), user);
        trail::record(transaction, &event).await?;
    }
    Ok((user, MemberChanged::by(is_added, is_deactivated)))
}

/// Gives a member of a business this role. Returns the previous one if it was another.
pub(crate) async fn set_role(
    transaction: &mut Transaction<'_, Postgres>,
    change: &MemberChange,
) -> Result<MemberChanged, StoreError> {
    let business = find_business(transaction, &change.business).await?;
    let user = find_user(transaction, &change.email).await?;
    let previous = role_of(transaction, change, business, user).await?;
    if previous == change.role {
        return Ok(MemberChanged::Nothing);
    }
    query("UPDATE memberships SET role = $1 WHERE business_id = $2 AND user_id = $3")
        .bind(change.role.name())
        .bind(business)
        .bind(user)
        .execute(&mut **transaction)
        .await?;
    let event = change.event(AuditAction::RoleChanged, Some(business), user);
    trail::record(transaction, &event).await?;
    Ok(MemberChanged::Role(previous))
}

/// Deactivates a user and revokes all tokens of it. Also returns whether it was active.
pub(crate) async fn deactivate(
    transaction: &mut Transaction<'_, Postgres>,
    mass: &Mass,
    email: &str,
) -> Result<(bool, MassRevoked), StoreError> {
    let user = find_user(transaction, email).await?;
    // No token is added to the user meanwhile, also not on the command line.
    write::lock_user(transaction, user).await?;
    let deactivated =
        query("UPDATE users SET deactivated_at = clock_timestamp() WHERE id = $1 AND deactivated_at IS NULL")
            .bind(user)
            .execute(&mut **transaction)
            .await?;
    let is_first = deactivated.rows_affected() > 0;
    if is_first {
        let event = mass.of_deactivation(user);
        trail::record(transaction, &event).await?;
    }
    Ok((is_first, revoke_all(transaction, mass).await?))
}

/// Reads all businesses.
pub(crate) async fn businesses(
    connection: &mut PgConnection,
) -> Result<Vec<BusinessLine>, StoreError> {
    let rows = query("SELECT id, name, created_at FROM businesses ORDER BY name")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(BusinessLine {
                business_id: row.try_get(0)?,
                name: row.try_get(1)?,
                created_at: row.instant(2)?,
            })
        })
        .collect()
}

/// Adds a business, unless there is one with this name. Returns its id, and whether it was added.
pub(crate) async fn add_business(
    transaction: &mut Transaction<'_, Postgres>,
    name: &str,
    operator: &str,
) -> Result<(Uuid, bool), StoreError> {
    require_name(name)?;
    let added = query(
        "INSERT INTO businesses (id, name, created_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING",
    )
    .bind(Uuid::new_v4())
    .bind(name)
    .execute(&mut **transaction)
    .await?;
    let id: Uuid = query_scalar("SELECT id FROM businesses WHERE name = $1")
        .bind(name)
        .fetch_one(&mut **transaction)
        .await?;
    let is_added = added.rows_affected() > 0;
    if is_added {
        let event = business_added(id, operator);
        trail::record(transaction, &event).await?;
    }
    Ok((id, is_added))
}

async fn role_of(
    connection: &mut PgConnection,
    change: &MemberChange,
    business: Uuid,
    user: Uuid,
) -> Result<Role, StoreError> {
    let row =
        query("SELECT role FROM memberships WHERE business_id = $1 AND user_id = $2 FOR UPDATE")
            .bind(business)
            .bind(user)
            .fetch_optional(connection)
            .await?;
    let row = row.ok_or_else(|| change.not_a_member())?;
    row.role(0)
}
