//! `server users` and `server businesses`.

use super::operator::operator;
use super::output::{json_lines, table};
use crate::config::{
    Businesses, BusinessesAdd, BusinessesList, Deactivate, Member, Users, UsersList,
};
use crate::exit::Failure;
use crate::startup::open_unchanged;
use crate::store::{Location, Mass, MemberChange, MemberChanged, Selection, Store, StoreError};

/// Runs `server users …`. Returns the text to print at the end.
///
/// # Errors
///
/// [`Failure::Store`], [`Failure::Refused`] or [`Failure::Stdout`].
pub async fn users(command: Users) -> Result<String, Failure> {
    match command {
        Users::List(command) => list_users(command).await,
        Users::Add(command) => {
            let at = command.database.location.clone();
            with_store(&at, async |store| add(store, command).await).await
        }
        Users::Role(command) => {
            let at = command.database.location.clone();
            with_store(&at, async |store| set_role(store, command).await).await
        }
        Users::Deactivate(command) => {
            let at = command.database.location.clone();
            with_store(&at, async |store| deactivate(store, command).await).await
        }
    }
}

/// Runs `server businesses …`. Returns the text to print at the end.
///
/// # Errors
///
/// [`Failure::Store`] or [`Failure::Stdout`].
pub async fn businesses(command: Businesses) -> Result<String, Failure> {
    match command {
        Businesses::List(command) => list_businesses(command).await,
        Businesses::Add(BusinessesAdd { name, database }) => {
            let add = async |store: &Store| {
                let (id, added) = store.add_business(name.clone(), operator()).await?;
                let done = if added { "added" } else { "exists already" };
                Ok(format!("{name} {done}: {id}\n"))
            };
            with_store(&database.location, add).await
        }
    }
}

async fn with_store<T>(
    at: &Location,
    work: impl AsyncFnOnce(&Store) -> Result<T, StoreError>,
) -> Result<T, Failure> {
    let failed = |source| Failure::store(at, source);
    let store = open_unchanged(at).await.map_err(failed)?;
    let done = work(&store).await;
    store.close().await;
    done.map_err(failed)
}

async fn list_users(command: UsersList) -> Result<String, Failure> {
    let read = async |store: &Store| store.users(command.business).await;
    let users = with_store(&command.database.location, read).await?;
    if command.output.is_json() {
        json_lines(&users)?;
    } else {
        let rows = users.iter().map(|user| {
            let state = match user.deactivated_at {
                Some(at) => format!("deactivated {at}"),
                None => "active".to_owned(),
            };
            let (email, business) = (user.email.clone(), user.business.clone());
            [email, user.role.clone(), business, state]
        });
        table(["USER", "ROLE", "BUSINESS", "STATE"], rows)?;
    }
    Ok(String::new())
}

async fn list_businesses(command: BusinessesList) -> Result<String, Failure> {
    let read = async |store: &Store| store.businesses().await;
    let businesses = with_store(&command.database.location, read).await?;
    if command.output.is_json() {
        json_lines(&businesses)?;
    } else {
        let rows = businesses
            .iter()
            .map(|business| [business.business_id.to_string(), business.name.clone()]);
        table(["ID", "NAME"], rows)?;
    }
    Ok(String::new())
}

fn change(command: &Member) -> MemberChange {
    MemberChange {
        business: command.business.clone(),
        email: command.email.clone(),
        role: command.role,
        operator: operator(),
    }
}

async fn add(store: &Store, command: Member) -> Result<String, StoreError> {
    let Member {
        email, business, ..
    } = &command;
    let role = command.role.name();
    match store.add_member(change(&command)).await? {
        MemberChanged::Added => Ok(format!("{email} is {role} of {business} now\n")),
        MemberChanged::Activated => Ok(format!(
            "{email} is active again, as {role} of {business}\n"
        )),
        MemberChanged::Nothing => Ok(format!("{email} was {role} of {business} before\n")),
        MemberChanged::Role(other) => Err(StoreError::Refused(format!(
            "{email} is {} of {business} already. `server users role` changes the role",
            other.name()
        ))),
    }
}

async fn set_role(store: &Store, command: Member) -> Result<String, StoreError> {
    let Member {
        email, business, ..
    } = &command;
    let role = command.role.name();
    Ok(match store.set_role(change(&command)).await? {
        MemberChanged::Role(previous) => {
            let previous = previous.name();
            format!("{email} is {role} of {business} now, and was {previous}\n")
        }
        MemberChanged::Added | MemberChanged::Activated | MemberChanged::Nothing => {
            format!("{email} was {role} of {business} before\n")
        }
    })
}

async fn deactivate(store: &Store, command: Deactivate) -> Result<String, StoreError> {
    let Deactivate { email, reason, .. } = command;
    let mass = Mass {
        selection: Selection::User(email.clone()),
        descendants: false,
        reason,
        operator: operator(),
    };
    let (is_first, revoked) = store.deactivate(mass, email.clone()).await?;
    let when = if is_first {
        "is deactivated now"
    } else {
        "was deactivated before"
    };
    Ok(format!(
        "{email} {when}: {} tokens revoked now, {} before\n",
        revoked.first.len(),
        revoked.already
    ))
}
