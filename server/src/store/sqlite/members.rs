//! Businesses and their members, as operators change them.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::super::administration::{
    BusinessLine, Mass, MassRevoked, MemberChange, MemberChanged, UserLine, business_added,
    require_name,
};
use super::super::audit::AuditAction;
use super::super::error::StoreError;
use super::super::records::Membership;
use super::super::role::Role;
use super::find::{find_business, find_user, user_with};
use super::row::{optional_instant, role, uuid};
use super::tokens::revoke_all;
use super::trail;
use crate::timestamp::Timestamp;

/// Reads the users of a business, or all of them, once for each of their memberships.
pub(crate) fn users(
    connection: &Connection,
    business: Option<&str>,
) -> Result<Vec<UserLine>, StoreError> {
    if let Some(business) = business {
        find_business(connection, business)?;
    }
    let mut statement = connection.prepare(
        "SELECT u.id, u.email, b.id, b.name, m.role, m.created_at, u.deactivated_at
         FROM memberships m JOIN users u ON u.id = m.user_id JOIN businesses b ON b.id = m.business_id
         WHERE ?1 IS NULL OR b.id = lower(?1) OR b.name = ?1 ORDER BY b.name, u.email",
    )?;
    let mut rows = statement.query([business])?;
    let mut users = Vec::new();
    while let Some(row) = rows.next()? {
        users.push(UserLine {
            user_id: uuid(row, 0)?,
            email: row.get(1)?,
            business_id: uuid(row, 2)?,
            business: row.get(3)?,
            role: row.get(4)?,
            created_at: Timestamp::from_micros(row.get(5)?),
            deactivated_at: optional_instant(row, 6)?,
        });
    }
    Ok(users)
}

/// Returns a member of a business, and creates business, user and membership where they are missing. A member keeps its role.
pub(crate) fn ensure_member(
    connection: &Connection,
    change: &MemberChange,
) -> Result<Membership, StoreError> {
    let business_id = match Uuid::try_parse(&change.business) {
        Ok(_) => find_business(connection, &change.business)?,
        Err(_) => add_business(connection, &change.business, &change.operator)?.0,
    };
    let (user_id, changed) = join(connection, change, business_id, false)?;
    Ok(Membership {
        business_id,
        user_id,
        role: changed.role(change.role),
    })
}

/// Adds a user to a business. A deactivated one is activated. A member keeps its role, which is returned if it is another one; then
/// nothing is changed.
pub(crate) fn add_member(
    connection: &Connection,
    change: &MemberChange,
) -> Result<MemberChanged, StoreError> {
    let business = find_business(connection, &change.business)?;
    Ok(join(connection, change, business, true)?.1)
}

/// Makes a user a member of a business. Returns the user's id. Refuses a deactivated one, unless it `activates` users.
fn join(
    connection: &Connection,
    change: &MemberChange,
    business: Uuid,
    activates: bool,
) -> Result<(Uuid, MemberChanged), StoreError> {
    let now = Timestamp::now();
    let user = match user_with(connection, &change.email)? {
        Some(user) => user,
        None => {
            let new = Uuid::new_v4();
            connection.execute(
                "INSERT INTO users (id, email, created_at) VALUES (?, ?, ?)",
                params![new.to_string(), change.email, now.as_micros()],
            )?;
            new
        }
    };
    let is_deactivated = connection
        .prepare("SELECT 1 FROM users WHERE id = ? AND deactivated_at IS NOT NULL")?
        .exists([user.to_string()])?;
    if is_deactivated && !activates {
        return Err(change.deactivated());
    }
    let added = connection.execute(
        "INSERT INTO memberships (business_id, user_id, role, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        params![business.to_string(), user.to_string(), change.role.name(), now.as_micros()],
    )?;
    let is_added = added > 0;
    if !is_added {
        let role = role_of(connection, change, business, user)?;
        if role != change.role {
            return Ok((user, MemberChanged::Role(role)));
        }
    }
    if is_deactivated {
        connection.execute(
            "UPDATE users SET deactivated_at = NULL WHERE id = ?",
            [user.to_string()],
        )?;
        let event = change.event(AuditAction::UserActivated, None, user);
        trail::record(connection, &event, now)?;
    }
    if is_added {
        let event = change.event(AuditAction::UserAdded, Some(business), user);
        trail::record(connection, &event, now)?;
    }
    Ok((user, MemberChanged::by(is_added, is_deactivated)))
}

/// Gives a member of a business this role. Returns the previous one if it was another.
pub(crate) fn set_role(
    connection: &Connection,
    change: &MemberChange,
) -> Result<MemberChanged, StoreError> {
    let business = find_business(connection, &change.business)?;
    let user = find_user(connection, &change.email)?;
    let previous = role_of(connection, change, business, user)?;
    if previous == change.role {
        return Ok(MemberChanged::Nothing);
    }
    connection.execute(
        "UPDATE memberships SET role = ? WHERE business_id = ? AND user_id = ?",
        params![change.role.name(), business.to_string(), user.to_string()],
    )?;
    let event = change.event(AuditAction::RoleChanged, Some(business), user);
    trail::record(connection, &event, Timestamp::now())?;
    Ok(MemberChanged::Role(previous))
}

/// Deactivates a user and revokes all tokens of it. Also returns whether it was active.
pub(crate) fn deactivate(
    connection: &Connection,
    mass: &Mass,
    email: &str,
) -> Result<(bool, MassRevoked), StoreError> {
    let user = find_user(connection, email)?;
    let now = Timestamp::now();
    let deactivated = connection.execute(
        "UPDATE users SET deactivated_at = ? WHERE id = ? AND deactivated_at IS NULL",
        params![now.as_micros(), user.to_string()],
    )?;
    if deactivated > 0 {
        let event = mass.of_deactivation(user);
        trail::record(connection, &event, now)?;
    }
    Ok((deactivated > 0, revoke_all(connection, mass)?))
}

/// Reads all businesses.
pub(crate) fn businesses(connection: &Connection) -> Result<Vec<BusinessLine>, StoreError> {
    let mut statement =
        connection.prepare("SELECT id, name, created_at FROM businesses ORDER BY name")?;
    let mut rows = statement.query([])?;
    let mut businesses = Vec::new();
    while let Some(row) = rows.next()? {
        businesses.push(BusinessLine {
            business_id: uuid(row, 0)?,
            name: row.get(1)?,
            created_at: Timestamp::from_micros(row.get(2)?),
        });
    }
    Ok(businesses)
}

/// Adds a business, unless there is one with this name. Returns its id, and whether it was added.
pub(crate) fn add_business(
    connection: &Connection,
    name: &str,
    operator: &str,
) -> Result<(Uuid, bool), StoreError> {
    require_name(name)?;
    let now = Timestamp::now();
    let added = connection.execute(
        "INSERT INTO businesses (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        params![Uuid::new_v4().to_string(), name, now.as_micros()],
    )?;
    let id =
        connection.query_row("SELECT id FROM businesses WHERE name = ?", [name], |row| {
            Ok(uuid(row, 0))
        })??;
    if added > 0 {
        let event = business_added(id, operator);
        trail::record(connection, &event, now)?;
    }
    Ok((id, added > 0))
}

fn role_of(
    connection: &Connection,
    change: &MemberChange,
    business: Uuid,
    user: Uuid,
) -> Result<Role, StoreError> {
    let found = connection.query_row(
        "SELECT role FROM memberships WHERE business_id = ? AND user_id = ?",
        [business.to_string(), user.to_string()],
        |row| Ok(role(row, 0)),
    );
    found.optional()?.ok_or_else(|| change.not_a_member())?
}
